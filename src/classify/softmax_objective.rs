//! What softmax regression minimizes, and its slopes.
//!
//! In: rows, classes and a point (weights with the classes of a column side by
//! side, then intercepts). Out: the value there and the gradient. Rows are
//! summed in fixed pieces or in their order: any number of threads gives the
//! same bits.

use rayon::prelude::*;

use crate::data::lbfgs::dot;
use crate::data::{CsrMatrix, softmax};
use crate::error::{Error, Result};

/// Rows whose losses are summed in one go.
const CHUNK: usize = 1024;

/// The mean objective: mean log-loss + ‖W‖² / (2 C n).
///
/// A point holds the weights (classes of a column side by side), then the intercepts.
pub(super) struct Objective<'a> {
    rows: &'a CsrMatrix,
    by_column: ByColumn,
    classes: &'a [u32],
    n_classes: usize,
    scales: Option<Vec<f64>>,
    penalty: f64,
}

impl<'a> Objective<'a> {
    /// `scales` stand in the order of the weights.
    ///
    /// # Errors
    /// `Kind::Data` for more rows than a `u32` counts.
    pub(super) fn new(
        rows: &'a CsrMatrix,
        classes: &'a [u32],
        n_classes: usize,
        c: f64,
        scales: Option<Vec<f64>>,
    ) -> Result<Self> {
        let by_column = ByColumn::new(rows)?;
        let penalty = 1.0 / (c * rows.rows() as f64);
        Ok(Objective { rows, by_column, classes, n_classes, scales, penalty })
    }

    /// Length of a point.
    pub(super) fn size(&self) -> usize {
        (self.rows.columns() + 1) * self.n_classes
    }

    /// Writes the gradient at `point` and returns the value there.
    pub(super) fn evaluate(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let (weights, intercepts) = point.split_at(point.len() - self.n_classes);
        let scaled = self.scaled(weights);
        let mut residuals = vec![0.0; self.classes.len() * self.n_classes];
        let loss = self.residuals(scaled.as_deref().unwrap_or(weights), intercepts, &mut residuals);
        self.gradient(weights, &residuals, gradient);
        loss + 0.5 * self.penalty * dot(weights, weights)
    }

    /// The weights as plain features see them, if they see others.
    pub(super) fn scaled(&self, weights: &[f64]) -> Option<Vec<f64>> {
        let scales = self.scales.as_ref()?;
        Some(weights.iter().zip(scales).map(|(weight, scale)| weight * scale).collect())
    }

    /// Writes (probability - truth) / rows and returns the mean loss.
    fn residuals(&self, weights: &[f64], intercepts: &[f64], residuals: &mut [f64]) -> f64 {
        let chunk_loss = |(chunk, residuals): (usize, &mut [f64])| -> f64 {
            let rows = residuals.chunks_exact_mut(self.n_classes).enumerate();
            rows.map(|(i, residual)| {
                self.row_loss(chunk * CHUNK + i, weights, intercepts, residual)
            })
            .sum()
        };
        let chunks = residuals.par_chunks_mut(CHUNK * self.n_classes).enumerate();
        let losses: Vec<f64> = chunks.map(chunk_loss).collect();
        losses.iter().sum::<f64>() / self.classes.len() as f64
    }

    fn row_loss(&self, row: usize, weights: &[f64], intercepts: &[f64], out: &mut [f64]) -> f64 {
        out.copy_from_slice(intercepts);
        let (columns, values) = self.rows.row(row);
        for (&column, &value) in columns.iter().zip(values) {
            let start = column as usize * self.n_classes;
            for (score, weight) in out.iter_mut().zip(&weights[start..start + self.n_classes]) {
                *score += weight * f64::from(value);
            }
        }
        let truth = self.classes[row] as usize;
        let true_score = out[truth];
        let loss = softmax(out) - true_score;
        out[truth] -= 1.0;
        let share = 1.0 / self.classes.len() as f64;
        out.iter_mut().for_each(|residual| *residual *= share);
        loss
    }

    fn gradient(&self, weights: &[f64], residuals: &[f64], gradient: &mut [f64]) {
        let (slopes, intercepts) = gradient.split_at_mut(weights.len());
        slopes.par_chunks_mut(self.n_classes).enumerate().with_min_len(64).for_each(
            |(column, slopes)| {
                self.column_gradient(column, residuals, slopes);
                let weights = &weights[column * self.n_classes..];
                for (slope, weight) in slopes.iter_mut().zip(weights) {
                    *slope += self.penalty * weight;
                }
            },
        );
        intercepts.fill(0.0);
        for residual in residuals.chunks_exact(self.n_classes) {
            intercepts.iter_mut().zip(residual).for_each(|(sum, r)| *sum += r);
        }
    }

    fn column_gradient(&self, column: usize, residuals: &[f64], slopes: &mut [f64]) {
        slopes.fill(0.0);
        let (rows, values) = self.by_column.column(column);
        for (&row, &value) in rows.iter().zip(values) {
            let residual = &residuals[row as usize * self.n_classes..];
            for (slope, residual) in slopes.iter_mut().zip(residual) {
                *slope += residual * f64::from(value);
            }
        }
        if let Some(scales) = &self.scales {
            let scales = &scales[column * self.n_classes..];
            slopes.iter_mut().zip(scales).for_each(|(slope, scale)| *slope *= scale);
        }
    }
}

/// The same values, compressed by columns.
///
/// The gradient of a column is then one sum in the order of the rows: any
/// number of threads gives the same bits, without a dense partial sum a chunk
/// (25 of them × 3 classes × 100,000 columns would be 60 MB).
struct ByColumn {
    ends: Vec<usize>,
    rows: Vec<u32>,
    values: Vec<f32>,
}

impl ByColumn {
    fn new(matrix: &CsrMatrix) -> Result<Self> {
        if u32::try_from(matrix.rows()).is_err() {
            return Err(Error::data(format!("{} rows are too many to learn from", matrix.rows())));
        }
        let mut ends = vec![0; matrix.columns() + 1];
        for &column in matrix.indices() {
            ends[column as usize + 1] += 1;
        }
        for column in 0..matrix.columns() {
            ends[column + 1] += ends[column];
        }
        let mut free = ends.clone();
        let (mut rows, mut values) = (vec![0; matrix.nnz()], vec![0.0; matrix.nnz()]);
        for row in 0..matrix.rows() {
            let (columns, row_values) = matrix.row(row);
            for (&column, &value) in columns.iter().zip(row_values) {
                let place = &mut free[column as usize];
                (rows[*place], values[*place]) = (row as u32, value);
                *place += 1;
            }
        }
        Ok(ByColumn { ends, rows, values })
    }

    fn column(&self, column: usize) -> (&[u32], &[f32]) {
        let range = self.ends[column]..self.ends[column + 1];
        (&self.rows[range.clone()], &self.values[range])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradient_is_the_slope_of_the_value() {
        let rows = CsrMatrix::new(
            3,
            vec![0, 2, 3, 3, 5],
            vec![0, 2, 1, 0, 1],
            vec![0.5, -1.0, 2.0, 1.5, 0.25],
        );
        let scales = (0..9).map(|i| 0.5 + f64::from(i % 4)).collect();
        let objective = Objective::new(&rows, &[0, 1, 2, 1], 3, 2.0, Some(scales)).unwrap();
        let size = objective.size();
        let mut point: Vec<f64> = (0..size).map(|i| (i as f64).sin()).collect();
        let (mut gradient, mut unused) = (vec![0.0; size], vec![0.0; size]);
        objective.evaluate(&point, &mut gradient);
        for i in 0..size {
            let middle = point[i];
            point[i] = middle + 1e-6;
            let above = objective.evaluate(&point, &mut unused);
            point[i] = middle - 1e-6;
            let below = objective.evaluate(&point, &mut unused);
            point[i] = middle;
            assert!(((above - below) / 2e-6 - gradient[i]).abs() < 1e-8, "{i}");
        }
    }
}
