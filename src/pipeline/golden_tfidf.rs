//! What scikit-learn makes of the sample reviews is what we make of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::terms::TermTable;
use crate::analyze::{AnalyzeParams, Analyzer};
use crate::data::{CsrMatrix, Interner, Sequences};
use crate::vectorize::{VectorizeParams, Vectorizer};

/// As scripts/compare_tfidf.py has it.
const TOLERANCE: f64 = 1e-6;

#[derive(Deserialize)]
struct Golden {
    documents: usize,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    analyze: AnalyzeParams,
    vectorize: VectorizeParams,
    features: usize,
    first: Vec<String>,
    last: Vec<String>,
    nonzero: usize,
    sum: f64,
    rows: BTreeMap<String, BTreeMap<String, f64>>,
}

#[test]
fn tfidf_is_that_of_scikit_learn() {
    let golden = include_str!("../../tests/golden/vectorize/tfidf.json");
    let golden: Golden = serde_json::from_str(golden).unwrap();
    let reviews: Vec<(&str, &str)> = [
        include_str!("../../corpora/reviews/en.tsv"),
        include_str!("../../corpora/reviews/ko.tsv"),
    ]
    .into_iter()
    .flat_map(ids_and_texts)
    .collect();
    assert_eq!((reviews.len(), golden.cases.len()), (golden.documents, 12));
    golden.cases.iter().for_each(|case| check(case, &reviews));
}

fn ids_and_texts(table: &str) -> Vec<(&str, &str)> {
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name| header.iter().position(|column| *column == name).unwrap();
    let (id, text) = (column("id"), column("text"));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[id], fields[text])
        })
        .collect()
}

fn check(case: &Case, reviews: &[(&str, &str)]) {
    let name = &case.name;
    let (vectorizer, rows) = fitted(case, reviews);
    let mut terms: Vec<String> =
        (0..rows.columns() as u32).map(|column| vectorizer.vocabulary.term(column)).collect();
    terms.sort_unstable();
    assert_eq!(terms.len(), case.features, "{name}");
    assert_eq!(terms[..5], case.first, "{name}");
    assert_eq!(terms[terms.len() - 5..], case.last, "{name}");
    assert_eq!(rows.nnz(), case.nonzero, "{name}");
    let sum: f64 = rows.values().iter().map(|value| f64::from(*value)).sum();
    assert!((sum / case.sum - 1.0).abs() < TOLERANCE, "{name}: {sum} {}", case.sum);
    for (id, expected) in &case.rows {
        let row = reviews.iter().position(|(other, _)| other == id).unwrap();
        check_row(name, id, &row_of(&vectorizer, &rows, row), expected);
    }
}

fn fitted(case: &Case, reviews: &[(&str, &str)]) -> (Vectorizer, CsrMatrix) {
    let analyzer = Analyzer::open(&case.analyze).unwrap();
    let mut table = TermTable::new(&analyzer, Interner::default());
    let mut corpus = Sequences::default();
    for (_, text) in reviews {
        table.encode(text, &mut corpus.tokens);
        corpus.ends.push(corpus.tokens.len());
    }
    Vectorizer::fit_transform(&case.vectorize, &corpus, &table.terms, analyzer.joiner(), &[])
        .unwrap()
}

fn row_of(vectorizer: &Vectorizer, rows: &CsrMatrix, row: usize) -> BTreeMap<String, f64> {
    let (columns, values) = rows.row(row);
    let terms = columns.iter().map(|&column| vectorizer.vocabulary.term(column));
    terms.zip(values.iter().map(|value| f64::from(*value))).collect()
}

fn check_row(
    name: &str,
    id: &str,
    found: &BTreeMap<String, f64>,
    expected: &BTreeMap<String, f64>,
) {
    assert!(found.keys().eq(expected.keys()), "{name}, {id}: {found:?}");
    for (term, expected) in expected {
        let gap = (found[term] / expected - 1.0).abs();
        assert!(gap < TOLERANCE, "{name}, {id}, {term}: {} {expected}", found[term]);
    }
}
