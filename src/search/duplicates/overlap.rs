//! How much two sets share: exactly, and bounded from above in a few steps.
//!
//! The similarity of Jaccard is the share of common elements in all elements of both.
//! A quotient of whole numbers is rounded once, so it never falls when the overlap
//! rises: a bound that does not reach the threshold rules a pair out for certain.

/// Similarity of two sets of these sizes.
pub(super) fn jaccard(overlap: usize, sizes: (usize, usize)) -> f64 {
    overlap as f64 / (sizes.0 + sizes.1 - overlap) as f64
}

/// The smallest overlap that makes sets of these sizes similar enough.
pub(super) fn needed(sizes: (usize, usize), threshold: f64) -> usize {
    let both = (sizes.0 + sizes.1) as f64;
    let mut overlap = (threshold / (1.0 + threshold) * both) as usize;
    // The product is rounded, so the last steps are taken on the quotient itself.
    while overlap > 0 && jaccard(overlap - 1, sizes) >= threshold {
        overlap -= 1;
    }
    while overlap <= sizes.0.min(sizes.1) && jaccard(overlap, sizes) < threshold {
        overlap += 1;
    }
    overlap
}

/// The similarity of two sets, if it reaches the threshold.
///
/// Stops as soon as what is left of one set cannot make up for what is missing.
pub(super) fn similarity<T: Ord + Copy>(left: &[T], right: &[T], threshold: f64) -> Option<f64> {
    let sizes = (left.len(), right.len());
    let overlap = overlap(left, right, needed(sizes, threshold))?;
    Some(jaccard(overlap, sizes))
}

/// How many elements both have, if they are at least `needed`.
pub(super) fn overlap<T: Ord + Copy>(left: &[T], right: &[T], needed: usize) -> Option<usize> {
    let (mut i, mut j, mut found) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        if found + (left.len() - i).min(right.len() - j) < needed {
            return None;
        }
        let (a, b) = (left[i], right[j]);
        // Sums of comparisons, not branches: which set goes on cannot be foreseen.
        found += usize::from(a == b);
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    (found >= needed).then_some(found)
}

/// A set in 512 bits; each element flips one of them.
///
/// Every bit that differs between two sets stands for an element that only one of them
/// has (the bitmap filter of Sandes, Teodoro and Melo 2020, with their `xor`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bits([u64; 8]);

impl Bits {
    pub fn of(elements: impl IntoIterator<Item = u64>) -> Self {
        let mut bits = [0; 8];
        for element in elements {
            let place = mixed(element) >> 55;
            bits[(place >> 6) as usize] ^= 1 << (place & 63);
        }
        Bits(bits)
    }

    /// The overlap is at most this.
    pub fn bound(&self, other: &Bits, sizes: (usize, usize)) -> usize {
        let differing: u32 = self.0.iter().zip(&other.0).map(|(a, b)| (a ^ b).count_ones()).sum();
        let by_bits = (sizes.0 + sizes.1).saturating_sub(differing as usize) / 2;
        by_bits.min(sizes.0).min(sizes.1)
    }
}

/// Spreads a number over 64 bits.
#[inline]
pub(super) fn mixed(number: u64) -> u64 {
    let product = u128::from(number ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needed_is_the_smallest() {
        for (a, b) in (1..40usize).flat_map(|a| (1..40).map(move |b| (a, b))) {
            for threshold in [1e-9, 0.1, 0.3, 1.0 / 3.0, 0.5, 0.7, 0.8, 0.95, 1.0] {
                let smallest = (0..=a.min(b)).find(|o| jaccard(*o, (a, b)) >= threshold);
                let found = Some(needed((a, b), threshold)).filter(|o| *o <= a.min(b));
                assert_eq!(found, smallest, "{a} {b} {threshold}");
            }
        }
    }

    #[test]
    fn similarity_counts_what_both_have() {
        let check = |left: &[u64], right: &[u64], threshold, expected| {
            assert_eq!(similarity(left, right, threshold), expected);
            assert_eq!(similarity(right, left, threshold), expected);
        };
        check(&[1, 2, 3], &[2, 3, 4], 0.5, Some(0.5));
        check(&[1, 2, 3], &[2, 3, 4], 0.51, None);
        check(&[1, 2], &[1, 2], 1.0, Some(1.0));
        check(&[1, 2, 3], &[1, 2], 1.0, None);
        check(&[1], &[2], 1e-300, None);
        check(&[], &[2], 0.1, None);
    }

    #[test]
    fn bits_bound_the_overlap() {
        let set = |from: u64, step: usize| (from..1200).step_by(step);
        for (from, step) in (0..100).flat_map(|from| (1..20).map(move |step| (from, step))) {
            let left: Vec<u64> = set(0, 3).collect();
            let right: Vec<u64> = set(from, step).collect();
            let exact = overlap(&left, &right, 0).expect("no overlap is needed");
            let sizes = (left.len(), right.len());
            let bound = Bits::of(left).bound(&Bits::of(right), sizes);
            assert!(exact <= bound && bound <= sizes.0.min(sizes.1));
        }
    }
}
