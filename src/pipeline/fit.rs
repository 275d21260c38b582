//! The classifier behind weighted rows; run, tune and train all fit by it.

use std::sync::atomic::AtomicBool;

use crate::classify::{Classifier, ClassifyParams};
use crate::data::CsrMatrix;
use crate::error::Result;
use crate::vectorize::{VectorizeParams, Weighting, class_ratios};

/// Fits on rows that `vectorize` weighed; with more than two labels,
/// naive-Bayes ratios are those of each class.
///
/// # Errors
/// If fewer than two classes occur, or an interrupt, once `stop` is set.
pub(super) fn fit(
    rows: &CsrMatrix,
    classes: &[u32],
    labels: &[String],
    vectorize: &VectorizeParams,
    classify: &ClassifyParams,
    stop: &AtomicBool,
) -> Result<Classifier> {
    let by_class = labels.len() > 2 && vectorize.weighting == Weighting::NaiveBayesRatio;
    let ratios = || by_class.then(|| class_ratios(rows, classes, labels.len(), vectorize.alpha));
    Classifier::fit(rows, classes, labels, classify, stop, ratios)
}
