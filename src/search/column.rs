//! Temporary.
use crate::error::Result;
use std::ops::Range;
/// Values.
pub struct Column<T>(pub Vec<T>);
impl<T> Column<T> {
    /// Number.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Some.
    pub fn get(&self, range: Range<usize>) -> Result<&[T]> {
        Ok(&self.0[range])
    }
    /// All.
    pub fn all(&self) -> Result<&[T]> {
        Ok(&self.0)
    }
}
