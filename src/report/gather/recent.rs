//! The texts of the newest periods: terms are counted in them once it is known which
//! periods are compared.

use std::collections::BTreeMap;
use std::rc::Rc;

use xxhash_rust::xxh3::xxh3_64;

use crate::data::{Document, Html};

/// The last whole period, the one before it, and one that is not over.
const PERIODS: i32 = 3;

/// Bytes that are held at most; of more, a sample by hash is kept.
const MOST_BYTES: usize = 128 << 20;
/// What a document takes beside its text.
const BESIDE: usize = 400;

/// A document and its row.
type Text = (u32, Rc<Document<Html>>);

/// Texts by period.
pub(super) struct RecentTexts {
    periods: BTreeMap<i32, Vec<Text>>,
    bytes: usize,
    most: usize,
    /// Only texts whose hash is at most this are kept.
    threshold: u64,
}

impl Default for RecentTexts {
    fn default() -> Self {
        let periods = BTreeMap::new();
        RecentTexts { periods, bytes: 0, most: MOST_BYTES, threshold: u64::MAX }
    }
}

impl RecentTexts {
    /// Keeps the document of a row if its period is among the newest so far.
    pub fn offer(&mut self, row: u32, period: i32, document: Rc<Document<Html>>) {
        let newest = self.periods.keys().next_back().copied();
        if newest.is_some_and(|newest| period <= newest.saturating_sub(PERIODS)) {
            return;
        }
        if hash(&document) > self.threshold {
            return;
        }
        self.bytes += size(&document);
        self.periods.entry(period).or_default().push((row, document));
        if newest.is_none_or(|newest| period > newest) {
            let kept = self.periods.split_off(&(period.saturating_sub(PERIODS) + 1));
            let old = std::mem::replace(&mut self.periods, kept);
            let sizes = old.values().flatten().map(|(_, document)| size(document));
            self.bytes -= sizes.sum::<usize>();
        }
        while self.bytes > self.most && self.threshold > 1 {
            self.thin_out();
        }
    }

    /// Halves what is kept.
    fn thin_out(&mut self) {
        self.threshold /= 2;
        let threshold = self.threshold;
        self.periods.values_mut().for_each(|all| all.retain(|(_, one)| hash(one) <= threshold));
        let all = self.periods.values().flatten();
        self.bytes = all.map(|(_, document)| size(document)).sum();
    }

    /// All that are kept, with their rows.
    pub fn all(&self) -> impl Iterator<Item = (u32, &str)> {
        self.periods.values().flatten().map(|(row, document)| (*row, document.body.0.as_str()))
    }

    /// Which share of the texts is kept, if not all are.
    pub fn sampled(&self) -> Option<f64> {
        let share = self.threshold as f64 / u64::MAX as f64;
        (self.threshold != u64::MAX).then_some(share)
    }
}

fn hash(document: &Document<Html>) -> u64 {
    xxh3_64(document.body.0.as_bytes())
}

fn size(document: &Document<Html>) -> usize {
    document.body.0.len() + BESIDE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(periods: &[i32], most: usize) -> RecentTexts {
        let mut texts = RecentTexts { most, ..RecentTexts::default() };
        for (row, period) in periods.iter().enumerate() {
            let document = Document::new("x", Html(format!("{row}")));
            texts.offer(row as u32, *period, Rc::new(document));
        }
        texts
    }

    fn rows(texts: &RecentTexts) -> Vec<u32> {
        let mut rows: Vec<u32> = texts.all().map(|(row, _)| row).collect();
        rows.sort();
        rows
    }

    #[test]
    fn the_newest_periods_stay() {
        assert_eq!(rows(&offered(&[5, 6, 9, 7, 6, 8, 9], 1 << 20)), [2, 3, 5, 6]);
        assert_eq!(rows(&offered(&[1, 1], 1 << 20)), [0, 1]);
        assert_eq!(rows(&offered(&[i32::MAX, i32::MIN, i32::MAX - 1], 1 << 20)), [0, 2]);
        assert_eq!(offered(&[1, 4], 1 << 20).bytes, BESIDE + 1);
    }

    #[test]
    fn of_too_many_a_sample_stays() {
        let all = offered(&[1; 1000], (BESIDE + 3) * 300);
        let count = all.all().count();
        assert!((150..=300).contains(&count), "{count}");
        assert!(all.bytes <= all.most);
        let share = all.sampled().unwrap();
        assert!((share - count as f64 / 1000.0).abs() < 0.1, "{share} {count}");
    }
}
