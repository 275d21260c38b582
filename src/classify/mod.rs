//! Rows → labels.
//!
//! In: sparse rows and the labels of the training part. Out: a linear model,
//! probabilities, and what they are worth on the test part.

mod calibration;
mod classifier;
mod linfa;
pub mod logistic;
mod logistic_estimator;
mod metrics;
mod softmax;
mod softmax_objective;

pub use crate::data::best;
pub use calibration::expected_calibration_error;
pub use classifier::Classifier;
pub use linfa::{
    FittedSoftmaxRegression, SoftmaxRegressionParams, SoftmaxRegressionValidParams, SparseRecords,
};
pub use logistic_estimator::{
    FittedLogisticRegression, LogisticRegressionParams, LogisticRegressionValidParams,
};
pub use metrics::{Metrics, roc_auc};
pub use softmax::{Softmax, SoftmaxParams};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Platt's sigmoid: probability = 1 / (1 + exp(slope · score + offset)).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Factor of the score; negative for a useful classifier.
    pub slope: f64,
    /// Added to the scaled score.
    pub offset: f64,
}

/// `[pipeline.NAME.classify]`: L2-regularized logistic regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClassifyParams {
    /// Whether a classifier is trained. If not, labels and official splits are set
    /// aside and every document teaches the vocabulary and its weights.
    #[serde(skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Inverse strength of the regularization, as in scikit-learn.
    #[serde(rename = "C")]
    pub c: f64,
    /// Most passes over the rows.
    pub max_iter: u32,
    /// Stop when the largest violation of optimality is below this (0.1, as in
    /// liblinear; a thousandth of it bounds the mean slope of softmax).
    pub tol: f64,
    /// Seed of the order in which rows are visited.
    pub seed: u64,
    /// How scores become probabilities; written by `malmoi tune`.
    pub calibration: Option<Calibration>,
    /// Checksum of the settings that the calibration was fitted for; written by
    /// `malmoi tune`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibrated_for: Option<String>,
}

impl Default for ClassifyParams {
    fn default() -> Self {
        ClassifyParams {
            enabled: true,
            c: 1.0,
            max_iter: 100,
            tol: 0.1,
            seed: 1,
            calibration: None,
            calibrated_for: None,
        }
    }
}

/// Said only where it is not the default: models and calibrations of earlier versions,
/// which did not know it, still fit.
fn is_yes(value: &bool) -> bool {
    *value
}

/// `[pipeline.NAME.evaluate]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EvaluateParams {
    /// Share of documents kept for the test where the corpus has no split.
    pub test_size: f64,
}

impl Default for EvaluateParams {
    fn default() -> Self {
        EvaluateParams { test_size: 0.2 }
    }
}
