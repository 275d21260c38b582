//! Html → Text.
//!
//! In: text that may hold markup. Out: text without it, normalized and with the
//! configured replacements made. Any input is accepted: no text, however deep or
//! broken its markup, stops the room.

mod html;
mod lines;
mod rules;
mod tree;
mod unicode;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::traits::CharFilter;
use rules::Replacement;

/// What becomes of markup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HtmlMode {
    /// `<br>` and the edges of blocks become one newline, entities are decoded.
    ///
    /// Lines have no blanks at their ends and are never empty. What a browser
    /// does not show (scripts, styles, templates, `noscript`, frames) is dropped.
    #[default]
    Newlines,
    /// What BeautifulSoup(html5lib).get_text() gives: words at `<br />` are glued.
    ///
    /// Scripts and styles count as text, as they do there. Known differences:
    /// html5lib invents words for `<isindex>` and reads titles and raw text inside
    /// `<select>`, tables inside `<template>` and text inside `<frameset>` by older
    /// rules. Of a text over 16 MiB, or whose tree would take too many steps, the
    /// tags are cut out without building the tree, with a warning.
    GetText,
    /// The text is no HTML: `<` and `&` mean themselves.
    None,
}

/// Unicode normalization forms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Normalization {
    /// Leave the text as it is.
    #[default]
    None,
    /// Canonical composition.
    Nfc,
    /// Compatibility composition: full-width letters become plain ones.
    Nfkc,
}

/// One regex replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Regular expression (syntax of the `regex` crate).
    pub pattern: String,
    /// What each match becomes; `$1` names a group.
    pub replacement: String,
}

/// `[pipeline.NAME.clean]`, applied in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CleanParams {
    /// What becomes of markup.
    pub html: HtmlMode,
    /// Unicode normalization.
    pub normalize: Normalization,
    /// Replacements, one after another.
    pub replace: Vec<Rule>,
}

impl CleanParams {
    /// All problems of these settings; nothing is read or opened.
    pub fn check(&self) -> Vec<Error> {
        self.replacements().filter_map(Result::err).collect()
    }

    fn replacements(&self) -> impl Iterator<Item = Result<Replacement>> {
        self.replace.iter().enumerate().map(|(index, rule)| Replacement::open(index, rule))
    }
}

/// Checked [`CleanParams`]: turns pages into text.
///
/// # Examples
/// ```
/// use malmoi::clean::{CleanParams, Cleaner};
///
/// let cleaner = Cleaner::open(&CleanParams::default())?;
/// assert_eq!(cleaner.clean("Loved&nbsp;it!<br /><br />10/10"), "Loved\u{a0}it!\n10/10");
/// # Ok::<(), malmoi::Error>(())
/// ```
pub struct Cleaner {
    steps: Vec<(String, Step)>,
}

enum Step {
    Filter(Box<dyn CharFilter>),
    Replace(Replacement),
}

/// No replacement makes a text longer.
const MAX_TEXT_BYTES: usize = 64 << 20;

impl Cleaner {
    /// Checks the settings and compiles their patterns.
    ///
    /// # Errors
    /// Every problem that [`CleanParams::check`] finds, as one error.
    pub fn open(params: &CleanParams) -> Result<Self> {
        if let Some(problems) = Error::all(params.check()) {
            return Err(problems);
        }
        let mut steps = Vec::new();
        if params.html != HtmlMode::None {
            steps.push(("html".into(), Step::Filter(Box::new(params.html))));
        }
        if params.normalize != Normalization::None {
            steps.push(("normalize".into(), Step::Filter(Box::new(params.normalize))));
        }
        for (index, replacement) in params.replacements().enumerate() {
            steps.push((format!("replace[{index}]"), Step::Replace(replacement?)));
        }
        Ok(Cleaner { steps })
    }

    /// The text of `html`; borrowed if it is a part of it as it stands. A
    /// replacement that would make it longer than 64 MB is not made.
    pub fn clean<'a>(&self, html: &'a str) -> Cow<'a, str> {
        self.steps.iter().fold(Cow::Borrowed(html), |text, (_, step)| {
            step.apply(text).unwrap_or_else(|unchanged| unchanged)
        })
    }

    /// The same, for a corpus in which such a document is left out.
    ///
    /// # Errors
    /// Which replacement would make the text too long.
    pub fn try_clean<'a>(&self, html: &'a str) -> std::result::Result<Cow<'a, str>, String> {
        self.steps.iter().try_fold(Cow::Borrowed(html), |text, (name, step)| {
            step.apply(text).map_err(|_| {
                format!("`clean.{name}` makes the text longer than {} MB", MAX_TEXT_BYTES >> 20)
            })
        })
    }

    /// The text after each step that is switched on, with the step's name.
    pub fn stages(&self, html: &str) -> Vec<(String, String)> {
        let mut text = Cow::Borrowed(html);
        let mut stages = Vec::with_capacity(self.steps.len());
        for (name, step) in &self.steps {
            text = step.apply(text).unwrap_or_else(|unchanged| unchanged);
            stages.push((name.clone(), text.to_string()));
        }
        stages
    }
}

impl Step {
    /// What the step makes of `text`; the text itself if that would be too long.
    fn apply<'a>(&self, text: Cow<'a, str>) -> std::result::Result<Cow<'a, str>, Cow<'a, str>> {
        match (self, text) {
            (Step::Filter(filter), text) => Ok(filter.filter(text)),
            (Step::Replace(rule), Cow::Borrowed(text)) => {
                rule.replace(text, MAX_TEXT_BYTES).ok_or(Cow::Borrowed(text))
            }
            (Step::Replace(rule), Cow::Owned(text)) => match rule.replace(&text, MAX_TEXT_BYTES) {
                Some(Cow::Owned(replaced)) => Ok(Cow::Owned(replaced)),
                Some(Cow::Borrowed(_)) => Ok(Cow::Owned(text)),
                None => Err(Cow::Owned(text)),
            },
        }
    }
}

impl CharFilter for HtmlMode {
    fn filter<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        through(text, |text| html::strip(text, *self))
    }
}

impl CharFilter for Normalization {
    fn filter<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        through(text, |text| unicode::normalize(text, *self))
    }
}

/// What `filter` makes of `text`; an owned text that it leaves alone is moved.
fn through<'a>(text: Cow<'a, str>, filter: impl Fn(&str) -> Cow<'_, str>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => filter(text),
        Cow::Owned(text) => match filter(&text) {
            // Borrowed parts are never longer, so that this one is the whole.
            Cow::Borrowed(part) if part.len() == text.len() => Cow::Owned(text),
            changed => Cow::Owned(changed.into_owned()),
        },
    }
}

#[cfg(test)]
mod tests;
