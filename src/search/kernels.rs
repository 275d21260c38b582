//! The two loops that a query spends its time in.
//!
//! Both work on the sums of one block of documents. The wide forms need AVX-512
//! and are chosen when the program runs; the portable forms give the same
//! numbers, which a test compares.

/// Documents a block; its sums fit the first-level cache.
pub const BLOCK: usize = 4096;

/// 64 documents a word.
pub const WORDS: usize = BLOCK / 64;

/// Documents looked at together when the best are sought.
pub const STRIDE: usize = 512;

/// One sum a document.
pub type Sums = [u16; BLOCK];

/// A set of the block's documents, and what each of them gets.
#[derive(Clone, Copy)]
pub struct Plane<'a> {
    /// One bit a document.
    pub bits: &'a [u64; WORDS],
    /// Added to its sum.
    pub weight: u16,
}

/// Adds each plane's weight to the sums of its documents. If one may be `crowded`, it stays
/// at the highest value, which takes a little longer.
pub fn add_planes(sums: &mut Sums, planes: &[Plane], crowded: bool) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512bw") {
        return wide::add_planes(sums, planes, crowded);
    }
    portable::add_planes(sums, planes);
}

/// What weights of planes may add up to in [`add_light_planes`].
pub const LIGHT: u16 = 255;

/// The same for planes whose weights add up to [`LIGHT`] at most: twice as many documents
/// fit an instruction.
pub fn add_light_planes(sums: &mut Sums, planes: &[Plane], crowded: bool) {
    debug_assert!(planes.iter().map(|plane| u32::from(plane.weight)).sum::<u32>() <= LIGHT.into());
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512bw") {
        return wide::add_light_planes(sums, planes, crowded);
    }
    portable::add_planes(sums, planes);
}

/// Puts the places of `sums` that are above `floor` into `found`, plus `base`.
pub fn above(sums: &[u16], floor: u16, base: u32, found: &mut Vec<u32>) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512bw") {
        return wide::above(sums, floor, base, found);
    }
    portable::above(sums, floor, base, found);
}

/// The highest sum of each 64 documents.
pub fn highest(sums: &[u16; STRIDE]) -> [u16; STRIDE / 64] {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512bw") {
        return wide::highest(sums);
    }
    portable::highest(sums)
}

mod portable;
#[cfg(target_arch = "x86_64")]
mod wide;

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random and are the same every time.
    fn mixed(count: usize, seed: u64) -> Vec<u64> {
        let mut state = seed;
        let next = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state ^ (state >> 29)
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn wide_and_portable_sums_are_equal() {
        let words = mixed(WORDS * 19, 7);
        let (blocks, _) = words.as_chunks::<WORDS>();
        for count in 0..=blocks.len() {
            let plane = |(place, bits)| Plane { bits, weight: place as u16 * 3 + 1 };
            let planes: Vec<Plane> = blocks[..count].iter().enumerate().map(plane).collect();
            let (mut chosen, mut plain) = ([5; BLOCK], [5; BLOCK]);
            add_planes(&mut chosen, &planes, false);
            portable::add_planes(&mut plain, &planes);
            assert_eq!(chosen, plain);
            let ones = blocks[..count].iter().filter(|bits| bits[1] & 1 == 1).count();
            assert_eq!(plain[64] == 5, ones == 0);
            let light = planes.iter().map(|plane| Plane { weight: plane.weight / 4, ..*plane });
            let light: Vec<Plane> = light.collect();
            add_light_planes(&mut chosen, &light, count % 2 == 0);
            portable::add_planes(&mut plain, &light);
            assert_eq!(chosen, plain);
            let heavy = planes.iter().map(|plane| Plane { weight: plane.weight * 900, ..*plane });
            let heavy: Vec<Plane> = heavy.collect();
            add_planes(&mut chosen, &heavy, true);
            portable::add_planes(&mut plain, &heavy);
            assert_eq!(chosen, plain);
        }
        let word = [u64::MAX; WORDS];
        let planes = [Plane { bits: &word, weight: 40_000 }; 3];
        let mut sums = [0; BLOCK];
        add_planes(&mut sums, &planes, true);
        assert_eq!(sums, [u16::MAX; BLOCK]);
    }

    #[test]
    fn wide_and_portable_maxima_are_equal() {
        let sums: Vec<u16> = mixed(STRIDE, 3).iter().map(|word| *word as u16).collect();
        let sums: &[u16; STRIDE] = sums.as_slice().try_into().unwrap();
        assert_eq!(highest(sums), portable::highest(sums));
        assert_eq!(highest(sums)[7], *sums[448..].iter().max().unwrap());
    }

    #[test]
    fn wide_and_portable_places_are_equal() {
        let sums: Vec<u16> = mixed(BLOCK, 11).iter().map(|word| *word as u16).collect();
        for (floor, length) in [(0, BLOCK), (60_000, BLOCK), (u16::MAX, 64), (30_000, 100), (9, 31)]
        {
            let (mut chosen, mut plain) = (vec![1], vec![1]);
            above(&sums[..length], floor, 70_000, &mut chosen);
            portable::above(&sums[..length], floor, 70_000, &mut plain);
            assert_eq!(chosen, plain);
            assert_eq!(plain.len() - 1, sums[..length].iter().filter(|sum| **sum > floor).count());
        }
    }
}
