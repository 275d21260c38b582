//! What the planes of a query are worth, as whole numbers that can be summed in 16 bits.

use super::measure::{Bounds, Measure, Whole};
use super::query::Met;

/// From a value that a document has in a column to what it adds to the sum.
#[derive(Clone, Copy)]
pub struct Worth {
    /// The measure.
    pub measure: Measure,
    /// The whole query.
    pub query: Whole,
    /// The highest scale of a document; only Manhattan's worth depends on it.
    pub scale: f64,
}

impl Worth {
    fn of(&self, plane: &Met, value: f64) -> f64 {
        match self.measure {
            Measure::Cosine if self.query.length > 0.0 => plane.query / self.query.length * value,
            Measure::Cosine => 0.0,
            Measure::Euclidean => plane.query * value,
            Measure::Manhattan => plane.query.min(value * self.scale),
            Measure::Jaccard => value,
        }
    }

    /// What no sum can be above, but for the rounding of steps: a cosine is 1 at most.
    fn highest(&self, lowest_cosine_scale: f64) -> f64 {
        match self.measure {
            Measure::Cosine => 1.0 / lowest_cosine_scale,
            Measure::Euclidean => self.query.length / lowest_cosine_scale,
            Measure::Manhattan | Measure::Jaccard => f64::INFINITY,
        }
    }
}

/// Weights of planes as they are added.
pub struct PlaneWeights {
    /// One a plane; 0 for a plane whose documents get as much by the plane below it.
    pub each: Vec<u16>,
    /// Their sum.
    pub total: f64,
    /// What a sum promises.
    pub bounds: Bounds,
}

/// So many times finer sums are worth the slower additions.
const WORTH_CROWDING: f64 = 2.0;

/// Steps of a term that differ by no more, in units of a sum, are one.
const HARDLY: f64 = 8.0;

impl PlaneWeights {
    /// Weighs the planes of a query, those of a term one after the other. No document has
    /// a cosine scale below `lowest_cosine_scale` and above 0.
    pub fn new(planes: &[Met], worth: Worth, lowest_cosine_scale: f64) -> Self {
        let step = |plane: &Met| worth.of(plane, plane.value) - worth.of(plane, plane.below);
        let total: f64 = planes.iter().map(step).sum();
        // Where sums cannot come near the total, what they are made of may be finer.
        let highest = worth.highest(lowest_cosine_scale);
        let highest = if highest * WORTH_CROWDING < total { highest } else { total };
        let room = f64::from(u16::MAX) - f64::from(worth.query.size);
        let factor = match worth.measure {
            Measure::Jaccard => 1.0,
            _ if highest > 0.0 => room / highest,
            _ => 1.0,
        };
        let mut rounding = Rounding::default();
        for plane in planes {
            let [least, most] = [plane.least, plane.value].map(|one| worth.of(plane, one) * factor);
            rounding.add(plane.below == 0.0, least, most);
        }
        let slack = if worth.measure == Measure::Jaccard { 0.0 } else { rounding.slack() };
        let each = rounding.weights;
        let total = each.iter().map(|weight| f64::from(*weight)).sum();
        let Worth { query, scale, .. } = worth;
        PlaneWeights { each, total, bounds: Bounds { factor, slack, scale, query } }
    }

    /// Whether a sum may be too large for its bits; it then stays at the highest value,
    /// which bounds nothing.
    pub fn is_crowded(&self) -> bool {
        self.total > f64::from(u16::MAX)
    }
}

/// Whole numbers that add up to no less than what a document has.
///
/// Rounding what the planes of a term add up to, instead of each plane, errs by less than
/// one a term.
#[derive(Default)]
struct Rounding {
    weights: Vec<u16>,
    /// What a document of the last plane gets from its term.
    given: u32,
    /// The last plane of the term that has a weight, and the least its documents have.
    kept: usize,
    least: f64,
    /// By how much a document of the term may get too much; that of the terms before.
    error: f64,
    errors: f64,
}

impl Rounding {
    /// Adds a plane, the first of a term or one above; its documents have between `least`
    /// and `most`.
    fn add(&mut self, is_first: bool, least: f64, most: f64) {
        if is_first {
            self.errors += std::mem::take(&mut self.error);
            self.given = 0;
        }
        let whole = round_up(most).max(self.given);
        let weight = whole - self.given;
        self.given = whole;
        if !is_first && most - self.least <= HARDLY {
            let kept = &mut self.weights[self.kept];
            *kept = bounded(u32::from(*kept) + weight);
            self.weights.push(0);
        } else {
            (self.kept, self.least) = (self.weights.len(), least);
            self.weights.push(bounded(weight));
        }
        self.error = self.error.max(f64::from(whole) - self.least);
    }

    /// By how much a sum may be too high.
    fn slack(&self) -> f64 {
        self.errors + self.error
    }
}

fn bounded(weight: u32) -> u16 {
    weight.min(u16::MAX.into()) as u16
}

/// The next whole number; `f64::ceil` is a call where the processor may be an old one.
fn round_up(value: f64) -> u32 {
    let whole = value as u32;
    whole + u32::from(f64::from(whole) < value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_hardly_differ_are_one() {
        let mut rounding = Rounding::default();
        rounding.add(true, 10.0, 10.0);
        rounding.add(false, 100.2, 100.2);
        rounding.add(false, 104.0, 105.5);
        rounding.add(false, 107.0, 150.0);
        rounding.add(true, 3.5, 3.5);
        assert_eq!(rounding.weights, [10, 96, 0, 44, 4]);
        assert_eq!(rounding.slack(), 43.0 + 0.5);
    }

    #[test]
    fn numbers_are_rounded_up() {
        assert_eq!([0.0, 0.1, 1.0, 7.000_1].map(round_up), [0, 1, 1, 8]);
    }
}
