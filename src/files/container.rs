//! Files with a kind, a version and a checksum.
//!
//! Layout: magic, kind, version, body, then the body's length and xxh3 as the
//! last 16 bytes. Numbers are little-endian. Reading builds plain values and
//! never executes anything.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::AtomicFile;
use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"\x89MALMOI\n";
const HEADER: usize = 16;
const TRAILER: usize = 16;

/// What a file holds and which version of its layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Four letters.
    pub kind: [u8; 4],
    /// Layout version; newer ones are refused.
    pub version: u32,
    /// What a user calls it.
    pub name: &'static str,
    /// How a damaged one is mended, as a hint.
    pub mend: &'static str,
}

/// Writes a container; it appears under its name when finished.
pub struct ContainerWriter {
    file: AtomicFile,
    path: PathBuf,
    checksum: Xxh3,
    length: u64,
}

impl ContainerWriter {
    /// Starts the file.
    pub fn create(path: &Path, form: Form) -> Result<Self> {
        let mut file = AtomicFile::create(path)?;
        let mut header = MAGIC.to_vec();
        header.extend(form.kind);
        header.extend(form.version.to_le_bytes());
        file.write_all(&header).map_err(|error| Error::file("cannot write", path, error))?;
        Ok(ContainerWriter { file, path: path.to_owned(), checksum: Xxh3::new(), length: 0 })
    }

    /// Adds bytes with their length before them.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.put(&(bytes.len() as u64).to_le_bytes())?;
        self.put(bytes)
    }

    /// Adds a number.
    pub fn u64(&mut self, number: u64) -> Result<()> {
        self.put(&number.to_le_bytes())
    }

    /// Adds numbers with their count before them.
    pub fn u32s(&mut self, numbers: &[u32]) -> Result<()> {
        self.numbers(numbers, |number| number.to_le_bytes())
    }

    /// Adds numbers with their count before them.
    pub fn u64s(&mut self, numbers: &[u64]) -> Result<()> {
        self.numbers(numbers, |number| number.to_le_bytes())
    }

    /// Adds numbers with their count before them.
    pub fn f32s(&mut self, numbers: &[f32]) -> Result<()> {
        self.numbers(numbers, |number| number.to_le_bytes())
    }

    /// Makes the file whole and gives it its name.
    pub fn commit(mut self) -> Result<()> {
        let trailer = [self.length.to_le_bytes(), self.checksum.digest().to_le_bytes()].concat();
        self.put(&trailer)?;
        self.file.commit()
    }

    fn numbers<T: Copy, const N: usize>(
        &mut self,
        numbers: &[T],
        bytes: fn(T) -> [u8; N],
    ) -> Result<()> {
        self.u64(numbers.len() as u64)?;
        let mut buffer = Vec::with_capacity(N << 14);
        for chunk in numbers.chunks(1 << 14) {
            buffer.clear();
            chunk.iter().for_each(|&number| buffer.extend(bytes(number)));
            self.put(&buffer)?;
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.checksum.update(bytes);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|error| Error::file("cannot write", &self.path, error))
    }
}

/// Length and checksum of the container at `path`, which are its last bytes: they
/// tell one from another without reading it.
pub fn trailer(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TRAILER as u64)))?;
    let mut bytes = Vec::with_capacity(TRAILER);
    file.take(TRAILER as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a container whose checksum was right.
pub struct ContainerReader {
    bytes: Vec<u8>,
    position: usize,
    end: usize,
    path: PathBuf,
    mend: &'static str,
}

impl ContainerReader {
    /// Reads and checks the whole file.
    ///
    /// # Errors
    /// If it is no such file, is damaged, or was written by a newer version.
    pub fn open(path: &Path, form: Form) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| Error::file("cannot read", path, error))?;
        let damaged = |what: &str| {
            Error::data(format!("the {} is damaged: {what}", form.name))
                .at(path.display().to_string())
                .hinted(form.mend)
        };
        if bytes.len() < HEADER + TRAILER || bytes[..8] != *MAGIC || bytes[8..12] != form.kind {
            return Err(damaged("it does not begin and end as one"));
        }
        let version = u32::from_le_bytes(bytes[12..16].try_into().expect("four bytes"));
        if version != form.version {
            return Err(wrong_version(path, form, version));
        }
        let end = bytes.len() - TRAILER;
        let number = |start: usize| {
            u64::from_le_bytes(bytes[start..start + 8].try_into().expect("eight bytes"))
        };
        if number(end) != (end - HEADER) as u64 {
            return Err(damaged("its length is not the one it was written with"));
        }
        if number(end + 8) != xxh3_64(&bytes[HEADER..end]) {
            return Err(damaged("its checksum does not match"));
        }
        Ok(ContainerReader { position: HEADER, end, bytes, path: path.to_owned(), mend: form.mend })
    }

    /// The checksum of the file at `path`, as it says itself: tells contents apart
    /// without reading them.
    ///
    /// # Errors
    /// If the file cannot be read or is no such file.
    pub fn checksum(path: &Path, form: Form) -> Result<u64> {
        use std::io::{Read, Seek, SeekFrom};
        let read = || -> std::io::Result<([u8; HEADER], [u8; TRAILER])> {
            let mut file = std::fs::File::open(path)?;
            let (mut head, mut tail) = ([0; HEADER], [0; TRAILER]);
            file.read_exact(&mut head)?;
            file.seek(SeekFrom::End(-(TRAILER as i64)))?;
            file.read_exact(&mut tail)?;
            Ok((head, tail))
        };
        let (head, tail) = read().map_err(|error| Error::file("cannot read", path, error))?;
        if head[..8] != *MAGIC || head[8..12] != form.kind {
            return Err(
                Error::data(format!("the {} is damaged", form.name)).at(path.display().to_string())
            );
        }
        Ok(u64::from_le_bytes(tail[8..].try_into().expect("eight bytes")))
    }

    /// The checksum of what it holds: tells contents apart.
    pub fn sum(&self) -> u64 {
        let sum = &self.bytes[self.end + 8..self.end + TRAILER];
        u64::from_le_bytes(sum.try_into().expect("eight bytes"))
    }

    /// Whether nothing follows: parts that later versions added stand at the end.
    pub fn is_at_end(&self) -> bool {
        self.position == self.end
    }

    /// The next bytes.
    pub fn bytes(&mut self) -> Result<&[u8]> {
        let length = self.count(1)?;
        self.take(length)
    }

    /// The next number.
    pub fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().expect("eight bytes")))
    }

    /// The next numbers.
    pub fn u32s(&mut self) -> Result<Vec<u32>> {
        let count = self.count(4)?;
        Ok(self
            .take(count * 4)?
            .as_chunks()
            .0
            .iter()
            .map(|bytes| u32::from_le_bytes(*bytes))
            .collect())
    }

    /// The next numbers.
    pub fn u64s(&mut self) -> Result<Vec<u64>> {
        let count = self.count(8)?;
        Ok(self
            .take(count * 8)?
            .as_chunks()
            .0
            .iter()
            .map(|bytes| u64::from_le_bytes(*bytes))
            .collect())
    }

    /// The next numbers.
    pub fn f32s(&mut self) -> Result<Vec<f32>> {
        let count = self.count(4)?;
        Ok(self
            .take(count * 4)?
            .as_chunks()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect())
    }

    /// Where the next numbers of `size` bytes each stand, for [`ContainerReader::at`]:
    /// large parts can so be read side by side, and straight into what they become.
    pub fn place(&mut self, size: usize) -> Result<std::ops::Range<usize>> {
        let length = self.count(size)? * size;
        self.take(length)?;
        Ok(self.position - length..self.position)
    }

    /// The bytes at a place.
    pub fn at(&self, place: std::ops::Range<usize>) -> &[u8] {
        &self.bytes[place]
    }

    /// An error about what the file says, though its checksum is right.
    pub fn contradiction(&self, what: &str) -> Error {
        Error::data(format!("the file contradicts itself: {what}"))
            .at(self.path.display().to_string())
            .hinted(self.mend)
    }

    fn count(&mut self, size: usize) -> Result<usize> {
        let count = self.u64()?;
        let fits = usize::try_from(count).ok().and_then(|count| count.checked_mul(size));
        match fits {
            Some(length) if length <= self.end - self.position => Ok(count as usize),
            _ => Err(self.contradiction("a part is longer than the file")),
        }
    }

    fn take(&mut self, length: usize) -> Result<&[u8]> {
        if length > self.end - self.position {
            return Err(self.contradiction("it ends too early"));
        }
        self.position += length;
        Ok(&self.bytes[self.position - length..self.position])
    }
}

/// An error about a file of another version than this program writes.
pub(super) fn wrong_version(path: &Path, form: Form, version: u32) -> Error {
    let (age, hint) = match version > form.version {
        true => ("a newer", format!("update malmoi, or {}", form.mend)),
        false => ("an older", form.mend.to_owned()),
    };
    Error::data(format!(
        "the {} was written by {age} version of malmoi (layout {version})",
        form.name
    ))
    .at(path.display().to_string())
    .hinted(hint)
}

/// xxh3 of a small text: fingerprints are made of it.
pub fn fingerprint(parts: &[&[u8]]) -> u64 {
    let mut all = Vec::new();
    for part in parts {
        all.extend((part.len() as u64).to_le_bytes());
        all.extend_from_slice(part);
    }
    xxh3_64(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Form = Form { kind: *b"TEST", version: 3, name: "test", mend: "make it anew" };

    fn written(folder: &Path) -> PathBuf {
        let path = folder.join("x.bin");
        let mut writer = ContainerWriter::create(&path, FORM).unwrap();
        writer.bytes(b"hello").unwrap();
        writer.u32s(&[1, 2, 3]).unwrap();
        writer.f32s(&[0.5]).unwrap();
        writer.u64s(&[u64::MAX]).unwrap();
        writer.commit().unwrap();
        path
    }

    #[test]
    fn reads_what_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let mut reader = ContainerReader::open(&written(folder.path()), FORM).unwrap();
        assert_eq!(reader.bytes().unwrap(), b"hello");
        assert_eq!(reader.u32s().unwrap(), [1, 2, 3]);
        assert_eq!(reader.f32s().unwrap(), [0.5]);
        assert_eq!(reader.u64s().unwrap(), [u64::MAX]);
        assert!(reader.u64().is_err());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let whole = std::fs::read(&path).unwrap();
        for position in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[position] ^= 1;
            std::fs::write(&path, &flipped).unwrap();
            assert!(ContainerReader::open(&path, FORM).is_err(), "byte {position}");
            std::fs::write(&path, &whole[..position]).unwrap();
            assert!(ContainerReader::open(&path, FORM).is_err(), "cut at {position}");
        }
    }

    #[test]
    fn a_newer_file_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let older = Form { version: 2, ..FORM };
        let error = ContainerReader::open(&written(folder.path()), older).err().unwrap();
        assert!(error.to_string().contains("newer"), "{error}");
    }
}
