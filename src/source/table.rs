//! `tsv` and `csv`: one document a record, columns named by the header.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::Value;

use super::mapping::{Mapping, Reason, Role};
use super::parts::parts;
use super::rows::{Row, RowSource, Rows};
use super::{SourceKind, SourceParams};
use crate::data::{Document, Html};
use crate::error::Result;
use crate::files::{Dialect, Record, TableReader};

/// Opens the table at `path`, or its training and test file.
pub(super) fn open(params: &SourceParams, path: &Path) -> Result<RowSource<TableRows>> {
    RowSource::open(parts(params.kind, path)?, |path| TableRows::open(params, path))
}

/// The rows of one table.
pub(super) struct TableRows {
    table: TableReader,
    mapping: Mapping,
    roles: Vec<Option<Role>>,
    names: Vec<String>,
    record: Record,
}

impl TableRows {
    fn open(params: &SourceParams, path: &Path) -> Result<Self> {
        let delimiter = if params.kind == SourceKind::Tsv { b'\t' } else { b',' };
        let dialect = Dialect { delimiter, quoting: params.quoting };
        let table = TableReader::open(path, dialect, params.encoding.as_deref())?;
        let header: Vec<_> = table.header().iter().map(|name| name.trim().to_owned()).collect();
        let mapping = Mapping::new(params);
        let roles = mapping.resolve(&header, path)?;
        Ok(TableRows { table, mapping, roles, names: distinct(header), record: Record::default() })
    }

    fn document(&self) -> std::result::Result<Document<Html>, Reason> {
        if let Some(problem) = self.record.problem(self.roles.len()) {
            return Err(problem);
        }
        let mut document = Document::default();
        for ((role, name), value) in self.roles.iter().zip(&self.names).zip(self.record.fields()) {
            match role {
                Some(role) => self.mapping.assign(&mut document, *role, value)?,
                None => {
                    document.extra.insert(name.clone(), Value::from(value));
                }
            }
        }
        Ok(document)
    }
}

impl Rows for TableRows {
    fn next_row(&mut self) -> Result<Option<Row>> {
        let found = self.table.next_record(&mut self.record)?;
        Ok(found.then(|| Row { number: self.record.line(), document: self.document() }))
    }

    fn progress(&self) -> (u64, u64) {
        self.table.progress()
    }
}

/// Spreadsheets leave columns without a name; `extra` needs one for each.
fn distinct(header: Vec<String>) -> Vec<String> {
    let mut taken: HashSet<String> = header.iter().cloned().collect();
    let mut next: HashMap<String, usize> = HashMap::new();
    let rename = |name: String| {
        let Some(number) = next.get_mut(&name) else {
            next.insert(name.clone(), 1);
            return name;
        };
        loop {
            let free = format!("{name}.{number}");
            *number += 1;
            if taken.insert(free.clone()) {
                return free;
            }
        }
    };
    header.into_iter().map(rename).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{Folder, documents, params, read};
    use crate::data::Split;

    #[test]
    fn a_table_becomes_documents() {
        let settings =
            "kind = \"csv\"\nlabels = { 1 = \"positive\" }\ncolumns = { text = \"review\" }";
        let text = "id,review,label,rating,film\na,\"좋다,\n정말\",1,9.5,x\n,,,,\n";
        let (found, skipped) = read(settings, text.as_bytes()).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((&*found[0].id, &*found[0].body.0), ("a", "좋다,\n정말"));
        assert_eq!((found[0].label.as_deref(), found[0].rating), (Some("positive"), Some(9.5)));
        assert_eq!(found[0].extra["film"], "x");
        assert_eq!((&*found[1].id, &*found[1].body.0), ("file-4", ""));
        assert_eq!(skipped.count, 0);
    }

    #[test]
    fn bad_rows_are_counted_and_named() {
        let settings = "kind = \"tsv\"\nquoting = false\nlabels = { 0 = \"n\" }";
        let text = "text\tlabel\trating\na\t0\t1\nb\t0\nc\t2\t1\n\"d\t0\tx\n";
        let (found, skipped) = read(settings, text.as_bytes()).unwrap();
        assert_eq!(found.len(), 1);
        let reasons = ["2 fields instead of 3", "unknown label `2`", "the rating `x` is no number"];
        for (index, reason) in reasons.iter().enumerate() {
            let expected = format!("line {}: {reason}", index + 3);
            assert!(skipped.examples[index].ends_with(&expected), "{:?}", skipped.examples[index]);
        }
    }

    #[test]
    fn encodings_are_read_by_label() {
        let bytes = b"text\n\xBF\xB5\xC8\xAD\n";
        let (found, _) = read("kind = \"csv\"\nencoding = \"euc-kr\"", bytes).unwrap();
        assert_eq!(found[0].body.0, "영화");
        let error = read("kind = \"csv\"", bytes).unwrap_err();
        assert!(error.place().unwrap().ends_with("line 2"), "{:?}", error.place());
    }

    #[test]
    fn a_folder_gives_the_split() {
        let folder = Folder::with(&[
            ("ratings_train.txt", b"id\ttext\n1\ta\n"),
            ("ratings_test.txt", b"id\ttext\n2\tb\n"),
        ]);
        let mut source = super::super::open(&params("kind = \"tsv\""), folder.path()).unwrap();
        let splits: Vec<_> = documents(&mut *source).unwrap().iter().map(|d| d.split).collect();
        assert_eq!(splits, [Some(Split::Train), Some(Split::Test)]);
    }

    #[test]
    fn columns_without_a_name_are_all_kept() {
        let (found, _) = read("kind = \"csv\"", b"text,,,.1\na,b,c,d\n").unwrap();
        let extra: Vec<_> =
            found[0].extra.iter().map(|(name, value)| (&**name, value.as_str())).collect();
        assert_eq!(extra, [("", Some("b")), (".2", Some("c")), (".1", Some("d"))]);
    }

    proptest! {
        #[test]
        fn texts_come_back_as_they_were_written(texts: Vec<String>) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["text", "x"]).unwrap();
            texts.iter().for_each(|text| writer.write_record([text, "y"]).unwrap());
            let (found, _) = read("kind = \"csv\"", &writer.into_inner().unwrap()).unwrap();
            prop_assert_eq!(found.into_iter().map(|d| d.body.0).collect::<Vec<_>>(), texts);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, quoting: bool) {
            let settings = format!("kind = \"tsv\"\nquoting = {quoting}");
            let _ = read(&settings, &[b"text\tlabel\n".to_vec(), bytes.clone()].concat());
            let _ = read(&settings, &bytes);
        }
    }
}
