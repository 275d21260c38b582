//! What predicted numbers are worth.

use serde::Serialize;

/// How near predictions are to the truth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measures {
    /// Number of rows.
    pub rows: usize,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Share of the variance that is explained; none if the truth does not vary.
    pub r2: Option<f64>,
    /// Rank correlation of Spearman; none if one side does not vary.
    pub spearman: Option<f64>,
}

impl Measures {
    /// Compares predictions with the truth, row by row; none without rows.
    pub fn of(truth: &[f64], predicted: &[f64]) -> Option<Self> {
        if truth.is_empty() {
            return None;
        }
        let rows = truth.len() as f64;
        let errors = || truth.iter().zip(predicted).map(|(truth, predicted)| predicted - truth);
        let squares: f64 = errors().map(|error| error * error).sum();
        let mean = truth.iter().sum::<f64>() / rows;
        let varies = truth.iter().any(|value| *value != truth[0]);
        let variance: f64 = truth.iter().map(|value| (value - mean).powi(2)).sum();
        Some(Measures {
            rows: truth.len(),
            rmse: (squares / rows).sqrt(),
            mae: errors().map(f64::abs).sum::<f64>() / rows,
            r2: varies.then(|| 1.0 - squares / variance),
            spearman: correlation(&ranks(truth), &ranks(predicted)),
        })
    }
}

/// Ranks from 1 on; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|left, right| values[*left].total_cmp(&values[*right]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for group in order.chunk_by(|left, right| values[*left] == values[*right]) {
        let rank = first as f64 + (group.len() as f64 + 1.0) / 2.0;
        group.iter().for_each(|place| ranks[*place] = rank);
        first += group.len();
    }
    ranks
}

fn correlation(left: &[f64], right: &[f64]) -> Option<f64> {
    let mean = (left.len() as f64 + 1.0) / 2.0;
    let (mut both, mut of_left, mut of_right) = (0.0, 0.0, 0.0);
    for (left, right) in left.iter().zip(right) {
        let (left, right) = (left - mean, right - mean);
        both += left * right;
        of_left += left * left;
        of_right += right * right;
    }
    (of_left > 0.0 && of_right > 0.0).then(|| both / (of_left * of_right).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy.stats.spearmanr and sklearn.metrics gave the numbers.
    #[test]
    fn measures_are_those_of_the_peers() {
        let truth = [1.0, 4.0, 4.0, 7.0, 10.0, 3.0];
        let found = Measures::of(&truth, &[2.0, 3.5, 5.0, 5.0, 8.0, 4.5]).unwrap();
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        near(found.rmse, 1.443375672974064);
        near(found.mae, 1.333333333333333);
        near(found.r2.unwrap(), 0.7540983606557377);
        near(found.spearman.unwrap(), 0.8676470588235294);
    }

    #[test]
    fn what_does_not_vary_has_no_correlation() {
        let found = Measures::of(&[2.0, 2.0], &[1.0, 3.0]).unwrap();
        assert_eq!((found.rmse, found.r2, found.spearman), (1.0, None, None));
        assert_eq!(Measures::of(&[], &[]), None);
        assert_eq!(ranks(&[3.0, 1.0, 3.0]), [2.5, 1.0, 2.5]);
    }
}
