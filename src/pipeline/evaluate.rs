//! A model and the test part → what it is worth, and what its probabilities look like.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::model::Model;
use super::outcome::Unseen;
use super::prepared::{Facts, Part};
use crate::classify::{Metrics, best};
use crate::error::Result;
use crate::trends::Histogram;

/// What later documents are compared with, to tell whether a model still fits them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestPart {
    /// The model's [`evidence`] of each test document.
    pub probabilities: Histogram,
    /// Share of the terms that the model does not know; absent if none was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_terms: Option<f64>,
}

/// What a model is worth.
pub(super) struct Evaluated {
    pub metrics: Metrics,
    pub unseen: Option<Unseen>,
    pub test_part: TestPart,
}

/// The probability of the second of two labels, or of the most probable of several: one
/// number a document, whose distribution tells drift.
pub fn evidence(class: usize, probability: f32, labels: usize) -> f32 {
    if labels == 2 && class == 0 { 1.0 - probability } else { probability }
}

/// Measures `model` on the test part; `None` if it is empty.
pub(super) fn evaluate(model: &Model, test: &Part, facts: &Facts) -> Result<Option<Evaluated>> {
    if test.ids.is_empty() {
        return Ok(None);
    }
    let width = model.labels.len();
    let mut probabilities = vec![0.0; test.ids.len() * width];
    probabilities.par_chunks_mut(width).enumerate().for_each_init(
        Vec::new,
        |buffer, (row, out)| {
            let (columns, values) = test.rows.row(row);
            model.classifier.probabilities(columns, values, buffer);
            out.copy_from_slice(buffer);
        },
    );
    let predicted: Vec<u32> = probabilities.chunks(width).map(|row| best(row) as u32).collect();
    let unseen = unseen(&test.classes, &predicted, &facts.leaked);
    let all = predicted.iter().zip(probabilities.chunks(width));
    let evidence: Vec<f32> = all
        .map(|(&class, row)| evidence(class as usize, row[class as usize] as f32, width))
        .collect();
    let test_part =
        TestPart { probabilities: Histogram::of(&evidence), unknown_terms: facts.unknown_terms };
    Metrics::new(&test.classes, &predicted, &probabilities, model.labels.clone())
        .map(|metrics| Some(Evaluated { metrics, unseen, test_part }))
}

pub(super) fn unseen(truth: &[u32], predicted: &[u32], leaked: &[bool]) -> Option<Unseen> {
    let rest: Vec<bool> = (0..truth.len())
        .filter(|&row| !leaked[row])
        .map(|row| truth[row] == predicted[row])
        .collect();
    let right = rest.iter().filter(|right| **right).count();
    (!rest.is_empty()).then(|| Unseen {
        leaked: (truth.len() - rest.len()) as u64,
        accuracy: right as f64 / rest.len() as f64,
    })
}
