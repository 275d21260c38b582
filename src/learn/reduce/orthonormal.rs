//! Columns of a tall matrix → an orthonormal basis of what they span.
//!
//! Cholesky-QR with pivots: the columns' products are summed in double precision, and
//! what is left of a column once the others are taken away says whether it adds a
//! direction. Three passes of matrix products, which is what makes it fast.

use ndarray::{Array1, Array2, s};

use super::dense::{gram, times};

/// A column of which less is left adds no direction: rows are single precision.
const LEAST: f64 = 2e-6;

/// A basis of what the columns span: well conditioned, orthogonal to some digits only.
pub fn conditioned(columns: Array2<f32>) -> Array2<f32> {
    let products = gram(columns.view(), None);
    let factor = factor(&products);
    times(columns.view(), factor.view())
}

/// A basis of what the columns span, orthonormal to the last digit.
///
/// It has fewer columns where some of them add no direction, and none if all are zero.
pub fn orthonormal(columns: Array2<f32>) -> Array2<f32> {
    conditioned(conditioned(columns))
}

/// The `F` for which the columns of `Y · F` are orthonormal, of the products `Yᵀ · Y`.
fn factor(products: &Array2<f64>) -> Array2<f32> {
    let scale: Array1<f64> = products.diag().mapv(|square| match square > 0.0 {
        true => 1.0 / square.sqrt(),
        false => 0.0,
    });
    let mut unit = products.clone();
    for ((row, column), value) in unit.indexed_iter_mut() {
        *value *= scale[row] * scale[column];
    }
    let (pivots, lower) = cholesky(unit);
    let inverse = inverse(&lower);
    let mut factor = Array2::zeros((products.nrows(), pivots.len()));
    for (row, &pivot) in pivots.iter().enumerate() {
        for column in row..pivots.len() {
            factor[[pivot, column]] = (scale[pivot] * inverse[[column, row]]) as f32;
        }
    }
    factor
}

/// The pivots, largest rest first, and the lower factor `L` of their products `L · Lᵀ`.
fn cholesky(mut rest: Array2<f64>) -> (Vec<usize>, Array2<f64>) {
    let size = rest.nrows();
    let (mut pivots, mut left): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..size).collect());
    let mut lower = Array2::zeros((size, size));
    // Row `place` of `parts` is what column `place` has of the directions found so far.
    let mut parts: Array2<f64> = Array2::zeros((size, size));
    while let Some(place) = largest(&rest, &left) {
        let (step, pivot) = (pivots.len(), left.swap_remove(place));
        let root = rest[[pivot, pivot]].sqrt();
        for &other in &left {
            parts[[other, step]] = rest[[other, pivot]] / root;
        }
        parts[[pivot, step]] = root;
        for &row in &left {
            let part = parts[[row, step]];
            for &column in &left {
                rest[[row, column]] -= part * parts[[column, step]];
            }
        }
        lower.slice_mut(s![step, ..]).assign(&parts.row(pivot));
        pivots.push(pivot);
    }
    let found = pivots.len();
    (pivots, lower.slice(s![..found, ..found]).to_owned())
}

/// Where in `left` the column stands of which most is left, if that is a direction.
fn largest(rest: &Array2<f64>, left: &[usize]) -> Option<usize> {
    let of = |place: &usize| rest[[left[*place], left[*place]]];
    let best = (0..left.len()).max_by(|a, b| of(a).total_cmp(&of(b)).then(b.cmp(a)))?;
    (of(&best) > LEAST * LEAST).then_some(best)
}

/// The inverse of a lower triangular matrix without zeros on its diagonal.
fn inverse(lower: &Array2<f64>) -> Array2<f64> {
    let size = lower.nrows();
    let mut inverse = Array2::zeros((size, size));
    for row in 0..size {
        for column in 0..=row {
            let known = (column..row).map(|k| lower[[row, k]] * inverse[[k, column]]);
            let unit = if row == column { 1.0 } else { 0.0 };
            inverse[[row, column]] = (unit - known.sum::<f64>()) / lower[[row, row]];
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;
    use proptest::prelude::*;

    fn is_orthonormal(basis: &Array2<f32>) -> bool {
        let difference = gram(basis.view(), None) - Array2::<f64>::eye(basis.ncols());
        difference.iter().all(|x| x.abs() < 1e-5)
    }

    #[test]
    fn columns_that_add_nothing_are_left_out() {
        let mut random = Random::new(1);
        let two = Array2::from_shape_simple_fn((50, 2), || random.normal() as f32);
        let mut columns = Array2::zeros((50, 5));
        columns.slice_mut(s![.., 0]).assign(&two.column(0));
        columns.slice_mut(s![.., 2]).assign(&two.column(1));
        columns.slice_mut(s![.., 3]).assign(&two.column(0));
        columns.slice_mut(s![.., 4]).assign(&(&two.column(0) * 3.0 - two.column(1)));
        let basis = orthonormal(columns);
        assert_eq!(basis.ncols(), 2);
        assert!(is_orthonormal(&basis));
        assert_eq!(orthonormal(Array2::zeros((9, 3))).dim(), (9, 0));
    }

    #[test]
    fn columns_that_nearly_agree_are_told_apart() {
        let mut random = Random::new(2);
        let one = Array1::from_shape_simple_fn(200, || random.normal() as f32);
        let mut columns = Array2::zeros((200, 3));
        for (place, mut column) in columns.columns_mut().into_iter().enumerate() {
            column.assign(&one);
            column[place] += 0.02;
        }
        let basis = orthonormal(columns);
        assert_eq!(basis.ncols(), 3);
        assert!(is_orthonormal(&basis));
    }

    proptest! {
        #[test]
        fn any_columns_get_an_orthonormal_basis(
            rows in 1_usize..40, width in 1_usize..12, scale in -15_i32..15, seed: u64,
        ) {
            let mut random = Random::new(seed);
            let scale = 10_f64.powi(scale);
            let columns = Array2::from_shape_simple_fn((rows, width), || {
                if random.below(3) == 0 { (random.normal() * scale) as f32 } else { 0.0 }
            });
            let basis = orthonormal(columns);
            prop_assert!(basis.ncols() <= rows.min(width));
            prop_assert!(is_orthonormal(&basis));
        }
    }
}
