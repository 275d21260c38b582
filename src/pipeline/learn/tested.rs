//! What a network says of the test part, and what that is worth.

use super::material::Material;
use super::reading::Read;
use crate::classify::{Metrics, best};
use crate::error::Result;
use crate::learn::neural::{Predictor, Trained};
use crate::pipeline::evaluate::{TestPart, evidence};
use crate::pipeline::outcome::{Evaluation, Unseen};
use crate::pipeline::split::leaked;
use crate::trends::Histogram;

/// The test part and what a network says of it.
pub(super) struct Tested {
    pub classes: Vec<u32>,
    /// A row a document.
    pub probabilities: Vec<f64>,
    /// Whether its text stands in the training part.
    pub leaked: Vec<bool>,
}

impl Tested {
    /// `None` if there is no test part.
    pub fn of(material: &Material, read: &Read, trained: &Trained) -> Result<Option<Self>> {
        let all: Vec<usize> = (0..material.parts.test.len()).collect();
        if all.is_empty() {
            return Ok(None);
        }
        let said = Predictor::new(&trained.network)?.predict(&read.inputs(), &all)?;
        Ok(Some(Tested::new(material, said)))
    }

    /// What was said of the test part, a row a document.
    pub fn new(material: &Material, probabilities: Vec<f64>) -> Self {
        Tested {
            classes: material.classes(&material.parts.test),
            probabilities,
            leaked: leaked(&material.corpus.documents, &material.parts),
        }
    }

    /// What `probabilities` are worth on these documents.
    pub fn measure(
        &self,
        probabilities: &[f64],
        labels: &[String],
    ) -> Result<(Metrics, Option<Unseen>)> {
        let rows = probabilities.chunks_exact(labels.len());
        let predicted: Vec<u32> = rows.map(|row| best(row) as u32).collect();
        let unseen = crate::pipeline::evaluate::unseen(&self.classes, &predicted, &self.leaked);
        let metrics = Metrics::new(&self.classes, &predicted, probabilities, labels.to_vec())?;
        Ok((metrics, unseen))
    }

    /// What its probabilities look like.
    pub fn part(&self, labels: usize) -> TestPart {
        let rows = self.probabilities.chunks_exact(labels);
        let evidence = rows.map(|row| {
            let class = best(row);
            evidence(class, row[class] as f32, labels)
        });
        let probabilities = Histogram::of(&evidence.collect::<Vec<f32>>());
        TestPart { probabilities, unknown_terms: None }
    }

    pub fn evaluation(&self, material: &Material, features: usize) -> Result<Evaluation> {
        let (metrics, unseen) = self.measure(&self.probabilities, &material.labels)?;
        Ok(Evaluation {
            metrics,
            unseen,
            split: if material.parts.official { "official" } else { "hash" }.to_owned(),
            train_documents: material.parts.train.len() as u64,
            features: features as u64,
        })
    }
}
