//! The texts that a model learned from, told apart without being kept.

use xxhash_rust::xxh3::xxh3_64;

/// What a text says, as a number.
///
/// Blanks and `"` are passed over: tables double quotes, and corpora tidy blanks. Of the
/// 150,000 training reviews of NSMC, which are such a copy of its raw ones, 139,868 are
/// found there byte for byte and all of them so.
pub(super) fn content(text: &str) -> u64 {
    let mut said = String::with_capacity(text.len());
    said.extend(text.chars().filter(|one| !one.is_whitespace() && *one != '"'));
    xxh3_64(said.as_bytes())
}

/// Sorted numbers of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownTexts(Vec<u64>);

impl KnownTexts {
    /// From numbers in any order.
    pub(super) fn new(mut numbers: Vec<u64>) -> Self {
        numbers.sort_unstable();
        numbers.dedup();
        KnownTexts(numbers)
    }

    /// From a file; `None` if the numbers do not rise.
    pub(super) fn read(numbers: Vec<u64>) -> Option<Self> {
        numbers.is_sorted_by(|one, next| one < next).then_some(KnownTexts(numbers))
    }

    /// The numbers, rising.
    pub(super) fn numbers(&self) -> &[u64] {
        &self.0
    }

    /// Whether `text` is among them, but for blanks and quotes.
    pub fn holds(&self, text: &str) -> bool {
        self.0.binary_search(&content(text)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_quotes_say_nothing() {
        let known =
            KnownTexts::new([content("그는 \"최고\"다!"), content("b"), content("b")].into());
        assert_eq!(known.numbers().len(), 2);
        assert!(known.holds("그는  \"\"최고\"\"다!\n") && known.holds("b"));
        assert!(!known.holds("그는 최고다") && !known.holds(""));
        assert_eq!(KnownTexts::read(known.numbers().to_vec()), Some(known));
        assert_eq!(KnownTexts::read(vec![2, 1]), None);
        assert_eq!(KnownTexts::read(vec![1, 1]), None);
    }
}
