//! Replacements by regular expression.
//!
//! In: any text. Out: the text with every match replaced, borrowed if there is
//! none. The classic recipe for reviews is the pattern `[^a-zA-Z]` with a blank
//! as replacement: all but English letters goes.

use std::borrow::Cow;

use regex::{Captures, Regex, RegexBuilder};

use super::Rule;
use crate::error::{Error, Result};

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

impl Replacement {
    /// The text with every match replaced; `None` if it would be longer than
    /// `limit` bytes.
    pub(super) fn replace<'t>(&self, text: &'t str, limit: usize) -> Option<Cow<'t, str>> {
        // No more matches than characters and one, and no group longer than its match.
        let most = (text.len() + 1).saturating_mul(2 * self.replacement.len() + 1);
        match most <= limit {
            true => Some(self.pattern.replace_all(text, &self.replacement)),
            false => self.replace_within(text, limit),
        }
    }

    fn replace_within<'t>(&self, text: &'t str, limit: usize) -> Option<Cow<'t, str>> {
        let mut matches = self.pattern.captures_iter(text).peekable();
        if matches.peek().is_none() {
            return Some(Cow::Borrowed(text));
        }
        let (mut replaced, mut copied) = (String::new(), 0);
        for captures in matches {
            let whole = captures.get_match();
            replaced.push_str(&text[copied..whole.start()]);
            if replaced.len() + self.expanded_bytes(&captures) > limit {
                return None;
            }
            captures.expand(&self.replacement, &mut replaced);
            copied = whole.end();
        }
        replaced.push_str(&text[copied..]);
        (replaced.len() <= limit).then_some(Cow::Owned(replaced))
    }

    /// What one match becomes has no more bytes than this.
    fn expanded_bytes(&self, captures: &Captures<'_>) -> usize {
        let group = |name: &str| match name.parse::<usize>() {
            Ok(number) => captures.get(number),
            Err(_) => captures.name(name),
        };
        let groups = group_names(&self.replacement).filter_map(group).map(|group| group.len());
        groups.fold(self.replacement.len(), usize::saturating_add)
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
        let rule = open(pattern, replacement).unwrap();
        assert_eq!(rule.replace(text, usize::MAX).unwrap(), expected);
        assert_eq!(rule.replace_within(text, 1_000).unwrap(), expected);
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
        for limit in [1, 1_000] {
            assert!(matches!(rule.replace("abc", limit), Some(Cow::Borrowed("abc"))));
        }
    }

    #[test]
    fn growth_has_a_limit() {
        let grown = |pattern: &str, replacement: &str, limit: usize| {
            let text = "x".repeat(1_000);
            open(pattern, replacement).unwrap().replace(&text, limit).map(|text| text.len())
        };
        assert_eq!(grown("x", "yy", 2_000), Some(2_000));
        assert_eq!(grown("x", "yy", 1_999), None);
        assert_eq!(grown("", &"y".repeat(100_000), 1 << 20), None);
        assert_eq!(grown("(x+)", &"$1".repeat(100_000), 1 << 20), None);
        assert_eq!(grown("(?<a>x+)", "${a}${a}", 2_010), Some(2_000));
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
