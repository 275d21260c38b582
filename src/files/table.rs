//! Records of a table, with the line each begins in.
//!
//! In: a file of separated values. Out: its header and its records as they are;
//! whether a record has the right number of fields is the caller's question.

use std::path::Path;

use csv_core::ReadRecordResult;

use super::text::{MAX_LINE_BYTES, TextReader, place};
use crate::error::{Error, Result};

/// More columns than this are no table, and would cost memory without bound.
pub(super) const MAX_COLUMNS: usize = 10_000;

/// How a table is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// `,` or a tab.
    pub delimiter: u8,
    /// Whether `"` quotes fields (RFC 4180); otherwise a line is a record.
    pub quoting: bool,
}

/// One record; reused from record to record without allocating.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    line: u64,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// The line it begins in.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no field.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Its fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.text[std::mem::replace(&mut start, end)..end])
    }

    /// Says that it has not `wanted` fields.
    pub fn wrong_width(&self, wanted: usize) -> String {
        let found = self.len();
        let noun = if found == 1 { "field" } else { "fields" };
        format!("{found} {noun} instead of {wanted}")
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

/// Reads the records of one table.
pub struct TableReader {
    text: TextReader,
    dialect: Dialect,
    parser: Quoted,
    buffer: String,
    position: usize,
    header: Vec<String>,
}

impl TableReader {
    /// Opens a table and reads its header.
    ///
    /// # Errors
    /// As [`TextReader`]; there is no header line, or it has too many columns.
    pub fn open(path: &Path, dialect: Dialect, encoding: Option<&str>) -> Result<Self> {
        let text = TextReader::open(path, encoding)?;
        let parser = Quoted::new(dialect.delimiter);
        let (buffer, header) = (String::new(), Vec::new());
        let mut table = TableReader { text, dialect, parser, buffer, position: 0, header };
        let mut record = Record::default();
        if !table.next_record(&mut record)? {
            return Err(Error::data(format!("`{}` is empty", path.display()))
                .hinted("a table begins with a line that names its columns"));
        }
        if record.len() > MAX_COLUMNS {
            return Err(Error::data(format!("the table has more than {MAX_COLUMNS} columns"))
                .at(place(path, record.line)));
        }
        table.header = record.fields().map(str::to_owned).collect();
        Ok(table)
    }

    /// The names of the columns, as they are written.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Puts the next record into `record`; `false` at the end. Blank lines are
    /// passed over, except where an empty field is a whole record.
    ///
    /// # Errors
    /// As [`TextReader`]; a quote that is never closed.
    pub fn next_record(&mut self, record: &mut Record) -> Result<bool> {
        if self.dialect.quoting { self.next_quoted(record) } else { self.next_plain(record) }
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        self.text.path()
    }

    /// How far it has come, as (done, total) in bytes of the file.
    pub fn progress(&self) -> (u64, u64) {
        self.text.progress()
    }

    fn next_plain(&mut self, record: &mut Record) -> Result<bool> {
        record.clear();
        loop {
            self.buffer.clear();
            if !self.text.next_line(&mut self.buffer)? {
                return Ok(false);
            }
            let line = without_end(&self.buffer);
            if line.is_empty() && self.header.len() != 1 {
                continue;
            }
            record.line = self.text.line();
            for field in line.split(char::from(self.dialect.delimiter)) {
                record.text.push_str(field);
                record.ends.push(record.text.len());
            }
            return Ok(true);
        }
    }

    fn next_quoted(&mut self, record: &mut Record) -> Result<bool> {
        self.parser.clear();
        record.line = self.text.line();
        loop {
            if self.position == self.buffer.len() && !self.next_whole_line()? {
                if self.parser.is_empty() {
                    return Ok(false);
                }
                return Err(self.unclosed(record.line, "a quote is never closed"));
            }
            if self.parser.is_empty() {
                record.line = self.text.line();
            }
            let (read, whole) = self.parser.feed(&self.buffer[self.position..]);
            self.position += read;
            if whole {
                self.parser.take(record);
                return Ok(true);
            }
            if self.parser.length > MAX_LINE_BYTES {
                let message = format!("a quoted record is longer than {} MB", MAX_LINE_BYTES >> 20);
                return Err(self.unclosed(record.line, &message));
            }
        }
    }

    /// The last line may lack its end; for the parser it gets one.
    fn next_whole_line(&mut self) -> Result<bool> {
        self.buffer.clear();
        self.position = 0;
        let found = self.text.next_line(&mut self.buffer)?;
        if found && !self.buffer.ends_with('\n') {
            self.buffer.push('\n');
        }
        Ok(found)
    }

    fn unclosed(&self, line: u64, message: &str) -> Error {
        Error::data(message)
            .at(place(self.path(), line))
            .hinted("if `\"` is an ordinary character here, set source.quoting = false")
    }
}

fn without_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// The csv crate's parser, fed line by line.
struct Quoted {
    parser: csv_core::Reader,
    bytes: Vec<u8>,
    length: usize,
    ends: Vec<usize>,
    fields: usize,
}

impl Quoted {
    fn new(delimiter: u8) -> Self {
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Quoted { parser, bytes: Vec::new(), length: 0, ends: vec![0; 16], fields: 0 }
    }

    fn clear(&mut self) {
        self.length = 0;
        self.fields = 0;
    }

    /// Inside quotes the end of a line is part of the field, so a record that
    /// has begun is never empty at the end of a line.
    fn is_empty(&self) -> bool {
        self.length == 0 && self.fields == 0
    }

    /// Parses up to the end of a record or of `line`: how many bytes were read,
    /// and whether a record is whole.
    fn feed(&mut self, line: &str) -> (usize, bool) {
        let mut read = 0;
        let whole = loop {
            // A field is never longer than what it was written with.
            let input = &line.as_bytes()[read..];
            self.bytes.resize(self.bytes.len().max(self.length + input.len()), 0);
            let (result, taken, written, ended) = self.parser.read_record(
                input,
                &mut self.bytes[self.length..],
                &mut self.ends[self.fields..],
            );
            read += taken;
            self.length += written;
            self.fields += ended;
            match result {
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull => self.bytes.resize(self.bytes.len() + 64, 0),
                ReadRecordResult::Record => break true,
                ReadRecordResult::InputEmpty | ReadRecordResult::End => break false,
            }
        };
        // After `\r` the record is whole and `\n` remains: it ends the same line.
        read += usize::from(&line[read..] == "\n");
        (read, whole)
    }

    fn take(&self, record: &mut Record) {
        record.clear();
        let text = std::str::from_utf8(&self.bytes[..self.length]);
        record.text.push_str(text.expect("text cut at quotes and delimiters stays text"));
        record.ends.extend_from_slice(&self.ends[..self.fields]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8], delimiter: u8, quoting: bool) -> Result<Vec<(u64, Vec<String>)>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut table = TableReader::open(file.path(), Dialect { delimiter, quoting }, None)?;
        let mut records = vec![(1, table.header().to_vec())];
        let mut record = Record::default();
        while table.next_record(&mut record)? {
            records.push((record.line(), record.fields().map(str::to_owned).collect()));
        }
        Ok(records)
    }

    fn check(text: &str, quoting: bool, expected: &[(u64, &[&str])]) {
        let records = read(text.as_bytes(), b',', quoting).unwrap();
        let records: Vec<(u64, Vec<&str>)> = records
            .iter()
            .map(|(line, fields)| (*line, fields.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(u64, Vec<&str>)> =
            expected.iter().map(|(line, fields)| (*line, fields.to_vec())).collect();
        assert_eq!(records, expected, "{text:?}");
    }

    #[test]
    fn quoted_fields_hold_delimiters_quotes_and_lines() {
        check(
            "a,b\r\n\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n\n2,\n",
            true,
            &[(1, &["a", "b"]), (3, &["1", "x, \"y\"\r\nz"]), (6, &["2", ""])],
        );
        check("a,b\n1,2", true, &[(1, &["a", "b"]), (2, &["1", "2"])]);
        check("a\n\"\"\n\nx", true, &[(1, &["a"]), (2, &[""]), (4, &["x"])]);
        check("a,b\r1,2\r3\n", true, &[(1, &["a", "b"]), (1, &["1", "2"]), (1, &["3"])]);
    }

    #[test]
    fn plain_fields_hold_quotes_as_they_are() {
        check(
            "a,b\r\n\r\n\"1,x\"y\n2\n",
            false,
            &[(1, &["a", "b"]), (3, &["\"1", "x\"y"]), (4, &["2"])],
        );
        check("a\nx\n\ny", false, &[(1, &["a"]), (2, &["x"]), (3, &[""]), (4, &["y"])]);
    }

    #[test]
    fn an_unclosed_quote_is_an_error_where_it_opens() {
        let error = read(b"a,b\n1,2\n3,\"4\n5,6\n", b',', true).unwrap_err();
        assert!(error.place().unwrap().ends_with(", line 3"), "{:?}", error.place());
        assert!(error.hint().unwrap().contains("source.quoting = false"));
        let long = [b"a,b\n1,\"".to_vec(), b"x\n".repeat(MAX_LINE_BYTES / 2 + 10)].concat();
        let error = read(&long, b',', true).unwrap_err();
        assert!(error.to_string().contains("16 MB"), "{error}");
    }

    #[test]
    fn many_records_in_one_line_take_no_longer_than_in_many() {
        assert_eq!(read(&b"a\r".repeat(1 << 20), b',', true).unwrap().len(), 1 << 20);
    }

    #[test]
    fn too_many_columns_or_none_are_an_error() {
        assert!(read(b"", b',', true).is_err());
        assert!(read(b"\n\n", b',', true).is_err());
        assert!(read(&vec![b','; MAX_COLUMNS], b',', true).is_err());
        assert!(read(&vec![b'\t'; MAX_COLUMNS], b'\t', false).is_err());
    }

    fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
        (1..5usize).prop_flat_map(|width| {
            let field = prop_oneof!["[a,\"\t\r\n ]{0,6}", ".{0,8}"];
            prop::collection::vec(prop::collection::vec(field, width), 1..6)
        })
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_back(rows in rows(), tab: bool) {
            let delimiter = if tab { b'\t' } else { b',' };
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let bytes = writer.into_inner().unwrap();
            prop_assume!(!bytes.starts_with("\u{feff}".as_bytes()));
            let records = read(&bytes, delimiter, true).unwrap();
            prop_assert_eq!(records.into_iter().map(|record| record.1).collect::<Vec<_>>(), rows);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, text in "[a,\"\t\r\n]{0,40}", quoting: bool) {
            let _ = read(&bytes, b',', quoting);
            let _ = read(text.as_bytes(), b'\t', quoting);
        }
    }
}
