//! What was left out, and what gave the labels: a name and a figure each.
//!
//! In: facts. Out: rows for any form. Promises: what is not known is a dash, never zero.

use super::numbers::{NONE, band, count, decimal, percent};
use super::sentences;
use crate::report::facts::{Facts, ModelFacts};

/// What was read, and where it went.
pub fn left_out(facts: &Facts) -> [(&'static str, u64); 7] {
    let documents = &facts.documents;
    [
        ("read", documents.read),
        ("without a day", documents.undated),
        ("outside of these days", documents.outside),
        ("unreadable, or nothing that the model can score", documents.skipped),
        ("copies of one that is counted", documents.copies),
        ("in the report", facts.total.counts.documents),
        ("of these trained on: in no share", facts.total.counts.trained_on),
    ]
}

/// A model's figures.
pub fn figures(model: &ModelFacts) -> [(&'static str, String); 9] {
    let share = |share: Option<f64>| share.map_or(NONE.to_owned(), percent);
    let area = model.roc_auc.map_or(NONE.to_owned(), |area| decimal(area, 4));
    let agreement =
        model.agreement.map(|share| format!("{} ({})", percent(share.value), band(&share)));
    let none = || NONE.to_owned();
    [
        ("trained on", count(model.trained_documents)),
        ("measured on", count(model.test_documents)),
        ("accuracy", share(model.accuracy)),
        ("area under the ROC curve", area),
        ("documents labelled here", count(model.labelled)),
        ("terms without vocabulary", share(model.unknown_terms)),
        ("the same of the test documents", share(model.unknown_terms_of_test)),
        ("drift (PSI)", model.drift.map_or_else(none, sentences::drift)),
        ("agreement with labels of their own", agreement.unwrap_or_else(none)),
    ]
}
