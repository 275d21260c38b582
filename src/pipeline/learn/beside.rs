//! A network beside the pipeline's linear model, on the same test documents.

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;

use super::material::Material;
use super::tested::Tested;
use crate::classify::Metrics;
use crate::config::Pipeline;
use crate::error::Result;
use crate::pipeline::model::find_model;
use crate::pipeline::outcome::Unseen;
use crate::pipeline::prepared::Prepared;
use crate::pipeline::shelf::{Kept, Shelf};
use crate::pipeline::watch::Watch;

/// What another model is worth.
#[derive(Debug, Clone, Serialize)]
pub struct Beside {
    /// `linear model`, or `mean of both`.
    pub model: &'static str,
    /// On all test documents.
    pub metrics: Metrics,
    /// Without texts seen in training.
    pub unseen: Option<Unseen>,
}

/// The linear model on the test part, and the mean of its probabilities and the network's;
/// nothing if none is kept, or if it was measured on other documents.
pub(super) fn beside_linear(
    pipeline: &Pipeline,
    state: &Path,
    material: &Material,
    test: &Tested,
    watch: &dyn Watch,
) -> Result<Vec<Beside>> {
    let Some(probabilities) = linear(pipeline, state, material, watch)? else {
        return Ok(Vec::new());
    };
    let pairs = probabilities.iter().zip(&test.probabilities);
    let mean: Vec<f64> = pairs.map(|(one, other)| (one + other) / 2.0).collect();
    let both = [("linear model", &probabilities), ("mean of both", &mean)];
    both.into_iter()
        .map(|(model, probabilities)| {
            let (metrics, unseen) = test.measure(probabilities, &material.labels)?;
            Ok(Beside { model, metrics, unseen })
        })
        .collect()
}

/// What the kept model says of the test documents, in the material's order.
fn linear(
    pipeline: &Pipeline,
    state: &Path,
    material: &Material,
    watch: &dyn Watch,
) -> Result<Option<Vec<f64>>> {
    let shelf = Shelf::open(state, &pipeline.name)?;
    let is_kept = |kept| shelf.manifest.kept.contains_key(&kept);
    if !is_kept(Kept::Rows) || !is_kept(Kept::Model) {
        return Ok(None);
    }
    let Some(model) = find_model(state, &pipeline.name, watch)? else { return Ok(None) };
    let prepared = Prepared::load(&shelf.path(Kept::Rows))?;
    let columns = model.encoder.vectorizer.vocabulary.len();
    if model.labels != material.labels || prepared.test.rows.columns() != columns {
        return Ok(None);
    }
    let rows = prepared.test.ids.iter().enumerate();
    let rows: HashMap<&str, usize> = rows.map(|(row, id)| (id.as_str(), row)).collect();
    let mut all = Vec::with_capacity(material.parts.test.len() * model.labels.len());
    let mut probabilities = Vec::new();
    for &place in &material.parts.test {
        let Some(&row) = rows.get(material.corpus.documents[place].id.as_str()) else {
            watch.note("the linear model was measured on other documents: it is not shown");
            return Ok(None);
        };
        let (columns, values) = prepared.test.rows.row(row);
        model.classifier.probabilities(columns, values, &mut probabilities);
        all.extend_from_slice(&probabilities);
    }
    Ok(Some(all))
}
