//! Apache Parquet, row by row.
//!
//! In: a file. Out: its rows as named values, one row group after the other;
//! and the way back, for rows of text. Only this file knows the crate.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::{Map, Number, Value};

use super::text::open_file;
use crate::error::{Error, Result};

/// Rows of a group that is written; long texts end it earlier.
const GROUP_ROWS: usize = 100_000;
const GROUP_BYTES: usize = 32 << 20;

/// Reads the rows of one file.
pub struct ParquetReader {
    path: PathBuf,
    header: Vec<String>,
    rows: RowIter<'static>,
    row: u64,
    row_count: u64,
    size: u64,
}

impl ParquetReader {
    /// Opens a file and reads its schema.
    ///
    /// # Errors
    /// It is no Parquet file, is damaged, or has no column.
    pub fn open(path: &Path) -> Result<Self> {
        let file = open_file(path)?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        let reader = guarded(path, || SerializedFileReader::new(file))?;
        let metadata = reader.metadata().file_metadata();
        let fields = metadata.schema().get_fields();
        let header: Vec<_> = fields.iter().map(|field| field.name().to_owned()).collect();
        if header.is_empty() {
            return Err(damaged(path, "it has no column"));
        }
        let row_count = u64::try_from(metadata.num_rows()).unwrap_or(0);
        let rows = guarded(path, || Ok(RowIter::from_file_into(Box::new(reader))))?;
        Ok(ParquetReader { path: path.to_owned(), header, rows, row: 0, row_count, size })
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The next row's values in the order of the header; `None` at the end.
    ///
    /// # Errors
    /// The file is damaged, or a value has no form as text or JSON.
    pub fn next_row(&mut self) -> Result<Option<Vec<Value>>> {
        let rows = &mut self.rows;
        let row = guarded(&self.path, || rows.next().transpose()?.map(values).transpose());
        let place = || format!("{}, row {}", self.path.display(), self.row + 1);
        let row = row.map_err(|error| error.at(place()))?;
        self.row += u64::from(row.is_some());
        Ok(row)
    }

    /// Number of the row read last; the first is 1.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// The next row as text; nothing is an empty field, lists are JSON.
    pub(super) fn next_record(&mut self) -> Result<Option<Vec<String>>> {
        let text = |value| match value {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        };
        Ok(self.next_row()?.map(|row| row.into_iter().map(text).collect()))
    }

    /// How far it has come, as (done, total) in bytes, judged by the rows.
    pub fn progress(&self) -> (u64, u64) {
        let share = self.row as f64 / self.row_count.max(1) as f64;
        ((self.size as f64 * share.min(1.0)) as u64, self.size)
    }
}

/// Writes rows of text; every column is a string.
pub(super) struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Vec<ByteArray>>,
    bytes: usize,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Starts a file with its columns.
    pub fn new(output: W, header: &[String]) -> Result<Self> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let schema = schema(header).map_err(cannot_write)?;
        let file = SerializedFileWriter::new(output, Arc::new(schema), Arc::new(properties))
            .map_err(cannot_write)?;
        Ok(ParquetWriter { file, columns: vec![Vec::new(); header.len()], bytes: 0 })
    }

    /// Writes one row, sooner or later.
    pub fn write<'a>(&mut self, fields: impl Iterator<Item = &'a str>) -> Result<()> {
        for (column, field) in self.columns.iter_mut().zip(fields) {
            self.bytes += field.len();
            column.push(ByteArray::from(field.as_bytes().to_vec()));
        }
        let rows = self.columns.first().map_or(0, Vec::len);
        if rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.write_group().map_err(cannot_write)?;
        }
        Ok(())
    }

    /// Writes what is left, and the footer.
    pub fn finish(mut self) -> Result<W> {
        if self.columns.iter().any(|column| !column.is_empty()) {
            self.write_group().map_err(cannot_write)?;
        }
        self.file.into_inner().map_err(cannot_write)
    }

    fn write_group(&mut self) -> std::result::Result<(), ParquetError> {
        let mut group = self.file.next_row_group()?;
        for values in &mut self.columns {
            let Some(mut column) = group.next_column()? else { break };
            column.typed::<ByteArrayType>().write_batch(values, None, None)?;
            column.close()?;
            values.clear();
        }
        group.close()?;
        self.bytes = 0;
        Ok(())
    }
}

/// The crate answers some damaged files with a panic (dates out of range,
/// impossible types); here it becomes the error it should have been.
fn guarded<T>(
    path: &Path,
    action: impl FnOnce() -> std::result::Result<T, ParquetError>,
) -> Result<T> {
    // Nothing is used after a panic: every error ends the reading.
    match catch_unwind(AssertUnwindSafe(action)) {
        Ok(result) => result.map_err(|error| damaged(path, &error.to_string()).caused_by(error)),
        Err(_) => Err(damaged(path, "a value or its type cannot be read")),
    }
}

fn damaged(path: &Path, reason: &str) -> Error {
    Error::data(format!("cannot read the Parquet file `{}`: {reason}", path.display()))
        .hinted("check that the file is whole and is Parquet")
}

fn values(row: Row) -> std::result::Result<Vec<Value>, ParquetError> {
    row.into_columns().into_iter().map(|(_, field)| value(field)).collect()
}

fn value(field: Field) -> std::result::Result<Value, ParquetError> {
    Ok(match field {
        Field::Null => Value::Null,
        Field::Bool(value) => Value::from(value),
        Field::Byte(value) => Value::from(value),
        Field::Short(value) => Value::from(value),
        Field::Int(value) => Value::from(value),
        Field::Long(value) => Value::from(value),
        Field::UByte(value) => Value::from(value),
        Field::UShort(value) => Value::from(value),
        Field::UInt(value) => Value::from(value),
        Field::ULong(value) => Value::from(value),
        Field::Float16(value) => number(value.to_string()),
        Field::Float(value) => number(value.to_string()),
        Field::Double(value) => number(value.to_string()),
        Field::Str(text) => Value::from(text),
        Field::Bytes(bytes) => Value::from(bytes.as_utf8()?),
        Field::Group(row) => {
            let columns = row.into_columns().into_iter();
            let pairs = columns.map(|(name, field)| Ok((name, value(field)?)));
            Value::Object(pairs.collect::<std::result::Result<_, ParquetError>>()?)
        }
        Field::ListInternal(list) => {
            list.elements().iter().cloned().map(value).collect::<std::result::Result<_, _>>()?
        }
        Field::MapInternal(map) => Value::Object(object(map.entries())?),
        // Dates, times and decimals, as the crate writes them.
        other => Value::from(other.to_string()),
    })
}

/// By way of its shortest decimal form, so that 7.4 as `f32` stays 7.4; what
/// is not finite has no place in JSON and becomes text.
fn number(shortest: String) -> Value {
    let number = shortest.parse().ok().and_then(Number::from_f64);
    number.map_or(Value::from(shortest), Value::Number)
}

fn object(entries: &[(Field, Field)]) -> std::result::Result<Map<String, Value>, ParquetError> {
    let pair = |(key, field): &(Field, Field)| {
        let key = match value(key.clone())? {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Ok((key, value(field.clone())?))
    };
    entries.iter().map(pair).collect()
}

fn schema(header: &[String]) -> std::result::Result<Type, ParquetError> {
    let column = |name: &String| {
        Type::primitive_type_builder(name, PhysicalType::BYTE_ARRAY)
            .with_repetition(Repetition::REQUIRED)
            .with_converted_type(ConvertedType::UTF8)
            .build()
            .map(Arc::new)
    };
    let columns = header.iter().map(column).collect::<std::result::Result<_, _>>()?;
    Type::group_type_builder("rows").with_fields(columns).build()
}

fn cannot_write(error: ParquetError) -> Error {
    Error::io(format!("cannot write Parquet: {error}")).caused_by(error)
}

#[cfg(test)]
mod tests {
    use parquet::data_type::{DoubleType, Int64Type};
    use parquet::schema::parser::parse_message_type;
    use proptest::prelude::*;

    use super::*;

    fn text_file(rows: &[[&str; 2]]) -> Vec<u8> {
        let header = ["text", "label"].map(str::to_owned);
        let mut writer = ParquetWriter::new(Vec::new(), &header).unwrap();
        rows.iter().for_each(|row| writer.write(row.iter().copied()).unwrap());
        writer.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> Result<Vec<Vec<Value>>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut reader = ParquetReader::open(file.path())?;
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row()? {
            rows.push(row);
        }
        assert_eq!(reader.row(), rows.len() as u64);
        Ok(rows)
    }

    /// One row of an optional `INT64` of the given kind and a `DOUBLE`.
    fn number_file(kind: &str, whole: Option<i64>, real: f64) -> Vec<u8> {
        let schema = format!("message m {{ OPTIONAL INT64 whole {kind}; REQUIRED DOUBLE real; }}");
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let mut file = SerializedFileWriter::new(Vec::new(), schema, Default::default()).unwrap();
        let mut group = file.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let present = [i16::from(whole.is_some())];
        let values: Vec<_> = whole.into_iter().collect();
        column.typed::<Int64Type>().write_batch(&values, Some(&present), None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<DoubleType>().write_batch(&[real], None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        file.into_inner().unwrap()
    }

    fn check(kind: &str, whole: Option<i64>, real: f64, expected: &str) {
        let rows = read(&number_file(kind, whole, real)).unwrap();
        assert_eq!(serde_json::to_string(&rows[0]).unwrap(), expected);
    }

    #[test]
    fn values_keep_their_kind() {
        check("", Some(7), 7.4, "[7,7.4]");
        check("", None, f64::NAN, "[null,\"NaN\"]");
        let day = "\"2020-01-02 00:00:00.000 +00:00\"";
        check("(TIMESTAMP_MILLIS)", Some(1_577_923_200_000), 1.0, &format!("[{day},1.0]"));
    }

    #[test]
    fn a_date_out_of_range_is_an_error() {
        let error = read(&number_file("(TIMESTAMP_MILLIS)", Some(i64::MAX), 1.0)).unwrap_err();
        assert!(error.place().unwrap().ends_with(", row 1"), "{error}");
    }

    #[test]
    fn a_file_cut_off_or_of_another_kind_is_an_error() {
        let whole = text_file(&[["a", "b"]]);
        assert_eq!(read(&whole).unwrap(), [["a", "b"].map(Value::from)]);
        assert!(read(&whole[..whole.len() - 1]).is_err());
        assert!(read(b"text,label\n").unwrap_err().hint().is_some());
        assert!(read(b"").is_err());
    }

    proptest! {
        #[test]
        fn damaged_files_are_read_or_refused(
            places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut bytes = text_file(&[["아주 좋다", "1"], ["나쁘다", "0"], ["", "1"]]);
            for (place, byte) in places {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            let _ = read(&bytes);
        }

        #[test]
        fn any_bytes_are_refused(bytes: Vec<u8>) {
            let _ = read(&[b"PAR1".to_vec(), bytes, b"PAR1".to_vec()].concat());
        }
    }
}
