//! Sparse rows × a dense matrix, from both sides.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use crate::data::CsrMatrix;

/// Rows that a thread takes at once: few, as the first columns of a vocabulary hold most.
const AT_ONCE: usize = 32;

/// Rows of the dense matrix that stay in the second-level cache of a core.
const BLOCK: usize = 512;

/// Rows that hold so many values take the dense matrix block by block, together with
/// those beside them: half of the values of a corpus stand in its few hundred commonest
/// terms, and each would read the whole matrix from far away.
const FULL: usize = 512;

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
    out.par_chunks_mut(width * AT_ONCE).enumerate().for_each(|(place, out)| {
        // New pages that are read before they are written are given twice by the system,
        // and each time all cores are told.
        out.fill(0.0);
        let first = place * AT_ONCE;
        if sparse.row(first).0.len() < FULL {
            for (place, out) in out.chunks_exact_mut(width).enumerate() {
                let (columns, values) = sparse.row(first + place);
                add_rows(columns, values, dense, out);
            }
        } else {
            by_blocks(sparse, first, dense, width, out);
        }
    });
    product
}

/// The rows from `first` that `out` has place for, all of them in a block before the next.
fn by_blocks(sparse: &CsrMatrix, first: usize, dense: &[f32], width: usize, out: &mut [f32]) {
    let mut left: Vec<(&[u32], &[f32])> =
        (first..first + out.len() / width).map(|row| sparse.row(row)).collect();
    for end in (BLOCK..sparse.columns() + BLOCK).step_by(BLOCK) {
        for ((columns, values), out) in left.iter_mut().zip(out.chunks_exact_mut(width)) {
            let here = columns.partition_point(|column| (*column as usize) < end);
            add_rows(&columns[..here], &values[..here], dense, out);
            (*columns, *values) = (&columns[here..], &values[here..]);
        }
    }
}

/// Rows and columns of one matrix, each side laid out to be read in order.
///
/// Columns are renumbered, the fullest first: what is needed most lies together.
pub struct BothSides {
    /// The rows.
    pub rows: CsrMatrix,
    /// The columns, as rows.
    pub columns: CsrMatrix,
    /// New number of each column.
    numbers: Vec<u32>,
}

impl BothSides {
    /// Both sides of the matrix.
    pub fn of(sparse: &CsrMatrix) -> Self {
        let mut filled = vec![0_u32; sparse.columns()];
        sparse.indices().iter().for_each(|&column| filled[column as usize] += 1);
        let mut fullest: Vec<u32> = (0..sparse.columns() as u32).collect();
        fullest
            .sort_unstable_by_key(|&column| (std::cmp::Reverse(filled[column as usize]), column));
        let mut numbers = vec![0; fullest.len()];
        for (number, &column) in (0..).zip(&fullest) {
            numbers[column as usize] = number;
        }
        let columns = transposed(sparse, |column| numbers[column as usize]);
        BothSides { rows: transposed(&columns, |row| row), columns, numbers }
    }

    /// Rows of a matrix that stand in our order of columns, in theirs.
    pub fn in_order(&self, ours: &Array2<f32>) -> Array2<f32> {
        let places: Vec<usize> = self.numbers.iter().map(|&number| number as usize).collect();
        ours.select(Axis(0), &places)
    }
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

/// The same matrix, its columns as rows in the order of their numbers.
fn transposed(sparse: &CsrMatrix, number: impl Fn(u32) -> u32) -> CsrMatrix {
    let mut ends = vec![0_usize; sparse.columns() + 1];
    sparse.indices().iter().for_each(|&column| ends[number(column) as usize + 1] += 1);
    for column in 0..sparse.columns() {
        ends[column + 1] += ends[column];
    }
    let mut next = ends.clone();
    let (mut rows, mut values) = (vec![0; sparse.nnz()], vec![0.0; sparse.nnz()]);
    for row in 0..sparse.rows() {
        let (columns, row_values) = sparse.row(row);
        for (&column, &value) in columns.iter().zip(row_values) {
            let place = &mut next[number(column) as usize];
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
        let both = BothSides::of(&sparse);
        let mut random = Random::new(2);
        for width in [0, 1, 5, 8] {
            let right = Array2::from_shape_simple_fn((41, width), || random.normal() as f32);
            let left = Array2::from_shape_simple_fn((70, width), || random.normal() as f32);
            let difference = times(&sparse, right.view()) - full.dot(&right);
            assert!(difference.iter().all(|x| x.abs() < 1e-4));
            let product = both.in_order(&times(&both.columns, left.view()));
            assert!((product - full.t().dot(&left)).iter().all(|x| x.abs() < 1e-4));
        }
    }

    #[test]
    fn the_fullest_columns_come_first_and_find_back() {
        let sparse = some_rows(70, 41, 1);
        let both = BothSides::of(&sparse);
        let filled: Vec<usize> = (0..41).map(|row| both.columns.row(row).0.len()).collect();
        assert!(filled.is_sorted_by(|a, b| a >= b), "{filled:?}");
        assert_eq!(both.in_order(&dense(&both.columns)), dense(&sparse).t());
        assert_eq!(dense(&both.rows), dense(&both.columns).t());
    }

    #[test]
    fn blocks_of_full_rows_make_no_difference() {
        let sparse = some_rows(3, 5_000, 7);
        assert!(sparse.row(0).0.len() > FULL && sparse.columns() > 3 * BLOCK);
        let mut random = Random::new(2);
        let right = Array2::from_shape_simple_fn((5_000, 3), || random.normal() as f32);
        let difference = times(&sparse, right.view()) - dense(&sparse).dot(&right);
        assert!(difference.iter().all(|x| x.abs() < 1e-3));
    }
}
