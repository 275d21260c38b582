//! Sparse rows × a dense matrix, from both sides.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use crate::data::CsrMatrix;

/// Rows that a thread takes at once: few, as the first columns of a vocabulary hold most.
const AT_ONCE: usize = 16;

/// `sparse · dense`; each row by itself, so that the number of threads does not show.
pub fn times(sparse: &CsrMatrix, dense: ArrayView2<f32>) -> Array2<f32> {
    let width = dense.ncols();
    let dense = dense.as_standard_layout();
    let dense = dense.as_slice().expect("it was just laid out by rows");
    let mut product = Array2::zeros((sparse.rows(), width));
    if width == 0 {
        return product;
    }
    let out = product.as_slice_mut().expect("it was just laid out by rows");
    out.par_chunks_mut(width * AT_ONCE).enumerate().for_each(|(block, out)| {
        for (place, out) in out.chunks_exact_mut(width).enumerate() {
            let (columns, values) = sparse.row(block * AT_ONCE + place);
            add_rows(columns, values, dense, out);
        }
    });
    product
}

/// Adds the rows of `dense` that `columns` name to `out`, each so many times.
///
/// Four at once: `out` is then read and written a fourth as often.
pub fn add_rows(columns: &[u32], values: &[f32], dense: &[f32], out: &mut [f32]) {
    let width = out.len();
    let row = |column: u32| &dense[column as usize * width..][..width];
    let (fours, rest) = columns.as_chunks::<4>();
    let (four_values, rest_values) = values.as_chunks::<4>();
    for (columns, values) in fours.iter().zip(four_values) {
        let [a, b, c, d] = columns.map(row);
        let [u, v, w, x] = *values;
        for place in 0..width {
            out[place] += (u * a[place] + v * b[place]) + (w * c[place] + x * d[place]);
        }
    }
    for (&column, &value) in rest.iter().zip(rest_values) {
        for (out, x) in out.iter_mut().zip(row(column)) {
            *out += value * x;
        }
    }
}

/// The same matrix, its columns as rows.
pub fn transposed(sparse: &CsrMatrix) -> CsrMatrix {
    let mut ends = vec![0_usize; sparse.columns() + 1];
    sparse.indices().iter().for_each(|&column| ends[column as usize + 1] += 1);
    for column in 0..sparse.columns() {
        ends[column + 1] += ends[column];
    }
    let mut next = ends.clone();
    let (mut rows, mut values) = (vec![0; sparse.nnz()], vec![0.0; sparse.nnz()]);
    for row in 0..sparse.rows() {
        let (columns, row_values) = sparse.row(row);
        for (&column, &value) in columns.iter().zip(row_values) {
            let place = &mut next[column as usize];
            (rows[*place], values[*place]) = (row as u32, value);
            *place += 1;
        }
    }
    CsrMatrix::new(sparse.rows(), ends, rows, values)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::data::Random;

    /// Rows with about one of four places filled.
    pub fn some_rows(rows: usize, columns: usize, seed: u64) -> CsrMatrix {
        let mut random = Random::new(seed);
        let (mut ends, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for _ in 0..rows {
            for column in 0..columns as u32 {
                if random.below(4) == 0 {
                    indices.push(column);
                    values.push(random.normal() as f32);
                }
            }
            ends.push(indices.len());
        }
        CsrMatrix::new(columns, ends, indices, values)
    }

    pub fn dense(sparse: &CsrMatrix) -> Array2<f32> {
        let mut dense = Array2::zeros((sparse.rows(), sparse.columns()));
        for row in 0..sparse.rows() {
            let (columns, values) = sparse.row(row);
            for (&column, &value) in columns.iter().zip(values) {
                dense[[row, column as usize]] = value;
            }
        }
        dense
    }

    #[test]
    fn products_are_those_of_dense_matrices() {
        let sparse = some_rows(70, 41, 1);
        let full = dense(&sparse);
        let mut random = Random::new(2);
        for width in [0, 1, 5, 8] {
            let right = Array2::from_shape_simple_fn((41, width), || random.normal() as f32);
            let left = Array2::from_shape_simple_fn((70, width), || random.normal() as f32);
            let difference = times(&sparse, right.view()) - full.dot(&right);
            assert!(difference.iter().all(|x| x.abs() < 1e-4));
            let difference = times(&transposed(&sparse), left.view()) - full.t().dot(&left);
            assert!(difference.iter().all(|x| x.abs() < 1e-4));
        }
        assert_eq!(transposed(&transposed(&sparse)), sparse);
        assert_eq!(dense(&transposed(&sparse)), full.t());
    }
}
