//! The least and the most → numbers that an axis counts by.
//!
//! In: ends of values. Out: ends of the axis and its ticks. Promises: two to five ticks at
//! round numbers, the values between the first and the last.

/// An axis of counts, from zero.
pub fn counts(most: u64, ticks: u64) -> Vec<u64> {
    let least_step = most.div_ceil(ticks.max(1)).max(1);
    let digit = 10_u64.saturating_pow(least_step.ilog10());
    let step = [1, 2, 5, 10].map(|times| digit.saturating_mul(times));
    let step = step.into_iter().find(|step| *step >= least_step).unwrap_or(least_step);
    let last = most.div_ceil(step).max(1);
    (0..=last).map(|number| number.saturating_mul(step)).collect()
}

/// An axis of shares, in thousandths.
pub fn shares(least: f64, most: f64, ticks: i64) -> Vec<i64> {
    const STEPS: [i64; 9] = [2, 5, 10, 20, 50, 100, 200, 250, 500];
    let [low, high] = [least.floor(), most.ceil()].map(|end| (end as i64).clamp(0, 1_000));
    let ends = |step: i64| (low.div_euclid(step) * step, (high + step - 1).div_euclid(step) * step);
    let fits = |step: &i64| {
        let (low, high) = ends(*step);
        (high - low) / step <= ticks.max(1)
    };
    let step = STEPS.into_iter().find(fits).unwrap_or(500);
    let (low, high) = ends(step);
    // A flat line has an axis too.
    let high = if high == low { low + step } else { high };
    (0..=(high - low) / step).map(|number| low + number * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_count_by_round_numbers() {
        assert_eq!(counts(1_099, 4), [0, 500, 1_000, 1_500]);
        assert_eq!(counts(0, 4), [0, 1]);
        assert_eq!(counts(3, 4), [0, 1, 2, 3]);
        assert_eq!(*counts(712_404, 3).last().unwrap(), 1_000_000);
        assert!(counts(u64::MAX, 4).len() <= 5);
        assert_eq!(shares(412.3, 561.0, 4), [400, 450, 500, 550, 600]);
        assert_eq!(shares(0.0, 1_000.0, 4), [0, 250, 500, 750, 1_000]);
        assert_eq!(shares(500.0, 500.0, 4), [500, 502]);
        assert_eq!(shares(1_000.0, 1_000.0, 4), [1_000, 1_002]);
        assert!(shares(f64::NAN, f64::NAN, 3).len() >= 2);
    }
}
