//! A word as a user types it → its vector.

use std::cmp::Reverse;

use unicode_normalization::UnicodeNormalization;

use super::embedding::Embedding;
use super::subwords::without_tag;
use crate::error::{Error, Result};

/// What a word was found as.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A term, by its row.
    Term(usize),
    /// No term; its vector is made of its parts.
    Composed(Vec<f32>),
}

/// Terms that are looked at for names like a wrong one; the most frequent come first.
const LOOKED_AT: usize = 200_000;

/// Names that are offered.
const OFFERED: usize = 3;

impl Embedding {
    /// The vector of `word`: the term that is written so; or so in small letters; or the
    /// first one that is so before its tag, `재미/NNG` for `재미`, and `좋/VA` for `좋다`; or
    /// what its parts make.
    ///
    /// # Errors
    /// If there is none of these, with the terms most like it.
    pub fn resolve(&self, word: &str) -> Result<Found> {
        let word: String = word.trim().nfc().collect();
        let exact = self.find(&word).or_else(|| self.find(&word.to_lowercase()));
        if let Some(row) = exact.or_else(|| self.tagged_row(&word)) {
            return Ok(Found::Term(row));
        }
        let subwords = self.subwords.as_ref().filter(|_| !word.is_empty());
        if let Some(vector) = subwords.and_then(|one| one.compose(&word, self.dimensions)) {
            return Ok(Found::Composed(vector));
        }
        let error = Error::usage(format!("`{word}` has no vector"));
        Err(match self.alike(&word) {
            names if names.is_empty() => error,
            names => error.hinted(format!("the nearest terms are {}", names.join(", "))),
        })
    }

    /// The vector that was found.
    pub fn found_vector<'a>(&'a self, found: &'a Found) -> &'a [f32] {
        match found {
            Found::Term(row) => self.vector(*row),
            Found::Composed(vector) => vector,
        }
    }

    /// The most frequent of the terms that are `word` before their tag; verbs and adjectives
    /// also by the form of dictionaries.
    fn tagged_row(&self, word: &str) -> Option<usize> {
        let terms = || (0..self.len()).map(|row| (row, self.term(row)));
        let is_tagged = |term: &str, word: &str| without_tag(term) == word && term != word;
        let stem = word.strip_suffix('다').filter(|stem| !stem.is_empty());
        let is_verb = |term: &str| {
            let tag = &term[without_tag(term).len()..];
            ["/VV", "/VA", "/VX", "/VC", "/XS"].iter().any(|start| tag.starts_with(start))
        };
        let first = |is_it: &dyn Fn(&str) -> bool| {
            let rows = terms().filter(|(_, term)| is_it(term)).map(|(row, _)| row);
            rows.min_by_key(|&row| (Reverse(self.counts.get(row).copied()), row))
        };
        first(&|term| is_tagged(term, word))
            .or_else(|| first(&|term| is_verb(term) && Some(without_tag(term)) == stem))
    }

    /// The terms that are spelled most like `word`, in backticks.
    fn alike(&self, word: &str) -> Vec<String> {
        let word: String = word.chars().take(64).collect();
        let terms = (0..self.len().min(LOOKED_AT)).map(|row| self.term(row));
        let terms = terms.filter(|term| term.len() < 256);
        let mut best: Vec<(f64, &str)> = Vec::new();
        for term in terms {
            let likeness = strsim::jaro_winkler(&word, without_tag(term));
            let place = best.partition_point(|(other, _)| *other >= likeness);
            if place < OFFERED && likeness > 0.0 {
                best.insert(place, (likeness, term));
                best.truncate(OFFERED);
            }
        }
        best.into_iter().map(|(_, term)| format!("`{term}`")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::embedding::tests::sample;
    use super::super::params::SubwordKind;
    use super::super::subwords::Subwords;
    use super::*;

    fn terms() -> Embedding {
        let words = ["movie", "이/JKS", "좋/VA", "이/NR", "다/EF", "재미/NNG", "재밌/VA"];
        let rows: Vec<(&str, &[f32])> = words.iter().map(|word| (*word, &[1.0][..])).collect();
        sample(&rows)
    }

    fn check(word: &str, expected: &str) {
        let embedding = terms();
        match embedding.resolve(word).unwrap() {
            Found::Term(row) => assert_eq!(embedding.term(row), expected),
            found => panic!("{found:?}"),
        }
    }

    #[test]
    fn words_are_found_as_they_are_typed() {
        check("이/NR", "이/NR");
        check("Movie", "movie");
        check("이", "이/JKS");
        check(" 재미", "재미/NNG");
        check("좋다", "좋/VA");
        check("다", "다/EF");
        check("\u{110c}\u{1162}\u{1106}\u{1175}", "재미/NNG");
    }

    #[test]
    fn unknown_words_are_made_of_parts_or_told() {
        let mut embedding = terms();
        let error = embedding.resolve("잼있").unwrap_err();
        assert_eq!(error.hint(), None);
        let error = embedding.resolve("movies").unwrap_err();
        assert_eq!(error.to_string(), "`movies` has no vector");
        assert_eq!(error.hint(), Some("the nearest terms are `movie`"));
        let kind = SubwordKind::Syllables;
        embedding.subwords = Some(Subwords { kind, tagged: true, vectors: vec![2.0; 7] });
        assert_eq!(embedding.resolve("movies").unwrap(), Found::Composed(vec![2.0]));
        assert!(embedding.resolve(" ").is_err());
    }
}
