//! Kept rows → files that scipy reads, in scikit-learn's order.

use std::path::Path;

use serde::Serialize;

use super::prepared::{Part, Prepared};
use super::shelf::{Kept, Shelf};
use crate::data::CsrMatrix;
use crate::error::{Error, Result};
use crate::files::{Format, RowWriter};
use crate::vectorize::{ExportPaths, Vocabulary, export};

/// Whose rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsOf {
    /// What a model learns from.
    Train,
    /// What it is measured on.
    Test,
    /// Train, then test.
    All,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Number of documents.
    pub rows: usize,
    /// Number of terms.
    pub columns: usize,
    /// Number of stored values.
    pub nnz: usize,
    /// Where.
    #[serde(flatten)]
    pub paths: ExportPaths,
}

/// Writes the kept rows of `pipeline` to `target` (`x.npz`); their terms, and
/// ids, labels and parts of their documents beside it.
///
/// Columns are sorted by the bytes of their terms, whatever the length of the
/// n-gram, as `TfidfVectorizer.get_feature_names_out()` has them.
///
/// # Errors
/// If no rows are kept yet, or reading or writing fails.
pub fn export_vectors(
    state: &Path,
    pipeline: &str,
    rows_of: RowsOf,
    target: &Path,
) -> Result<Exported> {
    // A wrong name is told before anything is read.
    let paths = ExportPaths::beside(target)?;
    let prepared = load_rows(state, pipeline)?;
    let (columns, terms) = by_term(&prepared.vectorizer.vocabulary);
    let (train, test) = (("train", &prepared.train), ("test", &prepared.test));
    let named: Vec<(&str, &Part)> = match rows_of {
        RowsOf::Train => vec![train],
        RowsOf::Test => vec![test],
        RowsOf::All => vec![train, test],
    };
    write_documents(&paths.documents, &named, &prepared.labels)?;
    let parts: Vec<&Part> = named.into_iter().map(|(_, part)| part).collect();
    let matrix = reordered(&parts, &columns);
    let ids: Vec<&String> = parts.iter().flat_map(|part| &part.ids).collect();
    let paths = export(target, &matrix, &terms, &ids)?;
    Ok(Exported { rows: matrix.rows(), columns: matrix.columns(), nnz: matrix.nnz(), paths })
}

/// The kept rows of a pipeline.
fn load_rows(state: &Path, pipeline: &str) -> Result<Prepared> {
    let path = Shelf::open(state, pipeline)?.path(Kept::Rows);
    if !path.exists() {
        return Err(Error::data(format!("pipeline `{pipeline}` has no rows yet"))
            .at(path.display().to_string())
            .hinted(format!("make them with `malmoi run {pipeline}`")));
    }
    Prepared::load(&path)
}

/// A table of `id`, `label` and `split`; no label where the corpus has none.
fn write_documents(path: &Path, parts: &[(&str, &Part)], labels: &[String]) -> Result<()> {
    let header = ["id", "label", "split"].map(str::to_owned);
    let mut writer = RowWriter::create(Some(path), Format::Tsv, true, &header)?;
    for (split, part) in parts {
        for (row, id) in part.ids.iter().enumerate() {
            let label = part.classes.get(row).map_or("", |&class| &labels[class as usize]);
            writer.write(&[id.as_str(), label, split])?;
        }
    }
    writer.finish()
}

/// The new number of each column, and the terms in the new order.
fn by_term(vocabulary: &Vocabulary) -> (Vec<u32>, Vec<String>) {
    let mut terms: Vec<(String, u32)> =
        (0..vocabulary.len() as u32).map(|column| (vocabulary.term(column), column)).collect();
    terms.sort_unstable();
    let mut columns = vec![0; terms.len()];
    for (place, (_, column)) in terms.iter().enumerate() {
        columns[*column as usize] = place as u32;
    }
    (columns, terms.into_iter().map(|(term, _)| term).collect())
}

fn reordered(parts: &[&Part], columns: &[u32]) -> CsrMatrix {
    let nnz = parts.iter().map(|part| part.rows.nnz()).sum();
    let (mut indices, mut values) = (Vec::with_capacity(nnz), Vec::with_capacity(nnz));
    let mut row_ends = vec![0];
    let mut row: Vec<(u32, f32)> = Vec::new();
    for part in parts {
        for number in 0..part.rows.rows() {
            let (old, weights) = part.rows.row(number);
            row.clear();
            row.extend(
                old.iter().map(|&column| columns[column as usize]).zip(weights.iter().copied()),
            );
            row.sort_unstable_by_key(|(column, _)| *column);
            indices.extend(row.iter().map(|(column, _)| column));
            values.extend(row.iter().map(|(_, value)| value));
            row_ends.push(indices.len());
        }
    }
    CsrMatrix::new(columns.len(), row_ends, indices, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::sample_model::model;

    #[test]
    fn terms_are_sorted_across_lengths() {
        let model = model();
        let vocabulary = &model.encoder.vectorizer.vocabulary;
        let (columns, terms) = by_term(vocabulary);
        assert!(terms.is_sorted());
        // `a` is no token: pairs stand among the words they begin with.
        let fun = terms.iter().position(|term| term == "great fun").unwrap();
        assert!(terms.iter().position(|term| term == "great").unwrap() < fun);
        assert!(fun < terms.iter().position(|term| term == "lovely").unwrap());
        for column in 0..vocabulary.len() {
            assert_eq!(terms[columns[column] as usize], vocabulary.term(column as u32));
        }
    }

    #[test]
    fn rows_keep_their_values() {
        let rows = CsrMatrix::new(3, vec![0, 2, 3], vec![0, 2, 1], vec![1.0, 2.0, 3.0]);
        let part = Part { rows, classes: Vec::new(), ids: vec!["a".into(), "b".into()] };
        let moved = reordered(&[&part, &part], &[2, 1, 0]);
        let expected = CsrMatrix::new(
            3,
            vec![0, 2, 3, 5, 6],
            vec![0, 2, 1, 0, 2, 1],
            vec![2.0, 1.0, 3.0, 2.0, 1.0, 3.0],
        );
        assert_eq!(moved, expected);
    }

    #[test]
    fn without_a_run_there_is_nothing_to_export() {
        let state = tempfile::tempdir().unwrap();
        let export = |name: &str| {
            export_vectors(state.path(), "mine", RowsOf::All, Path::new(name)).unwrap_err()
        };
        assert_eq!(export("x.csv").exit_code(), 2);
        let error = export("x.npz");
        assert_eq!(error.exit_code(), 1);
        assert!(error.hint().unwrap().contains("malmoi run mine"));
    }
}
