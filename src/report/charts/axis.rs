//! Numbers of any size → an axis, its ticks and what stands at them.
//!
//! In: the least and the most. Out: places between 0 and 1. Promises: ticks at round
//! numbers, the values between the first and the last; powers of ten where the most is more
//! than a hundred times the least; never more ticks than asked for, if that is three or more, and never less than two.

use crate::report::forms::numbers::count;

/// Beyond, differences overflow.
const MOST: f64 = 1e300;

/// The most is so many times the least: a straight axis would hide where a loss ends.
const LOGARITHMIC_FROM: f64 = 100.0;

/// Below, a number is nothing on a logarithmic axis.
const LEAST_POSITIVE: f64 = 1e-300;

/// An axis and its ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    ticks: Vec<f64>,
    is_logarithmic: bool,
    decimals: usize,
}

impl Axis {
    /// An axis for `values`, with at most `most_ticks` ticks; what is no finite number is
    /// passed over.
    pub fn of_values(values: impl Iterator<Item = f64>, most_ticks: usize) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let ends = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let (low, high) = if ends.0 > ends.1 { (0.0, 1.0) } else { ends };
        let (low, high) = (low.clamp(-MOST, MOST), high.clamp(-MOST, MOST));
        if low > LEAST_POSITIVE && high / low > LOGARITHMIC_FROM {
            return Self::logarithmic(low, high, most_ticks);
        }
        // Half of a chart or less is a fair price for showing where zero is.
        let low = if low > 0.0 && low < high / 2.0 { 0.0 } else { low };
        Self::straight(low, high, most_ticks, f64::MIN_POSITIVE)
    }

    /// An axis for steps, which are whole.
    pub fn of_steps(first: u64, last: u64, most_ticks: usize) -> Self {
        Self::straight(first as f64, last as f64, most_ticks, 1.0)
    }

    fn straight(low: f64, high: f64, most_ticks: usize, least_step: f64) -> Self {
        // Numbers on both sides of 0 need three.
        let parts = most_ticks.max(3) - 1;
        // A flat line has an axis too.
        let is_flat = high - low <= high.abs().max(low.abs()) * 1e-12;
        let wide = if is_flat { (high.abs() * 0.1).max(least_step).max(1e-12) } else { high - low };
        let mut step = round_up(wide / parts as f64).max(least_step);
        let ends = |step: f64| ((low / step).floor(), (high / step).ceil());
        while ends(step).1 - ends(step).0 > parts as f64 {
            step = round_up(step * 1.5);
        }
        let (first, last) = ends(step);
        let last = if last > first { last } else { first + 1.0 };
        let ticks = (0..=(last - first) as usize).map(|number| (first + number as f64) * step);
        let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
        Axis { ticks: ticks.collect(), is_logarithmic: false, decimals }
    }

    fn logarithmic(low: f64, high: f64, most_ticks: usize) -> Self {
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let parts = (most_ticks.max(2) - 1) as i32;
        let every = (last - first + parts - 1) / parts;
        let count = (last - first + every - 1) / every;
        let ticks = (0..=count).map(|number| 10f64.powi(first + number * every)).collect();
        Axis { ticks, is_logarithmic: true, decimals: 0 }
    }

    /// Where a value stands: 0 at the first tick, 1 at the last, and never outside.
    pub fn at(&self, value: f64) -> f64 {
        let place = |value: f64| if self.is_logarithmic { value.log10() } else { value };
        let (first, last) = (place(self.ticks[0]), place(self.ticks[self.ticks.len() - 1]));
        let at = (place(value.clamp(-MOST, MOST)) - first) / (last - first);
        if at.is_nan() { 0.0 } else { at.clamp(0.0, 1.0) }
    }

    /// Whether equal ways are equal factors.
    pub fn is_logarithmic(&self) -> bool {
        self.is_logarithmic
    }

    /// Place and name of each tick.
    pub fn ticks(&self) -> impl Iterator<Item = (f64, String)> {
        self.ticks.iter().map(|tick| (self.at(*tick), self.label(*tick)))
    }

    fn label(&self, tick: f64) -> String {
        let size = tick.abs();
        let is_short = size == 0.0 || (1e-4..1e9).contains(&size);
        match tick {
            _ if !is_short => scientific(tick),
            tick if self.decimals == 0 && size >= 1_000.0 => {
                format!("{}{}", if tick < 0.0 { "-" } else { "" }, count(size as u64))
            }
            _ if self.is_logarithmic => format!("{tick}"),
            tick => format!("{tick:.*}", self.decimals),
        }
    }
}

/// `1e-29`, not what rounding makes of it.
fn scientific(tick: f64) -> String {
    let text = format!("{tick:.3e}");
    let (digits, power) = text.split_once('e').expect("it was written so");
    format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// The next of 1, 2, 5, 10, … times a power of ten.
fn round_up(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= step * (1.0 - 1e-9));
    times.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(values: &[f64]) -> String {
        let axis = Axis::of_values(values.iter().copied(), 6);
        axis.ticks().map(|(_, label)| label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(&[0.69, 0.21]), "0.0 0.2 0.4 0.6 0.8");
        assert_eq!(labels(&[0.69, 0.61]), "0.60 0.62 0.64 0.66 0.68 0.70");
        assert_eq!(labels(&[2500.0, 180.0]), "0 500 1,000 1,500 2,000 2,500");
        assert_eq!(labels(&[-3.0, 4.0]), "-4 -2 0 2 4");
        assert_eq!(labels(&[0.5, 0.00012]), "0.0001 0.001 0.01 0.1 1");
        assert_eq!(labels(&[1e-9, 1.0]), "1e-9 1e-7 1e-5 0.001 0.1 10");
        assert_eq!(labels(&[1e-29, 1e-27]), "1e-29 1e-28 1e-27");
        assert_eq!(labels(&[2e-5, 3e-5]), "2e-5 2.5e-5 3e-5 3.5e-5");
        assert_eq!(labels(&[0.0, 0.0]), labels(&[f64::NAN, 0.0, f64::INFINITY]));
        assert_eq!(labels(&[-1e80, 1e252]), "-5e251 0 5e251 1e252");
        assert_eq!(labels(&[]), "0.0 0.2 0.4 0.6 0.8 1.0");
    }

    #[test]
    fn steps_are_whole() {
        let labels = |first, last| -> Vec<String> {
            Axis::of_steps(first, last, 6).ticks().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(0, 2_000).join(" "), "0 500 1,000 1,500 2,000");
        assert_eq!(labels(1, 2).join(" "), "1 2");
        assert_eq!(labels(3, 3).join(" "), "3 4");
        assert!(labels(0, u64::MAX).len() >= 2);
    }

    proptest! {
        #[test]
        fn every_value_has_its_place(values in prop::collection::vec(any::<f64>(), 0..5), ticks in 0usize..9) {
            let axis = Axis::of_values(values.iter().copied(), ticks);
            let found = axis.ticks().count();
            prop_assert!(found >= 2 && found <= ticks.max(2) + 1, "{found}");
            prop_assert!(axis.ticks().all(|(at, _)| (0.0..=1.0).contains(&at)));
            prop_assert!(values.iter().all(|value| (0.0..=1.0).contains(&axis.at(*value))));
        }
    }
}
