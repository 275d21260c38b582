//! Term frequencies in steps, so that a posting needs no weight of its own.
//!
//! Plane `k` of a term holds the documents in which it occurs at least
//! `LEVELS[k]` times. What a document gets from a term is the sum over the
//! planes it stands in: exact for small frequencies, for large ones the upper
//! end of their step. By how much that is too high is part of every bound.

/// Where the steps begin.
pub const LEVELS: [u32; 30] = [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    14,
    16,
    19,
    22,
    26,
    31,
    38,
    46,
    56,
    68,
    84,
    104,
    128,
    180,
    256,
    1024,
    65536,
    1 << 24,
];

/// The number of planes that a document with this frequency stands in.
pub fn planes_of(frequency: u32) -> usize {
    LEVELS.partition_point(|&level| level <= frequency)
}

/// The highest frequency of step `level`, if none in the index is above `highest`.
pub fn upper_end(level: usize, highest: u32) -> u32 {
    LEVELS.get(level + 1).map_or(highest, |next| (next - 1).min(highest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_holds_its_frequencies() {
        assert_eq!(planes_of(0), 0);
        for frequency in 1..5_000 {
            let level = planes_of(frequency) - 1;
            assert!(LEVELS[level] <= frequency && frequency <= upper_end(level, u32::MAX));
        }
        assert_eq!(planes_of(u32::MAX), LEVELS.len());
        assert_eq!(upper_end(0, 7), 1);
        assert_eq!(upper_end(13, 17), 17);
    }
}
