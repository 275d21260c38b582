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
    /// Whether the pattern is [`PYTHON_WORDS`].
    is_default: bool,
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
        let is_default = token_pattern == DEFAULT_TOKEN_PATTERN;
        let pattern = if is_default { PYTHON_WORDS } else { token_pattern };
        let pattern = RegexBuilder::new(pattern).size_limit(1 << 24).build().map_err(|error| {
            Error::usage(format!(
                "setting `analyze.token_pattern` is no regular expression: {error}"
            ))
            .hinted("look-around and back-references do not exist here")
        })?;
        match pattern.captures_len() {
            1 => Ok(PatternTokenizer { pattern, group: 0, is_default }),
            2 => Ok(PatternTokenizer { pattern, group: 1, is_default }),
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
        if self.is_default {
            python_words(&self.pattern, text, push);
        } else if self.group == 0 {
            self.pattern.find_iter(text).for_each(|found| push(found.start(), found.end()));
        } else {
            let groups = self.pattern.captures_iter(text).filter_map(|found| found.get(1));
            groups.for_each(|found| push(found.start(), found.end()));
        }
    }
}

/// Letters, digits and `_` of ASCII.
const WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        word[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    word
};

/// The matches of [`PYTHON_WORDS`]: a table finds words of ASCII alone in a fifth of the time
/// that the pattern takes, which is asked where other characters begin or touch one.
fn python_words(pattern: &Regex, text: &str, mut push: impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    let mut position = 0;
    while position < bytes.len() {
        let start = position;
        while position < bytes.len() && WORD[usize::from(bytes[position])] {
            position += 1;
        }
        match bytes.get(position) {
            Some(byte) if !byte.is_ascii() => {
                let Some(found) = pattern.find_at(text, start) else { return };
                push(found.start(), found.end());
                position = found.end();
            }
            _ => {
                if position - start >= 2 {
                    push(start, position);
                }
                position += usize::from(position < bytes.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_the_matches_of_the_pattern(
            text in "([a-z_0-9]{0,3}|[ .,'-]|[가-힣é²½\u{301}\u{5d0}]|\\PC){0,25}",
        ) {
            let tokenizer = PatternTokenizer::new(DEFAULT_TOKEN_PATTERN).unwrap();
            let mut tokens = Tokens::default();
            tokenizer.tokenize(&text, &mut tokens);
            let expected: Vec<&str> =
                tokenizer.pattern.find_iter(&text).map(|found| found.as_str()).collect();
            prop_assert_eq!(tokens.terms().collect::<Vec<_>>(), expected);
        }
    }

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
