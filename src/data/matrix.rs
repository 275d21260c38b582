//! Sparse rows.

use rayon::prelude::*;
use sprs::{CsMatI, CsMatViewI};

/// Documents × columns, compressed by rows; columns rise within each row.
///
/// The arrays are those of a `sprs` matrix, which it becomes and comes from
/// without being copied; held apart, rows can be weighed side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct CsrMatrix {
    columns: usize,
    row_ends: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

impl CsrMatrix {
    /// Builds the matrix from its three arrays.
    ///
    /// # Panics
    /// If the arrays contradict each other or a row's columns do not rise:
    /// whoever builds rows promises both.
    pub fn new(columns: usize, row_ends: Vec<usize>, indices: Vec<u32>, values: Vec<f32>) -> Self {
        let matrix = CsrMatrix { columns, row_ends, indices, values };
        let _ = matrix.as_sprs();
        matrix
    }

    /// Number of documents.
    pub fn rows(&self) -> usize {
        self.row_ends.len() - 1
    }

    /// Number of features.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of stored values.
    pub fn nnz(&self) -> usize {
        self.indices.len()
    }

    /// Columns and values of one row.
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.row_ends[row]..self.row_ends[row + 1];
        (&self.indices[range.clone()], &self.values[range])
    }

    /// `rows + 1` positions: where each row starts, and the end.
    pub fn row_ends(&self) -> &[usize] {
        &self.row_ends
    }

    /// Column of each stored value.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// The stored values.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Changes the values of every row in place, rows side by side.
    pub fn for_each_row(&mut self, change: impl Fn(&[u32], &mut [f32]) + Sync) {
        let mut rows = Vec::with_capacity(self.rows());
        let (mut indices, mut values) = (self.indices.as_slice(), self.values.as_mut_slice());
        for ends in self.row_ends.windows(2) {
            let (row_indices, rest) = indices.split_at(ends[1] - ends[0]);
            let (row_values, others) = values.split_at_mut(ends[1] - ends[0]);
            rows.push((row_indices, row_values));
            (indices, values) = (rest, others);
        }
        rows.into_par_iter()
            .with_min_len(256)
            .for_each(|(indices, values)| change(indices, values));
    }

    /// The rows named, in that order.
    pub fn select(&self, rows: &[usize]) -> CsrMatrix {
        let mut row_ends = vec![0];
        let (mut indices, mut values) = (Vec::new(), Vec::new());
        for &row in rows {
            let (columns, row_values) = self.row(row);
            indices.extend_from_slice(columns);
            values.extend_from_slice(row_values);
            row_ends.push(indices.len());
        }
        CsrMatrix { columns: self.columns, row_ends, indices, values }
    }

    /// The matrix as `sprs` knows it.
    pub fn as_sprs(&self) -> CsMatViewI<'_, f32, u32, usize> {
        let shape = (self.rows(), self.columns);
        let view =
            CsMatViewI::try_new(shape, &self.row_ends[..], &self.indices[..], &self.values[..]);
        view.map_err(|(_, _, _, error)| error).expect("rows are built sorted and in range")
    }
}

impl From<CsMatI<f32, u32, usize>> for CsrMatrix {
    /// A matrix compressed by columns is turned first.
    fn from(matrix: CsMatI<f32, u32, usize>) -> Self {
        let matrix = if matrix.is_csr() { matrix } else { matrix.to_csr() };
        let columns = matrix.cols();
        let (row_ends, indices, values) = matrix.into_raw_storage();
        CsrMatrix::new(columns, row_ends, indices, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_weighed_apart() {
        let mut matrix = CsrMatrix::new(3, vec![0, 2, 2, 3], vec![0, 2, 1], vec![1.0, 2.0, 3.0]);
        matrix.for_each_row(|columns, values| {
            values.iter_mut().zip(columns).for_each(|(value, column)| *value += *column as f32);
        });
        assert_eq!(matrix.row(0), (&[0, 2][..], &[1.0, 4.0][..]));
        assert_eq!(matrix.row(1).0, &[] as &[u32]);
        assert_eq!(matrix.select(&[2]).row(0), (&[1][..], &[4.0][..]));
        assert_eq!(CsrMatrix::from(matrix.as_sprs().to_owned()), matrix);
    }

    #[test]
    #[should_panic(expected = "sorted")]
    fn columns_must_rise() {
        CsrMatrix::new(3, vec![0, 2], vec![2, 0], vec![1.0, 2.0]);
    }
}
