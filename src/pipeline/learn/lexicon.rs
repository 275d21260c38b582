//! The terms that a network over tokens knows.

use std::collections::BTreeMap;

use crate::data::{BREAK, Interner, Sequences, UNKNOWN};
use crate::files::{le_bytes, le_numbers};
use crate::learn::neural::UNSEEN;
use crate::pipeline::terms::Terms;
use crate::pipeline::vectorizer_file::{cut, lengths};

/// Numbers before those of terms: the padding, and whatever is not known.
const FIRST: u32 = UNSEEN + 1;

/// Terms and their numbers, which follow the bytes of the terms.
pub(super) struct Lexicon {
    terms: Interner,
}

impl Lexicon {
    /// The terms that stand in at least `min_count` of `documents`.
    pub fn of(
        names: &Interner,
        sequences: &Sequences,
        documents: &[usize],
        min_count: usize,
    ) -> Self {
        let mut counts = vec![0usize; names.len()];
        let mut last = vec![usize::MAX; names.len()];
        for &document in documents {
            for &token in sequences.document(document).iter().filter(|token| **token < UNKNOWN) {
                if std::mem::replace(&mut last[token as usize], document) != document {
                    counts[token as usize] += 1;
                }
            }
        }
        let frequent = counts.iter().enumerate().filter(|(_, count)| **count >= min_count.max(1));
        let mut terms: Vec<&str> = frequent.map(|(token, _)| names.resolve(token as u32)).collect();
        terms.sort_unstable();
        Lexicon::new(terms)
    }

    fn new<'a>(sorted: impl IntoIterator<Item = &'a str>) -> Self {
        let mut terms = Interner::default();
        sorted.into_iter().for_each(|term| {
            terms.intern(term);
        });
        Lexicon { terms }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.terms.len() + FIRST as usize
    }

    pub fn number(&self, term: &str) -> u32 {
        self.terms.get(term).map_or(UNSEEN, |number| number + FIRST)
    }

    /// The terms in the order of their numbers, from the first that is one.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        (0..self.terms.len() as u32).map(|number| self.terms.resolve(number))
    }

    /// The documents at `places` in these numbers; ends of segments are left out.
    pub fn encode(&self, names: &Interner, sequences: &Sequences, places: &[usize]) -> Sequences {
        let numbers: Vec<u32> =
            (0..names.len() as u32).map(|token| self.number(names.resolve(token))).collect();
        let number = |token: u32| numbers.get(token as usize).copied().unwrap_or(UNSEEN);
        let mut encoded = Sequences::default();
        for &place in places {
            let tokens = sequences.document(place).iter().filter(|token| **token != BREAK);
            encoded.push(tokens.map(|token| number(*token)));
        }
        encoded
    }

    /// Terms and their lengths, as bytes of a file.
    pub fn to_bytes(&self) -> BTreeMap<String, Vec<u8>> {
        let terms: Vec<&str> = self.terms().collect();
        BTreeMap::from([
            ("terms".to_owned(), terms.concat().into_bytes()),
            ("term_lengths".to_owned(), le_bytes(&lengths(&terms), u32::to_le_bytes)),
        ])
    }

    /// What [`Lexicon::to_bytes`] gave, or `None` if it is damaged.
    pub fn from_bytes(extra: &BTreeMap<String, Vec<u8>>) -> Option<Self> {
        let lengths = le_numbers(extra.get("term_lengths")?, u32::from_le_bytes)?;
        let terms = cut(extra.get("terms")?, &lengths)?;
        let is_sorted = terms.windows(2).all(|pair| pair[0] < pair[1]);
        is_sorted.then(|| Lexicon::new(terms))
    }
}

/// Once it is learned, a term has a number or is unseen.
impl Terms for &Lexicon {
    fn number(&mut self, term: &str) -> u32 {
        Lexicon::number(self, term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus() -> (Interner, Sequences) {
        let mut names = Interner::default();
        let mut sequences = Sequences::default();
        for text in ["b a a", "b c", "a b d"] {
            let tokens: Vec<u32> = text.split(' ').map(|term| names.intern(term)).collect();
            sequences.push(tokens.into_iter().chain([BREAK]));
        }
        (names, sequences)
    }

    #[test]
    fn terms_of_enough_documents_have_numbers_by_their_bytes() {
        let (names, sequences) = corpus();
        let lexicon = Lexicon::of(&names, &sequences, &[0, 1, 2], 2);
        assert_eq!(lexicon.terms().collect::<Vec<_>>(), ["a", "b"]);
        let encoded = lexicon.encode(&names, &sequences, &[2, 0]);
        assert_eq!(encoded.document(0), [2, 3, 1]);
        assert_eq!(encoded.document(1), [3, 2, 2]);
        assert_eq!(Lexicon::of(&names, &sequences, &[0], 2).len(), 2);
    }

    #[test]
    fn bytes_come_back_and_damage_is_found() {
        let (names, sequences) = corpus();
        let lexicon = Lexicon::of(&names, &sequences, &[0, 1, 2], 1);
        let bytes = lexicon.to_bytes();
        let again = Lexicon::from_bytes(&bytes).unwrap();
        assert!(again.terms().eq(lexicon.terms()));
        let damaged = |change: fn(&mut BTreeMap<String, Vec<u8>>)| {
            let mut bytes = bytes.clone();
            change(&mut bytes);
            Lexicon::from_bytes(&bytes).is_none()
        };
        assert!(damaged(|bytes| bytes.get_mut("terms").unwrap()[0] = 0xff));
        assert!(damaged(|bytes| bytes.get_mut("terms").unwrap()[0] = b'z'));
        assert!(damaged(|bytes| bytes.get_mut("term_lengths").unwrap().truncate(5)));
        assert!(damaged(|bytes| bytes.clear()));
    }
}
