//! Sets → signatures: places of two signatures are equal as often as the sets are similar.

use super::overlap::mixed;

/// Makes signatures of a fixed length, reused from set to set.
///
/// Fast similarity sketching (Dahlgaard, Knudsen and Thorup 2017): in each round every
/// element draws a place and a number, and the smallest number stays; later rounds only
/// fill places that are still empty. A signature of 190 places takes about 1,000 draws
/// for a set of 138, where 190 permutations would take 26,000; and other than in
/// one-permutation hashing an empty place is never a copy of another, so the places of
/// small sets stay as independent as those of large ones.
pub(super) struct Signer {
    places: Vec<u64>,
    /// The set's elements, mixed: numbers of tokens stand close together, and draws made
    /// of them in one step would be spread too evenly (0.55 of the places equal, not 0.50).
    elements: Vec<u64>,
}

/// Nothing was drawn for this place yet; every draw is smaller.
const EMPTY: u64 = u64::MAX;

impl Signer {
    /// For signatures of `length` places, at least one.
    pub fn new(length: usize) -> Self {
        Signer { places: vec![EMPTY; length.max(1)], elements: Vec::new() }
    }

    /// The signature of a set; nothing for an empty one.
    pub fn sign(&mut self, set: &[u64]) -> Option<&[u64]> {
        if set.is_empty() {
            return None;
        }
        self.places.fill(EMPTY);
        self.elements.clear();
        self.elements.extend(set.iter().map(|&element| mixed(element)));
        let length = self.places.len() as u64;
        for round in 0..length {
            self.draw(round);
            if !self.places.contains(&EMPTY) {
                return Some(&self.places);
            }
        }
        // Only small sets come here: what is still empty gets its smallest number at once.
        (length..2 * length).for_each(|round| self.settle(round));
        Some(&self.places)
    }

    fn draw(&mut self, round: u64) {
        let length = self.places.len() as u64;
        let seed = seed(round);
        for &element in &self.elements {
            let drawn = mixed(element ^ seed);
            let place = &mut self.places[(((drawn >> 32) * length) >> 32) as usize];
            *place = (*place).min(number(drawn, round));
        }
    }

    fn settle(&mut self, round: u64) {
        let place = (round - self.places.len() as u64) as usize;
        if self.places[place] == EMPTY {
            let seed = seed(round);
            let numbers = self.elements.iter().map(|element| number(mixed(element ^ seed), round));
            self.places[place] = numbers.min().unwrap_or(EMPTY);
        }
    }
}

/// Any number of an earlier round is smaller than one of a later round.
#[inline]
fn number(drawn: u64, round: u64) -> u64 {
    (round << 32) | (drawn & 0xffff_ffff)
}

/// Makes the draws of each round independent of those of all others.
fn seed(round: u64) -> u64 {
    mixed(round.wrapping_add(0x243f_6a88_85a3_08d3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share of equal places of two sets of `size` with this many in common.
    fn equal(size: u64, common: u64, length: usize, start: u64) -> f64 {
        let left: Vec<u64> = (start..start + size).collect();
        let right: Vec<u64> = (start + size - common..start + 2 * size - common).collect();
        let (mut one, mut other) = (Signer::new(length), Signer::new(length));
        let (left, right) = (one.sign(&left).unwrap(), other.sign(&right).unwrap());
        assert!(!left.contains(&EMPTY));
        left.iter().zip(right).filter(|(a, b)| a == b).count() as f64 / length as f64
    }

    #[test]
    fn places_are_equal_as_often_as_sets_are_alike() {
        for (size, common, length) in [(138, 114, 190), (20, 10, 190), (2, 1, 64), (900, 600, 100)]
        {
            let similarity = common as f64 / (2 * size - common) as f64;
            let runs = 0..400u64;
            let mean = runs.map(|run| equal(size, common, length, run << 20)).sum::<f64>() / 400.0;
            assert!((mean - similarity).abs() < 0.02, "{size} {common} {length}: {mean}");
        }
    }

    #[test]
    fn small_sets_are_signed_and_empty_ones_are_not() {
        assert_eq!(Signer::new(5).sign(&[]), None);
        assert_eq!(equal(1, 1, 100, 7), 1.0);
        assert_eq!(equal(1, 0, 100, 7), 0.0);
        assert_eq!(equal(1, 1, 1, 7), 1.0);
    }
}
