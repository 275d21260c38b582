//! Snowball stemming. `rust-stemmers` is unmaintained: only this file knows it.

use std::borrow::Cow;

use rust_stemmers::{Algorithm, Stemmer};

use crate::analyze::StemmerKind;
use crate::traits::TokenFilter;

/// Cuts words to their stems.
pub struct Stem(Stemmer);

impl Stem {
    /// The stemmer of a language.
    pub fn new(kind: StemmerKind) -> Self {
        Stem(Stemmer::create(match kind {
            StemmerKind::English => Algorithm::English,
        }))
    }
}

impl TokenFilter for Stem {
    fn filter<'a>(&self, term: Cow<'a, str>) -> Option<Cow<'a, str>> {
        Some(Cow::Owned(self.0.stem(&term).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english() {
        let stem = Stem::new(StemmerKind::English);
        assert_eq!(stem.filter("movies".into()).unwrap(), "movi");
        assert_eq!(stem.filter("".into()).unwrap(), "");
    }
}
