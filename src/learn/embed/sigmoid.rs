//! 1 / (1 + e^-x) from a table.
//!
//! A window asks for some thirty of them; computing each would take as long as all else.

/// Beyond it the slope is next to nothing.
const LIMIT: f32 = 8.0;

/// Places of the table for one of x.
const STEPS: f32 = 64.0;

/// The function between -[`LIMIT`] and [`LIMIT`], straight between the places of the table:
/// at most 3e-6 beside the truth.
pub(super) struct Sigmoid {
    values: Vec<f32>,
}

impl Sigmoid {
    pub fn new() -> Self {
        let count = (2.0 * LIMIT * STEPS) as usize + 2;
        let x = |place| f64::from(place as f32 / STEPS - LIMIT);
        let value = |place| (1.0 / (1.0 + (-x(place)).exp())) as f32;
        Sigmoid { values: (0..count).map(value).collect() }
    }

    /// The function at `x`; not a number where `x` is none.
    #[inline]
    pub fn at(&self, x: f32) -> f32 {
        let place = (x.clamp(-LIMIT, LIMIT) + LIMIT) * STEPS;
        let below = (place as usize).min(self.values.len() - 2);
        let part = place - below as f32;
        self.values[below] + part * (self.values[below + 1] - self.values[below])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_next_to_the_truth() {
        let sigmoid = Sigmoid::new();
        for place in -9000..=9000 {
            let x = place as f32 / 1000.0;
            let truth = 1.0 / (1.0 + (-x.clamp(-LIMIT, LIMIT)).exp());
            assert!((sigmoid.at(x) - truth).abs() < 3.5e-6, "{x}");
        }
        assert!(sigmoid.at(f32::NAN).is_nan());
        assert!(sigmoid.at(f32::INFINITY) > 0.999);
    }
}
