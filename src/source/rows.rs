//! Rows of one or two files → batches of documents.
//!
//! What all tables have in common: the cut into batches, bad rows, ids for rows
//! without one, and the split that a file's name gives.

use std::path::{Path, PathBuf};

use super::mapping::Reason;
use super::parts::{Part, stem};
use crate::data::{Document, Html, Skipped, Split};
use crate::error::Result;
use crate::traits::Source;

/// Documents in a batch; long texts end it earlier.
const BATCH_DOCUMENTS: usize = 1_000;
const BATCH_BYTES: usize = 8 << 20;

/// A row: a document, or why it is none.
pub(super) struct Row {
    /// Its line, or its number where a file has no lines.
    pub number: u64,
    pub document: std::result::Result<Document<Html>, Reason>,
}

/// The rows of one file.
pub(super) trait Rows: Send {
    /// What [`Row::number`] counts.
    const UNIT: &'static str = "line";

    /// The next row; `None` at the end. An error: the file is damaged.
    fn next_row(&mut self) -> Result<Option<Row>>;

    /// How far it has come, as (done, total) in bytes of the file.
    fn progress(&self) -> (u64, u64);
}

/// The documents of all files of a source, in their order.
pub(super) struct RowSource<R> {
    files: Vec<File<R>>,
    current: usize,
    rows: u64,
    skipped: Skipped,
}

struct File<R> {
    rows: R,
    path: PathBuf,
    stem: String,
    split: Option<Split>,
}

impl<R: Rows> RowSource<R> {
    /// Opens every file before the first is read, so that what is wrong with
    /// the last one is known at once.
    pub fn open(parts: Vec<Part>, open: impl Fn(&Path) -> Result<R>) -> Result<Self> {
        let file = |part: Part| {
            let rows = open(&part.path)?;
            Ok(File { rows, stem: stem(&part.path), path: part.path, split: part.split })
        };
        let files = parts.into_iter().map(file).collect::<Result<_>>()?;
        Ok(RowSource { files, current: 0, rows: 0, skipped: Skipped::default() })
    }

    /// The next good document; `None` after the last file.
    fn next_document(&mut self) -> Result<Option<Document<Html>>> {
        while let Some(file) = self.files.get_mut(self.current) {
            let Some(row) = file.rows.next_row()? else {
                self.current += 1;
                continue;
            };
            self.rows += 1;
            match row.document {
                Ok(document) => return Ok(Some(file.complete(document, row.number))),
                Err(reason) => {
                    let place = format!("{}, {} {}", file.path.display(), R::UNIT, row.number);
                    self.skipped.add(&place, &reason);
                    self.skipped.check(self.rows)?;
                }
            }
        }
        self.skipped.check_end(self.rows)?;
        Ok(None)
    }
}

impl<R> File<R> {
    fn complete(&self, mut document: Document<Html>, number: u64) -> Document<Html> {
        if document.id.is_empty() {
            document.id = format!("{}-{number}", self.stem);
        }
        document.split = document.split.or(self.split);
        document
    }
}

impl<R: Rows> Source for RowSource<R> {
    fn next_batch(&mut self, batch: &mut Vec<Document<Html>>) -> Result<bool> {
        batch.clear();
        let mut bytes = 0;
        while batch.len() < BATCH_DOCUMENTS && bytes < BATCH_BYTES {
            let Some(document) = self.next_document()? else { break };
            bytes += document.body.0.len();
            batch.push(document);
        }
        Ok(!batch.is_empty())
    }

    fn progress(&self) -> Option<(u64, u64)> {
        let all = self.files.iter().map(|file| file.rows.progress());
        Some(all.fold((0, 0), |sum, file| (sum.0 + file.0, sum.1 + file.1)))
    }

    fn skipped(&self) -> Skipped {
        self.skipped.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with texts of the given sizes; size 0 is a bad row.
    struct Sizes(std::vec::IntoIter<usize>, u64);

    impl Rows for Sizes {
        fn next_row(&mut self) -> Result<Option<Row>> {
            self.1 += 1;
            let document = |size| match size {
                0 => Err("bad".to_owned()),
                size => Ok(Document::new("", Html("x".repeat(size)))),
            };
            Ok(self.0.next().map(|size| Row { number: self.1, document: document(size) }))
        }

        fn progress(&self) -> (u64, u64) {
            (1, 2)
        }
    }

    fn source(files: &[Vec<usize>]) -> RowSource<Sizes> {
        let parts = (0..files.len()).map(|index| Part {
            path: PathBuf::from(index.to_string()),
            split: [None, Some(Split::Test)][index.min(1)],
        });
        RowSource::open(parts.collect(), |path| {
            let index: usize = path.to_str().unwrap().parse().unwrap();
            Ok(Sizes(files[index].clone().into_iter(), 0))
        })
        .unwrap()
    }

    #[test]
    fn batches_are_cut_by_number_and_size() {
        let mut source = source(&[vec![1; 1_500], vec![BATCH_BYTES, 1]]);
        let (mut batch, mut sizes) = (Vec::new(), Vec::new());
        while source.next_batch(&mut batch).unwrap() {
            sizes.push(batch.len());
        }
        assert_eq!(sizes, [1_000, 501, 1]);
        assert!(batch.is_empty());
        assert_eq!(source.progress(), Some((2, 4)));
    }

    #[test]
    fn ids_and_splits_are_filled_in_and_bad_rows_counted() {
        let mut source = source(&[vec![1, 0], vec![1]]);
        let mut batch = Vec::new();
        source.next_batch(&mut batch).unwrap();
        let parts: Vec<_> = batch.iter().map(|document| (&*document.id, document.split)).collect();
        assert_eq!(parts, [("0-1", None), ("1-1", Some(Split::Test))]);
        assert_eq!(source.skipped().examples, ["0, line 2: bad"]);
    }

    #[test]
    fn mostly_bad_rows_end_the_run() {
        let mut many = source(&[vec![0; 2_000]]);
        assert!(many.next_batch(&mut Vec::new()).is_err());
        assert_eq!(many.skipped().count, 1_000);
        assert!(source(&[vec![0; 3]]).next_batch(&mut Vec::new()).is_err());
        assert!(!source(&[vec![]]).next_batch(&mut Vec::new()).unwrap());
    }
}
