//! A model → the terms that speak most for each label.

use serde::Serialize;

use super::model::Model;

/// The strongest terms of one label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelTerms {
    /// The label.
    pub label: String,
    /// Its terms, strongest first.
    pub terms: Vec<WeightedTerm>,
}

/// A term and what it is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeightedTerm {
    /// The term.
    pub term: String,
    /// What one occurrence adds to the label's score before rows are normalized.
    pub weight: f64,
}

/// Up to `top` terms for each label, in the order of [`Model::labels`]; only
/// terms that speak for it.
pub fn strongest_terms(model: &Model, top: usize) -> Vec<LabelTerms> {
    let classes = 0..model.labels.len();
    classes
        .map(|class| LabelTerms {
            label: model.labels[class].clone(),
            terms: strongest(model, class, top),
        })
        .collect()
}

fn strongest(model: &Model, class: usize, top: usize) -> Vec<WeightedTerm> {
    let vectorizer = &model.encoder.vectorizer;
    let factor = |column: u32| {
        vectorizer.weights.factors.get(column as usize).map_or(1.0, |&factor| f64::from(factor))
    };
    let columns = 0..vectorizer.vocabulary.len() as u32;
    let weights = columns.map(|column| model.classifier.weight(class, column) * factor(column));
    heaviest(weights, top, |column| vectorizer.vocabulary.term(column))
}

/// Up to `top` columns of the largest weights above 0, the first of equals first, spelled by
/// `term`.
///
/// Only the winners are sorted and spelled: of a million terms that takes 20 of them.
pub(super) fn heaviest(
    weights: impl Iterator<Item = f64>,
    top: usize,
    term: impl Fn(u32) -> String,
) -> Vec<WeightedTerm> {
    let weights = weights.zip(0..);
    let mut weights: Vec<(f64, u32)> = weights.filter(|(weight, _)| *weight > 0.0).collect();
    let order = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if weights.len() > top {
        weights.select_nth_unstable_by(top, order);
        weights.truncate(top);
    }
    weights.sort_unstable_by(order);
    let spelled = |(weight, column)| WeightedTerm { term: term(column), weight };
    weights.into_iter().map(spelled).collect()
}

/// The same both ways: the largest weights above 0, and those furthest below.
pub(super) fn heaviest_both_ways(
    weights: impl Iterator<Item = f64> + Clone,
    top: usize,
    term: impl Fn(u32) -> String,
) -> (Vec<WeightedTerm>, Vec<WeightedTerm>) {
    let mut below = heaviest(weights.clone().map(|weight| -weight), top, &term);
    below.iter_mut().for_each(|one| one.weight = -one.weight);
    (heaviest(weights, top, term), below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::sample_model::{model, three_labels};

    #[test]
    fn the_strongest_terms_come_first() {
        let terms = strongest_terms(&model(), 3);
        let labels: Vec<&str> = terms.iter().map(|one| one.label.as_str()).collect();
        assert_eq!(labels, ["negative", "positive"]);
        assert_eq!(terms[0].terms[0].term, "dull");
        assert_eq!(terms[1].terms[0].term, "great");
        assert!(terms.iter().all(|one| one.terms.len() == 3));
    }

    #[test]
    fn a_few_are_the_first_of_many() {
        for model in [model(), three_labels()] {
            let (all, few) = (strongest_terms(&model, 1000), strongest_terms(&model, 4));
            for (all, few) in all.iter().zip(&few) {
                assert_eq!(few.terms, all.terms[..4]);
                assert!(all.terms.is_sorted_by(|a, b| a.weight >= b.weight));
                assert!(all.terms.iter().all(|term| term.weight > 0.0));
            }
            assert!(strongest_terms(&model, 0).iter().all(|one| one.terms.is_empty()));
        }
    }

    #[test]
    fn both_ways_leave_out_what_weighs_nothing() {
        let weights = [0.5, -2.0, 0.0, 3.0, -1.0, 0.5];
        let (above, below) =
            heaviest_both_ways(weights.iter().copied(), 3, |column| column.to_string());
        let told = |terms: &[WeightedTerm]| -> Vec<(String, f64)> {
            terms.iter().map(|one| (one.term.clone(), one.weight)).collect()
        };
        let owned = |term: &str, weight| (term.to_owned(), weight);
        assert_eq!(told(&above), [owned("3", 3.0), owned("0", 0.5), owned("5", 0.5)]);
        assert_eq!(told(&below), [owned("1", -2.0), owned("4", -1.0)]);
    }
}
