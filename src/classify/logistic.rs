//! L2-regularized logistic regression by dual coordinate descent
//! (Yu, Huang & Lin 2011, the method of liblinear's solver 7).
//!
//! Minimizes C·Σ ln(1 + exp(−y·(w·x + b))) + ½‖w‖² + ½b².

use std::sync::atomic::AtomicBool;

use crate::data::{CsrMatrix, Random};
use crate::error::{Result, check};

/// Settings of the solver, already checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogisticParams {
    /// Inverse strength of the regularization.
    pub c: f64,
    /// Most passes over the rows.
    pub max_iter: u32,
    /// Stop when the largest violation of optimality in a pass is below this.
    pub tol: f64,
    /// Seed of the order in which rows are visited.
    pub seed: u64,
}

/// A hyperplane.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// One weight a column.
    pub weights: Vec<f32>,
    /// Added to every score.
    pub intercept: f32,
}

impl Linear {
    /// Score of a row: positive for the second label.
    pub fn score(&self, columns: &[u32], values: &[f32]) -> f64 {
        f64::from(dot(&self.weights, columns, values)) + f64::from(self.intercept)
    }
}

/// Fits the hyperplane that parts the `positive` rows from the others.
///
/// One thread; the result depends on the seed alone.
///
/// # Errors
/// An interrupt, once `stop` is set.
pub fn fit(
    rows: &CsrMatrix,
    positive: &[bool],
    params: &LogisticParams,
    stop: &AtomicBool,
) -> Result<Linear> {
    let mut solver = Solver::new(rows, positive, params);
    let mut order: Vec<u32> = (0..rows.rows() as u32).collect();
    let mut random = Random::new(params.seed);
    for _ in 0..params.max_iter {
        random.shuffle(&mut order);
        if solver.pass(&order, stop)? < params.tol {
            break;
        }
    }
    Ok(solver.linear)
}

struct Solver<'a> {
    rows: &'a CsrMatrix,
    positive: &'a [bool],
    c: f64,
    /// Dual variable of each row, in (0, C), and its complement.
    alphas: Vec<[f64; 2]>,
    /// Squared length of each row, the intercept's 1 included.
    lengths: Vec<f64>,
    linear: Linear,
    inner_tolerance: f64,
}

/// liblinear's constants: the start of the inner tolerance, its end, and the
/// factor by which a Newton step that leaves the interval is cut.
const FIRST_TOLERANCE: f64 = 1e-2;
const LAST_TOLERANCE: f64 = 1e-8;
const CUT: f64 = 0.1;

/// Rows between two looks at whether to stop: some milliseconds.
const ROWS_AT_ONCE: usize = 4096;

impl<'a> Solver<'a> {
    fn new(rows: &'a CsrMatrix, positive: &'a [bool], params: &LogisticParams) -> Self {
        let c = params.c;
        let small = (0.001 * c).min(1e-8);
        let mut solver = Solver {
            rows,
            positive,
            c,
            alphas: vec![[small, c - small]; rows.rows()],
            lengths: Vec::with_capacity(rows.rows()),
            linear: Linear { weights: vec![0.0; rows.columns()], intercept: 0.0 },
            inner_tolerance: FIRST_TOLERANCE,
        };
        for row in 0..rows.rows() {
            let squares = rows.row(row).1.iter().map(|value| f64::from(*value).powi(2));
            solver.lengths.push(1.0 + squares.sum::<f64>());
            solver.add(row, solver.sign(row) * small);
        }
        solver
    }

    /// Visits every row once; the largest violation seen.
    fn pass(&mut self, order: &[u32], stop: &AtomicBool) -> Result<f64> {
        let mut largest = 0.0f64;
        let mut steps = 0;
        for rows in order.chunks(ROWS_AT_ONCE) {
            check(stop)?;
            for &row in rows {
                let (violation, taken) = self.visit(row as usize);
                largest = largest.max(violation);
                steps += taken;
            }
        }
        if steps <= order.len() / 10 {
            self.inner_tolerance = LAST_TOLERANCE.max(0.1 * self.inner_tolerance);
        }
        Ok(largest)
    }

    /// Minimizes over one row's dual variable by Newton steps.
    fn visit(&mut self, row: usize) -> (f64, usize) {
        let (columns, values) = self.rows.row(row);
        let y = self.sign(row);
        let length = self.lengths[row];
        let margin = y * self.linear.score(columns, values);
        let [first, second] = self.alphas[row];
        // Work on whichever of α and C − α is the smaller after the step: its
        // logarithm is the steeper one.
        let swapped = 0.5 * length * (second - first) + margin < 0.0;
        let (old, sign) = if swapped { (second, -1.0) } else { (first, 1.0) };
        let slope = |z: f64| length * (z - old) + sign * margin + (z / (self.c - z)).ln();
        let mut z = if self.c - old < 0.5 * self.c { CUT * old } else { old };
        let mut gradient = slope(z);
        let violation = gradient.abs();
        let mut steps = 0;
        while gradient.abs() >= self.inner_tolerance && steps < 100 {
            let next = z - gradient / (length + self.c / (self.c - z) / z);
            z = if next <= 0.0 { z * CUT } else { next };
            gradient = slope(z);
            steps += 1;
        }
        if steps > 0 {
            self.alphas[row] = if swapped { [self.c - z, z] } else { [z, self.c - z] };
            self.add(row, sign * (z - old) * y);
        }
        (violation, steps)
    }

    fn add(&mut self, row: usize, step: f64) {
        let (columns, values) = self.rows.row(row);
        let step = step as f32;
        for (&column, &value) in columns.iter().zip(values) {
            self.linear.weights[column as usize] += step * value;
        }
        self.linear.intercept += step;
    }

    fn sign(&self, row: usize) -> f64 {
        if self.positive[row] { 1.0 } else { -1.0 }
    }
}

/// Four sums side by side: one would wait for itself at every term.
fn dot(weights: &[f32], columns: &[u32], values: &[f32]) -> f32 {
    let mut sums = [0.0f32; 4];
    let (column_blocks, last_columns) = columns.as_chunks::<4>();
    let (value_blocks, last_values) = values.as_chunks::<4>();
    for (columns, values) in column_blocks.iter().zip(value_blocks) {
        for lane in 0..4 {
            sums[lane] += weights[columns[lane] as usize] * values[lane];
        }
    }
    let last: f32 = last_columns
        .iter()
        .zip(last_values)
        .map(|(&column, &value)| weights[column as usize] * value)
        .sum();
    sums.iter().sum::<f32>() + last
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: LogisticParams = LogisticParams { c: 2.0, max_iter: 1000, tol: 1e-6, seed: 1 };

    fn fitted(rows: &CsrMatrix, positive: &[bool]) -> Linear {
        fit(rows, positive, &PARAMS, &AtomicBool::new(false)).unwrap()
    }

    fn toy() -> (CsrMatrix, Vec<bool>) {
        let rows = CsrMatrix::new(
            3,
            vec![0, 2, 4, 5, 7],
            vec![0, 1, 1, 2, 0, 0, 2],
            vec![1.0, 2.0, 1.0, 1.0, 3.0, 1.0, 0.5],
        );
        (rows, vec![true, false, true, false])
    }

    #[test]
    fn gradient_vanishes_at_the_solution() {
        let (rows, positive) = toy();
        let model = fitted(&rows, &positive);
        let mut gradient: Vec<f64> =
            model.weights.iter().map(|weight| f64::from(*weight)).collect();
        for (row, &is_positive) in positive.iter().enumerate() {
            let (columns, values) = rows.row(row);
            let y = if is_positive { 1.0 } else { -1.0 };
            let pull = -PARAMS.c * y / (1.0 + (y * model.score(columns, values)).exp());
            for (&column, &value) in columns.iter().zip(values) {
                gradient[column as usize] += pull * f64::from(value);
            }
        }
        assert!(gradient.iter().all(|part| part.abs() < 1e-4), "{gradient:?}");
    }

    #[test]
    fn same_seed_same_model() {
        let (rows, positive) = toy();
        assert_eq!(fitted(&rows, &positive), fitted(&rows, &positive));
    }

    #[test]
    fn it_can_be_stopped() {
        let (rows, positive) = toy();
        let stopped = fit(&rows, &positive, &PARAMS, &AtomicBool::new(true));
        assert_eq!(stopped.unwrap_err().exit_code(), 130);
    }
}
