//! JSON lines as records of a table: the keys of the first object are the header.

use std::path::Path;

use super::json_object::{Fields, json_object, json_string};
use super::table::MAX_COLUMNS;
use super::{Line, TextReader, place};
use crate::data::Skipped;
use crate::error::{Error, Result};

/// Reads one record a line.
pub(super) struct JsonRecords {
    reader: TextReader,
    header: Vec<String>,
    /// The first record, which was read for its keys.
    first: Option<Vec<String>>,
    line: String,
    rows: u64,
}

impl JsonRecords {
    /// Opens the file and reads up to its first object.
    ///
    /// # Errors
    /// The file cannot be read, or holds no object with a key.
    pub fn open(path: &Path, encoding: Option<&str>, skipped: &mut Skipped) -> Result<Self> {
        let reader = TextReader::open(path, encoding)?;
        let mut records =
            JsonRecords { reader, header: Vec::new(), first: None, line: String::new(), rows: 0 };
        records.first = records.next_good(skipped)?;
        if records.first.is_some() {
            return Ok(records);
        }
        Err(Error::data("there is no JSON object").at(path.display().to_string()))
    }

    /// The keys of the first object.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The next record; lines that are none are counted and left out.
    pub fn next_record(&mut self, skipped: &mut Skipped) -> Result<Option<Vec<String>>> {
        match self.first.take() {
            Some(record) => Ok(Some(record)),
            None => self.next_good(skipped),
        }
    }

    /// How far it has come, as (done, total) in bytes of the file.
    pub fn progress(&self) -> (u64, u64) {
        self.reader.progress()
    }

    fn next_good(&mut self, skipped: &mut Skipped) -> Result<Option<Vec<String>>> {
        loop {
            let record = match self.reader.next_line(&mut self.line)? {
                Line::End => break,
                Line::Whole if self.line.trim().is_empty() => continue,
                Line::Whole => record(&self.line, &mut self.header),
                Line::Malformed(error) | Line::TooLong(error) => Err(error.to_string()),
            };
            self.rows += 1;
            match record {
                Ok(record) => return Ok(Some(record)),
                Err(reason) => {
                    skipped.add(&place(self.reader.path(), self.reader.line()), &reason);
                    skipped.check(self.rows)?;
                }
            }
        }
        skipped.check_end(self.rows)?;
        Ok(None)
    }
}

/// The values in the order of `header`, which the first object fills.
fn record(line: &str, header: &mut Vec<String>) -> std::result::Result<Vec<String>, String> {
    let fields = json_object(line)?;
    if header.is_empty() {
        *header = keys(&fields)?;
    }
    let mut record = vec![String::new(); header.len()];
    for (place, (key, value)) in fields.iter().enumerate() {
        // Mostly, objects have their keys in the same order.
        let same = header.get(place).is_some_and(|name| name == key);
        let found = if same { Some(place) } else { header.iter().position(|name| name == key) };
        let column =
            found.ok_or_else(|| format!("the first object has no key `{key}` as this one has"))?;
        record[column] = json_string(value).unwrap_or_else(|| value.get().to_owned());
    }
    Ok(record)
}

fn keys(fields: &Fields<'_>) -> std::result::Result<Vec<String>, String> {
    match fields.len() {
        0 => Err("the object has no key".to_owned()),
        count if count > MAX_COLUMNS => Err(format!("the object has {count} keys")),
        _ => Ok(fields.iter().map(|(key, _)| key.clone().into_owned()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<String>, Vec<Vec<String>>, Skipped)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        std::fs::write(&path, text).unwrap();
        let mut skipped = Skipped::default();
        let mut reader = JsonRecords::open(&path, None, &mut skipped)?;
        let mut records = Vec::new();
        while let Some(record) = reader.next_record(&mut skipped)? {
            records.push(record);
        }
        Ok((reader.header().to_vec(), records, skipped))
    }

    #[test]
    fn the_first_object_is_the_header() {
        let text = "\u{feff}{\"id\": 1, \"text\": \"a\\tb\"}\n\n{\"text\": \"c\"}\r\n\
                    {\"text\": null, \"id\": [1, 2.50]}";
        let (header, records, skipped) = read(text).unwrap();
        assert_eq!(header, ["id", "text"]);
        assert_eq!(records, [["1", "a\tb"], ["", "c"], ["[1, 2.50]", "null"]]);
        assert_eq!(skipped.count, 0);
    }

    #[test]
    fn bad_rows_are_named_and_others_go_on() {
        let (header, records, skipped) = read("x\n{\"a\":1}\n{\"b\":1}\n[]\n{\"a\":2}\n").unwrap();
        assert_eq!(
            (header, records),
            (vec!["a".to_owned()], vec![vec!["1".into()], vec!["2".into()]])
        );
        assert_eq!(skipped.count, 3);
        assert!(skipped.examples[0].contains("line 1"), "{skipped:?}");
        assert!(skipped.examples[1].contains("line 3: the first object has no key `b`"));
    }

    #[test]
    fn files_without_objects_are_refused() {
        assert_eq!(read("").unwrap_err().to_string(), "there is no JSON object");
        assert!(read("1\n2\n").unwrap_err().to_string().contains("none of the 2 rows"));
        assert!(read("{}\n").is_err());
    }
}
