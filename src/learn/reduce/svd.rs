//! Sparse rows → the few directions in which they differ most.
//!
//! Randomized subspace iteration (Halko, Martinsson & Tropp 2011), with the defaults of
//! scikit-learn's `TruncatedSVD`. Sparse products run row by row on all threads, from
//! both sides: the columns are laid out as rows once.

use std::sync::atomic::AtomicBool;

use ndarray::{Array1, Array2, ArrayView1, s};
use rayon::prelude::*;

use super::dense::{gram, times};
use super::eigen::{eigen, leans_down};
use super::orthonormal::{conditioned, orthonormal};
use super::sparse::{self, BothSides};
use crate::data::{CsrMatrix, Random};
use crate::error::{Error, Result, check};

/// How the directions are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SvdParams {
    /// Rounds; each takes the rows twice and makes small directions more exact.
    pub n_iter: usize,
    /// Directions that are looked for beside those that are wanted.
    pub oversamples: usize,
    /// Of the directions that are begun with.
    pub seed: u64,
}

impl Default for SvdParams {
    fn default() -> Self {
        SvdParams { n_iter: 5, oversamples: 10, seed: 0 }
    }
}

/// Rows of many columns → rows of few.
///
/// Plain arrays, so that it can be kept in a file. Signs are fixed: of each direction the
/// entry of largest magnitude is positive.
///
/// # Examples
/// ```
/// use std::sync::atomic::AtomicBool;
/// use malmoi::data::CsrMatrix;
/// use malmoi::learn::reduce::{SvdParams, TruncatedSvd};
///
/// let rows = CsrMatrix::new(3, vec![0, 1, 2], vec![0, 2], vec![2.0, 1.0]);
/// let svd = TruncatedSvd::fit(&rows, 1, SvdParams::default(), &AtomicBool::new(false)).unwrap();
/// assert!((svd.singular_values[0] - 2.0).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TruncatedSvd {
    /// How many directions there are: fewer than asked for if the rows have no more.
    pub dimensions: usize,
    /// How many columns a row has.
    pub columns: usize,
    /// Columns × dimensions, column by column: what a column is in each direction.
    pub components: Vec<f32>,
    /// Of each direction, falling.
    pub singular_values: Vec<f64>,
    /// Share of the variance of the rows that each direction keeps; falls but for the
    /// first, which may be little more than the mean.
    pub explained_variance_ratio: Vec<f64>,
}

impl TruncatedSvd {
    /// Finds the `dimensions` strongest directions of `rows`.
    ///
    /// # Errors
    /// If no direction is asked for, the rows are all zero or hold what is no number, or
    /// `stop` is set.
    pub fn fit(
        rows: &CsrMatrix,
        dimensions: usize,
        params: SvdParams,
        stop: &AtomicBool,
    ) -> Result<Self> {
        if dimensions == 0 {
            return Err(Error::usage("rows cannot be reduced to 0 dimensions")
                .hinted("100 dimensions keep most of what texts are about"));
        }
        if !rows.values().iter().all(|value| value.is_finite()) {
            return Err(Error::data("the rows hold a value that is no finite number"));
        }
        let width =
            dimensions.saturating_add(params.oversamples).min(rows.rows()).min(rows.columns());
        let sides = BothSides::of(rows);
        let basis = basis(&sides, width, params, stop)?;
        let projected = sparse::times(&sides.rows, basis.view());
        let (squares, turn) = eigen(&gram(projected.view(), None));
        let kept = kept(squares.view(), dimensions);
        if kept == 0 {
            return Err(Error::data("the rows are all zero: there is no direction to keep")
                .hinted("lower `vectorize.min_df`, so that terms are left"));
        }
        let turn = turn.slice(s![.., ..kept]).mapv(|x| x as f32);
        let mut components = sides.in_order(&times(basis.view(), turn.view()));
        fix_signs(&mut components);
        let squares = squares.slice(s![..kept]);
        Ok(TruncatedSvd {
            dimensions: kept,
            columns: rows.columns(),
            singular_values: squares.iter().map(|square| square.sqrt()).collect(),
            explained_variance_ratio: explained(rows, &components, squares),
            components: components.into_raw_vec_and_offset().0,
        })
    }

    /// Writes what the row of these columns and values is in each direction to `out`.
    ///
    /// # Panics
    /// If `out` has not [`TruncatedSvd::dimensions`] places, or a column is none of ours.
    pub fn transform_row(&self, columns: &[u32], values: &[f32], out: &mut [f32]) {
        assert_eq!(out.len(), self.dimensions, "a row becomes one value a dimension");
        out.fill(0.0);
        sparse::add_rows(columns, values, &self.components, out);
    }

    /// The rows in few dimensions: rows × [`TruncatedSvd::dimensions`].
    ///
    /// # Panics
    /// If the rows have other columns.
    pub fn transform(&self, rows: &CsrMatrix) -> Array2<f32> {
        assert_eq!(rows.columns(), self.columns, "rows come from the same vectorizer");
        let mut reduced = Array2::zeros((rows.rows(), self.dimensions));
        let out = reduced.as_slice_mut().expect("it was just laid out by rows");
        out.par_chunks_exact_mut(self.dimensions).with_min_len(64).enumerate().for_each(
            |(row, out)| {
                let (columns, values) = rows.row(row);
                sparse::add_rows(columns, values, &self.components, out);
            },
        );
        reduced
    }

    /// What a column is in each direction.
    pub fn component(&self, column: usize) -> &[f32] {
        &self.components[column * self.dimensions..][..self.dimensions]
    }
}

/// An orthonormal basis, columns × at most `width`, of the directions that matter most.
fn basis(
    sides: &BothSides,
    width: usize,
    params: SvdParams,
    stop: &AtomicBool,
) -> Result<Array2<f32>> {
    let BothSides { rows, columns, .. } = sides;
    let mut basis = sparse::times(columns, random(rows.rows(), width, params.seed).view());
    for _ in 0..params.n_iter {
        check(stop)?;
        let along = conditioned(sparse::times(rows, conditioned(basis).view()));
        check(stop)?;
        basis = sparse::times(columns, along.view());
    }
    Ok(orthonormal(basis))
}

/// Normally distributed numbers; each row from its own seed, rows side by side.
fn random(rows: usize, width: usize, seed: u64) -> Array2<f32> {
    let mut numbers = Array2::zeros((rows, width));
    let out = numbers.as_slice_mut().expect("it was just laid out by rows");
    out.par_chunks_exact_mut(width.max(1)).enumerate().for_each(|(row, out)| {
        let seed = seed.wrapping_add(row as u64).wrapping_mul(0x2545_f491_4f6c_dd1d);
        let mut random = Random::new(seed);
        out.fill_with(|| random.normal() as f32);
    });
    numbers
}

/// How many of the squared singular values are more than rounding errors of the first.
fn kept(squares: ArrayView1<f64>, dimensions: usize) -> usize {
    let least = squares.first().map_or(0.0, |first| first * 1e-11);
    squares.iter().take(dimensions).take_while(|square| **square > least).count()
}

/// As scikit-learn does: the largest entry of a direction is positive.
fn fix_signs(components: &mut Array2<f32>) {
    for mut direction in components.columns_mut() {
        if leans_down(direction.iter().map(|x| f64::from(*x))) {
            direction.mapv_inplace(|x| -x);
        }
    }
}

/// Variance of the rows along each direction, of the variance that there is.
fn explained(rows: &CsrMatrix, components: &Array2<f32>, squares: ArrayView1<f64>) -> Vec<f64> {
    let count = rows.rows() as f64;
    let mut means = Array1::<f64>::zeros(rows.columns());
    let mut total = 0.0;
    for (&column, &value) in rows.indices().iter().zip(rows.values()) {
        means[column as usize] += f64::from(value) / count;
        total += f64::from(value).powi(2) / count;
    }
    let total = total - means.dot(&means);
    let mut along = vec![0.0; squares.len()];
    for (component, mean) in components.rows().into_iter().zip(&means) {
        along.iter_mut().zip(component).for_each(|(sum, x)| *sum += mean * f64::from(*x));
    }
    let ratio = |(square, mean): (&f64, &f64)| (square / count - mean * mean).max(0.0) / total;
    let ratios = squares.iter().zip(&along).map(ratio);
    // Rows that are all alike have no variance, and nothing explains it.
    ratios.map(|ratio| if ratio.is_finite() { ratio } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests;
