//! Records of a table, with the line each begins in.
//!
//! In: a file of separated values. Out: its header and its records as they are;
//! whether a record has the right number of fields is the caller's question.

use std::path::Path;

use csv_core::ReadRecordResult;

use super::text::{Line, MAX_LINE_BYTES, TextReader, place};
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
    flaw: Option<String>,
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

    /// Why it cannot be used where records have `wanted` fields; `None` if it can.
    pub fn problem(&self, wanted: usize) -> Option<String> {
        let found = self.len();
        let noun = if found == 1 { "field" } else { "fields" };
        let width = || (found != wanted).then(|| format!("{found} {noun} instead of {wanted}"));
        self.flaw.clone().or_else(width)
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.flaw = None;
    }
}

/// Reads the records of one table.
pub struct TableReader {
    text: TextReader,
    dialect: Dialect,
    parser: Quoted,
    buffer: String,
    position: usize,
    /// What is wrong with the line in the buffer.
    flaw: Option<String>,
    header: Vec<String>,
    records: u64,
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
        let mut table = TableReader {
            text,
            dialect,
            parser,
            buffer,
            position: 0,
            flaw: None,
            header,
            records: 0,
        };
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
    /// As [`TextReader`], also where header or first record are not of the
    /// encoding; a quote that is never closed.
    pub fn next_record(&mut self, record: &mut Record) -> Result<bool> {
        record.clear();
        let found =
            if self.dialect.quoting { self.next_quoted(record) } else { self.next_plain(record) }?;
        self.records += u64::from(found);
        Ok(found)
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
        while self.next_line()? {
            let line = without_end(&self.buffer);
            if line.is_empty() && self.header.len() != 1 {
                continue;
            }
            record.line = self.text.line();
            record.flaw = self.flaw.take();
            for field in line.split(char::from(self.dialect.delimiter)) {
                record.text.push_str(field);
                record.ends.push(record.text.len());
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn next_quoted(&mut self, record: &mut Record) -> Result<bool> {
        self.parser.clear();
        record.line = self.text.line();
        let mut flaw = self.flaw.clone();
        loop {
            if self.position == self.buffer.len() {
                if !self.next_whole_line()? {
                    if self.parser.is_empty() {
                        return Ok(false);
                    }
                    return Err(self.unclosed(record.line, "a quote is never closed"));
                }
                flaw = flaw.filter(|_| !self.parser.is_empty()).or(self.flaw.clone());
            }
            if self.parser.is_empty() {
                record.line = self.text.line();
            }
            let (read, whole) = self.parser.feed(&self.buffer[self.position..]);
            self.position += read;
            if whole {
                self.parser.take(record);
                // Only the record that the bad bytes are in.
                record.flaw = flaw.filter(|_| record.text.contains(char::REPLACEMENT_CHARACTER));
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
        let found = self.next_line()?;
        if found && !self.buffer.ends_with('\n') {
            self.buffer.push('\n');
        }
        Ok(found)
    }

    /// Reads a line into the buffer. Of one that is too long, a replacement
    /// character is left: a record that ends with that line cannot be used.
    fn next_line(&mut self) -> Result<bool> {
        self.position = 0;
        self.flaw = None;
        match self.text.next_line(&mut self.buffer)? {
            Line::End => return Ok(false),
            Line::Whole => {}
            Line::Malformed(error) if self.records < 2 => return Err(error),
            Line::TooLong(error) if self.records == 0 => return Err(error),
            Line::Malformed(error) => self.flaw = Some(error.to_string()),
            Line::TooLong(error) => {
                self.flaw = Some(error.to_string());
                self.parser = Quoted::new(self.dialect.delimiter);
                self.buffer.clear();
                self.buffer.push(char::REPLACEMENT_CHARACTER);
            }
        }
        Ok(true)
    }

    fn unclosed(&self, line: u64, message: &str) -> Error {
        Error::data(message).at(place(self.path(), line)).hinted(
            "if `\"` is an ordinary character here, set source.quoting = false, or give \
                 `predict` --no-quoting",
        )
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

    /// The records that can be used, and the lines of the others.
    fn usable(bytes: &[u8], quoting: bool) -> Result<(Vec<String>, Vec<u64>)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut table = TableReader::open(file.path(), Dialect { delimiter: b',', quoting }, None)?;
        let (mut good, mut bad, mut record) = (Vec::new(), Vec::new(), Record::default());
        while table.next_record(&mut record)? {
            match record.problem(2) {
                Some(_) => bad.push(record.line()),
                None => good.push(record.fields().collect::<Vec<_>>().join("|")),
            }
        }
        Ok((good, bad))
    }

    #[test]
    fn a_bad_record_does_not_stop_the_others() {
        let bytes = b"a,b\n1,x\n2,\xFF\n3,\"y\n\xFF\"\n4,z\n5,\"\xFF\xFF\n\"\n6,\xEF\xBF\xBD\n";
        let (good, bad) = usable(bytes, true).unwrap();
        assert_eq!(
            (good, bad),
            (vec!["1|x".into(), "4|z".into(), "6|\u{fffd}".into()], vec![3, 4, 7])
        );
        let (good, bad) = usable(b"a,b\n1,x\n2,\xFF\n3,y\n", false).unwrap();
        assert_eq!((good, bad), (vec!["1|x".into(), "3|y".into()], vec![3]));
        for quoting in [true, false] {
            assert!(usable(b"a,b\n1,\xFF\n2,x\n", quoting).is_err(), "the encoding is wrong");
        }
    }

    #[test]
    fn a_record_in_a_line_too_long_is_left_out() {
        let long = "x".repeat(MAX_LINE_BYTES);
        for quoting in [true, false] {
            let text = format!("a,b\n1,\"{long}\"\n2,y\n");
            let (good, bad) = usable(text.as_bytes(), quoting).unwrap();
            assert_eq!((good, bad), (vec!["2|y".into()], vec![2]), "{quoting}");
        }
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
