//! A stream of bytes → blocks of whole lines, so that memory does not grow with it.

use std::io::Read;

use crate::error::{Error, Result};

/// Bytes read at once.
const BLOCK: usize = 1 << 18;

/// A single line longer than this is no document.
const LONGEST_LINE: usize = 64 << 20;

/// Whole lines, and the number of the first.
pub(super) struct Block {
    /// The bytes of the lines.
    pub bytes: Vec<u8>,
    line: u64,
    is_too_long: bool,
}

/// Cuts a stream into blocks.
pub(super) struct Blocks<R> {
    input: R,
    rest: Vec<u8>,
    line: u64,
    name: String,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Reads `input`, which messages call `name`.
    pub fn new(input: R, name: &str) -> Self {
        Blocks { input, rest: Vec::new(), line: 1, name: name.to_owned(), ended: false }
    }

    /// The next block; `None` at the end. A line that is too long is a block of
    /// its own, without its bytes.
    ///
    /// # Errors
    /// If reading fails.
    pub fn next(&mut self) -> Result<Option<Block>> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut searched = 0;
        loop {
            if let Some(end) = memchr::memrchr(b'\n', &bytes[searched..]) {
                self.rest = bytes.split_off(searched + end + 1);
                break;
            }
            if self.ended {
                break;
            }
            if bytes.len() > LONGEST_LINE {
                return self.pass_over().map(Some);
            }
            searched = bytes.len();
            self.read(&mut bytes)?;
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        Ok(Some(Block { bytes, line, is_too_long: false }))
    }

    /// Appends some bytes.
    fn read(&mut self, bytes: &mut Vec<u8>) -> Result<()> {
        let read = (&mut self.input).take(BLOCK as u64).read_to_end(bytes);
        let read = read.map_err(|error| {
            Error::data(format!("cannot read {}: {error}", self.name)).caused_by(error)
        })?;
        self.ended = read == 0;
        Ok(())
    }

    /// Reads to the end of a line that is too long, and forgets it.
    fn pass_over(&mut self) -> Result<Block> {
        let mut bytes = Vec::new();
        while !self.ended {
            bytes.clear();
            self.read(&mut bytes)?;
            if let Some(end) = memchr::memchr(b'\n', &bytes) {
                self.rest = bytes.split_off(end + 1);
                break;
            }
        }
        self.line += 1;
        Ok(Block { bytes: Vec::new(), line: self.line - 1, is_too_long: true })
    }
}

impl Block {
    /// Number of a line that cannot be used and stands here alone, and why.
    pub fn problem(&self) -> Option<(u64, String)> {
        let reason = || format!("the line is longer than {} MB", LONGEST_LINE >> 20);
        self.is_too_long.then(|| (self.line, reason()))
    }

    /// Number and bytes of each line, without `\n` or `\r\n`; a byte order mark
    /// before the first is left out.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let body = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let mut ends = memchr::memchr_iter(b'\n', body).chain([body.len()]);
        let mut start = 0;
        let lines = std::iter::from_fn(move || {
            let end = ends.next()?;
            let line = &body[start..end];
            start = end + 1;
            Some(line.strip_suffix(b"\r").unwrap_or(line))
        });
        (self.line..).zip(lines).map(|(number, line)| match number {
            1 => (number, line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)),
            _ => (number, line),
        })
    }
}

/// The line as text, or where it is none.
pub(super) fn utf8(line: &[u8]) -> std::result::Result<&str, String> {
    std::str::from_utf8(line)
        .map_err(|error| format!("byte {} is no UTF-8", error.valid_up_to() + 1))
}

/// `what` could not be written.
pub(super) fn written(error: std::io::Error, what: &str) -> Error {
    Error::io(format!("cannot write {what}: {error}")).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_at_lines() {
        let text = "one\ntwo\r\n\nlast".repeat(100_000);
        let mut blocks = Blocks::new(text.as_bytes(), "x");
        let (mut bytes, mut lines) = (Vec::new(), Vec::new());
        while let Some(block) = blocks.next().unwrap() {
            for (number, line) in block.lines() {
                lines.push(line.to_vec());
                assert_eq!(number as usize, lines.len());
            }
            bytes.extend(block.bytes);
        }
        assert_eq!(bytes, text.as_bytes());
        assert_eq!(lines, text.lines().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_too_long_is_passed_over() {
        let long = vec![b'x'; LONGEST_LINE + BLOCK * 2];
        let text = [b"a\n", &long[..], b"\nb\nc"].concat();
        let mut blocks = Blocks::new(&text[..], "x");
        let (mut lines, mut problems) = (Vec::new(), Vec::new());
        while let Some(block) = blocks.next().unwrap() {
            match block.problem() {
                Some((line, _)) => problems.push(line),
                None => lines.extend(block.lines().map(|(line, text)| (line, text.to_vec()))),
            }
        }
        assert_eq!(problems, [2]);
        assert_eq!(lines, [(1, b"a".to_vec()), (3, b"b".to_vec()), (4, b"c".to_vec())]);
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        let mut blocks = Blocks::new("\u{feff}a\n\u{feff}b".as_bytes(), "x");
        let block = blocks.next().unwrap().unwrap();
        let lines: Vec<_> = block.lines().collect();
        assert_eq!(lines[0], (1, &b"a"[..]));
        assert_eq!(lines.len(), 1);
        assert_eq!(blocks.next().unwrap().unwrap().lines().next().unwrap().1.len(), 4);
    }
}
