//! Linear regression solved at once, to check what a descent found.
//!
//! In: a table, a target and a penalty. Out: the weights where the slopes are 0. linfa's
//! types stay in this file.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_linear::LinearRegression;
use ndarray::{Array1, Array2};

use super::DenseTable;
use super::scaling::Scaling;

/// Products that take about ten seconds.
const MOST_PRODUCTS: f64 = 1e10;

/// The weights and the intercept that make (mean squared error + `l2` · ‖weights‖²) least,
/// where `scaling` says in which units the weights are punished; none if the columns do not
/// fix them, or the table is too large to be solved at once.
pub fn closed_form(
    table: &DenseTable,
    target: &[f64],
    l2: f64,
    scaling: &Scaling,
) -> Option<(Vec<f64>, f64)> {
    let (rows, columns) = (table.rows(), table.columns());
    // The penalty as further rows that ask for weights of 0.
    let more = if l2 > 0.0 { columns } else { 0 };
    if rows + more < columns || (rows + more) as f64 * (columns as f64).powi(2) > MOST_PRODUCTS {
        return None;
    }
    // In one unit and around the mean, columns of any size are solved as exactly.
    let own = Scaling::of(table);
    let scaled = own.scaled(table);
    let mean = target.iter().sum::<f64>() / rows as f64;
    let mut x = Array2::zeros((rows + more, columns));
    for (place, value) in x.iter_mut().zip(scaled.values()) {
        *place = *value;
    }
    for column in 0..more {
        let unit = scaling.deviations[column] / own.deviations[column];
        x[[rows + column, column]] = (l2 * rows as f64).sqrt() * unit;
    }
    let mut y = Array1::zeros(rows + more);
    y.iter_mut().zip(target).for_each(|(place, value)| *place = value - mean);
    let solved = LinearRegression::new().with_intercept(false).fit(&DatasetBase::new(x, y)).ok()?;
    let (mut weights, mut intercept) = (solved.params().to_vec(), mean);
    own.unscale(&mut weights, &mut intercept);
    let is_solved = intercept.is_finite() && weights.iter().all(|weight| weight.is_finite());
    is_solved.then_some((weights, intercept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;
    use crate::learn::descent::Objective;
    use crate::learn::losses::{DenseObjective, Loss};

    /// All slopes are 0 there.
    fn check(l2: f64, is_scaled: bool) {
        let mut random = Random::new(3);
        let values: Vec<f64> =
            (0..90).map(|place| random.normal() * [1.0, 1e3, 1e-2][place % 3] + 5.0).collect();
        let target: Vec<f64> = (0..30).map(|_| random.normal()).collect();
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let table = DenseTable::new(names, values).unwrap();
        let scaling = if is_scaled { Scaling::of(&table) } else { Scaling::none(3) };
        let (weights, intercept) = closed_form(&table, &target, l2, &scaling).unwrap();
        let seen = scaling.scaled(&table);
        let shift: f64 = weights.iter().zip(&scaling.means).map(|(w, mean)| w * mean).sum();
        let mut point: Vec<f64> =
            weights.iter().zip(&scaling.deviations).map(|(w, deviation)| w * deviation).collect();
        point.push(intercept + shift);
        let objective = DenseObjective::new(&seen, Loss::Squared(&target), 2.0 * l2);
        let mut gradient = vec![0.0; 4];
        objective.evaluate(&point, &(0..30).collect::<Vec<_>>(), &mut gradient);
        assert!(gradient.iter().all(|slope| slope.abs() < 1e-7), "{gradient:?}");
    }

    #[test]
    fn slopes_are_zero_at_the_solution() {
        for l2 in [0.0, 0.7] {
            check(l2, false);
            check(l2, true);
        }
    }

    #[test]
    fn fewer_rows_than_columns_have_no_solution_of_their_own() {
        let names = ["a", "b"].map(str::to_owned).to_vec();
        let table = DenseTable::new(names, vec![1.0, 2.0]).unwrap();
        assert_eq!(closed_form(&table, &[1.0], 0.0, &Scaling::none(2)), None);
        let (weights, _) = closed_form(&table, &[1.0], 1.0, &Scaling::none(2)).unwrap();
        assert!(weights.iter().all(|weight| weight.abs() < 1e-12));
    }
}
