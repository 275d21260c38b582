//! Files that are read where they lie: the system brings in the pages that are touched.
//!
//! In: a regular file. Out: its bytes, borrowed from the map.
//!
//! This is one of two modules that may hold `unsafe`. The borrow is sound as long as
//! nobody changes the file: ours are written beside their place, renamed into it and
//! never written again; a newer one gets the name, and the map keeps the older. Someone
//! else who writes into a file may so change bytes that were checked, and who cuts one
//! short, or a disk that fails, ends the process by SIGBUS. No library can prevent that,
//! and the alternative is to read gigabytes before the first answer.
#![allow(unsafe_code)]

use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

use super::regular::open_regular;
use crate::error::{Error, Result};

/// A file in memory.
#[derive(Debug)]
pub(super) struct Map(Mmap);

impl Map {
    /// Maps the whole file, by whatever link it is named.
    ///
    /// # Errors
    /// It is missing, no regular file, or cannot be mapped.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let map = open_regular(path).and_then(|file| {
            // SAFETY: the file is not changed while it is mapped, see above.
            unsafe { Mmap::map(&file) }
        });
        map.map(Map).map_err(|error| Error::file("cannot read", path, error))
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
