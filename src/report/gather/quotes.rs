//! Candidates → documents that show what a side sounds like.

use std::collections::HashMap;

use super::Plan;
use super::candidates::Candidate;
use super::excerpt::excerpt;
use super::reading::{Reading, Row};
use super::span::Span;
use crate::data::{Document, Html};
use crate::pipeline::explain;
use crate::report::facts::Quote;

/// Quotes of a side.
const OF_A_SIDE: usize = 5;
/// Quotes of a side with a watched word.
const OF_A_WORD: usize = 2;
/// Quotes from one source, as long as others have something to say.
const OF_A_SOURCE: usize = 2;

/// Chooses among candidates, the best of which come first.
pub(super) struct Quotes<'a> {
    pub plan: &'a Plan<'a>,
    pub reading: &'a Reading<'a>,
    pub span: &'a Span,
    /// The last whole period.
    pub after: i32,
}

impl Quotes<'_> {
    /// Of the positive side, then of the negative.
    pub fn of_sides(&self) -> Vec<Quote> {
        let candidates = &self.reading.quotes;
        let mut all = self.chosen(candidates.positive(self.after), OF_A_SIDE, None);
        all.extend(self.chosen(candidates.negative(self.after), OF_A_SIDE, None));
        all
    }

    /// Documents with a watched word.
    pub fn with_word(&self, word: usize) -> Vec<Quote> {
        let candidates = self.reading.quotes.with_word(word, self.after);
        let sides = [self.plan.sides.positive, self.plan.sides.negative];
        let of = |side| {
            let is_of = |one: &&Candidate| usize::from(self.row(one).side) == side;
            let of_side = candidates.iter().copied().filter(is_of).collect();
            self.chosen(of_side, OF_A_WORD, Some(word))
        };
        sides.into_iter().flat_map(of).collect()
    }

    fn row(&self, candidate: &Candidate) -> &Row {
        &self.reading.rows[candidate.row as usize]
    }

    fn chosen(&self, candidates: Vec<&Candidate>, most: usize, word: Option<usize>) -> Vec<Quote> {
        let is_shown = |one: &&Candidate| {
            let row = self.row(one);
            !row.is_copy && self.span.holds(row.date())
        };
        let mut texts: Vec<&str> = Vec::new();
        let mut distinct: Vec<&Candidate> = candidates.into_iter().filter(is_shown).collect();
        distinct.retain(|one| {
            let text = one.document.body.0.as_str();
            let is_new = !texts.contains(&text);
            texts.push(text);
            is_new
        });
        let mut sources: HashMap<u32, usize> = HashMap::new();
        let (first, second): (Vec<&Candidate>, Vec<&Candidate>) =
            distinct.into_iter().partition(|one| {
                let from = sources.entry(self.row(one).source).or_default();
                *from += 1;
                *from <= OF_A_SOURCE
            });
        first.into_iter().chain(second).take(most).filter_map(|one| self.quote(one, word)).collect()
    }

    /// `None` if the model, which has an answer for the text, has none for a part of it.
    fn quote(&self, candidate: &Candidate, word: Option<usize>) -> Option<Quote> {
        let (row, document) = (self.row(candidate), &*candidate.document);
        let side = usize::from(row.side);
        let model = self.plan.scorers.model(usize::from(row.scorer));
        let explanation = explain(model, &document.body.0).ok()?;
        let anchor = word.and_then(|word| self.plan.keywords.place(word, &explanation.text));
        let sign = if side == self.plan.sides.negative { -1.0 } else { 1.0 };
        let (text, words) = excerpt(&explanation, sign, anchor);
        let source = (row.source != super::reading::NONE)
            .then(|| self.reading.sources.resolve(row.source).to_owned());
        Some(Quote {
            id: document.id.clone(),
            title: document.title.clone().unwrap_or_default(),
            day: Some(row.date()),
            source: source.unwrap_or_default(),
            url: url(document),
            side,
            probability: f64::from(candidate.probability),
            text,
            words,
        })
    }
}

/// An address that a browser may be sent to.
fn url(document: &Document<Html>) -> String {
    let found = ["url", "link"].iter().find_map(|name| document.extra.get(*name)?.as_str());
    let is_sound = |url: &&str| {
        let url = url.to_ascii_lowercase();
        (url.starts_with("https://") || url.starts_with("http://"))
            && !url.contains(|one: char| one.is_whitespace() || one.is_control())
    };
    found.filter(is_sound).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_are_linked() {
        let of = |value: serde_json::Value| {
            let mut document = Document::default();
            document.extra.insert("url".to_owned(), value);
            url(&document)
        };
        assert_eq!(of("https://a.example/가".into()), "https://a.example/가");
        for bad in ["javascript:alert(1)", "ftp://a", "", "https://a\nb", "//a"] {
            assert_eq!(of(bad.into()), "", "{bad}");
        }
        assert_eq!(of(7.into()), "");
    }
}
