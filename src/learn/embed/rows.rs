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

/// Atomic words of a line of the cache.
const LINE: usize = 8;

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

    /// Copies a row.
    #[inline]
    pub fn read(&self, row: usize, out: &mut [f32]) {
        let (twos, _) = out.as_chunks_mut::<2>();
        twos.iter_mut()
            .zip(self.row(row))
            .for_each(|(two, pair)| *two = parted(pair.load(Relaxed)));
    }

    /// Asks for a row that will be read: rows that are drawn are seldom in the cache, and the
    /// processor waits for several at once as long as for one.
    #[inline]
    pub fn touch(&self, row: usize) {
        let lines = self.row(row).iter().step_by(LINE);
        lines.for_each(|pair| _ = std::hint::black_box(pair.load(Relaxed)));
    }

    /// Replaces a row.
    #[inline]
    pub fn write(&self, row: usize, numbers: &[f32]) {
        let (twos, _) = numbers.as_chunks::<2>();
        twos.iter().zip(self.row(row)).for_each(|(two, pair)| pair.store(joined(*two), Relaxed));
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
        let numbers = [1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        rows.write(1, &numbers);
        let mut out = [9.0; 8];
        rows.read(1, &mut out);
        assert_eq!(out, numbers);
        rows.read(2, &mut out);
        assert_eq!(out, [0.0; 8]);
    }
}
