//! Writes files of sections from one end to the other.

use std::io::Write;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::super::AtomicFile;
use super::super::container::Form;
use super::column::Element;
use super::layout::{ALIGNMENT, BLOCK, check_machine, head};
use super::tail::{self, MAX_SECTIONS, Section};
use crate::error::{Error, Result};

/// Writes a file of sections; it appears under its name when finished.
pub struct SectionsWriter {
    file: AtomicFile,
    path: PathBuf,
    sections: Vec<Section>,
    length: usize,
    block: Xxh3,
    sums: Vec<u64>,
}

/// Writes the numbers of one section, as many at a time as there are.
pub struct SectionWriter<'a, T> {
    writer: &'a mut SectionsWriter,
    element: PhantomData<T>,
}

impl SectionsWriter {
    /// Starts the file.
    ///
    /// # Errors
    /// Nothing can be written there.
    pub fn create(path: &Path, form: Form) -> Result<Self> {
        check_machine(path, form)?;
        let mut writer = SectionsWriter {
            file: AtomicFile::create(path)?,
            path: path.to_owned(),
            sections: Vec::new(),
            length: 0,
            block: Xxh3::new(),
            sums: Vec::new(),
        };
        writer.put(&head(form))?;
        Ok(writer)
    }

    /// Begins a section, which ends where the next one begins. Tags are used once.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn section<T: Element>(&mut self, tag: [u8; 4]) -> Result<SectionWriter<'_, T>> {
        assert!(self.sections.iter().all(|other| other.tag != tag), "a tag is used once");
        assert!(self.sections.len() < MAX_SECTIONS, "a layout has few sections");
        self.pad()?;
        let (offset, element_size) = (self.length, size_of::<T>() as u32);
        self.sections.push(Section { tag, element_size, offset, length: 0 });
        Ok(SectionWriter { writer: self, element: PhantomData })
    }

    /// Makes the file whole and gives it its name.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn commit(mut self) -> Result<()> {
        self.pad()?;
        if !self.length.is_multiple_of(BLOCK) {
            self.sums.push(self.block.digest());
        }
        let tail = tail::write(self.length as u64, &self.sums, &self.sections);
        self.file.write_all(&tail).map_err(|error| failed(&self.path, error))?;
        self.file.commit()
    }

    fn pad(&mut self) -> Result<()> {
        let missing = self.length.next_multiple_of(ALIGNMENT) - self.length;
        self.put(&[0; ALIGNMENT][..missing])
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.sum(bytes);
        self.file.write_all(bytes).map_err(|error| failed(&self.path, error))
    }

    fn sum(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.length % BLOCK));
            self.block.update(now);
            self.length += now.len();
            if self.length.is_multiple_of(BLOCK) {
                self.sums.push(self.block.digest());
                self.block.reset();
            }
            bytes = later;
        }
    }
}

impl<T: Element> SectionWriter<'_, T> {
    /// Adds numbers.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, numbers: &[T]) -> Result<()> {
        let bytes = bytemuck::cast_slice(numbers);
        let section = self.writer.sections.last_mut().expect("it was begun");
        section.length += bytes.len();
        self.writer.put(bytes)
    }
}

fn failed(path: &Path, error: std::io::Error) -> Error {
    Error::file("cannot write", path, error)
}
