//! From labels to a fitted classifier: two labels by coordinate descent, more by softmax.

use std::sync::atomic::AtomicBool;

use super::logistic::{self, Linear, LogisticParams};
use super::softmax::{self, Softmax, SoftmaxParams};
use super::{Calibration, ClassifyParams};
use crate::data::CsrMatrix;
use crate::error::{Error, Result};

/// A fitted classifier.
#[derive(Debug, Clone, PartialEq)]
pub enum Classifier {
    /// Two labels: a score above 0 speaks for the second.
    Logistic {
        /// The hyperplane.
        linear: Linear,
        /// How scores become probabilities.
        calibration: Calibration,
    },
    /// More than two labels.
    Softmax(Softmax),
}

impl Classifier {
    /// Fits on rows whose classes are numbered from 0.
    ///
    /// `ratios` weigh the features of each class when there are more than two.
    ///
    /// # Errors
    /// If fewer than two classes occur, or an interrupt, once `stop` is set.
    pub fn fit(
        rows: &CsrMatrix,
        classes: &[u32],
        labels: &[String],
        params: &ClassifyParams,
        stop: &AtomicBool,
        ratios: impl FnOnce() -> Option<Vec<Vec<f32>>>,
    ) -> Result<Self> {
        check_classes(classes, labels)?;
        if labels.len() > 2 {
            // The two solvers measure their distance from the optimum differently:
            // a violation of 0.1 is as good as a slope of 0.0001.
            let tol = params.tol / 1000.0;
            let params = SoftmaxParams { c: params.c, max_iter: params.max_iter, tol };
            let ratios = ratios();
            return softmax::fit(rows, classes, labels.len(), &params, ratios.as_deref(), stop)
                .map(Classifier::Softmax);
        }
        let positive: Vec<bool> = classes.iter().map(|&class| class == 1).collect();
        let solver = LogisticParams {
            c: params.c,
            max_iter: params.max_iter,
            tol: params.tol,
            seed: params.seed,
        };
        Ok(Classifier::Logistic {
            linear: logistic::fit(rows, &positive, &solver, stop)?,
            calibration: params.calibration.unwrap_or(Calibration::PLAIN),
        })
    }

    /// Probabilities of all classes for one row, into `out`.
    pub fn probabilities(&self, columns: &[u32], values: &[f32], out: &mut Vec<f64>) {
        match self {
            Classifier::Logistic { linear, calibration } => {
                let second = calibration.probability(linear.score(columns, values));
                out.clear();
                out.extend([1.0 - second, second]);
            }
            Classifier::Softmax(softmax) => {
                softmax.scores(columns, values, out);
                crate::data::softmax(out);
            }
        }
    }

    /// What one unit of a feature adds to the score of `class`.
    ///
    /// With two labels the first class's weights are those of the second, turned round.
    pub fn weight(&self, class: usize, column: u32) -> f64 {
        match self {
            Classifier::Logistic { linear, .. } => {
                let weight = f64::from(linear.weights[column as usize]);
                if class == 1 { weight } else { -weight }
            }
            Classifier::Softmax(softmax) => {
                f64::from(softmax.weights[column as usize * softmax.classes() + class])
            }
        }
    }

    /// What the score of `class` starts from.
    pub fn intercept(&self, class: usize) -> f64 {
        match self {
            Classifier::Logistic { linear, .. } => {
                let intercept = f64::from(linear.intercept);
                if class == 1 { intercept } else { -intercept }
            }
            Classifier::Softmax(softmax) => f64::from(softmax.intercepts[class]),
        }
    }
}

fn check_classes(classes: &[u32], labels: &[String]) -> Result<()> {
    let mut seen = vec![false; labels.len()];
    classes.iter().for_each(|&class| seen[class as usize] = true);
    match seen.iter().position(|seen| !seen) {
        _ if labels.len() < 2 => Err(Error::data(format!(
            "all documents have the label `{}`",
            labels.first().map_or("", String::as_str)
        ))
        .hinted("a classifier needs at least two labels; check `source.columns.label`")),
        Some(missing) => {
            Err(Error::data(format!("no training document has the label `{}`", labels[missing]))
                .hinted("a label of the test part must be seen in training"))
        }
        None => Ok(()),
    }
}
