//! Many tests at once → how many of their alarms are false.

/// The p-values adjusted for their number, in their order: calling all below `rate`
/// significant, the share of false alarms among those is `rate` at most (Benjamini and
/// Hochberg 1995).
///
/// # Examples
/// ```
/// assert_eq!(malmoi::trends::adjusted(&[0.01, 0.04, 0.03]), [0.03, 0.04, 0.04]);
/// ```
pub fn adjusted(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|one, other| p[*other].total_cmp(&p[*one]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0f64;
    for (place, &test) in order.iter().enumerate() {
        let rank = p.len() - place;
        // Rounding must not put an adjusted value below its own.
        least = least.min((p[test] * p.len() as f64 / rank as f64).max(p[test]));
        adjusted[test] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Golden: `scipy.stats.false_discovery_control(p)`.
    #[test]
    fn values_are_those_of_scipy() {
        let golden = [
            (0.01, 0.0525),
            (0.04, 0.055999999999999994),
            (0.03, 0.0525),
            (0.5, 0.5833333333333334),
            (0.02, 0.0525),
            (1.0, 1.0),
            (0.03, 0.0525),
        ];
        let found = adjusted(&golden.map(|(p, _)| p));
        for (q, (_, expected)) in found.iter().zip(golden) {
            assert!((q - expected).abs() < 1e-15, "{q} {expected}");
        }
    }

    proptest! {
        #[test]
        fn adjusting_keeps_the_order(p in prop::collection::vec(0.0f64..=1.0, 0..40)) {
            let q = adjusted(&p);
            for one in 0..p.len() {
                prop_assert!(p[one] <= q[one] && q[one] <= 1.0);
                for other in 0..p.len() {
                    prop_assert!(p[one] > p[other] || q[one] <= q[other]);
                }
            }
        }
    }
}
