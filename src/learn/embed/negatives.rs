//! Words drawn to be told from those that stand there.

use crate::data::Random;

/// How much frequent words are preferred (Mikolov et al. 2013).
const POWER: f64 = 0.75;

/// Draws words by their count to the power of 0.75, by Walker's alias method: one draw, two
/// look-ups, whatever the number of words.
pub(super) struct Negatives {
    /// Of 2^32: how often a place stands for itself.
    own: Vec<u32>,
    /// What it stands for else.
    other: Vec<u32>,
}

impl Negatives {
    pub fn new(counts: &[u64]) -> Self {
        let weights: Vec<f64> = counts.iter().map(|&count| (count as f64).powf(POWER)).collect();
        let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
        let mut left: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let mut own = vec![u32::MAX; counts.len()];
        let mut other: Vec<u32> = (0..counts.len() as u32).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..counts.len()).partition(|&place| left[place] < 1.0);
        while let (Some(&low), Some(&high)) = (small.last(), large.last()) {
            small.pop();
            own[low] = (left[low] * f64::from(u32::MAX)) as u32;
            other[low] = high as u32;
            left[high] -= 1.0 - left[low];
            if left[high] < 1.0 {
                large.pop();
                small.push(high);
            }
        }
        Negatives { own, other }
    }

    /// A word.
    #[inline]
    pub fn draw(&self, random: &mut Random) -> u32 {
        let bits = random.bits();
        let place = (((bits >> 32) * self.own.len() as u64) >> 32) as usize;
        if bits as u32 <= self.own[place] { place as u32 } else { self.other[place] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_by_their_powered_counts() {
        let counts = [1000, 300, 81, 16, 1, 1];
        let negatives = Negatives::new(&counts);
        let mut random = Random::new(1);
        let mut drawn = [0u32; 6];
        (0..200_000).for_each(|_| drawn[negatives.draw(&mut random) as usize] += 1);
        let powers = counts.map(|count| (count as f64).powf(0.75));
        let total = powers.iter().sum::<f64>();
        for (place, count) in drawn.into_iter().enumerate() {
            let expected = powers[place] / total * 200_000.0;
            assert!((f64::from(count) - expected).abs() < 5.0 * expected.sqrt(), "{drawn:?}");
        }
    }

    #[test]
    fn one_word_is_always_drawn() {
        let negatives = Negatives::new(&[3]);
        assert_eq!(negatives.draw(&mut Random::new(5)), 0);
    }
}
