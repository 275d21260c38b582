//! What gave the labels, and how well it fits what it labelled.

use super::tally::{Tally, share};
use crate::pipeline::Scorer;
use crate::report::facts::{ModelCard, ModelFacts};
use crate::trends::{Histogram, stability_index};

/// What the rows of a report say of one model.
#[derive(Default)]
struct Seen {
    labelled: u64,
    terms: u64,
    unknown: u64,
    agree: u64,
    with_label: u64,
    found: Option<Histogram>,
}

/// The card, and notes of what cannot be told.
pub(super) fn card(tally: &Tally, notes: &mut Vec<String>) -> ModelCard {
    let scorers = &tally.plan.scorers.scorers;
    let reference =
        |scorer: &Scorer| scorer.test_part.as_ref().map(|part| part.probabilities.emptied());
    let mut seen: Vec<Seen> =
        scorers.iter().map(|one| Seen { found: reference(one), ..Seen::default() }).collect();
    for row in tally.rows() {
        let seen = &mut seen[usize::from(row.scorer)];
        seen.labelled += 1;
        // What a model learned from, it knows too well to say anything of it.
        if row.is_trained_on {
            continue;
        }
        seen.terms += u64::from(row.terms);
        seen.unknown += u64::from(row.unknown);
        seen.with_label += u64::from(row.agrees.is_some());
        seen.agree += u64::from(row.agrees == Some(true));
        if let Some(found) = &mut seen.found {
            found.add(row.evidence);
        }
    }
    let mut models = Vec::new();
    for (place, (scorer, seen)) in scorers.iter().zip(&seen).enumerate() {
        models.push(facts(scorer, seen));
        let is_first = scorers[..place].iter().all(|one| one.pipeline != scorer.pipeline);
        if is_first {
            notes.extend(missing(scorer, tally.plan.scorers.model(place).knows_its_texts()));
        }
    }
    ModelCard { models }
}

fn facts(scorer: &Scorer, seen: &Seen) -> ModelFacts {
    let metrics = scorer.evaluation.as_ref().map(|evaluation| &evaluation.metrics);
    let part = scorer.test_part.as_ref();
    let drift = |found| stability_index(&part?.probabilities, found);
    ModelFacts {
        pipeline: scorer.pipeline.clone(),
        language: scorer.language.clone(),
        trained_documents: scorer.learned,
        test_documents: metrics.map_or(0, |metrics| metrics.documents),
        accuracy: metrics.map(|metrics| metrics.accuracy),
        roc_auc: metrics.and_then(|metrics| metrics.roc_auc),
        labelled: seen.labelled,
        unknown_terms: (seen.terms > 0).then(|| seen.unknown as f64 / seen.terms as f64),
        unknown_terms_of_test: part.and_then(|part| part.unknown_terms),
        drift: seen.found.as_ref().and_then(drift),
        agreement: share(seen.agree, seen.with_label),
    }
}

/// What a model that an earlier version kept does not tell.
fn missing(scorer: &Scorer, knows_its_texts: bool) -> Option<String> {
    let mut lacking = Vec::new();
    if !knows_its_texts {
        lacking.push("which documents it was trained on, so that none is counted apart");
    }
    if scorer.evaluation.is_some() && scorer.test_part.is_none() {
        lacking.push("what it was measured on, so that drift is not known");
    }
    let name = &scorer.pipeline;
    (!lacking.is_empty()).then(|| {
        format!(
            "the model of `{name}` was kept without {}; `malmoi run {name} --force` keeps it",
            lacking.join(", and without ")
        )
    })
}
