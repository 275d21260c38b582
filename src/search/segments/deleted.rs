//! Which documents of a segment are deleted.

use std::path::Path;

use super::hex;
use super::manifest::DeletedEntry;
use crate::error::Result;
use crate::files::{ContainerReader, ContainerWriter, Form};

const FORM: Form = Form {
    kind: *b"DELS",
    version: 1,
    name: "list of deleted documents",
    mend: "delete the folder and build the index again",
};

/// A bit for each document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deleted {
    words: Vec<u64>,
    count: u32,
}

impl Deleted {
    /// Whether a document is deleted.
    #[inline]
    pub fn contains(&self, document: u32) -> bool {
        let word = self.words.get(document as usize / 64);
        word.is_some_and(|word| word >> (document % 64) & 1 == 1)
    }

    /// How many are.
    pub fn len(&self) -> u32 {
        self.count
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The bits, lowest first, in words for all documents of the segment; no word if
    /// none is deleted.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Deletes one of so many `documents`; says whether it was not deleted yet.
    pub(super) fn insert(&mut self, document: u32, documents: u32) -> bool {
        self.words.resize(words(documents), 0);
        let (word, bit) = (&mut self.words[document as usize / 64], 1 << (document % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        self.count += u32::from(is_new);
        is_new
    }

    /// Reads the list of a segment of so many `documents`.
    ///
    /// # Errors
    /// It is missing, damaged, or not the one that the manifest means.
    pub(super) fn read(folder: &Path, entry: &DeletedEntry, documents: u32) -> Result<Self> {
        let path = folder.join(&entry.file);
        let mut reader = ContainerReader::open(&path, FORM)?;
        let words = reader.u64s()?;
        let count: u64 = words.iter().map(|word| u64::from(word.count_ones())).sum();
        let fits = words.len() == self::words(documents)
            && count == u64::from(entry.documents)
            && words.last().is_none_or(|last| last & !used_bits(documents) == 0);
        if !fits || hex(ContainerReader::checksum(&path, FORM)?) != entry.xxh3 {
            return Err(reader.contradiction("it is not the one that the manifest names"));
        }
        Ok(Deleted { words, count: entry.documents })
    }

    /// Writes the list under a name that is new.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&self, folder: &Path, file: String) -> Result<DeletedEntry> {
        let path = folder.join(&file);
        let mut writer = ContainerWriter::create(&path, FORM)?;
        writer.u64s(&self.words)?;
        writer.commit()?;
        let xxh3 = hex(ContainerReader::checksum(&path, FORM)?);
        Ok(DeletedEntry { file, documents: self.count, xxh3 })
    }
}

fn words(documents: u32) -> usize {
    documents.div_ceil(64) as usize
}

/// The bits of the last word that stand for documents.
fn used_bits(documents: u32) -> u64 {
    u64::MAX >> (64 - 1 - (documents.wrapping_sub(1)) % 64)
}
