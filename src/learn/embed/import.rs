//! Vectors of word2vec, fastText and gensim → an embedding.
//!
//! In: a file, packed with gzip or not, whose first line says how many vectors there are and
//! how long: then text (`word 0.1 -0.2 …`; fastText's `.vec` is the same) or binary (the
//! word, a blank, its numbers as little-endian floats). Which of the two it is, the bytes
//! tell. Promises: memory grows with what was read, not with what the first line claims.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::embedding::{About, Embedding};
use super::params::MOST_DIMENSIONS;
use super::storage::LONGEST_TERM;
use crate::data::{Interner, UNKNOWN};
use crate::error::{Error, Result};
use crate::files::{open_regular, place};

/// An imported embedding, and what was found on the way.
pub struct Imported {
    /// The vectors.
    pub embedding: Embedding,
    /// Lines whose word had stood there before; the first vector of a word wins.
    pub duplicates: u64,
    /// Words that are no UTF-8; they are left out.
    pub malformed: u64,
}

/// How a whole model of fastText begins.
const FASTTEXT_MODEL: [u8; 4] = 793_712_314_u32.to_le_bytes();

/// Most numbers that are kept: 16 GB of them.
const MOST_NUMBERS: usize = 1 << 32;

/// Bytes of the longest line of text.
const LONGEST_LINE: usize = LONGEST_TERM + 64 * MOST_DIMENSIONS;

/// Reads a file of vectors.
///
/// # Errors
/// The file cannot be read; it is none of vectors; a line is malformed — then with its
/// number —; or `stop` says so.
pub fn import(path: &Path, stop: &dyn Fn() -> Result<()>) -> Result<Imported> {
    let failed = |error| Error::file("cannot read the vectors", path, error);
    let mut file = BufReader::with_capacity(1 << 16, open_regular(path).map_err(failed)?);
    let is_packed = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    let input: Box<dyn Read> = match is_packed {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    read(BufReader::with_capacity(1 << 18, input), path, stop)
}

fn read(mut input: impl BufRead, path: &Path, stop: &dyn Fn() -> Result<()>) -> Result<Imported> {
    let mut line = Vec::new();
    next_line(&mut input, &mut line).map_err(|why| why.at_line(path, 1))?;
    if line.starts_with(&FASTTEXT_MODEL) {
        return Err(Error::data("this is a model of fastText, not a file of vectors")
            .at(path.display().to_string())
            .hinted("take the `.vec` file that comes with it"));
    }
    let (claimed, dimensions) = head(&line).ok_or_else(|| {
        Error::data("the first line does not say how many vectors there are, and how long")
            .at(place(path, 1))
            .hinted("vectors of word2vec and fastText begin with `71290 100`; GloVe's do not: put such a line before them")
    })?;
    let is_text = is_text(&mut input, dimensions).map_err(|why| why.at_line(path, 2))?;
    let mut table = Table::new(dimensions, if is_text { "text" } else { "binary" });
    // What the file claims is believed no further than it is there.
    for row in 0..claimed {
        if row % 1024 == 0 {
            stop()?;
        }
        let read = match is_text {
            true => text_row(&mut input, &mut line, &mut table),
            false => binary_row(&mut input, &mut line, &mut table),
        };
        read.map_err(|why| match is_text {
            true => why.at_line(path, row + 2),
            false => why.at_word(path, row + 1),
        })?;
    }
    if !rest_is_blank(&mut input, stop).map_err(|why| why.at_line(path, claimed + 2))? {
        return Err(Error::data(format!(
            "there are more than the {claimed} vectors of the first line"
        ))
        .at(place(path, claimed + 2))
        .hinted("correct the first number of the first line"));
    }
    table.finish(path)
}

/// Why a row cannot be used.
enum Why {
    Stopped(Error),
    Io(std::io::Error),
    Wrong(String),
}

impl From<std::io::Error> for Why {
    fn from(error: std::io::Error) -> Self {
        Why::Io(error)
    }
}

impl Why {
    fn at_line(self, path: &Path, line: u64) -> Error {
        match self {
            Why::Stopped(error) => error,
            Why::Io(error) => Error::file("cannot read the vectors", path, error),
            Why::Wrong(why) => Error::data(why).at(place(path, line)),
        }
    }

    fn at_word(self, path: &Path, word: u64) -> Error {
        match self {
            Why::Wrong(why) => Error::data(why).at(format!("{}, vector {word}", path.display())),
            io => io.at_line(path, word),
        }
    }
}

fn wrong<T>(why: impl Into<String>) -> Result<T, Why> {
    Err(Why::Wrong(why.into()))
}

/// `71290 100`
fn head(line: &[u8]) -> Option<(u64, usize)> {
    let line = str::from_utf8(line).ok()?;
    let mut numbers = line.split_ascii_whitespace();
    let (count, dimensions) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    let is_whole = numbers.next().is_none() && (1..=MOST_DIMENSIONS).contains(&dimensions);
    is_whole.then_some((count, dimensions))
}

/// Bytes that tell text from binary numbers beyond doubt.
const ENOUGH: usize = 64;

/// Whether what follows the first line is text. Among binary numbers stand bytes that text
/// does not hold; where little is to be seen, what ends the first line has to be a number.
fn is_text(input: &mut impl BufRead, dimensions: usize) -> Result<bool, Why> {
    let seen = input.fill_buf()?;
    let seen = &seen[..seen.len().min(dimensions * 4 + 256)];
    let is_control = |byte: &u8| *byte < b' ' && !b"\t\r\n".contains(byte);
    let is_whole = str::from_utf8(seen).map_or_else(|error| error.error_len().is_none(), |_| true);
    if !is_whole || seen.iter().any(is_control) {
        return Ok(false);
    }
    let line = seen.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let last = line.trim_ascii_end().rsplit(|byte| b" \t".contains(byte)).next();
    let is_number = |part: &[u8]| str::from_utf8(part).is_ok_and(|one| one.parse::<f32>().is_ok());
    Ok(seen.len() >= ENOUGH || last.is_some_and(is_number))
}

/// A line without its end; `false` where none is left.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, Why> {
    line.clear();
    let read = input.take(LONGEST_LINE as u64).read_until(b'\n', line)?;
    if read == LONGEST_LINE && line.last() != Some(&b'\n') {
        return wrong(format!("a line has more than {LONGEST_LINE} bytes"));
    }
    while line.last().is_some_and(|last| b"\r\n".contains(last)) {
        line.pop();
    }
    Ok(read > 0)
}

/// `word 0.1 -0.2 …`; a word may hold blanks, as some of the published files have it.
fn text_row(input: &mut impl BufRead, line: &mut Vec<u8>, table: &mut Table) -> Result<(), Why> {
    if !next_line(input, line)? {
        return wrong("the file ends before the vectors that its first line promises");
    }
    let trimmed = line.trim_ascii_end();
    let start = table.vectors.len();
    let mut end = trimmed.len();
    for _ in 0..table.dimensions {
        let Some(blank) = trimmed[..end].iter().rposition(|byte| b" \t".contains(byte)) else {
            table.vectors.truncate(start);
            return wrong(format!(
                "a line has {} numbers, not {}",
                trimmed.split(|byte| b" \t".contains(byte)).count() - 1,
                table.dimensions
            ));
        };
        let written = &trimmed[blank + 1..end];
        let value = str::from_utf8(written).ok().and_then(|text| text.parse::<f32>().ok());
        let Some(value) = value.filter(|value| value.is_finite()) else {
            table.vectors.truncate(start);
            let shown: String = String::from_utf8_lossy(written).chars().take(30).collect();
            return wrong(format!("`{shown}` is no finite number"));
        };
        table.vectors.push(value);
        end = blank;
    }
    table.vectors[start..].reverse();
    table.keep(&trimmed[..end])
}

/// The word, a blank, its numbers; word2vec puts a line feed behind them, gensim none.
fn binary_row(input: &mut impl BufRead, word: &mut Vec<u8>, table: &mut Table) -> Result<(), Why> {
    word.clear();
    input.take(LONGEST_TERM as u64 + 2).read_until(b' ', word)?;
    if word.pop() != Some(b' ') {
        return wrong(
            "the file ends before the vectors that its first line promises, or a word is too long",
        );
    }
    let start = table.vectors.len();
    for _ in 0..table.dimensions {
        let mut bytes = [0; 4];
        input.read_exact(&mut bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Why::Wrong("the file ends in a vector".into()),
            _ => Why::Io(error),
        })?;
        table.vectors.push(f32::from_le_bytes(bytes));
    }
    if !table.vectors[start..].iter().all(|value| value.is_finite()) {
        table.vectors.truncate(start);
        return wrong("a number is infinite, or is none");
    }
    table.keep(word.strip_prefix(b"\n").unwrap_or(word))
}

fn rest_is_blank(input: &mut impl BufRead, stop: &dyn Fn() -> Result<()>) -> Result<bool, Why> {
    let mut line = Vec::new();
    let mut lines = 0u64;
    while next_line(input, &mut line)? {
        lines += 1;
        if lines.is_multiple_of(1024) {
            stop().map_err(Why::Stopped)?;
        }
        if !line.trim_ascii().is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What was read so far.
struct Table {
    terms: Interner,
    bytes: usize,
    vectors: Vec<f32>,
    dimensions: usize,
    duplicates: u64,
    malformed: u64,
    form: &'static str,
}

impl Table {
    fn new(dimensions: usize, form: &'static str) -> Self {
        Table {
            terms: Interner::default(),
            bytes: 0,
            vectors: Vec::new(),
            dimensions,
            duplicates: 0,
            malformed: 0,
            form,
        }
    }

    /// Gives the last vector its word, or drops it.
    fn keep(&mut self, word: &[u8]) -> Result<(), Why> {
        let start = self.vectors.len() - self.dimensions;
        if word.is_empty() || word.len() > LONGEST_TERM {
            self.vectors.truncate(start);
            return wrong("a word is empty or too long");
        }
        let Ok(word) = str::from_utf8(word) else {
            self.malformed += 1;
            self.vectors.truncate(start);
            return Ok(());
        };
        if self.terms.get(word).is_some() {
            self.duplicates += 1;
            self.vectors.truncate(start);
            return Ok(());
        }
        self.bytes += word.len();
        let is_full = self.bytes > u32::MAX as usize
            || self.terms.len() + 1 >= UNKNOWN as usize
            || self.vectors.len() > MOST_NUMBERS;
        if is_full {
            return wrong("there are more vectors than can be kept");
        }
        self.terms.intern(word);
        Ok(())
    }

    fn finish(self, path: &Path) -> Result<Imported> {
        if self.terms.is_empty() {
            return Err(Error::data("there is no vector").at(path.display().to_string()));
        }
        let about = About { method: format!("imported {}", self.form), ..About::default() };
        let embedding = Embedding {
            counts: vec![0; self.terms.len()],
            terms: self.terms,
            dimensions: self.dimensions,
            vectors: self.vectors,
            subwords: None,
            about,
        };
        Ok(Imported { embedding, duplicates: self.duplicates, malformed: self.malformed })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn bytes(bytes: &[u8]) -> Result<Imported> {
        read(bytes, Path::new("v.txt"), &|| Ok(()))
    }

    fn refused(text: &str, line: u64, expected: &str) {
        let error = bytes(text.as_bytes()).err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.place(), Some(format!("v.txt, line {line}").as_str()), "{error}");
    }

    #[test]
    fn little_text_is_text() {
        let imported = bytes(b"1 1\nnew york 5\n").unwrap();
        assert_eq!(imported.embedding.term(0), "new york");
        refused("1 2\na 0x1 2\n", 2, "`0x1` is no finite number");
        let error = bytes(&[b"1 1\nab \0\0\x80\x3f".as_slice(), b"more"].concat()).err().unwrap();
        assert!(error.to_string().contains("more than the 1 vectors"), "{error}");
    }

    #[test]
    fn blank_lines_without_end_can_be_stopped() {
        let mut asked = std::cell::Cell::new(0);
        let stop = || match asked.replace(asked.get() + 1) {
            0 => Ok(()),
            _ => Err(Error::interrupted()),
        };
        let text = "1 1\na 5\n".to_owned() + &"\n".repeat(5000);
        let error = read(text.as_bytes(), Path::new("v"), &stop).err().unwrap();
        assert_eq!((error.exit_code(), *asked.get_mut()), (130, 2));
    }

    #[test]
    fn text_is_read() {
        let imported =
            bytes("3 2\n영화 1 -2.5\nNew York 0.5 1e-3 \r\n영화 9 9\n\n".as_bytes()).unwrap();
        let embedding = imported.embedding;
        assert_eq!((embedding.len(), imported.duplicates, embedding.dimensions), (2, 1, 2));
        assert_eq!((embedding.term(0), embedding.vector(0)), ("영화", &[1.0, -2.5][..]));
        assert_eq!((embedding.term(1), embedding.vector(1)), ("New York", &[0.5, 1e-3][..]));
        assert_eq!(embedding.about.method, "imported text");
    }

    #[test]
    fn binary_is_read_with_line_feeds_and_without() {
        for end in ["", "\n"] {
            let mut file = b"2 9\n".to_vec();
            for (word, first) in [("영화", 0.5f32), ("a", -7.0)] {
                file.extend_from_slice(word.as_bytes());
                file.push(b' ');
                (0..9).for_each(|n| file.extend((first + n as f32).to_le_bytes()));
                file.extend_from_slice(end.as_bytes());
            }
            let embedding = bytes(&file).unwrap().embedding;
            assert_eq!((embedding.term(0), embedding.term(1)), ("영화", "a"));
            assert_eq!((embedding.vector(0)[8], embedding.vector(1)[0]), (8.5, -7.0));
            let error = bytes(&file[..file.len() - 5]).err().unwrap();
            assert_eq!(error.place(), Some("v.txt, vector 2"), "{error}");
        }
    }

    #[test]
    fn wrong_lines_are_told_with_their_number() {
        refused("", 1, "does not say how many");
        refused("the 0.1 0.2\n", 1, "does not say how many");
        refused("5 0\n", 1, "does not say how many");
        refused("2 2\na 1 2\n", 3, "ends before");
        refused("1 2\na 1 2\nb 1 2\n", 3, "more than the 1 vectors");
        refused("2 2\na 1 2\nb 1\n", 3, "a line has 1 numbers, not 2");
        refused("2 2\na 1 2\nb 1 inf\n", 3, "`inf` is no finite number");
        refused("2 2\na 1 2\nb 1 e\n", 3, "`e` is no finite number");
        refused("1 2\n 1 2\n", 2, "a word is empty");
        refused("18446744073709551615 4096\na 1\n", 2, "numbers, not 4096");
    }

    #[test]
    fn models_of_fasttext_are_known() {
        let error = bytes(&[0xba, 0x16, 0x4f, 0x2f, 12, 0, 0, 0]).err().unwrap();
        assert_eq!(error.hint(), Some("take the `.vec` file that comes with it"));
    }

    #[test]
    fn packed_files_are_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.vec");
        let file = std::fs::File::create(&path).unwrap();
        let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::default());
        packed.write_all(b"1 2\na 1 2\n").unwrap();
        packed.finish().unwrap();
        assert_eq!(import(&path, &|| Ok(())).unwrap().embedding.vectors, [1.0, 2.0]);
        let stopped = import(&path, &|| Err(Error::interrupted()));
        assert_eq!(stopped.err().unwrap().exit_code(), 130);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body: Vec<u8>, count in 0u64..4, dimensions in 1usize..10) {
            let mut file = format!("{count} {dimensions}\n").into_bytes();
            file.extend(body);
            if let Ok(imported) = bytes(&file) {
                let embedding = imported.embedding;
                prop_assert_eq!(embedding.vectors.len(), embedding.len() * dimensions);
                prop_assert!(embedding.vectors.iter().all(|value| value.is_finite()));
            }
        }

        #[test]
        fn any_lines_are_read_or_refused(body in "[a가 0-9.e\n-]{0,60}", dimensions in 1usize..4) {
            let file = format!("2 {dimensions}\n{body}");
            if let Ok(imported) = bytes(file.as_bytes()) {
                let embedding = imported.embedding;
                prop_assert_eq!(embedding.vectors.len(), embedding.len() * dimensions);
            }
        }
    }
}
