//! Rows of all labelled documents, and the vectorizer behind them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::known_texts::KnownTexts;
use super::vectorizer_file::{VectorizerHead, read_vectorizer, write_vectorizer};
use crate::data::CsrMatrix;
use crate::error::Result;
use crate::files::{ContainerReader, ContainerWriter, Form};
use crate::vectorize::Vectorizer;

const FORM: Form = Form {
    kind: *b"ROWS",
    version: 1,
    name: "file of rows",
    mend: "delete it and run the pipeline again",
};

/// One part of the corpus as rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Weighted rows.
    pub rows: CsrMatrix,
    /// Class of each; empty without labels.
    pub classes: Vec<u32>,
    /// Id of each.
    pub ids: Vec<String>,
}

/// What `classify` starts from.
pub struct Prepared {
    /// Tokens → row.
    pub vectorizer: Vectorizer,
    /// Names of the classes, sorted by bytes; empty without labels.
    pub labels: Vec<String>,
    /// What is learned from.
    pub train: Part,
    /// What is measured on.
    pub test: Part,
    /// Facts about the corpus.
    pub facts: Facts,
    /// What the documents of the training part say; not kept by version 0.1.
    pub trained: Option<KnownTexts>,
}

/// Facts about the corpus that the reports need.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Whether the corpus has a split of its own.
    pub official: bool,
    /// Whether each test document's text stands in the training part.
    pub leaked: Vec<bool>,
    /// Rows of the source that could not be used.
    pub skipped: u64,
    /// Share of the terms of the test part that are in no column; not kept by version 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_terms: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    vectorizer: VectorizerHead,
    labels: Vec<String>,
    facts: Facts,
    binary: bool,
}

impl Prepared {
    /// Reads what [`RowsWriter`] wrote; the values are the same to the last bit.
    ///
    /// # Errors
    /// If the file is missing, damaged, contradicts itself, or is of a newer version.
    pub fn load(path: &Path) -> Result<Self> {
        let (mut file, head, vectorizer) = open(path)?;
        let train = read_part(&mut file, &vectorizer, &head)?;
        let test = read_part(&mut file, &vectorizer, &head)?;
        if head.facts.leaked.len() != test.ids.len() {
            return Err(file.contradiction("documents are missing"));
        }
        let trained = read_trained(&mut file)?;
        Ok(Prepared { vectorizer, labels: head.labels, train, test, facts: head.facts, trained })
    }
}

impl Prepared {
    /// The vectorizer alone.
    ///
    /// # Errors
    /// As [`Prepared::load`].
    pub fn load_vectorizer(path: &Path) -> Result<Vectorizer> {
        open(path).map(|(_, _, vectorizer)| vectorizer)
    }
}

fn open(path: &Path) -> Result<(ContainerReader, Head, Vectorizer)> {
    let mut file = ContainerReader::open(path, FORM)?;
    let head = serde_json::from_slice(file.bytes()?);
    let head: Head = head.map_err(|error| file.contradiction(&error.to_string()))?;
    let vectorizer = read_vectorizer(&mut file, &head.vectorizer)?;
    Ok((file, head, vectorizer))
}

/// Writes the rows, one part after the other.
pub struct RowsWriter {
    file: ContainerWriter,
    binary: bool,
}

impl RowsWriter {
    /// Starts the file.
    ///
    /// # Errors
    /// If it cannot be written; so with the other methods.
    pub fn create(
        path: &Path,
        vectorizer: &Vectorizer,
        labels: &[String],
        facts: &Facts,
    ) -> Result<Self> {
        let mut file = ContainerWriter::create(path, FORM)?;
        let head = Head {
            vectorizer: VectorizerHead::of(vectorizer),
            labels: labels.to_vec(),
            facts: facts.clone(),
            binary: vectorizer.binary,
        };
        file.bytes(&serde_json::to_vec(&head).expect("a head is plain data"))?;
        write_vectorizer(&mut file, vectorizer)?;
        Ok(RowsWriter { file, binary: vectorizer.binary })
    }

    /// Adds a part.
    pub fn part(&mut self, part: &Part) -> Result<()> {
        let lengths: Vec<u32> =
            part.rows.row_ends().windows(2).map(|ends| (ends[1] - ends[0]) as u32).collect();
        self.file.u32s(&lengths)?;
        self.file.bytes(&deltas(&part.rows))?;
        // Binary rows are all ones before they are weighed, so they are weighed again.
        self.file.f32s(if self.binary { &[] } else { part.rows.values() })?;
        self.file.u32s(&part.classes)?;
        self.file.bytes(&serde_json::to_vec(&part.ids).expect("ids are plain data"))
    }

    /// Adds what the documents of the training part say, last of all.
    pub fn trained(&mut self, texts: &KnownTexts) -> Result<()> {
        self.file.u64s(texts.numbers())
    }

    /// Makes the file whole.
    pub fn commit(self) -> Result<()> {
        self.file.commit()
    }
}

/// The texts that were learned from, if the file is of a version that keeps them.
pub(super) fn read_trained(file: &mut ContainerReader) -> Result<Option<KnownTexts>> {
    if file.is_at_end() {
        return Ok(None);
    }
    let texts = KnownTexts::read(file.u64s()?);
    texts.map(Some).ok_or_else(|| file.contradiction("its texts are in no order"))
}

fn read_part(file: &mut ContainerReader, vectorizer: &Vectorizer, head: &Head) -> Result<Part> {
    let lengths = file.u32s()?;
    let columns = vectorizer.vocabulary.len();
    let indices = undo_deltas(file.bytes()?, &lengths, columns as u32);
    let indices =
        indices.ok_or_else(|| file.contradiction("its rows do not fit the vocabulary"))?;
    let stored = file.f32s()?;
    let classes = file.u32s()?;
    let ids = serde_json::from_slice(file.bytes()?);
    let ids: Vec<String> = ids.map_err(|error| file.contradiction(&error.to_string()))?;
    let known = classes.iter().all(|&class| (class as usize) < head.labels.len());
    if ids.len() != lengths.len() || !known || ![0, ids.len()].contains(&classes.len()) {
        return Err(file.contradiction("documents and labels do not fit together"));
    }
    let values = if head.binary { vec![1.0; indices.len()] } else { stored };
    if values.len() != indices.len() {
        return Err(file.contradiction("a row lacks values"));
    }
    let mut row_ends = vec![0];
    row_ends.extend(lengths.iter().scan(0, |end, &length| {
        *end += length as usize;
        Some(*end)
    }));
    let mut rows = CsrMatrix::new(columns, row_ends, indices, values);
    if head.binary {
        vectorizer.weights.apply(&mut rows);
    }
    Ok(Part { rows, classes, ids })
}

/// Distances between the rising columns of each row, seven bits a byte.
fn deltas(rows: &CsrMatrix) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.nnz() * 2);
    for row in 0..rows.rows() {
        let mut last = 0;
        for &column in rows.row(row).0 {
            let mut distance = column - last;
            last = column;
            while distance >= 128 {
                bytes.push(distance as u8 | 128);
                distance >>= 7;
            }
            bytes.push(distance as u8);
        }
    }
    bytes
}

fn undo_deltas(bytes: &[u8], lengths: &[u32], columns: u32) -> Option<Vec<u32>> {
    let mut bytes = bytes.iter();
    let mut indices =
        Vec::with_capacity(bytes.len().min(lengths.iter().map(|&length| length as usize).sum()));
    for &length in lengths {
        let mut last = 0u32;
        for place in 0..length {
            let distance = number(&mut bytes)?;
            last = last.checked_add(distance)?;
            if last >= columns || (place > 0 && distance == 0) {
                return None;
            }
            indices.push(last);
        }
    }
    bytes.next().is_none().then_some(indices)
}

fn number(bytes: &mut std::slice::Iter<u8>) -> Option<u32> {
    let mut number = 0u32;
    for shift in [0, 7, 14, 21, 28] {
        let byte = *bytes.next()?;
        number |= u32::from(byte & 127).checked_shl(shift)?;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deltas_come_back() {
        let rows = CsrMatrix::new(1 << 20, vec![0, 3, 3, 4], vec![0, 5, 1 << 19, 7], vec![1.0; 4]);
        let bytes = deltas(&rows);
        assert_eq!(undo_deltas(&bytes, &[3, 0, 1], 1 << 20).unwrap(), rows.indices());
        assert_eq!(undo_deltas(&bytes, &[3, 0, 1], 100), None);
        assert_eq!(undo_deltas(&bytes[1..], &[3, 0, 1], 1 << 20), None);
    }
}
