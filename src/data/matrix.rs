//! Sparse rows.

use rayon::prelude::*;
use sprs::CsMatI;

/// Documents × columns, compressed by rows; columns rise within each row.
///
/// A newtype over `sprs`, so that linfa's traits can be implemented for it.
#[derive(Debug, Clone, PartialEq)]
pub struct CsrMatrix(CsMatI<f32, u32, usize>);

impl CsrMatrix {
    /// Builds the matrix from its three arrays.
    ///
    /// # Panics
    /// If the arrays contradict each other or a row's columns do not rise:
    /// whoever builds rows promises both.
    pub fn new(columns: usize, row_ends: Vec<usize>, indices: Vec<u32>, values: Vec<f32>) -> Self {
        let rows = row_ends.len() - 1;
        let matrix = CsMatI::try_new((rows, columns), row_ends, indices, values);
        CsrMatrix(
            matrix.map_err(|(_, _, _, error)| error).expect("rows are built sorted and in range"),
        )
    }

    /// Number of documents.
    pub fn rows(&self) -> usize {
        self.0.rows()
    }

    /// Number of features.
    pub fn columns(&self) -> usize {
        self.0.cols()
    }

    /// Number of stored values.
    pub fn nnz(&self) -> usize {
        self.0.nnz()
    }

    /// Columns and values of one row.
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let ends = self.row_ends();
        let range = ends[row]..ends[row + 1];
        (&self.0.indices()[range.clone()], &self.0.data()[range])
    }

    /// `rows + 1` positions: where each row starts, and the end.
    pub fn row_ends(&self) -> &[usize] {
        self.0.indptr().into_raw_storage()
    }

    /// Column of each stored value.
    pub fn indices(&self) -> &[u32] {
        self.0.indices()
    }

    /// The stored values.
    pub fn values(&self) -> &[f32] {
        self.0.data()
    }

    /// Changes the values of every row in place, rows side by side: `scale` gets
    /// each value with its column, then `finish` the whole row.
    pub fn for_each_row(
        &mut self,
        scale: impl Fn(u32, &mut f32) + Sync,
        finish: impl Fn(&mut [f32]) + Sync,
    ) {
        let mut rows: Vec<_> = self.0.outer_iterator_mut().collect();
        rows.par_iter_mut().with_min_len(256).for_each(|row| {
            row.iter_mut().for_each(|(column, value)| scale(column as u32, value));
            finish(row.data_mut());
        });
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
        CsrMatrix::new(self.columns(), row_ends, indices, values)
    }

    /// The matrix as `sprs` knows it.
    pub fn as_sprs(&self) -> &CsMatI<f32, u32, usize> {
        &self.0
    }
}

impl From<CsMatI<f32, u32, usize>> for CsrMatrix {
    /// A matrix compressed by columns is turned first.
    fn from(matrix: CsMatI<f32, u32, usize>) -> Self {
        CsrMatrix(if matrix.is_csr() { matrix } else { matrix.to_csr() })
    }
}
