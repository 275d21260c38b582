//! Sparse rows and numbers → a linear model with an L2 penalty.
//!
//! In: rows of TF-IDF and the ratings of their documents. Out: the weights that make
//! Σ (rating − intercept − weights · row)² + alpha · ‖weights‖² least, as scikit-learn's
//! `Ridge(alpha)`; the intercept is free. Promises: sums are taken in `f64`, each by one
//! thread from left to right: the number of threads does not show.
//!
//! The solver is CGLS (Björck 1996, section 7.4.1): conjugate gradients on the normal
//! equations, without forming them. Columns are taken around their means on the way, so
//! that rows stay sparse.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::Curve;
use super::descent::{DescentParams, Objective, descend};
use super::losses::dot;
use crate::data::CsrMatrix;
use crate::error::{Result, check};

/// Rows or columns that one thread takes at a time.
const PIECE: usize = 256;

/// A plane through sparse rows.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseLinear {
    /// One weight a column.
    pub weights: Vec<f64>,
    /// Added to every prediction.
    pub intercept: f64,
}

impl SparseLinear {
    /// The prediction for a row.
    pub fn predict(&self, columns: &[u32], values: &[f32]) -> f64 {
        self.intercept + row_dot(&self.weights, columns, values)
    }

    /// The predictions for all rows.
    pub fn predict_all(&self, rows: &CsrMatrix) -> Vec<f64> {
        let mut predicted = vec![0.0; rows.rows()];
        times(rows, &self.weights, &mut predicted);
        predicted.iter_mut().for_each(|value| *value += self.intercept);
        predicted
    }
}

/// How the solver works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RidgeParams {
    /// Strength of the penalty.
    pub alpha: f64,
    /// Ends when the slope is so small a share of the first one.
    pub tol: f64,
    /// Most steps.
    pub max_iter: u32,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    /// The model.
    pub model: SparseLinear,
    /// The share of the first slope that is left after each step.
    pub curve: Curve,
    /// Whether it fell to the tolerance.
    pub converged: bool,
}

/// Rows by rows and by columns, and the means of the columns.
pub struct RidgeRows<'a> {
    rows: &'a CsrMatrix,
    by_column: CsrMatrix,
    means: Vec<f64>,
}

impl<'a> RidgeRows<'a> {
    /// Copies the values once, by columns.
    pub fn new(rows: &'a CsrMatrix) -> Self {
        let by_column = CsrMatrix::from(rows.as_sprs().transpose_view().to_csr());
        let mut means = vec![0.0; rows.columns()];
        let ones = vec![1.0; rows.rows()];
        times(&by_column, &ones, &mut means);
        let share = 1.0 / rows.rows().max(1) as f64;
        means.iter_mut().for_each(|mean| *mean *= share);
        RidgeRows { rows, by_column, means }
    }

    /// Solves for `target`, from the weights `start` on if there are any.
    ///
    /// # Errors
    /// An interrupt.
    pub fn solve(
        &self,
        target: &[f64],
        params: &RidgeParams,
        start: Option<&[f64]>,
        stop: &AtomicBool,
    ) -> Result<Ridge> {
        let mean = target.iter().sum::<f64>() / target.len().max(1) as f64;
        let mut weights = start.map_or(vec![0.0; self.rows.columns()], <[f64]>::to_vec);
        let mut rest: Vec<f64> = target.iter().map(|value| value - mean).collect();
        let mut slope = vec![0.0; weights.len()];
        // What is small is measured by the slope at weights of 0, wherever it begins.
        self.slope(&rest, &[], 0.0, &mut slope);
        let first = dot(&slope, &slope);
        let mut image = vec![0.0; rest.len()];
        self.image(&weights, &mut image);
        subtract(&mut rest, 1.0, &image);
        self.slope(&rest, &weights, params.alpha, &mut slope);
        let mut way = slope.clone();
        let mut size = dot(&slope, &slope);
        let mut curve = Curve::new("step");
        let share = |size: f64| if first > 0.0 { (size / first).sqrt() } else { 0.0 };
        curve.push(SLOPE, 0, share(size));
        let mut steps = 0;
        while share(size) > params.tol && steps < params.max_iter {
            check(stop)?;
            self.image(&way, &mut image);
            let length = size / (dot(&image, &image) + params.alpha * dot(&way, &way));
            subtract(&mut weights, -length, &way);
            subtract(&mut rest, length, &image);
            self.slope(&rest, &weights, params.alpha, &mut slope);
            let next = dot(&slope, &slope);
            let kept = next / size;
            way.par_iter_mut().zip(&slope).for_each(|(way, slope)| *way = slope + kept * *way);
            size = next;
            steps += 1;
            curve.push(SLOPE, steps.into(), share(size));
        }
        let intercept = mean - dot(&self.means, &weights);
        let converged = share(size) <= params.tol;
        Ok(Ridge { model: SparseLinear { weights, intercept }, curve, converged })
    }

    /// The rows around their mean, times weights.
    fn image(&self, weights: &[f64], out: &mut [f64]) {
        times(self.rows, weights, out);
        let shift = dot(&self.means, weights);
        out.iter_mut().for_each(|value| *value -= shift);
    }

    /// Minus half the slope of the objective: the columns times what is left, less the penalty.
    fn slope(&self, rest: &[f64], weights: &[f64], alpha: f64, out: &mut [f64]) {
        times(&self.by_column, rest, out);
        let sum: f64 = rest.iter().sum();
        subtract(out, sum, &self.means);
        subtract(out, alpha, weights);
    }
}

/// The name of what falls in the curve.
const SLOPE: &str = "slope left";

/// Each row times `vector`.
fn times(rows: &CsrMatrix, vector: &[f64], out: &mut [f64]) {
    out.par_iter_mut().enumerate().with_min_len(PIECE).for_each(|(row, out)| {
        let (columns, values) = rows.row(row);
        *out = row_dot(vector, columns, values);
    });
}

fn row_dot(vector: &[f64], columns: &[u32], values: &[f32]) -> f64 {
    let parts = columns.iter().zip(values);
    parts.map(|(column, value)| vector[*column as usize] * f64::from(*value)).sum()
}

fn subtract(target: &mut [f64], factor: f64, other: &[f64]) {
    target.par_iter_mut().zip(other).for_each(|(target, other)| *target -= factor * other);
}

/// The same objective for a descent by steps: its mean over the rows.
pub struct SparseSquared<'a> {
    rows: &'a CsrMatrix,
    target: &'a [f64],
    penalty: f64,
}

impl Objective for SparseSquared<'_> {
    fn size(&self) -> usize {
        self.rows.columns() + 1
    }

    fn rows(&self) -> usize {
        self.rows.rows()
    }

    fn evaluate(&self, point: &[f64], rows: &[u32], gradient: &mut [f64]) -> f64 {
        let (weights, intercept) = (&point[..point.len() - 1], point[point.len() - 1]);
        let share = 1.0 / rows.len().max(1) as f64;
        for (slope, weight) in gradient.iter_mut().zip(weights) {
            *slope = 2.0 * self.penalty * weight;
        }
        let last = weights.len();
        gradient[last] = 0.0;
        let mut sum = 0.0;
        for &row in rows {
            let (columns, values) = self.rows.row(row as usize);
            let error = intercept + row_dot(weights, columns, values) - self.target[row as usize];
            sum += error * error;
            for (column, value) in columns.iter().zip(values) {
                gradient[*column as usize] += 2.0 * share * error * f64::from(*value);
            }
            gradient[last] += 2.0 * share * error;
        }
        sum * share + self.penalty * dot(weights, weights)
    }
}

/// Learns the same by steps, from weights of 0 and the mean of the target on.
///
/// # Errors
/// If the training diverges, or an interrupt.
pub fn descend_ridge(
    rows: &CsrMatrix,
    target: &[f64],
    alpha: f64,
    params: &DescentParams,
    stop: &AtomicBool,
) -> Result<(SparseLinear, Curve)> {
    let count = rows.rows().max(1) as f64;
    let objective = SparseSquared { rows, target, penalty: alpha / count };
    let mut start = vec![0.0; objective.size()];
    start[rows.columns()] = target.iter().sum::<f64>() / count;
    let mut descent = descend(&objective, start, params, stop)?;
    let intercept = descent.point.pop().expect("a point ends with the intercept");
    Ok((SparseLinear { weights: descent.point, intercept }, descent.curve))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;
    use crate::learn::descent::Optimizer;

    const PARAMS: RidgeParams = RidgeParams { alpha: 0.5, tol: 1e-10, max_iter: 200 };

    /// Rows with a few columns each, as documents have them.
    fn sample(rows: usize, columns: usize) -> (CsrMatrix, Vec<f64>) {
        let mut random = Random::new(9);
        let (mut ends, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for _ in 0..rows {
            for column in 0..columns {
                if random.below(3) == 0 {
                    indices.push(column as u32);
                    values.push(random.uniform() as f32);
                }
            }
            ends.push(indices.len());
        }
        let target = (0..rows).map(|_| random.normal() + 6.0).collect();
        (CsrMatrix::new(columns, ends, indices, values), target)
    }

    fn solved(
        rows: &CsrMatrix,
        target: &[f64],
        params: &RidgeParams,
        start: Option<&[f64]>,
    ) -> Ridge {
        RidgeRows::new(rows).solve(target, params, start, &AtomicBool::new(false)).unwrap()
    }

    fn slopes(rows: &CsrMatrix, target: &[f64], alpha: f64, model: &SparseLinear) -> Vec<f64> {
        let objective = SparseSquared { rows, target, penalty: alpha / rows.rows() as f64 };
        let point = [&model.weights[..], &[model.intercept]].concat();
        let mut gradient = vec![0.0; point.len()];
        objective.evaluate(&point, &(0..rows.rows() as u32).collect::<Vec<_>>(), &mut gradient);
        gradient
    }

    #[test]
    fn slopes_are_zero_at_the_solution() {
        for (rows, columns, alpha) in [(40, 12, 0.5), (10, 30, 0.01), (40, 12, 1e4)] {
            let (rows, target) = sample(rows, columns);
            let found = solved(&rows, &target, &RidgeParams { alpha, ..PARAMS }, None);
            let slopes = slopes(&rows, &target, alpha, &found.model);
            assert!(found.converged && slopes.iter().all(|slope| slope.abs() < 1e-7), "{slopes:?}");
        }
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_value() {
        let (rows, target) = sample(9, 4);
        let objective = SparseSquared { rows: &rows, target: &target, penalty: 0.2 };
        let batch = [1, 4, 5, 8];
        let mut point: Vec<f64> = (0..5).map(|place| (place as f64).cos()).collect();
        let (mut gradient, mut unused) = (vec![0.0; 5], vec![0.0; 5]);
        objective.evaluate(&point, &batch, &mut gradient);
        for place in 0..5 {
            let middle = point[place];
            let mut beside = |at: f64| {
                point[place] = at;
                objective.evaluate(&point, &batch, &mut unused)
            };
            let slope = (beside(middle + 1e-5) - beside(middle - 1e-5)) / 2e-5;
            point[place] = middle;
            assert!((slope - gradient[place]).abs() < 1e-6, "{slope} {gradient:?}");
        }
    }

    #[test]
    fn a_good_start_saves_steps_and_changes_nothing() {
        let (rows, target) = sample(60, 20);
        let cold = solved(&rows, &target, &PARAMS, None);
        let warm = solved(&rows, &target, &PARAMS, Some(&cold.model.weights));
        assert!(warm.curve.series[0].points.len() < 4);
        let near = |(left, right): (&f64, &f64)| (left - right).abs() < 1e-7;
        assert!(cold.model.weights.iter().zip(&warm.model.weights).all(near));
    }

    #[test]
    fn steps_lead_to_the_same_model() {
        let (rows, target) = sample(40, 6);
        let expected = solved(&rows, &target, &PARAMS, None).model;
        let descent = |optimizer, learning_rate, steps| {
            let params = DescentParams {
                optimizer,
                learning_rate,
                steps,
                batch_size: 0,
                seed: 1,
                record_every: 0,
            };
            let found =
                descend_ridge(&rows, &target, PARAMS.alpha, &params, &AtomicBool::new(false));
            found.unwrap().0
        };
        for found in [
            descent(Optimizer::Sgd, 0.3, 3000),
            descent(Optimizer::Momentum, 0.03, 3000),
            descent(Optimizer::Adam, 0.02, 3000),
        ] {
            let pairs = found.weights.iter().zip(&expected.weights);
            assert!(pairs.clone().all(|(left, right)| (left - right).abs() < 1e-3), "{found:?}");
        }
    }

    #[test]
    fn the_number_of_threads_does_not_show() {
        let (rows, target) = sample(700, 300);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| solved(&rows, &target, &PARAMS, None))
        };
        assert_eq!(with(1), with(3));
    }

    #[test]
    fn a_target_that_does_not_vary_is_its_mean() {
        let (rows, _) = sample(5, 4);
        let found = solved(&rows, &[3.0; 5], &PARAMS, None);
        assert_eq!((found.model.intercept, found.converged), (3.0, true));
        assert_eq!(found.model.predict_all(&rows), [3.0; 5]);
    }
}
