//! How far a distribution has moved from the one that a model was measured on.

use serde::{Deserialize, Serialize};

/// Bins of the reference, of the same size each.
const BINS: usize = 10;

/// A distribution of numbers in bins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Between the bins, rising; a number on an edge is in the bin below.
    pub edges: Vec<f32>,
    /// How many numbers are in each bin; one bin more than edges.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// Of the reference: ten bins with a tenth of `numbers` each, as far as ties allow.
    pub fn of(numbers: &[f32]) -> Self {
        let mut sorted = numbers.to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        let place = |bin: usize| (bin * sorted.len()).div_ceil(BINS).checked_sub(1);
        let edges = (1..BINS).filter_map(|bin| sorted.get(place(bin)?).copied());
        let mut edges: Vec<f32> = edges.collect();
        edges.dedup();
        // No number is above the last one, so that a bin behind it would be empty.
        if edges.last() == sorted.last() {
            edges.pop();
        }
        let mut histogram = Histogram { counts: vec![0; edges.len() + 1], edges };
        numbers.iter().for_each(|number| histogram.add(*number));
        histogram
    }

    /// The same bins, empty.
    pub fn emptied(&self) -> Self {
        Histogram { edges: self.edges.clone(), counts: vec![0; self.edges.len() + 1] }
    }

    /// Counts a number.
    pub fn add(&mut self, number: f32) {
        self.counts[self.edges.partition_point(|edge| *edge < number)] += 1;
    }

    /// Whether it could have been made by [`Histogram::of`]: files hold what they like.
    pub fn is_sound(&self) -> bool {
        let is_finite = self.edges.iter().all(|edge| edge.is_finite());
        is_finite
            && self.edges.is_sorted_by(|left, right| left < right)
            && self.counts.len() == self.edges.len() + 1
    }
}

/// Half a document stands in an empty bin: a logarithm of nothing would be endless.
const EMPTY: f64 = 0.5;

/// The population stability index of `found` against `reference`, bin by bin: below 0.1
/// little has moved, above 0.25 much; `None` if either is empty or their bins differ.
pub fn stability_index(reference: &Histogram, found: &Histogram) -> Option<f64> {
    let sum = |histogram: &Histogram| histogram.counts.iter().sum::<u64>();
    if reference.edges != found.edges || sum(reference) == 0 || sum(found) == 0 {
        return None;
    }
    let share = |count: u64, histogram: &Histogram| {
        (count as f64).max(EMPTY) / sum(histogram).max(1) as f64
    };
    let both = reference.counts.iter().zip(&found.counts);
    let parts = both.map(|(&expected, &actual)| {
        let (expected, actual) = (share(expected, reference), share(actual, found));
        (actual - expected) * (actual / expected).ln()
    });
    Some(parts.sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(edges: &[f32], counts: &[u64]) -> Histogram {
        Histogram { edges: edges.to_vec(), counts: counts.to_vec() }
    }

    /// Golden: the formula in numpy, `scripts/check_trends.py`.
    #[test]
    fn the_index_is_that_of_the_formula() {
        let tens = of(&[0.2, 0.5, 0.8], &[10, 20, 30, 40]);
        let index = stability_index(&tens, &of(&[0.2, 0.5, 0.8], &[40, 30, 20, 10])).unwrap();
        assert!((index - 0.9128696382935673).abs() < 1e-12, "{index}");
        let halves = of(&[0.2, 0.5], &[50, 50, 0]);
        let index = stability_index(&halves, &of(&[0.2, 0.5], &[10, 80, 10])).unwrap();
        assert!((index - 1.06937081973499).abs() < 1e-12, "{index}");
    }

    #[test]
    fn bins_hold_a_tenth_each() {
        let numbers: Vec<f32> = (0..1000u16).map(|n| f32::from(n) / 1000.0).collect();
        assert_eq!(Histogram::of(&numbers).counts, [100; 10]);
        // Of many equal numbers there are fewer bins.
        let tied = Histogram::of(&[0.5; 40]);
        assert_eq!((tied.edges.len(), tied.counts.as_slice()), (0, &[40][..]));
        assert_eq!(Histogram::of(&[]).counts, [0]);
        assert_eq!(Histogram::of(&[0.1, 0.9]).counts, [1, 1]);
    }

    #[test]
    fn nothing_cannot_be_compared() {
        let some = of(&[0.5], &[3, 4]);
        assert_eq!(stability_index(&some, &of(&[0.5], &[0, 0])), None);
        assert_eq!(stability_index(&of(&[0.5], &[0, 0]), &some), None);
        assert_eq!(stability_index(&some, &of(&[0.4], &[3, 4])), None);
        assert!(!of(&[0.5, 0.5], &[1, 1, 1]).is_sound() && !of(&[0.5], &[1]).is_sound());
    }

    proptest! {
        #[test]
        fn every_number_is_counted_once(numbers in prop::collection::vec(0.0f32..=1.0, 1..300)) {
            let histogram = Histogram::of(&numbers);
            prop_assert!(histogram.is_sound());
            prop_assert_eq!(histogram.counts.iter().sum::<u64>(), numbers.len() as u64);
            prop_assert!(stability_index(&histogram, &histogram).unwrap().abs() < 1e-12);
        }
    }
}
