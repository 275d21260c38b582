//! scikit-learn's `token_pattern`.

use regex::{Regex, RegexBuilder};

use crate::analyze::DEFAULT_TOKEN_PATTERN;
use crate::data::{Token, Tokens};
use crate::error::{Error, Result};
use crate::traits::Tokenizer;

/// Tokens are the matches of a regular expression, or of its one group.
pub struct PatternTokenizer {
    pattern: Regex,
    group: usize,
}

/// What [`DEFAULT_TOKEN_PATTERN`] means to Python, whose `\w` is letters, numbers
/// and `_`; this crate's `\w` takes in combining marks as well.
const PYTHON_WORDS: &str = r"[\p{L}\p{N}_]{2,}";

impl PatternTokenizer {
    /// Compiles `token_pattern`.
    ///
    /// # Errors
    /// If it is no regular expression or has more than one group.
    pub fn new(token_pattern: &str) -> Result<Self> {
        let pattern =
            if token_pattern == DEFAULT_TOKEN_PATTERN { PYTHON_WORDS } else { token_pattern };
        let pattern = RegexBuilder::new(pattern).size_limit(1 << 24).build().map_err(|error| {
            Error::usage(format!(
                "setting `analyze.token_pattern` is no regular expression: {error}"
            ))
            .hinted("look-around and back-references do not exist here")
        })?;
        match pattern.captures_len() {
            1 => Ok(PatternTokenizer { pattern, group: 0 }),
            2 => Ok(PatternTokenizer { pattern, group: 1 }),
            _ => Err(Error::usage("setting `analyze.token_pattern` has more than one group")
                .hinted("write groups that only bracket as `(?:…)`")),
        }
    }
}

impl Tokenizer for PatternTokenizer {
    fn tokenize(&self, text: &str, out: &mut Tokens) {
        out.clear();
        out.buffer.push_str(text);
        let mut push = |start: usize, end: usize| {
            let (start, end) = (start as u32, end as u32);
            out.tokens.push(Token { term: (start, end), start, end });
        };
        if self.group == 0 {
            self.pattern.find_iter(text).for_each(|found| push(found.start(), found.end()));
        } else {
            let groups = self.pattern.captures_iter(text).filter_map(|found| found.get(1));
            groups.for_each(|found| push(found.start(), found.end()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: &[&str]) {
        let mut tokens = Tokens::default();
        PatternTokenizer::new(pattern).unwrap().tokenize(text, &mut tokens);
        assert_eq!(tokens.terms().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn default_drops_single_letters() {
        check(
            DEFAULT_TOKEN_PATTERN,
            "I don't like a_b 영화 x²",
            &["don", "like", "a_b", "영화", "x²"],
        );
    }

    #[test]
    fn a_group_is_the_token() {
        check(r"#(\w+)", "#good not #bad", &["good", "bad"]);
    }

    #[test]
    fn wrong_patterns_are_refused() {
        assert!(PatternTokenizer::new("(").is_err());
        assert!(PatternTokenizer::new("(a)(b)").is_err());
    }
}
