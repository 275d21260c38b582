//! `jsonl`: one object a line, one document an object.

use std::path::Path;

use serde_json::{Map, Value};

use super::SourceParams;
use super::mapping::{Mapping, Reason, Role, listed, plain_text};
use super::parts::parts;
use super::rows::{Row, RowSource, Rows};
use crate::data::{Document, Html};
use crate::error::Result;
use crate::files::{Line, TextReader};

/// Keys remembered to name them when a configured one never occurs.
const REMEMBERED_KEYS: usize = 100;

/// Opens the file at `path`, or its training and test file.
pub(super) fn open(params: &SourceParams, path: &Path) -> Result<RowSource<JsonRows>> {
    RowSource::open(parts(params.kind, path)?, |path| JsonRows::open(params, path))
}

/// The rows of one file.
pub(super) struct JsonRows {
    text: TextReader,
    mapping: Mapping,
    line: String,
    keys: Vec<String>,
}

impl JsonRows {
    fn open(params: &SourceParams, path: &Path) -> Result<Self> {
        let text = TextReader::open(path, params.encoding.as_deref())?;
        Ok(JsonRows { text, mapping: Mapping::new(params), line: String::new(), keys: Vec::new() })
    }

    fn document(&mut self) -> std::result::Result<Document<Html>, Reason> {
        let object: Map<String, Value> = serde_json::from_str(&self.line).map_err(|error| {
            format!(
                "no JSON object: {}",
                error.to_string().replace(" at line 1 column", " at column")
            )
        })?;
        self.remember(&object);
        document(&self.mapping, object)
    }

    /// Keys with a role are always remembered: they are at most nine.
    fn remember(&mut self, object: &Map<String, Value>) {
        for key in object.keys() {
            let wanted = self.keys.len() < REMEMBERED_KEYS || self.mapping.role(key).is_some();
            if wanted && !self.keys.contains(key) {
                self.keys.push(key.clone());
            }
        }
    }
}

impl Rows for JsonRows {
    fn next_row(&mut self) -> Result<Option<Row>> {
        loop {
            let document = match self.text.next_line(&mut self.line)? {
                Line::End => break,
                Line::Whole if self.line.trim().is_empty() => continue,
                Line::Whole => self.document(),
                Line::Malformed(error) | Line::TooLong(error) => Err(error.to_string()),
            };
            return Ok(Some(Row { number: self.text.line(), document }));
        }
        // Single objects may lack a key; one that no object has is misspelt.
        if !self.keys.is_empty() {
            self.mapping.check_present(&self.keys, self.text.path())?;
        }
        Ok(None)
    }

    fn progress(&self) -> (u64, u64) {
        self.text.progress()
    }
}

/// A document from named values; shared with Parquet.
pub(super) fn document(
    mapping: &Mapping,
    object: Map<String, Value>,
) -> std::result::Result<Document<Html>, Reason> {
    let mut document = Document::default();
    let mut has_text = false;
    let mut names = Vec::new();
    for (name, value) in object {
        let Some(role) = mapping.role(&name) else {
            names.push(name.clone());
            document.extra.insert(name, value);
            continue;
        };
        has_text |= role == Role::Text;
        let text =
            plain_text(value).ok_or_else(|| format!("`{name}` is neither text nor number"))?;
        mapping.assign(&mut document, role, &text)?;
    }
    if !has_text {
        return Err(format!("there is no text among the keys {}", listed(&names)));
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::read;

    #[test]
    fn objects_become_documents() {
        let settings = "kind = \"jsonl\"\nlabels = { 1 = \"positive\", true = \"positive\" }";
        let text = "{\"id\": 7, \"text\": \"좋다\", \"label\": 1, \"rating\": \"8\", \"x\": [1]}\n\n\
                    {\"text\": null, \"label\": true, \"rating\": 2.5}\n{\"text\": \"\", \"label\": 1.0}";
        let (found, skipped) = read(settings, text.as_bytes()).unwrap();
        let ids: Vec<_> = found.iter().map(|document| &*document.id).collect();
        assert_eq!(ids, ["7", "file-3", "file-4"]);
        assert!(found.iter().all(|document| document.label.as_deref() == Some("positive")));
        assert_eq!((found[0].rating, found[1].rating), (Some(8.0), Some(2.5)));
        assert_eq!(found[0].extra["x"], serde_json::json!([1]));
        assert_eq!(skipped.count, 0);
    }

    #[test]
    fn broken_lines_are_bad_rows() {
        let text = "{\"text\": \"a\"}\n{\"text\": \n[1]\n{\"txt\": \"b\"}\n{\"text\": [1]}\n";
        let (found, skipped) = read("kind = \"jsonl\"", text.as_bytes()).unwrap();
        assert_eq!((found.len(), skipped.count), (1, 4));
        assert!(skipped.examples[0].contains("line 2: no JSON object: EOF"), "{skipped:?}");
        assert!(skipped.examples[2].ends_with("among the keys `txt`"), "{skipped:?}");
    }

    #[test]
    fn bad_bytes_are_a_bad_row() {
        let text = b"{\"text\": \"a\"}\n{\"text\": \"\xFF\"}\n{\"text\": \"b\"}\n";
        let (found, skipped) = read("kind = \"jsonl\"", text).unwrap();
        assert_eq!((found.len(), skipped.count), (2, 1));
        assert!(skipped.examples[0].contains("line 2: "), "{skipped:?}");
        assert!(skipped.examples[0].ends_with("bad byte at offset 24"), "{skipped:?}");
    }

    #[test]
    fn a_configured_key_that_never_occurs_is_an_error() {
        let settings = "kind = \"jsonl\"\ncolumns = { rating = \"stras\" }";
        let error = read(settings, b"{\"text\": \"a\", \"stars\": 1}\n").unwrap_err();
        assert_eq!(error.hint(), Some("set source.columns.rating = \"stars\""));
    }

    #[test]
    fn deep_nesting_is_a_bad_row() {
        let deep = format!("{{\"text\": \"a\"}}\n{}", "{\"a\":".repeat(100_000));
        let (found, skipped) = read("kind = \"jsonl\"", deep.as_bytes()).unwrap();
        assert_eq!((found.len(), skipped.count), (1, 1));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, text in "[{}:,\"text\\\\ 1\n]{0,40}") {
            let _ = read("kind = \"jsonl\"", &bytes);
            let _ = read("kind = \"jsonl\"", text.as_bytes());
        }
    }
}
