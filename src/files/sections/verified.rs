//! A mapped file whose blocks are checked when they are first touched.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use xxhash_rust::xxh3::xxh3_64;

use super::super::container::Form;
use super::super::mmap::Map;
use super::layout::{BLOCK, damaged};
use super::tail::blocks;
use crate::error::{Error, Result};

/// Gives out bytes that matched their checksums.
#[derive(Debug)]
pub(super) struct Verified {
    map: Map,
    /// Length of what the checksums cover; they stand right behind it.
    body: usize,
    /// One bit a block. What a bit says is about bytes that never change, and nothing
    /// else is handed over with it: no order between threads is needed. Two that come
    /// first both check the block.
    seen: Box<[AtomicU64]>,
    path: PathBuf,
    form: Form,
}

impl Verified {
    /// Of a file whose tail was checked.
    pub(super) fn new(map: Map, body: usize, path: &Path, form: Form) -> Self {
        let seen = (0..blocks(body).div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Verified { map, body, seen, path: path.to_owned(), form }
    }

    /// Bytes of the body.
    ///
    /// # Errors
    /// A block that they lie in is damaged.
    #[inline]
    pub(super) fn bytes(&self, place: Range<usize>) -> Result<&[u8]> {
        if !place.is_empty() {
            for block in place.start / BLOCK..=(place.end - 1) / BLOCK {
                if self.seen[block / 64].load(Relaxed) >> (block % 64) & 1 == 0 {
                    self.verify(block)?;
                }
            }
        }
        Ok(&self.map[place])
    }

    /// Checks all blocks, seen or not: what was right may have been changed since.
    pub(super) fn check(&self) -> Result<()> {
        (0..blocks(self.body)).try_for_each(|block| self.verify(block))
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    #[cold]
    pub(super) fn contradiction(&self, what: &str) -> Error {
        Error::data(format!("the {} contradicts itself: {what}", self.form.name))
            .at(self.path.display().to_string())
            .hinted(self.form.mend)
    }

    #[cold]
    fn verify(&self, block: usize) -> Result<()> {
        let start = block * BLOCK;
        let sum = self.body + block * 8;
        let bytes = &self.map[start..self.body.min(start + BLOCK)];
        if xxh3_64(bytes).to_le_bytes() != self.map[sum..sum + 8] {
            let what = format!("block {block} (from byte {start}) does not match its checksum");
            return Err(damaged(&self.path, self.form, &what));
        }
        self.seen[block / 64].fetch_or(1 << (block % 64), Relaxed);
        Ok(())
    }
}
