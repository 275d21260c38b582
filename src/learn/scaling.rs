//! Columns of any unit → columns of mean 0 and deviation 1, and the way back.

use super::DenseTable;

/// Below, a deviation is rounding: the column is the same number in every row.
const LEAST: f64 = 1e-12;

/// Mean and deviation of each column.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// Means.
    pub means: Vec<f64>,
    /// Deviations (of the whole, as scikit-learn's `StandardScaler` has them); 1 where a
    /// column is the same number in every row.
    pub deviations: Vec<f64>,
}

impl Scaling {
    /// That of a table.
    pub fn of(table: &DenseTable) -> Self {
        let rows = table.rows().max(1) as f64;
        let over_rows = |add: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
            let mut sums = vec![0.0; table.columns()];
            for row in 0..table.rows() {
                let values = sums.iter_mut().zip(table.row(row)).enumerate();
                values.for_each(|(column, (sum, value))| *sum += add(column, *value));
            }
            sums.into_iter().map(|sum| sum / rows).collect()
        };
        let means = over_rows(&|_, value| value);
        // Rounding of the mean is taken out once more.
        let rests = over_rows(&|column, value| value - means[column]);
        let means: Vec<f64> = means.iter().zip(rests).map(|(mean, rest)| mean + rest).collect();
        let squares = over_rows(&|column, value| (value - means[column]).powi(2));
        let deviation = |(square, mean): (f64, &f64)| {
            let deviation = square.sqrt();
            if deviation > LEAST * mean.abs() && deviation > 0.0 { deviation } else { 1.0 }
        };
        let deviations = squares.into_iter().zip(&means).map(deviation).collect();
        Scaling { means, deviations }
    }

    /// Changes nothing.
    pub fn none(columns: usize) -> Self {
        Scaling { means: vec![0.0; columns], deviations: vec![1.0; columns] }
    }

    /// The scaled table.
    pub fn scaled(&self, table: &DenseTable) -> DenseTable {
        table.map(|column, value| (value - self.means[column]) / self.deviations[column])
    }

    /// Weights and intercept for the scaled columns → those for the columns as they are.
    pub fn unscale(&self, weights: &mut [f64], intercept: &mut f64) {
        for ((weight, mean), deviation) in weights.iter_mut().zip(&self.means).zip(&self.deviations)
        {
            *weight /= deviation;
            *intercept -= *weight * mean;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::losses::dot;

    #[test]
    fn scaled_columns_have_mean_0_and_deviation_1() {
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let table =
            DenseTable::new(names, vec![1.0, 0.1, 1e9, 3.0, 0.1, 1e9 + 2.0, 8.0, 0.1, 1e9 + 4.0])
                .unwrap();
        let scaling = Scaling::of(&table);
        assert_eq!((scaling.means[0], scaling.deviations[1]), (4.0, 1.0));
        let scaled = scaling.scaled(&table);
        let again = Scaling::of(&scaled);
        assert!(again.means.iter().all(|mean| mean.abs() < 1e-12), "{again:?}");
        assert!(again.deviations.iter().all(|deviation| (deviation - 1.0).abs() < 1e-9));
        let (mut weights, mut intercept) = (vec![2.0, 3.0, -1.0], 0.5);
        let scores: Vec<f64> = (0..3).map(|row| 0.5 + dot(&weights, scaled.row(row))).collect();
        scaling.unscale(&mut weights, &mut intercept);
        for (row, score) in scores.iter().enumerate() {
            let found = intercept + dot(&weights, table.row(row));
            assert!((found - score).abs() < 1e-5, "{found} {score}");
        }
        assert_eq!(Scaling::none(3).scaled(&table), table);
    }
}
