//! Files of typed sections that are read where they lie, each block checked once.
//!
//! In: slices of numbers, streamed. Out: the same slices, borrowed from the mapped file.
//! Promises: opening reads nothing but head and tail; no number is given out before the
//! 64 KiB block it stands in matched its checksum; no file, hostile ones included, makes
//! it panic. A file is whole or not there, as [`AtomicFile`](super::AtomicFile) writes it.
//!
//! Layout, little-endian:
//!
//! ```text
//! head   64 bytes  magic, kind, version, endian tag, feature bits, zeros
//! body             sections in the order they were written, each padded to 64 bytes
//! tail             xxh3 of each 64 KiB of head and body, counted from the file's begin
//!                  section table: tag, size of an element, offset, length in bytes
//!        32 bytes  length of head and body, sections, length of the file, xxh3 of the tail
//! ```
//!
//! The last eight bytes thus stand for all bytes of the file.

mod column;
mod layout;
mod tail;
#[cfg(test)]
mod tests;
mod verified;
mod writer;

use std::path::Path;
use std::sync::Arc;

pub use column::{Column, Element};
pub use writer::{SectionWriter, SectionsWriter};

use super::container::Form;
use super::mmap::Map;
use crate::error::{Error, Result};
use tail::Tail;
use verified::Verified;

/// An open file of sections.
#[derive(Debug)]
pub struct Sections {
    file: Arc<Verified>,
    tail: Tail,
}

impl Sections {
    /// Maps a file and checks its head and tail, whatever its size.
    ///
    /// # Errors
    /// If it is no such file, is damaged there, or was written by another version.
    pub fn open(path: &Path, form: Form) -> Result<Self> {
        layout::check_machine(path, form)?;
        let map = Map::open(path)?;
        layout::check_head(&map, path, form)?;
        let tail = Tail::read(&map).map_err(|what| layout::damaged(path, form, what))?;
        let file = Verified::new(map, tail.body, path, form);
        Ok(Sections { file: Arc::new(file), tail })
    }

    /// The numbers of a section.
    ///
    /// # Errors
    /// There is no such section, or its elements have another size.
    pub fn column<T: Element>(&self, tag: [u8; 4]) -> Result<Column<T>> {
        let name = || tag.escape_ascii().to_string();
        let Some(section) = self.tail.find(tag) else {
            return Err(self.contradiction(&format!("it has no section `{}`", name())));
        };
        if section.element_size as usize != size_of::<T>() {
            let what = format!("section `{}` has elements of another size", name());
            return Err(self.contradiction(&what));
        }
        Ok(Column::new(Arc::clone(&self.file), section.place()))
    }

    /// Whether there is such a section, be it empty.
    pub fn has(&self, tag: [u8; 4]) -> bool {
        self.tail.find(tag).is_some()
    }

    /// Reads everything and compares it with its checksums.
    ///
    /// # Errors
    /// The first damaged block.
    pub fn check(&self) -> Result<()> {
        self.file.check()
    }

    /// Checksum of all contents as the file says itself: tells one file from another.
    pub fn checksum(&self) -> u64 {
        self.tail.checksum
    }

    /// Length of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.file.len() as u64
    }

    /// Where the file stood when it was opened.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// An error about what the file says, though its checksums are right.
    pub fn contradiction(&self, what: &str) -> Error {
        self.file.contradiction(what)
    }
}
