//! A file to write, packed with gzip where its name ends with `.gz`.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::AtomicFile;
use crate::error::{Error, Result};

/// A file that appears only when it is whole, plain or gzip.
pub enum OutputFile {
    /// Bytes as they come.
    Plain(AtomicFile),
    /// Packed; the header holds neither name nor time, so equal bytes give equal files.
    Gzip(Box<GzEncoder<AtomicFile>>),
}

impl OutputFile {
    /// Starts writing what will become `target`.
    ///
    /// # Errors
    /// As [`AtomicFile::create`].
    pub fn create(target: &Path) -> Result<Self> {
        let file = AtomicFile::create(target)?;
        Ok(match is_packed(target) {
            true => OutputFile::Gzip(Box::new(GzEncoder::new(file, Compression::default()))),
            false => OutputFile::Plain(file),
        })
    }

    /// Writes what is left and gives the file its name.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn commit(self) -> Result<()> {
        match self {
            OutputFile::Plain(file) => file.commit(),
            OutputFile::Gzip(packed) => packed
                .finish()
                .map_err(|error| Error::io(format!("cannot pack: {error}")).caused_by(error))?
                .commit(),
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            OutputFile::Plain(file) => file.write(bytes),
            OutputFile::Gzip(packed) => packed.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            OutputFile::Plain(file) => file.flush(),
            // A flush in the middle would cost compression and brings nobody anything:
            // the file has no name yet.
            OutputFile::Gzip(_) => Ok(()),
        }
    }
}

/// Whether the name asks for gzip.
pub(super) fn is_packed(path: &Path) -> bool {
    path.extension().and_then(OsStr::to_str).is_some_and(|end| end.eq_ignore_ascii_case("gz"))
}

#[cfg(test)]
mod tests {
    use super::super::{WholeText, read_text};
    use super::*;

    fn write(name: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut file = OutputFile::create(&path).unwrap();
        file.write_all("가나\n".as_bytes()).unwrap();
        file.flush().unwrap();
        file.commit().unwrap();
        let read = read_text(&path, None).unwrap();
        assert!(matches!(read, WholeText::Whole(text) if text == "가나\n"));
        std::fs::read(&path).unwrap()
    }

    #[test]
    fn the_name_decides() {
        assert_eq!(write("a.txt"), "가나\n".as_bytes());
        let packed = write("a.txt.gz");
        assert_eq!(packed[..2], [0x1f, 0x8b]);
        assert_eq!(packed, write("other.GZ"));
    }
}
