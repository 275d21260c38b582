//! A table and a target → a linear model, learned step by step.
//!
//! In: numbers. Out: weights in the units of the columns, and what the loss did. Promises:
//! the penalties are those of scikit-learn, the intercepts are free of them.

use std::sync::atomic::AtomicBool;

use super::descent::{DescentParams, Objective, descend};
use super::losses::{DenseObjective, Loss, dot, sigmoid};
use super::scaling::Scaling;
use super::{Curve, DenseTable};
use crate::data::{best, softmax};
use crate::error::Result;

/// What is learned, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegressionParams {
    /// Steps, and how long they are.
    pub descent: DescentParams,
    /// ½ · penalty · ‖weights‖² is added to the mean loss; with `standardize`, of the
    /// weights of the scaled columns.
    pub penalty: f64,
    /// Whether columns are learned from with mean 0 and deviation 1.
    pub standardize: bool,
}

/// One score an output: intercept + weights · row.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearModel {
    /// A row of weights an output.
    pub weights: Vec<Vec<f64>>,
    /// An intercept an output.
    pub intercepts: Vec<f64>,
}

impl LinearModel {
    /// The scores of a row.
    pub fn scores(&self, row: &[f64]) -> Vec<f64> {
        let outputs = self.weights.iter().zip(&self.intercepts);
        outputs.map(|(weights, intercept)| intercept + dot(weights, row)).collect()
    }

    /// A number that is added to all scores changes no probability. Where a penalty decides,
    /// the weights of a column add up to 0; Adam does not keep to that on its way.
    fn even_out(&mut self) {
        let count = self.intercepts.len() as f64;
        let mean = self.intercepts.iter().sum::<f64>() / count;
        self.intercepts.iter_mut().for_each(|intercept| *intercept -= mean);
        for column in 0..self.weights.first().map_or(0, Vec::len) {
            let mean = self.weights.iter().map(|weights| weights[column]).sum::<f64>() / count;
            self.weights.iter_mut().for_each(|weights| weights[column] -= mean);
        }
    }

    /// The probability of each class: of a model with one output, of both.
    pub fn probabilities(&self, row: &[f64]) -> Vec<f64> {
        let mut scores = self.scores(row);
        match scores[..] {
            [score] => vec![sigmoid(-score), sigmoid(score)],
            _ => {
                softmax(&mut scores);
                scores
            }
        }
    }
}

/// What was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The model, in the units of the columns.
    pub model: LinearModel,
    /// What the loss did, its penalty included.
    pub curve: Curve,
    /// The largest slope at the end: 0 at the optimum.
    pub slope: f64,
    /// How the columns were scaled.
    pub scaling: Scaling,
}

/// Learns from all rows of `table`, beginning with weights of 0.
///
/// # Errors
/// If the training diverges, or an interrupt.
pub fn fit(
    table: &DenseTable,
    loss: Loss,
    params: &RegressionParams,
    stop: &AtomicBool,
) -> Result<Fitted> {
    let (scaling, scaled);
    let seen = match params.standardize {
        true => {
            scaling = Scaling::of(table);
            scaled = scaling.scaled(table);
            &scaled
        }
        false => {
            scaling = Scaling::none(table.columns());
            table
        }
    };
    let objective = DenseObjective::new(seen, loss, params.penalty);
    let start = vec![0.0; objective.size()];
    let descent = descend(&objective, start, &params.descent, stop)?;
    let (weights, intercepts) = descent.point.split_at(table.columns() * loss.outputs());
    let mut model = LinearModel {
        weights: weights.chunks_exact(table.columns()).map(<[f64]>::to_vec).collect(),
        intercepts: intercepts.to_vec(),
    };
    if let Loss::Softmax { .. } = loss {
        model.even_out();
    }
    for (weights, intercept) in model.weights.iter_mut().zip(&mut model.intercepts) {
        scaling.unscale(weights, intercept);
    }
    Ok(Fitted { model, curve: descent.curve, slope: descent.slope, scaling })
}

/// Mean cross-entropy of a model of classes, and the share of rows it gets right.
pub fn classified(model: &LinearModel, table: &DenseTable, classes: &[u32]) -> (f64, f64) {
    let (mut loss, mut right) = (0.0, 0);
    for (row, class) in classes.iter().enumerate() {
        let probabilities = model.probabilities(table.row(row));
        // A probability that rounds to 0 would be an infinite loss.
        loss -= probabilities[*class as usize].max(f64::MIN_POSITIVE).ln();
        right += usize::from(best(&probabilities) == *class as usize);
    }
    let rows = classes.len().max(1) as f64;
    (loss / rows, right as f64 / rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::closed_form::closed_form;
    use crate::learn::descent::Optimizer;

    fn params(optimizer: Optimizer, learning_rate: f64, steps: u64) -> RegressionParams {
        RegressionParams {
            descent: DescentParams {
                optimizer,
                learning_rate,
                steps,
                batch_size: 0,
                seed: 1,
                record_every: 0,
            },
            penalty: 0.0,
            standardize: false,
        }
    }

    fn learned(table: &DenseTable, loss: Loss, params: &RegressionParams) -> Fitted {
        fit(table, loss, params, &AtomicBool::new(false)).unwrap()
    }

    fn table(columns: usize, values: &[f64]) -> DenseTable {
        let names = (0..columns).map(|column| format!("c{column}")).collect();
        DenseTable::new(names, values.to_vec()).unwrap()
    }

    #[test]
    fn the_teaching_table_fixes_the_sum_of_the_weights() {
        let table = table(2, &[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
        for optimizer in [Optimizer::Sgd, Optimizer::Momentum, Optimizer::Adam, Optimizer::Lbfgs] {
            let rate = if optimizer == Optimizer::Adam { 0.1 } else { 0.02 };
            let fitted =
                learned(&table, Loss::Squared(&[10.0, 20.0, 30.0]), &params(optimizer, rate, 5000));
            let weights = &fitted.model.weights[0];
            assert!((weights[0] + weights[1] - 10.0).abs() < 1e-3, "{optimizer:?} {weights:?}");
            assert!((fitted.model.scores(&[4.0, 4.0])[0] - 40.0).abs() < 1e-3);
            assert!(fitted.slope < 1e-3);
        }
    }

    #[test]
    fn descents_end_where_the_closed_form_is() {
        let values: Vec<f64> = (0..60).map(|place| f64::from(place * place % 17) + 3.0).collect();
        let target: Vec<f64> = (0..20).map(|row| f64::from(row * 7 % 5)).collect();
        let table = table(3, &values);
        for (standardize, l2) in [(false, 0.0), (true, 0.0), (false, 0.5), (true, 0.5)] {
            let params = RegressionParams {
                standardize,
                penalty: 2.0 * l2,
                ..params(Optimizer::Lbfgs, 0.0, 1000)
            };
            let fitted = learned(&table, Loss::Squared(&target), &params);
            let (weights, intercept) = closed_form(&table, &target, l2, &fitted.scaling).unwrap();
            let found = fitted.model.weights[0].iter().chain(&fitted.model.intercepts);
            for (found, expected) in found.zip(weights.iter().chain([&intercept])) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
    }

    #[test]
    fn classes_are_told_apart() {
        let table = table(1, &[0.0, 1.0, 2.0, 5.0, 6.0, 7.0]);
        let two = [0, 0, 0, 1, 1, 1];
        let params = RegressionParams { penalty: 0.01, ..params(Optimizer::Adam, 0.1, 2000) };
        let fitted = learned(&table, Loss::Logistic(&two), &params);
        let (loss, accuracy) = classified(&fitted.model, &table, &two);
        assert!(accuracy == 1.0 && loss < 0.3, "{loss}");
        let many = [0, 0, 1, 1, 2, 2];
        let fitted = learned(&table, Loss::Softmax { classes: &many, count: 3 }, &params);
        let sum: f64 = fitted.model.probabilities(&[2.0]).iter().sum();
        assert!((sum - 1.0).abs() < 1e-12);
        assert!(classified(&fitted.model, &table, &many).1 > 0.8);
    }
}
