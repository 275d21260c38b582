//! Rows of text → JSON lines, CSV, TSV or Parquet.
//!
//! In: a header and records with as many fields. Out: a file that appears only
//! when it is whole, or standard output.

use std::ffi::OsStr;
use std::io::{BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

use super::output::{OutputFile, is_packed};
#[cfg(feature = "parquet")]
use super::parquet::ParquetWriter;
use crate::error::{Error, Result};

/// The form of a file of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// Apache Parquet (feature `parquet`).
    Parquet,
}

impl Format {
    /// The format that the extension of a file stands for; `.gz` may follow it.
    ///
    /// # Errors
    /// The extension is none of those, or is one that is packed in itself.
    pub fn of(path: &Path) -> Result<Format> {
        let bare = if is_packed(path) { path.with_extension("") } else { path.to_owned() };
        match Format::of_extension(&bare) {
            Ok(Format::Parquet) if is_packed(path) => {
                Err(Error::usage(format!("`{}` would be packed twice", path.display()))
                    .hinted("Parquet packs its columns itself; leave `.gz` away"))
            }
            format => format,
        }
    }

    fn of_extension(path: &Path) -> Result<Format> {
        let extension = path.extension().and_then(OsStr::to_str).map(str::to_lowercase);
        match extension.as_deref() {
            Some("jsonl" | "ndjson") => Ok(Format::Jsonl),
            Some("csv") => Ok(Format::Csv),
            Some("tsv") => Ok(Format::Tsv),
            Some("parquet") => Ok(Format::Parquet),
            _ => Err(Error::usage(format!("cannot tell the format of `{}`", path.display()))
                .hinted("name it with `.jsonl`, `.csv`, `.tsv` or `.parquet`")),
        }
    }
}

/// Writes rows in one of the formats.
///
/// Dropped before [`RowWriter::finish`], it leaves no file behind.
pub struct RowWriter {
    form: Form,
    place: String,
    width: usize,
}

enum Form {
    Json {
        output: Output,
        keys: Vec<String>,
        /// The column whose values are numbers, written without quotes.
        number: Option<usize>,
    },
    Quoted(Box<csv::Writer<Output>>),
    Plain {
        output: Output,
        delimiter: u8,
    },
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetWriter<Output>>),
}

impl RowWriter {
    /// Starts a file, or standard output if there is no path, with its header.
    ///
    /// `quoting` is for CSV and TSV: without it `"` is an ordinary character,
    /// and a field that holds a delimiter or a line's end cannot be written.
    ///
    /// # Errors
    /// The file cannot be made, or `header` cannot be written in that format.
    pub fn create(
        path: Option<&Path>,
        format: Format,
        quoting: bool,
        header: &[String],
    ) -> Result<Self> {
        let output = Output::create(path)?;
        let delimiter = if format == Format::Tsv { b'\t' } else { b',' };
        let form = match format {
            Format::Jsonl => json(output, header)?,
            Format::Parquet => parquet(output, header)?,
            Format::Csv | Format::Tsv if quoting => quoted(output, delimiter),
            Format::Csv | Format::Tsv => Form::Plain { output, delimiter },
        };
        let mut writer = RowWriter { form, place: name(path), width: header.len() };
        if matches!(format, Format::Csv | Format::Tsv) {
            writer.write(header)?;
        }
        Ok(writer)
    }

    /// Starts a file, or standard output, of lines without a header: `width`
    /// fields parted by tabs.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn lines(path: Option<&Path>, width: usize) -> Result<Self> {
        let form = Form::Plain { output: Output::create(path)?, delimiter: b'\t' };
        Ok(RowWriter { form, place: name(path), width })
    }

    /// Lets JSON lines hold the values of one column as numbers: whoever writes
    /// the records promises that they are.
    pub fn with_number(mut self, column: usize) -> Self {
        if let Form::Json { number, .. } = &mut self.form {
            *number = Some(column);
        }
        self
    }

    /// Writes one record.
    ///
    /// # Errors
    /// The file cannot be written, or a field cannot stand in it unquoted.
    ///
    /// # Panics
    /// If the record has not as many fields as the header: whoever builds
    /// records promises that.
    pub fn write<S: AsRef<str>>(&mut self, record: &[S]) -> Result<()> {
        assert_eq!(record.len(), self.width, "records are as wide as the header");
        let fields = record.iter().map(AsRef::as_ref);
        let written = match &mut self.form {
            Form::Json { output, keys, number } => write_json(output, keys, *number, fields),
            Form::Quoted(writer) => {
                writer.write_record(fields.map(str::as_bytes)).map_err(csv_error)
            }
            Form::Plain { output, delimiter } => {
                let line = plain_line(*delimiter, fields);
                let line = line.map_err(|problem| problem.at(self.place.clone()))?;
                output.write_all(line.as_bytes())
            }
            #[cfg(feature = "parquet")]
            Form::Parquet(writer) => return writer.write(fields),
        };
        written.map_err(|error| cannot_write(&self.place, error))
    }

    /// Writes what is left and gives the file its name.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> Result<()> {
        let output = match self.form {
            Form::Json { output, .. } | Form::Plain { output, .. } => output,
            Form::Quoted(writer) => writer
                .into_inner()
                .map_err(|error| cannot_write(&self.place, error.into_error()))?,
            #[cfg(feature = "parquet")]
            Form::Parquet(writer) => writer.finish()?,
        };
        output.finish()
    }
}

/// Where bytes go.
pub(super) enum Output {
    /// A file that is not there yet.
    File(Box<OutputFile>),
    /// Standard output.
    Stdout(BufWriter<Stdout>),
}

impl Output {
    fn create(path: Option<&Path>) -> Result<Self> {
        Ok(match path.map(PathBuf::from) {
            Some(path) => Output::File(Box::new(OutputFile::create(&path)?)),
            None => Output::Stdout(BufWriter::new(std::io::stdout())),
        })
    }

    fn finish(self) -> Result<()> {
        match self {
            Output::File(file) => file.commit(),
            Output::Stdout(mut stdout) => {
                stdout.flush().map_err(|error| cannot_write("standard output", error))
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Output::File(file) => file.write(bytes),
            Output::Stdout(stdout) => stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Output::File(file) => file.flush(),
            Output::Stdout(stdout) => stdout.flush(),
        }
    }
}

fn name(path: Option<&Path>) -> String {
    path.map_or("standard output".to_owned(), |path| path.display().to_string())
}

/// Keys are written as JSON once, not once a row.
fn json(output: Output, header: &[String]) -> Result<Form> {
    let key = |name: &String| serde_json::to_string(name);
    let keys = header.iter().map(key).collect::<std::result::Result<_, _>>();
    let keys = keys.map_err(|error| Error::data(format!("cannot write the header: {error}")))?;
    Ok(Form::Json { output, keys, number: None })
}

fn quoted(output: Output, delimiter: u8) -> Form {
    Form::Quoted(Box::new(csv::WriterBuilder::new().delimiter(delimiter).from_writer(output)))
}

#[cfg(feature = "parquet")]
fn parquet(output: Output, header: &[String]) -> Result<Form> {
    Ok(Form::Parquet(Box::new(ParquetWriter::new(output, header)?)))
}

#[cfg(not(feature = "parquet"))]
fn parquet(_output: Output, _header: &[String]) -> Result<Form> {
    Err(super::no_parquet())
}

fn write_json<'a>(
    output: &mut Output,
    keys: &[String],
    number: Option<usize>,
    fields: impl Iterator<Item = &'a str>,
) -> std::io::Result<()> {
    output.write_all(b"{")?;
    for (index, (key, field)) in keys.iter().zip(fields).enumerate() {
        output.write_all(if index == 0 { b"" } else { b"," })?;
        output.write_all(key.as_bytes())?;
        output.write_all(b":")?;
        match number == Some(index) {
            true => output.write_all(field.as_bytes())?,
            false => serde_json::to_writer(&mut *output, field)?,
        }
    }
    output.write_all(b"}\n")
}

/// A line that would be read back as something else is refused.
fn plain_line<'a>(delimiter: u8, fields: impl Iterator<Item = &'a str>) -> Result<String> {
    let fields: Vec<_> = fields.collect();
    let mut line = fields.join(char::from(delimiter).encode_utf8(&mut [0; 4]));
    let delimiters = memchr::memchr_iter(delimiter, line.as_bytes()).count();
    if delimiters + 1 != fields.len() || line.contains('\n') || line.ends_with('\r') {
        return Err(Error::data("a field holds a delimiter or a line's end, which needs quotes")
            .hinted("write `.jsonl`, or set source.quoting = true if the input is quoted"));
    }
    line.push('\n');
    Ok(line)
}

fn csv_error(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}

fn cannot_write(place: &str, error: std::io::Error) -> Error {
    Error::file("cannot write", Path::new(place), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(name: &str, quoting: bool, rows: &[&[&str]]) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let header: Vec<_> = rows[0].iter().map(|&name| name.to_owned()).collect();
        let mut writer = RowWriter::create(Some(&path), Format::of(&path)?, quoting, &header)?;
        for row in &rows[1..] {
            writer.write(row)?;
        }
        assert!(!path.exists(), "half a file is never seen");
        writer.finish()?;
        Ok(std::fs::read_to_string(&path).unwrap())
    }

    const ROWS: &[&[&str]] = &[&["a", "b"], &["1", "x, \"y\""], &["", "가\tz"]];

    #[test]
    fn each_format_is_written() {
        let json = "{\"a\":\"1\",\"b\":\"x, \\\"y\\\"\"}\n{\"a\":\"\",\"b\":\"가\\tz\"}\n";
        assert_eq!(write("a.jsonl", true, ROWS).unwrap(), json);
        assert_eq!(write("a.csv", true, ROWS).unwrap(), "a,b\n1,\"x, \"\"y\"\"\"\n,가\tz\n");
        assert_eq!(write("a.tsv", true, ROWS).unwrap(), "a\tb\n1\t\"x, \"\"y\"\"\"\n\t\"가\tz\"\n");
        assert_eq!(write("a.tsv", false, &ROWS[..2]).unwrap(), "a\tb\n1\tx, \"y\"\n");
    }

    #[test]
    fn what_would_be_read_differently_is_refused() {
        assert!(write("a.tsv", false, ROWS).is_err());
        assert!(write("a.tsv", false, &[&["a"], &["x\ny"]]).is_err());
        assert!(write("a.tsv", false, &[&["a"], &["x\r"]]).is_err());
    }

    #[test]
    fn formats_are_known_by_extension() {
        assert_eq!(Format::of(Path::new("a.CSV")).unwrap(), Format::Csv);
        assert_eq!(Format::of(Path::new("a.csv.gz")).unwrap(), Format::Csv);
        assert!(Format::of(Path::new("a.parquet.gz")).unwrap_err().hint().is_some());
        assert!(Format::of(Path::new("a.txt")).unwrap_err().hint().is_some());
    }

    #[test]
    fn a_writer_that_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut writer =
            RowWriter::create(Some(&path), Format::Csv, true, &["a".to_owned()]).unwrap();
        writer.write(&["x"]).unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(not(feature = "parquet"))]
    #[test]
    fn parquet_is_a_feature() {
        let error = write("a.parquet", true, ROWS).unwrap_err();
        assert_eq!(error.hint(), Some("build with --features parquet"));
    }
}
