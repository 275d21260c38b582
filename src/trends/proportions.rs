//! Two shares → whether they differ by more than noise.

/// A change of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Move {
    /// Standard errors that lie between the shares; above 0 if it rose.
    pub z: f64,
    /// How often chance alone moves as much.
    pub p: f64,
}

/// A share of `(part, all)` documents before against one after: two proportions with
/// their common variance, two-sided; `None` if there is nothing on a side.
///
/// # Examples
/// ```
/// use malmoi::trends::moved;
///
/// let change = moved((50, 100), (70, 100)).unwrap();
/// assert!(change.z > 2.88 && change.p < 0.004);
/// ```
pub fn moved(before: (u64, u64), after: (u64, u64)) -> Option<Move> {
    if before.1 == 0 || after.1 == 0 {
        return None;
    }
    let share = |(part, all): (u64, u64)| part as f64 / all as f64;
    let common = (before.0 + after.0) as f64 / (before.1 + after.1) as f64;
    let variance = common * (1.0 - common) * (1.0 / before.1 as f64 + 1.0 / after.1 as f64);
    // Where all documents are of one side, before and after, nothing moved.
    let z = match variance > 0.0 {
        true => (share(after) - share(before)) / variance.sqrt(),
        false => 0.0,
    };
    Some(Move { z, p: two_sided(z) })
}

/// How often a standard normal number is as far from 0 as `z`, on either side.
pub fn two_sided(z: f64) -> f64 {
    complementary_error(z.abs() / std::f64::consts::SQRT_2).clamp(0.0, 1.0)
}

/// erfc for x ≥ 0, to about 1 in 10¹⁴: the series of erf where it converges fast, else the
/// continued fraction (Abramowitz and Stegun 7.1.6 and 7.1.14).
fn complementary_error(x: f64) -> f64 {
    use std::f64::consts::PI;
    if x.is_nan() {
        return f64::NAN;
    }
    // Smaller than any number that is not zero.
    if x > 27.3 {
        return 0.0;
    }
    if x < 2.0 {
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        return 1.0 - 2.0 / PI.sqrt() * (-x * x).exp() * sum;
    }
    // x + (1/2)/(x + 1/(x + (3/2)/(x + …))), from the inside; 200 levels are enough from 2.
    let fraction = (1..=200).rev().fold(x, |inner, n| x + f64::from(n) / 2.0 / inner);
    (-x * x).exp() / PI.sqrt() / fraction
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Golden: `2 * scipy.stats.norm.sf(z)`.
    #[test]
    fn tails_are_those_of_scipy() {
        let golden = [
            (0.0, 1.0),
            (0.5, 0.6170750774519738),
            (1.0, 0.31731050786291415),
            (1.959963984540054, 0.05),
            (2.5, 0.012419330651552265),
            (3.0, 0.0026997960632601866),
            (5.0, 5.733031437583866e-07),
            (8.0, 1.244192114854348e-15),
            (20.0, 5.507248237212311e-89),
            (37.0, 1.1451142445047853e-299),
        ];
        for (z, p) in golden {
            assert!((two_sided(z) / p - 1.0).abs() < 1e-11, "{z}: {} {p}", two_sided(z));
        }
        assert_eq!((two_sided(1e9), two_sided(f64::INFINITY)), (0.0, 0.0));
        assert!(two_sided(f64::NAN).is_nan());
    }

    /// Golden: `statsmodels.stats.proportion.proportions_ztest([k2, k1], [n2, n1])`.
    #[test]
    fn moves_are_those_of_statsmodels() {
        let golden = [
            ((50, 100), (70, 100), 2.886751345948128, 0.0038924171227786367),
            ((15, 30), (16, 31), 0.12597176896623624, 0.8997542716246945),
            ((0, 40), (9, 60), 2.567762955065477, 0.01023571239127076),
            ((300, 1000), (250, 1000), -2.503915429180671, 0.012282738972377402),
        ];
        for (before, after, z, p) in golden {
            let change = moved(before, after).unwrap();
            assert!((change.z - z).abs() < 1e-12, "{change:?} {z}");
            assert!((change.p - p).abs() < 1e-12, "{change:?} {p}");
        }
    }

    #[test]
    fn nothing_moves_without_variance() {
        assert_eq!(moved((0, 40), (0, 50)), Some(Move { z: 0.0, p: 1.0 }));
        assert_eq!(moved((40, 40), (50, 50)), Some(Move { z: 0.0, p: 1.0 }));
        assert_eq!(moved((0, 0), (1, 50)), None);
        assert_eq!(moved((0, 1), (0, 0)), None);
    }

    proptest! {
        #[test]
        fn back_is_as_far_as_forth(a in 0u64..500, b in 1u64..500, c in 0u64..500, d in 1u64..500) {
            let (one, other) = ((a, a + b), (c, c + d));
            let (there, back) = (moved(one, other).unwrap(), moved(other, one).unwrap());
            prop_assert_eq!(there.z, -back.z);
            prop_assert!(there.p == back.p && (0.0..=1.0).contains(&there.p));
        }
    }
}
