//! Replacements by regular expression.
//!
//! In: any text. Out: the text with every match replaced, borrowed if there is
//! none. The classic recipe for reviews is the pattern `[^a-zA-Z]` with a blank
//! as replacement: all but English letters goes.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use super::Rule;
use crate::error::{Error, Result};
use crate::traits::CharFilter;

/// Bytes that one compiled pattern may take: `\w{1000}` must not fill the memory.
const MAX_COMPILED_BYTES: usize = 8 << 20;

/// A checked [`Rule`].
pub(super) struct Replacement {
    pattern: Regex,
    replacement: String,
}

impl Replacement {
    /// Checks the rule at `index` of `clean.replace`.
    ///
    /// # Errors
    /// A usage error if the pattern is no regular expression, too large, or
    /// lacks a group that the replacement names.
    pub(super) fn open(index: usize, rule: &Rule) -> Result<Self> {
        let pattern = RegexBuilder::new(&rule.pattern)
            .size_limit(MAX_COMPILED_BYTES)
            .build()
            .map_err(|error| bad_pattern(index, &rule.pattern, error))?;
        match missing_group(&pattern, &rule.replacement) {
            Some(group) => Err(bad_group(index, group)),
            None => Ok(Replacement { pattern, replacement: rule.replacement.clone() }),
        }
    }
}

impl CharFilter for Replacement {
    fn filter<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        super::through(text, |text| self.pattern.replace_all(text, &self.replacement))
    }
}

fn bad_pattern(index: usize, pattern: &str, error: regex::Error) -> Error {
    let setting = format!("setting `clean.replace[{index}].pattern`");
    let error = match error {
        regex::Error::CompiledTooBig(limit) => {
            Error::usage(format!("{setting} needs more than {limit} bytes when compiled"))
                .hinted("use smaller counts in `{…}`, or `(?-u:\\w)` for ASCII letters only")
        }
        error => Error::usage(format!("{setting} is no regular expression: {error}"))
            .hinted("put `\\` before a character that shall mean itself: `\\(`")
            .caused_by(error),
    };
    error.at(format!("pattern `{pattern}`"))
}

fn bad_group(index: usize, group: &str) -> Error {
    let setting = format!("setting `clean.replace[{index}].replacement`");
    Error::usage(format!("{setting} names the group `{group}`, which its pattern lacks"))
        .hinted("write `${1}a` for group 1 and a letter, and `$$` for a dollar sign")
}

/// The first group that `replacement` names and `pattern` lacks.
///
/// The regex crate puts nothing in its place, so that `$1a` would lose the match.
fn missing_group<'r>(pattern: &Regex, replacement: &'r str) -> Option<&'r str> {
    let has_group = |name: &str| match name.parse::<usize>() {
        Ok(number) => number < pattern.captures_len(),
        Err(_) => pattern.capture_names().flatten().any(|known| known == name),
    };
    group_names(replacement).find(|name| !has_group(name))
}

/// The names in `$name` and `${name}`, as the regex crate reads them.
fn group_names(replacement: &str) -> impl Iterator<Item = &str> {
    let mut rest = replacement;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find('$')? + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                rest = after;
                continue;
            }
            let name = match rest.strip_prefix('{') {
                Some(braced) => braced.split_once('}').map_or("", |(name, _)| name),
                None => rest.split(|c: char| c != '_' && !c.is_ascii_alphanumeric()).next()?,
            };
            if !name.is_empty() {
                return Some(name);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(pattern: &str, replacement: &str) -> Result<Replacement> {
        Replacement::open(2, &Rule { pattern: pattern.into(), replacement: replacement.into() })
    }

    fn check(pattern: &str, replacement: &str, text: &str, expected: &str) {
        let filtered = open(pattern, replacement).unwrap().filter(Cow::Borrowed(text)).into_owned();
        assert_eq!(filtered, expected);
    }

    #[test]
    fn every_match_is_replaced() {
        check("[^a-zA-Z]", " ", "It's 10!", "It s    ");
        check(r"(\w+)@(?<host>\w+)", "${host}_$1 $$1", "a@b", "b_a $1");
        check("x", "$ ${", "axb", "a$ ${b");
    }

    #[test]
    fn text_without_a_match_is_borrowed() {
        let rule = open("x", "y").unwrap();
        assert!(matches!(rule.filter(Cow::Borrowed("abc")), Cow::Borrowed("abc")));
    }

    fn check_error(pattern: &str, replacement: &str, parts: &[&str]) {
        let error = open(pattern, replacement).err().expect("the rule is wrong");
        assert_eq!(error.exit_code(), 2);
        assert!(error.hint().is_some());
        for part in parts {
            assert!(error.to_string().contains(part), "`{part}` is not in: {error}");
        }
    }

    #[test]
    fn a_bad_pattern_is_explained() {
        check_error("a(", "", &["`clean.replace[2].pattern`", "unclosed group"]);
    }

    #[test]
    fn a_huge_pattern_is_refused() {
        check_error(r"\w{5000}", "", &["`clean.replace[2].pattern`", "8388608 bytes"]);
    }

    #[test]
    fn an_unknown_group_is_refused() {
        check_error("(a)", "$1a", &["`clean.replace[2].replacement`", "`1a`"]);
        check_error("(a)", "$2", &["`2`"]);
        check_error("a", "${name}", &["`name`"]);
    }
}
