//! Vectors that several threads change at once.
//!
//! Two numbers stand in one atomic word: the compiler never joins loads of atomics, so
//! words of 64 bits move a vector in half the instructions. A change that another thread
//! makes between a load and a store is lost; with thousands of rows that is rare, and the
//! training does not notice (Recht et al. 2011).

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Vectors of one length, zeros behind it up to [`stride`].
pub(super) struct Rows {
    pairs: Vec<AtomicU64>,
    width: usize,
}

/// Numbers that the kernels take at once.
pub(super) const LANES: usize = 8;

/// Numbers of a row: whole [`LANES`].
pub(super) fn stride(dimensions: usize) -> usize {
    dimensions.next_multiple_of(LANES)
}

impl Rows {
    /// Zeros.
    pub fn zeros(count: usize, dimensions: usize) -> Self {
        let width = stride(dimensions) / 2;
        let mut pairs = Vec::new();
        pairs.resize_with(count * width, AtomicU64::default);
        Rows { pairs, width }
    }

    /// Puts `numbers` in a row.
    pub fn set(&self, row: usize, numbers: &[f32]) {
        for (pair, two) in self.row(row).iter().zip(numbers.chunks(2)) {
            pair.store(joined([two[0], two.get(1).copied().unwrap_or(0.0)]), Relaxed);
        }
    }

    /// Copies a row.
    #[inline]
    pub fn read(&self, row: usize, out: &mut [f32]) {
        let (twos, _) = out.as_chunks_mut::<2>();
        twos.iter_mut()
            .zip(self.row(row))
            .for_each(|(two, pair)| *two = parted(pair.load(Relaxed)));
    }

    /// Adds to a row.
    #[inline]
    pub fn add(&self, row: usize, change: &[f32]) {
        let (twos, _) = change.as_chunks::<2>();
        for (two, pair) in twos.iter().zip(self.row(row)) {
            let [first, second] = parted(pair.load(Relaxed));
            pair.store(joined([first + two[0], second + two[1]]), Relaxed);
        }
    }

    fn row(&self, row: usize) -> &[AtomicU64] {
        &self.pairs[row * self.width..][..self.width]
    }
}

#[inline]
fn joined(two: [f32; 2]) -> u64 {
    bytemuck::cast(two)
}

#[inline]
fn parted(pair: u64) -> [f32; 2] {
    bytemuck::cast(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_and_changed() {
        let rows = Rows::zeros(3, 3);
        rows.set(1, &[1.0, 2.0, 3.0]);
        rows.add(1, &[0.5, 0.0, -3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let mut out = [9.0; 8];
        rows.read(1, &mut out);
        assert_eq!(out, [1.5, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        rows.read(2, &mut out);
        assert_eq!(out, [0.0; 8]);
    }
}
