//! Lines of a text file, plain or gzip, in any encoding.
//!
//! In: a path. Out: its lines as UTF-8, one at a time, so that a file of any
//! size passes in bounded memory. Gzip is known by its first bytes, not by name.
//! A line with bad bytes, or one that is too long, is told and does not stop the
//! others, unless the encoding as a whole must be wrong.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Chain, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::encoding::{Decoder, Flaw};
use super::inflate::Inflated;
use super::tolerance::Tolerance;
use crate::error::{Error, Result};

/// The longest line, record or text that is read.
pub const MAX_LINE_BYTES: usize = 16 << 20;
const PIECE_BYTES: usize = 1 << 16;

/// What [`TextReader::next_line`] found.
#[derive(Debug)]
pub enum Line {
    /// Nothing: the file has ended.
    End,
    /// A line as it is written.
    Whole,
    /// A line with `U+FFFD` for bytes that are not of the encoding; where they are.
    Malformed(Error),
    /// The beginning of a line of more than [`MAX_LINE_BYTES`].
    TooLong(Error),
}

/// Reads the lines of one file.
pub struct TextReader {
    path: PathBuf,
    input: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
    size: u64,
    decoder: Decoder,
    raw: Vec<u8>,
    text: String,
    flaws: VecDeque<Flaw>,
    tolerance: Tolerance,
    position: usize,
    line: u64,
    ended: bool,
}

impl TextReader {
    /// Opens a file; `encoding` is a label, UTF-8 if absent.
    ///
    /// # Errors
    /// The label is unknown, or the file cannot be opened.
    pub fn open(path: &Path, encoding: Option<&str>) -> Result<Self> {
        let decoder = Decoder::new(encoding)?;
        let file = open_file(path)?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        let read = Arc::new(AtomicU64::new(0));
        let input = unpack(Counted { file, read: Arc::clone(&read) })
            .map_err(|error| Error::file("cannot read", path, error))?;
        Ok(TextReader {
            path: path.to_owned(),
            input,
            read,
            size,
            decoder,
            raw: vec![0; PIECE_BYTES],
            text: String::new(),
            flaws: VecDeque::new(),
            tolerance: Tolerance::default(),
            position: 0,
            line: 0,
            ended: false,
        })
    }

    /// Puts the next line with its `\n` into `line`.
    ///
    /// # Errors
    /// A damaged file, a first line that cannot be used, or too many lines with
    /// bytes that are not of the encoding.
    pub fn next_line(&mut self, line: &mut String) -> Result<Line> {
        line.clear();
        let (mut flaw, mut found, mut is_long) = (None, false, false);
        while self.position < self.text.len() || self.fill()? {
            let start = self.position;
            let end = memchr::memchr(b'\n', &self.text.as_bytes()[start..]);
            self.position = end.map_or(self.text.len(), |end| start + end + 1);
            found = true;
            flaw = flaw.or(self.pass_flaws());
            is_long |= line.len() + self.position - start > MAX_LINE_BYTES;
            if !is_long {
                line.push_str(&self.text[start..self.position]);
            }
            // A first line that is bad need not be read to its end.
            if end.is_some() || self.line == 0 && (is_long || flaw.is_some()) {
                break;
            }
        }
        self.judge(found, flaw, is_long)
    }

    /// The first flaw in what was just passed.
    fn pass_flaws(&mut self) -> Option<Flaw> {
        let passed = self.flaws.iter().take_while(|flaw| flaw.place < self.position).count();
        self.flaws.drain(..passed).next()
    }

    fn judge(&mut self, found: bool, flaw: Option<Flaw>, is_long: bool) -> Result<Line> {
        if !found {
            return Ok(Line::End);
        }
        self.line += 1;
        let is_over = self.tolerance.is_over(flaw.is_some());
        match flaw.map(|flaw| self.malformed(flaw)) {
            Some(error) if is_over => Err(error),
            Some(error) => Ok(Line::Malformed(error)),
            None if is_long && self.line == 1 => Err(self.too_long()),
            None if is_long => Ok(Line::TooLong(self.too_long())),
            None => Ok(Line::Whole),
        }
    }

    /// Number of the line read last; the first is 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How far it has come, as (done, total) in bytes of the file.
    pub fn progress(&self) -> (u64, u64) {
        (self.read.load(Ordering::Relaxed), self.size)
    }

    /// Decodes the next piece; `false` at the end.
    fn fill(&mut self) -> Result<bool> {
        self.text.clear();
        self.flaws.clear();
        self.position = 0;
        while self.text.is_empty() && !self.ended {
            let count = read_some(&mut self.input, &mut self.raw)
                .map_err(|error| self.cannot_read(error))?;
            self.ended = count == 0;
            let bytes = &self.raw[..count];
            self.decoder.decode(bytes, self.ended, &mut self.text, &mut self.flaws);
        }
        Ok(!self.text.is_empty())
    }

    fn malformed(&self, flaw: Flaw) -> Error {
        let told = self.decoder.malformed(flaw.offset);
        Error::data(told.message).at(place(&self.path, self.line)).hinted(told.hint)
    }

    fn too_long(&self) -> Error {
        Error::data(format!("a line is longer than {} MB", MAX_LINE_BYTES >> 20))
            .at(place(&self.path, self.line))
            .hinted("check that the file is one of lines, and `source.kind`")
    }

    fn cannot_read(&self, error: std::io::Error) -> Error {
        match error.kind() {
            ErrorKind::UnexpectedEof => {
                Error::data(format!("the gzip file `{}` ends too early", self.path.display()))
                    .hinted("it was cut off on its way here; fetch it again")
                    .caused_by(error)
            }
            ErrorKind::InvalidData | ErrorKind::InvalidInput => {
                Error::data(format!("the gzip file `{}` is damaged: {error}", self.path.display()))
                    .hinted("fetch it again")
                    .caused_by(error)
            }
            _ => Error::file("cannot read", &self.path, error),
        }
    }
}

/// What [`read_text`] found.
#[derive(Debug)]
pub enum WholeText {
    /// The text.
    Whole(String),
    /// Bytes that are not of the encoding; where they are.
    Malformed(Error),
    /// More than [`MAX_LINE_BYTES`].
    TooLong,
}

/// A whole text file.
///
/// # Errors
/// It cannot be read, or is damaged.
pub fn read_text(path: &Path, encoding: Option<&str>) -> Result<WholeText> {
    let mut reader = TextReader::open(path, encoding)?;
    let mut text = String::new();
    while reader.fill()? {
        if let Some(&flaw) = reader.flaws.front() {
            text.push_str(&reader.text[..flaw.place]);
            reader.line = 1 + memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
            return Ok(WholeText::Malformed(reader.malformed(flaw)));
        }
        if text.len() + reader.text.len() > MAX_LINE_BYTES {
            return Ok(WholeText::TooLong);
        }
        text.push_str(&reader.text);
    }
    Ok(WholeText::Whole(text))
}

/// `file, line 3`: how a place is named in messages.
pub fn place(path: &Path, line: u64) -> String {
    format!("{}, line {line}", path.display())
}

/// Some systems open a folder and fail only when it is read.
pub(super) fn open_file(path: &Path) -> Result<File> {
    if path.is_dir() {
        return Err(Error::data(format!("`{}` is a folder, not a file", path.display())));
    }
    File::open(path).map_err(|error| Error::file("cannot read", path, error))
}

type Whole = Chain<Cursor<Vec<u8>>, Counted>;

fn unpack(mut file: Counted) -> std::io::Result<Box<dyn Read + Send>> {
    let mut head = vec![0; 2];
    let mut length = 0;
    while length < head.len() {
        match read_some(&mut file, &mut head[length..])? {
            0 => break,
            count => length += count,
        }
    }
    head.truncate(length);
    let gzip = head == [0x1F, 0x8B];
    let read = Arc::clone(&file.read);
    let whole: Whole = Cursor::new(head).chain(file);
    let whole = BufReader::with_capacity(PIECE_BYTES, whole);
    Ok(if gzip { Box::new(Inflated::new(whole, read)) } else { Box::new(whole) })
}

fn read_some(input: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Counts the bytes that leave the disk, for progress.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn lines(bytes: &[u8], encoding: Option<&str>) -> Result<Vec<String>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut reader = TextReader::open(file.path(), encoding)?;
        let (mut lines, mut line) = (Vec::new(), String::new());
        loop {
            match reader.next_line(&mut line)? {
                Line::End => break,
                Line::Whole => lines.push(line.clone()),
                Line::Malformed(error) | Line::TooLong(error) => return Err(error),
            }
        }
        assert_eq!(reader.progress().0, bytes.len() as u64);
        assert_eq!(reader.line(), lines.len() as u64);
        Ok(lines)
    }

    #[test]
    fn reads_plain_and_gzip_alike() {
        let text = "가\nb\r\n\nd".as_bytes();
        let expected = ["가\n", "b\r\n", "\n", "d"];
        assert_eq!(lines(text, None).unwrap(), expected);
        assert_eq!(lines(&gzip(text), None).unwrap(), expected);
        let members = [gzip(&text[..5]), gzip(&text[5..])].concat();
        assert_eq!(lines(&members, None).unwrap(), expected);
        assert!(lines(b"", None).unwrap().is_empty());
    }

    #[test]
    fn a_damaged_gzip_file_is_an_error() {
        let whole = gzip("가나다\n".repeat(1_000).as_bytes());
        let error = lines(&whole[..whole.len() - 9], None).unwrap_err();
        assert!(error.to_string().contains("ends too early"), "{error}");
        let mut bad = whole.clone();
        let middle = bad.len() / 2;
        bad[middle..].iter_mut().for_each(|byte| *byte ^= 0x55);
        let error = lines(&bad, None).unwrap_err();
        assert!(error.to_string().contains("gzip"), "{error}");
    }

    #[test]
    fn names_line_and_offset_of_a_bad_byte() {
        let text = ["가나\n".repeat(20_000).as_bytes(), b"ab\xBF"].concat();
        let error = lines(&text, None).unwrap_err();
        assert!(error.place().unwrap().ends_with(", line 20001"), "{:?}", error.place());
        assert!(error.to_string().ends_with("offset 140002"), "{error}");
        assert!(error.hint().unwrap().contains("source.encoding = \"euc-kr\""));
    }

    #[test]
    fn a_line_too_long_is_an_error() {
        let text = [b"a\n".to_vec(), vec![b'x'; MAX_LINE_BYTES + 1]].concat();
        let error = lines(&gzip(&text), None).unwrap_err();
        assert!(error.place().unwrap().ends_with(", line 2"));
        let error = lines(&text[2..], None).unwrap_err();
        assert!(error.place().unwrap().ends_with(", line 1"));
        let fits = vec![b'x'; MAX_LINE_BYTES];
        assert_eq!(lines(&fits, None).unwrap().len(), 1);
    }

    /// What becomes of each line: good, malformed or long.
    fn kinds(bytes: &[u8]) -> Result<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut reader = TextReader::open(file.path(), None)?;
        let (mut kinds, mut line) = (String::new(), String::new());
        loop {
            kinds.push(match reader.next_line(&mut line)? {
                Line::End => return Ok(kinds),
                Line::Whole => 'g',
                Line::Malformed(_) => 'm',
                Line::TooLong(_) => 'l',
            });
            assert!(line.len() <= MAX_LINE_BYTES);
        }
    }

    #[test]
    fn one_bad_line_does_not_stop_the_others() {
        assert_eq!(kinds(b"a\nb\xFF\xFE\nc\n").unwrap(), "gmg");
        let long = vec![b'x'; MAX_LINE_BYTES * 2];
        assert_eq!(kinds(&[b"a\n", &long[..], b"\nc\xBF"].concat()).unwrap(), "glm");
    }

    #[test]
    fn a_wrong_encoding_stops_at_once() {
        assert!(kinds(b"a\xBF\xB5\nb\n").unwrap_err().hint().unwrap().contains("euc-kr"));
        let rows = ["a\n".as_bytes(), &b"b\xBF\xB5\nc\n".repeat(100)].concat();
        let error = kinds(&rows).unwrap_err();
        assert!(error.place().unwrap().ends_with(", line 100"), "{:?}", error.place());
    }

    #[test]
    fn reads_a_whole_text_up_to_the_limit() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"\xB0\xA1\n").unwrap();
        let read = |encoding| read_text(file.path(), encoding).unwrap();
        assert!(matches!(read(Some("euc-kr")), WholeText::Whole(text) if text == "가\n"));
        let WholeText::Malformed(error) = read(None) else { panic!("it is no UTF-8") };
        assert!(error.place().unwrap().ends_with("line 1"));
        std::fs::write(file.path(), gzip(&vec![b'x'; MAX_LINE_BYTES + 1])).unwrap();
        assert!(matches!(read(None), WholeText::TooLong));
    }

    #[test]
    fn a_folder_or_nothing_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(TextReader::open(folder.path(), None).is_err());
        assert!(TextReader::open(&folder.path().join("none"), None).is_err());
    }

    proptest! {
        #[test]
        fn any_text_comes_back_whole(text in "(.|\n|\r){0,200}", packed: bool) {
            let text = text.trim_start_matches('\u{feff}');
            let bytes = if packed { gzip(text.as_bytes()) } else { text.as_bytes().to_vec() };
            prop_assert_eq!(lines(&bytes, None).unwrap().concat(), text);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, magic: bool) {
            let bytes = if magic { [b"\x1F\x8B\x08".to_vec(), bytes].concat() } else { bytes };
            for encoding in [None, Some("euc-kr"), Some("utf-16le"), Some("iso-2022-jp")] {
                let _ = lines(&bytes, encoding);
            }
        }
    }
}
