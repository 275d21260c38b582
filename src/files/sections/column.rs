//! The numbers of one section.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use super::verified::Verified;
use crate::error::Result;

/// A number that may stand in a section.
pub trait Element: bytemuck::Pod + Send + Sync {}

impl Element for u8 {}
impl Element for i8 {}
impl Element for u16 {}
impl Element for i16 {}
impl Element for u32 {}
impl Element for i32 {}
impl Element for u64 {}
impl Element for f32 {}
impl Element for f64 {}

/// Numbers of a mapped file, checked when they are first touched. Cheap to clone, may be
/// used by many threads, and keeps the file mapped.
///
/// A loop takes its slice once and runs over that: each call asks a bit a block.
#[derive(Debug)]
pub struct Column<T> {
    file: Arc<Verified>,
    place: Range<usize>,
    element: PhantomData<T>,
}

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        let (file, place) = (Arc::clone(&self.file), self.place.clone());
        Column { file, place, element: PhantomData }
    }
}

impl<T: Element> Column<T> {
    /// Of bytes that lie in the body, are aligned and hold whole elements.
    pub(super) fn new(file: Arc<Verified>, place: Range<usize>) -> Self {
        Column { file, place, element: PhantomData }
    }

    /// How many numbers there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.place.len() / size_of::<T>()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.place.is_empty()
    }

    /// The numbers of a range, which another part of the file may have named.
    ///
    /// # Errors
    /// They are damaged, or there are none in that range.
    #[inline]
    pub fn get(&self, range: Range<usize>) -> Result<&[T]> {
        if range.start > range.end || range.end > self.len() {
            return Err(self.outside(range));
        }
        let start = self.place.start + range.start * size_of::<T>();
        let bytes = self.file.bytes(start..start + range.len() * size_of::<T>())?;
        Ok(bytemuck::cast_slice(bytes))
    }

    /// The number at a place.
    ///
    /// # Errors
    /// It is damaged, or there is none.
    #[inline]
    pub fn at(&self, place: usize) -> Result<T> {
        match self.get(place..place.saturating_add(1))? {
            [number] => Ok(*number),
            _ => Err(self.outside(place..place)),
        }
    }

    /// All numbers.
    ///
    /// # Errors
    /// One of them is damaged.
    pub fn all(&self) -> Result<&[T]> {
        self.get(0..self.len())
    }

    #[cold]
    fn outside(&self, range: Range<usize>) -> crate::error::Error {
        let (Range { start, end }, length) = (range, self.len());
        self.file.contradiction(&format!("it names {start}..{end} of {length} numbers"))
    }
}
