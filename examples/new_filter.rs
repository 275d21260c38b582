//! A template for a token filter.
//!
//! To build it into the program: move the type and its tests to a file of its own
//! in `src/analyze/`, add its `mod` line there, a setting to `AnalyzeParams` and one
//! arm to the list in `filters`. Training, prediction and search then use it alike.

use std::borrow::Cow;

use malmoi::traits::TokenFilter;

/// Shortens runs of one character: `soooo` and `soo` become `soo`.
struct Shorten {
    /// Longest run that stays.
    most: usize,
}

impl TokenFilter for Shorten {
    /// Pure: the answer depends on the term alone and is asked for once a distinct term.
    fn filter<'a>(&self, term: Cow<'a, str>) -> Option<Cow<'a, str>> {
        let mut short = String::with_capacity(term.len());
        let (mut last, mut run) = (None, 0);
        for character in term.chars() {
            run = if last == Some(character) { run + 1 } else { 1 };
            last = Some(character);
            if run <= self.most {
                short.push(character);
            }
        }
        // What does not change is handed on without a copy; `None` would drop the token.
        Some(if short.len() == term.len() { term } else { Cow::Owned(short) })
    }
}

fn main() {
    let filter = Shorten { most: 2 };
    for term in ["so", "soooo", "ㅋㅋㅋㅋㅋ"] {
        println!("{term} → {}", filter.filter(term.into()).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(term: &str, expected: &str) {
        assert_eq!(Shorten { most: 2 }.filter(term.into()).as_deref(), Some(expected));
    }

    #[test]
    fn runs_are_shortened() {
        check("soooo", "soo");
        check("ㅋㅋㅋㅋ", "ㅋㅋ");
        check("good", "good");
        check("", "");
    }
}
