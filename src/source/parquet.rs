//! `parquet`: one document a row, columns named by the schema.

use std::path::Path;

use super::SourceParams;
use super::jsonl::document;
use super::mapping::{Mapping, Reason};
use super::parts::parts;
use super::rows::{Row, RowSource, Rows};
use crate::data::{Document, Html};
use crate::error::Result;
use crate::files::{MAX_LINE_BYTES, ParquetReader};

/// Opens the file at `path`, or its training and test file.
pub(super) fn open(params: &SourceParams, path: &Path) -> Result<RowSource<ParquetRows>> {
    RowSource::open(parts(params.kind, path)?, |path| ParquetRows::open(params, path))
}

/// The rows of one file.
pub(super) struct ParquetRows {
    reader: ParquetReader,
    mapping: Mapping,
}

impl ParquetRows {
    fn open(params: &SourceParams, path: &Path) -> Result<Self> {
        let reader = ParquetReader::open(path)?;
        let mapping = Mapping::new(params);
        mapping.resolve(reader.header(), path)?;
        Ok(ParquetRows { reader, mapping })
    }

    fn document(&self, row: Vec<serde_json::Value>) -> std::result::Result<Document<Html>, Reason> {
        let object = self.reader.header().iter().cloned().zip(row).collect();
        let document = document(&self.mapping, object)?;
        if document.body.0.len() > MAX_LINE_BYTES {
            return Err(format!("the text is longer than {} MB", MAX_LINE_BYTES >> 20));
        }
        Ok(document)
    }
}

impl Rows for ParquetRows {
    const UNIT: &'static str = "row";

    fn next_row(&mut self) -> Result<Option<Row>> {
        let Some(row) = self.reader.next_row()? else { return Ok(None) };
        Ok(Some(Row { number: self.reader.row(), document: self.document(row) }))
    }

    fn progress(&self) -> (u64, u64) {
        self.reader.progress()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Folder, documents, params};
    use crate::files::{Format, RowWriter};

    #[test]
    fn rows_become_documents() {
        let folder = Folder::with(&[]);
        let path = folder.path().join("a.parquet");
        let header = ["id", "review", "label", "x"].map(str::to_owned);
        let mut writer = RowWriter::create(Some(&path), Format::Parquet, true, &header).unwrap();
        writer.write(&["", "좋다", "1", "y"]).unwrap();
        writer.write(&["b", "", "7", "z"]).unwrap();
        writer.finish().unwrap();
        let settings =
            "kind = \"parquet\"\ncolumns = { text = \"review\" }\nlabels = { 1 = \"p\" }";
        let mut source = super::super::open(&params(settings), &path).unwrap();
        let found = documents(&mut *source).unwrap();
        assert_eq!((&*found[0].id, &*found[0].body.0), ("a-1", "좋다"));
        assert_eq!((found[0].label.as_deref(), &found[0].extra["x"]), (Some("p"), &"y".into()));
        assert!(source.skipped().examples[0].ends_with("a.parquet, row 2: unknown label `7`"));
    }

    #[test]
    fn a_missing_column_is_an_error() {
        let folder = Folder::with(&[]);
        let path = folder.path().join("a.parquet");
        let header = ["txt".to_owned()];
        let writer = RowWriter::create(Some(&path), Format::Parquet, true, &header).unwrap();
        writer.finish().unwrap();
        let error = super::super::open(&params("kind = \"parquet\""), &path).err().unwrap();
        assert_eq!(error.hint(), Some("set source.columns.text = \"txt\""));
    }
}
