//! Tall dense matrices: what all their rows say together.
//!
//! Rows are cut into blocks of a fixed size, whose sums are joined in order: the number
//! of threads does not show.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;

/// Rows of a block: its copy in double precision stays in the second-level cache.
const BLOCK: usize = 1024;

/// `rowsᵀ · rows` after `shift` is taken from every row, in double precision.
pub fn gram(rows: ArrayView2<f32>, shift: Option<&Array1<f64>>) -> Array2<f64> {
    let width = rows.ncols();
    let blocks: Vec<ArrayView2<f32>> = rows.axis_chunks_iter(Axis(0), BLOCK).collect();
    let of_block = |block: &ArrayView2<f32>| {
        let mut block = block.mapv(f64::from);
        if let Some(shift) = shift {
            block -= shift;
        }
        block.t().dot(&block)
    };
    // So many at once that memory stays small.
    let mut sum = Array2::zeros((width, width));
    for group in blocks.chunks(64) {
        let parts: Vec<Array2<f64>> = group.par_iter().map(of_block).collect();
        parts.iter().for_each(|part| sum += part);
    }
    sum
}

/// Mean of the rows; zeros if there is none.
pub fn mean(rows: ArrayView2<f32>) -> Array1<f64> {
    let mut sum = Array1::zeros(rows.ncols());
    for row in rows.rows() {
        sum.zip_mut_with(&row, |sum: &mut f64, value| *sum += f64::from(*value));
    }
    sum / (rows.nrows().max(1) as f64)
}

/// `rows · factor`, blocks of rows side by side.
pub fn times(rows: ArrayView2<f32>, factor: ArrayView2<f32>) -> Array2<f32> {
    let mut product = Array2::zeros((rows.nrows(), factor.ncols()));
    let outs: Vec<ArrayViewMut2<f32>> = product.axis_chunks_iter_mut(Axis(0), BLOCK).collect();
    outs.into_par_iter().enumerate().for_each(|(place, mut out)| {
        let first = place * BLOCK;
        let block = rows.slice(s![first..first + out.nrows(), ..]);
        ndarray::linalg::general_mat_mul(1.0, &block, &factor, 0.0, &mut out);
    });
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;

    fn rows(count: usize, width: usize) -> Array2<f32> {
        let mut random = Random::new(5);
        Array2::from_shape_simple_fn((count, width), || random.uniform() as f32)
    }

    #[test]
    fn blocks_say_what_the_whole_says() {
        let rows = rows(2 * BLOCK + 3, 4);
        let double = rows.mapv(f64::from);
        let difference = gram(rows.view(), None) - double.t().dot(&double);
        assert!(difference.iter().all(|x| x.abs() < 1e-9), "{difference}");
        let mean = mean(rows.view());
        let centred = &double - &mean;
        let difference = gram(rows.view(), Some(&mean)) - centred.t().dot(&centred);
        assert!(difference.iter().all(|x| x.abs() < 1e-9), "{difference}");
        let factor = self::rows(4, 2);
        let difference = times(rows.view(), factor.view()) - rows.dot(&factor);
        assert!(difference.iter().all(|x| x.abs() < 1e-5));
    }
}
