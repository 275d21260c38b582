//! The entries of a tar stream, one after the other.
//!
//! In: inflated bytes. Out: name, contents and size of each entry. Promises:
//! nothing is trusted: names are safe to join to a folder, links and devices are
//! refused, sizes are bounded before anything is read, and a stream that ends
//! before the end-of-archive blocks is an error.
//!
//! The `tar` crate reads the fields of a header. Its own iterator is not used:
//! it accepts a stream without end-of-archive blocks and reads long names into
//! memory without a bound.

use std::io::{self, BufRead, Read};

use tar::{EntryType, Header, PaxExtensions};

use crate::error::{Error, Result};

const BLOCK: u64 = 512;
/// Longest pax header or long name; real ones take some hundred bytes.
const METADATA_BYTES: u64 = 1 << 20;

/// What an entry is; nothing else passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
}

/// Reads headers and hands out contents.
pub(super) struct TarEntries<R> {
    reader: R,
    /// Bytes of the tar stream consumed so far.
    offset: u64,
    entries: u64,
    header: Header,
    long_name: Vec<u8>,
    pax: Vec<u8>,
    name: String,
}

impl<R: BufRead> TarEntries<R> {
    /// Entries of the tar stream that `reader` gives.
    pub(super) fn new(reader: R) -> Self {
        TarEntries {
            reader,
            offset: 0,
            entries: 0,
            header: Header::new_old(),
            long_name: Vec::new(),
            pax: Vec::new(),
            name: String::new(),
        }
    }

    /// Kind and size of the next entry; `None` after the end-of-archive blocks,
    /// when the stream was read to its very end.
    pub(super) fn next(&mut self, max_entries: u64, max_bytes: u64) -> Result<Option<Entry>> {
        self.long_name.clear();
        self.pax.clear();
        loop {
            let start = self.offset;
            self.read_header()?;
            if self.header.as_bytes().iter().all(|&byte| byte == 0) {
                return self.read_end().map(|()| None);
            }
            self.check_header(start, max_entries)?;
            let kind = self.header.entry_type();
            if !self.read_metadata(kind, start)? {
                return self.read_entry(kind, start, max_bytes).map(Some);
            }
        }
    }

    /// The contents of `entry`; to be finished with [`TarEntries::skip`].
    pub(super) fn contents(&mut self, entry: &Entry) -> (&str, Contents<'_, R>) {
        let contents = Contents {
            reader: &mut self.reader,
            left: entry.size,
            offset: &mut self.offset,
            failure: None,
        };
        (&self.name, contents)
    }

    /// Passes over what is left of the entry and its padding, without copying.
    pub(super) fn skip(&mut self, mut bytes: u64) -> Result<()> {
        while bytes > 0 {
            let offset = self.offset;
            let ready = fill(&mut self.reader).map_err(|error| into_error(error, offset))?.len();
            if ready == 0 {
                return Err(truncated(self.offset));
            }
            let step = bytes.min(ready as u64);
            self.reader.consume(step as usize);
            self.offset += step;
            bytes -= step;
        }
        Ok(())
    }

    fn read_header(&mut self) -> Result<()> {
        let read = self.reader.read_exact(self.header.as_mut_bytes());
        read.map_err(|error| self.failed(error))?;
        self.offset += BLOCK;
        Ok(())
    }

    fn failed(&self, error: io::Error) -> Error {
        into_error(error, self.offset)
    }

    fn check_header(&mut self, start: u64, max_entries: u64) -> Result<()> {
        if !is_header(&self.header) {
            let message = format!("no valid tar header at offset {start}");
            return Err(Error::data(message).hinted(DAMAGED));
        }
        self.entries += 1;
        if self.entries > max_entries {
            let message = format!("the archive has more than {max_entries} entries");
            return Err(Error::data(message).hinted(HOSTILE));
        }
        Ok(())
    }

    /// Keeps a long name or pax header for the entry it describes; `false` for an entry.
    fn read_metadata(&mut self, kind: EntryType, start: u64) -> Result<bool> {
        match kind {
            EntryType::GNULongName => self.long_name = self.read_small(start)?,
            EntryType::XHeader => {
                self.pax = self.read_small(start)?;
                check_pax(&self.pax, start)?;
            }
            // Links are refused when they come; a global header holds comments.
            EntryType::GNULongLink | EntryType::XGlobalHeader => {
                let bytes = self.read_small(start)?;
                if kind == EntryType::XGlobalHeader && pax_value(&bytes, "size").is_some() {
                    return Err(malformed("a global header that sets sizes", start));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_small(&mut self, start: u64) -> Result<Vec<u8>> {
        let size = self.header_size(start)?;
        if size > METADATA_BYTES {
            return Err(malformed("a name or extended header over 1 MB", start));
        }
        let mut bytes = vec![0; size as usize];
        self.reader.read_exact(&mut bytes).map_err(|error| self.failed(error))?;
        self.offset += size;
        self.skip(padding(size))?;
        Ok(bytes)
    }

    fn header_size(&self, start: u64) -> Result<u64> {
        self.header.entry_size().map_err(|_| malformed("a size that is no number", start))
    }

    fn read_entry(&mut self, kind: EntryType, start: u64, max_bytes: u64) -> Result<Entry> {
        self.read_name(start)?;
        let size = self.read_size(start)?;
        let kind = match kind {
            EntryType::Directory => EntryKind::Folder,
            // Before POSIX a folder was a file whose name ends with a slash.
            EntryType::Regular if self.name_bytes_end_with_slash() => EntryKind::Folder,
            EntryType::Regular => EntryKind::File,
            other => return Err(self.refused(&format!("is {}", describe(other)), start)),
        };
        if kind == EntryKind::Folder && size > 0 {
            return Err(self.refused("is a folder with contents", start));
        }
        if size > max_bytes {
            let what = format!("has {size} bytes, more than the limit of {max_bytes}");
            return Err(self.refused(&what, start));
        }
        Ok(Entry { kind, size, padding: padding(size) })
    }

    fn read_name(&mut self, start: u64) -> Result<()> {
        let from_header;
        let bytes: &[u8] = if !self.long_name.is_empty() {
            self.long_name.strip_suffix(b"\0").unwrap_or(&self.long_name)
        } else if let Some(path) = pax_value(&self.pax, "path") {
            path
        } else {
            from_header = self.header.path_bytes();
            &from_header
        };
        self.name.clear();
        safe_name(bytes, &mut self.name).map_err(|problem| {
            let name = String::from_utf8_lossy(bytes).escape_debug().to_string();
            let message = format!("entry `{name}` at offset {start} {problem}");
            Error::data(message).hinted(HOSTILE)
        })
    }

    fn read_size(&self, start: u64) -> Result<u64> {
        match pax_value(&self.pax, "size") {
            None => self.header_size(start),
            Some(digits) => std::str::from_utf8(digits)
                .ok()
                .and_then(|digits| digits.parse().ok())
                .ok_or_else(|| malformed("a size that is no number", start)),
        }
    }

    fn name_bytes_end_with_slash(&self) -> bool {
        self.long_name.is_empty() && self.header.path_bytes().ends_with(b"/")
    }

    /// An error that names the present entry.
    fn refused(&self, what: &str, start: u64) -> Error {
        let message = format!("entry `{}` at offset {start} {what}", self.name.escape_debug());
        Error::data(message).hinted(HOSTILE)
    }

    /// A second empty block, then zeros to the end of the stream: reading all of
    /// it lets gzip compare its checksum.
    fn read_end(&mut self) -> Result<()> {
        self.read_header()?;
        let mut rest_is_empty = self.header.as_bytes().iter().all(|&byte| byte == 0);
        loop {
            let bytes = fill(&mut self.reader).map_err(|error| into_error(error, self.offset))?;
            if bytes.is_empty() {
                break;
            }
            rest_is_empty &= bytes.iter().all(|&byte| byte == 0);
            let read = bytes.len();
            self.reader.consume(read);
            self.offset += read as u64;
        }
        match (rest_is_empty, self.offset % BLOCK) {
            (true, 0) => Ok(()),
            (true, _) => Err(truncated(self.offset)),
            (false, _) => {
                Err(Error::data("there is data after the end of the archive").hinted(DAMAGED))
            }
        }
    }
}

/// One entry that passed every check.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// File or folder.
    pub(super) kind: EntryKind,
    /// Bytes of contents.
    pub(super) size: u64,
    /// Bytes between the contents and the next header.
    pub(super) padding: u64,
}

/// The contents of one entry; remembers why reading failed, so that the true
/// cause is told even when a callback swallows or rewrites it.
pub(super) struct Contents<'a, R> {
    reader: &'a mut R,
    left: u64,
    offset: &'a mut u64,
    failure: Option<Error>,
}

impl<R> Contents<'_, R> {
    /// Bytes that were not read, and the failure, if any.
    pub(super) fn finish(self) -> (u64, Option<Error>) {
        (self.left, self.failure)
    }
}

impl<R: BufRead> Read for Contents<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let limit = (into.len() as u64).min(self.left) as usize;
        if limit == 0 {
            return Ok(0);
        }
        let failure = match self.reader.read(&mut into[..limit]) {
            Ok(0) => truncated(*self.offset),
            Ok(read) => {
                self.left -= read as u64;
                *self.offset += read as u64;
                return Ok(read);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => into_error(error, *self.offset),
        };
        let message = failure.to_string();
        self.failure = Some(failure);
        Err(io::Error::new(io::ErrorKind::InvalidData, message))
    }
}

pub(super) const DAMAGED: &str = "the file is incomplete or damaged; fetch it again";
pub(super) const HOSTILE: &str = "such an archive is not unpacked, because it could do harm; \
                                  take it from a source you trust";

/// Turns a failed read into the error it carries, or into one about damage.
pub(super) fn into_error(error: io::Error, offset: u64) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return truncated(offset);
    }
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::data(format!("the archive is damaged near offset {offset}: {error}"))
            .hinted(DAMAGED)
            .caused_by(error),
    }
}

/// Whether the checksum of a header is right.
pub(super) fn is_header(header: &Header) -> bool {
    let bytes = header.as_bytes();
    let all: u32 = bytes.iter().map(|&byte| u32::from(byte)).sum();
    let own: u32 = bytes[148..156].iter().map(|&byte| u32::from(byte)).sum();
    // The checksum counts its own field as eight spaces.
    header.cksum().ok() == Some(all - own + 8 * u32::from(b' '))
}

fn truncated(offset: u64) -> Error {
    Error::data(format!("the archive ends too early, at offset {offset}")).hinted(DAMAGED)
}

fn malformed(what: &str, start: u64) -> Error {
    Error::data(format!("the archive has {what} at offset {start}")).hinted(DAMAGED)
}

/// `fill_buf` that goes on after a signal.
fn fill<R: BufRead>(reader: &mut R) -> io::Result<&[u8]> {
    loop {
        match reader.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    reader.fill_buf()
}

fn padding(size: u64) -> u64 {
    (BLOCK - size % BLOCK) % BLOCK
}

fn describe(kind: EntryType) -> String {
    match kind {
        EntryType::Link => "a hard link".into(),
        EntryType::Symlink => "a symbolic link".into(),
        EntryType::Char | EntryType::Block => "a device".into(),
        EntryType::Fifo => "a named pipe".into(),
        EntryType::GNUSparse => "a sparse file".into(),
        other => format!("of the unknown type {}", other.as_byte()),
    }
}

/// Every record must be well formed, and none may hide a sparse file.
fn check_pax(bytes: &[u8], start: u64) -> Result<()> {
    for record in PaxExtensions::new(bytes) {
        let record = record.map_err(|_| malformed("a malformed extended header", start))?;
        if record.key_bytes().starts_with(b"GNU.sparse.") {
            return Err(malformed("a sparse file", start));
        }
    }
    Ok(())
}

/// The last value of `key`, as POSIX wants it.
fn pax_value<'a>(bytes: &'a [u8], key: &str) -> Option<&'a [u8]> {
    if bytes.is_empty() {
        return None;
    }
    let records = PaxExtensions::new(bytes).flatten();
    records.filter(|record| record.key_bytes() == key.as_bytes()).last().map(|r| r.value_bytes())
}

/// Writes the name without `.` and empty parts, or says what is wrong with it.
fn safe_name(bytes: &[u8], into: &mut String) -> Result<(), &'static str> {
    let name = std::str::from_utf8(bytes).map_err(|_| "has a name that is not UTF-8")?;
    if name.contains('\0') {
        return Err("has a zero byte in its name");
    }
    if name.starts_with('/') || name.contains(['\\', ':']) && !is_plain(name) {
        return Err("has an absolute path");
    }
    for part in name.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            return Err("has `..` in its path");
        }
        if !into.is_empty() {
            into.push('/');
        }
        into.push_str(part);
    }
    Ok(())
}

/// `C:\x`, `C:x` and `\x` lead out of a folder on Windows.
fn is_plain(name: &str) -> bool {
    !name.contains('\\') && name.as_bytes().get(1) != Some(&b':')
}
