//! Records of a table with every field as it is, in blocks.
//!
//! In: CSV, TSV, JSON lines or Parquet. Out: header and records of the same
//! width, so that whoever adds a column can write the others back unchanged.

use std::path::Path;

use super::json_records::JsonRecords;
#[cfg(feature = "parquet")]
use super::parquet::ParquetReader;
use super::{Dialect, Format, Record, TableReader, place};
use crate::data::Skipped;
use crate::error::Result;

/// Records in a block; long fields end it earlier.
const BLOCK_RECORDS: usize = 1_000;
const BLOCK_BYTES: usize = 8 << 20;

/// Reads the records of one file.
pub struct RecordReader {
    form: Form,
    header: Vec<String>,
    skipped: Skipped,
}

enum Form {
    Table(Box<Table>),
    Json(Box<JsonRecords>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetReader>),
}

impl RecordReader {
    /// Opens a CSV, TSV, JSON lines or Parquet file; `quoting` and `encoding` as
    /// in `source`, where the format has them.
    ///
    /// The header of JSON lines is that of their first object; a key that a
    /// later one lacks is an empty field, a new key makes a bad record.
    ///
    /// # Errors
    /// The file cannot be read, or has no header.
    pub fn open(
        path: &Path,
        format: Format,
        quoting: bool,
        encoding: Option<&str>,
    ) -> Result<Self> {
        let table = |delimiter| -> Result<Form> {
            let dialect = Dialect { delimiter, quoting };
            let reader = TableReader::open(path, dialect, encoding)?;
            Ok(Form::Table(Box::new(Table { reader, record: Record::default(), rows: 0 })))
        };
        let mut skipped = Skipped::default();
        let form = match format {
            Format::Csv => table(b',')?,
            Format::Tsv => table(b'\t')?,
            Format::Parquet => parquet(path)?,
            Format::Jsonl => Form::Json(Box::new(JsonRecords::open(path, encoding, &mut skipped)?)),
        };
        let header = form.header().to_vec();
        Ok(RecordReader { form, header, skipped })
    }

    /// The names of the columns, as they are written.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Puts the next records into `block` (cleared first); `false` at the end.
    /// Records of another width than the header are counted and left out.
    ///
    /// # Errors
    /// The file is damaged, or more than a tenth of its records are left out.
    pub fn next_block(&mut self, block: &mut Vec<Vec<String>>) -> Result<bool> {
        block.clear();
        let mut bytes = 0;
        while block.len() < BLOCK_RECORDS && bytes < BLOCK_BYTES {
            let Some(record) = self.next_record()? else { break };
            bytes += record.iter().map(String::len).sum::<usize>();
            block.push(record);
        }
        Ok(!block.is_empty())
    }

    /// How far it has come, as (done, total) in bytes of the file.
    pub fn progress(&self) -> (u64, u64) {
        match &self.form {
            Form::Table(table) => table.reader.progress(),
            Form::Json(json) => json.progress(),
            #[cfg(feature = "parquet")]
            Form::Parquet(parquet) => parquet.progress(),
        }
    }

    /// The records left out so far.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    fn next_record(&mut self) -> Result<Option<Vec<String>>> {
        match &mut self.form {
            Form::Table(table) => table.next_record(&mut self.skipped),
            Form::Json(json) => json.next_record(&mut self.skipped),
            #[cfg(feature = "parquet")]
            Form::Parquet(parquet) => parquet.next_record(),
        }
    }
}

impl Form {
    fn header(&self) -> &[String] {
        match self {
            Form::Table(table) => table.reader.header(),
            Form::Json(json) => json.header(),
            #[cfg(feature = "parquet")]
            Form::Parquet(parquet) => parquet.header(),
        }
    }
}

/// A table of text, where records may have a wrong width.
struct Table {
    reader: TableReader,
    record: Record,
    rows: u64,
}

impl Table {
    fn next_record(&mut self, skipped: &mut Skipped) -> Result<Option<Vec<String>>> {
        let width = self.reader.header().len();
        while self.reader.next_record(&mut self.record)? {
            self.rows += 1;
            let Some(problem) = self.record.problem(width) else {
                return Ok(Some(self.record.fields().map(str::to_owned).collect()));
            };
            let place = place(self.reader.path(), self.record.line());
            skipped.add(&place, &problem);
            skipped.check(self.rows)?;
        }
        skipped.check_end(self.rows)?;
        Ok(None)
    }
}

#[cfg(feature = "parquet")]
fn parquet(path: &Path) -> Result<Form> {
    Ok(Form::Parquet(Box::new(ParquetReader::open(path)?)))
}

#[cfg(not(feature = "parquet"))]
fn parquet(_path: &Path) -> Result<Form> {
    Err(super::no_parquet())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::RowWriter;
    use super::*;

    type Rows = Vec<Vec<String>>;

    fn read(path: &Path, quoting: bool) -> Result<(Rows, Skipped)> {
        let mut reader = RecordReader::open(path, Format::of(path)?, quoting, None)?;
        let mut rows = vec![reader.header().to_vec()];
        let mut block = Vec::new();
        while reader.next_block(&mut block)? {
            assert!(block.len() <= BLOCK_RECORDS);
            rows.append(&mut block);
        }
        Ok((rows, reader.skipped().clone()))
    }

    fn round_trip(name: &str, quoting: bool, rows: &Rows) -> Result<Rows> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut writer = RowWriter::create(Some(&path), Format::of(&path)?, quoting, &rows[0])?;
        for row in &rows[1..] {
            writer.write(row)?;
        }
        writer.finish()?;
        Ok(read(&path, quoting)?.0)
    }

    #[test]
    fn a_record_of_another_width_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, " a,b\n1,2\n3\n4,5,6\n7,\n").unwrap();
        let (rows, skipped) = read(&path, true).unwrap();
        assert_eq!(rows, [[" a", "b"], ["1", "2"], ["7", ""]]);
        assert_eq!(skipped.count, 2);
        assert!(skipped.examples[0].ends_with("a.csv, line 3: 1 field instead of 2"));
    }

    #[test]
    fn blocks_end() {
        let rows: Rows = (0..2_500).map(|number| vec![number.to_string()]).collect();
        assert_eq!(round_trip("a.tsv", false, &rows).unwrap(), rows);
    }

    #[test]
    fn json_lines_are_records() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, "[]\n{\"a\":\"x\",\"b\":1}\n{\"b\":2}\n{\"c\":3}\n").unwrap();
        let mut reader = RecordReader::open(&path, Format::Jsonl, true, None).unwrap();
        assert_eq!(reader.header(), ["a", "b"]);
        let mut block = Vec::new();
        assert!(reader.next_block(&mut block).unwrap());
        assert_eq!(block, [["x", "1"], ["", "2"]]);
        assert_eq!(reader.skipped().count, 2);
    }

    fn rows() -> impl Strategy<Value = Rows> {
        (1..5usize).prop_flat_map(|width| {
            let field = prop_oneof!["[a,\"\t\r\n ]{0,6}", "[^\u{feff}]{0,8}"];
            prop::collection::vec(prop::collection::vec(field, width), 1..6)
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(rows in rows()) {
            prop_assert_eq!(&round_trip("a.csv", true, &rows).unwrap(), &rows);
            prop_assert_eq!(&round_trip("a.tsv", true, &rows).unwrap(), &rows);
        }

        #[test]
        fn plain_tables_are_read_back_or_refused(rows in rows()) {
            prop_assume!(rows[0].iter().any(|name| !name.is_empty()));
            if let Ok(back) = round_trip("a.tsv", false, &rows) {
                prop_assert_eq!(back, rows);
            }
        }
    }
}
