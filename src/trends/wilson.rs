//! A share of documents → the band that it lies in.

/// 95 % of a normal distribution lie within so many standard deviations.
const Z: f64 = 1.959_963_984_540_054;

/// A share and its confidence band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The share, 0 to 1.
    pub value: f64,
    /// Lower end of the band.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
}

/// The share of `part` in `all` with its 95 % band (Wilson 1927); `None` of nothing.
///
/// # Examples
/// ```
/// use malmoi::trends::band;
///
/// let half = band(5, 10).unwrap();
/// assert_eq!(half.value, 0.5);
/// assert!(half.low > 0.23 && half.high < 0.77);
/// assert_eq!(band(0, 0), None);
/// ```
pub fn band(part: u64, all: u64) -> Option<Band> {
    if all == 0 {
        return None;
    }
    // n documents, a share p of them, z standard deviations.
    let (n, z) = (all as f64, Z);
    let p = part.min(all) as f64 / n;
    let scale = 1.0 + z * z / n;
    let middle = (p + z * z / (2.0 * n)) / scale;
    let half = z / scale * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    // Rounding must not put the end of a band beyond what it is a band of.
    Some(Band { value: p, low: (middle - half).clamp(0.0, p), high: (middle + half).clamp(p, 1.0) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Golden: `statsmodels.stats.proportion.proportion_confint(k, n, method="wilson")`.
    #[test]
    fn bands_are_those_of_statsmodels() {
        let golden = [
            (0, 1, 0.0, 0.7934506856227627),
            (1, 1, 0.2065493143772374, 1.0),
            (5, 10, 0.23659309051256394, 0.7634069094874361),
            (0, 30, 0.0, 0.1135133931739688),
            (123, 4567, 0.022620022313028024, 0.032039816815401245),
            (999_999, 1_000_000, 0.9999943350881957, 0.9999998234754233),
        ];
        for (part, all, low, high) in golden {
            let band = band(part, all).unwrap();
            assert!((band.low - low).abs() < 1e-14, "{part} of {all}: {band:?}");
            assert!((band.high - high).abs() < 1e-14, "{part} of {all}: {band:?}");
        }
    }

    proptest! {
        #[test]
        fn a_share_is_in_its_band(part in 0u64..2_000, more in 0u64..2_000) {
            prop_assume!(part + more > 0);
            let band = band(part, part + more).unwrap();
            prop_assert!(0.0 <= band.low && band.low <= band.value);
            prop_assert!(band.value <= band.high && band.high <= 1.0);
            prop_assert!(band.high - band.low > 0.0);
        }
    }
}
