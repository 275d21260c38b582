//! A table and its target → what a regression makes small.
//!
//! In: rows of numbers. Out: the mean loss with its penalty, and its slopes. Promises: rows
//! are summed in pieces of fixed size, joined in order: the number of threads does not show.
//!
//! A point holds the weights, those of one output after another, then the intercepts.

use rayon::prelude::*;

use super::DenseTable;
use super::descent::Objective;
use crate::data::softmax;

/// Rows that are summed in one go.
const PIECE: usize = 2048;

/// What is lost in a row.
#[derive(Debug, Clone, Copy)]
pub enum Loss<'a> {
    /// Squared error.
    Squared(&'a [f64]),
    /// Cross-entropy of two classes: the score speaks for class 1.
    Logistic(&'a [u32]),
    /// Cross-entropy of many classes, each with a score.
    Softmax {
        /// The class of each row.
        classes: &'a [u32],
        /// How many there are.
        count: usize,
    },
}

impl Loss<'_> {
    /// Number of scores a row.
    pub fn outputs(&self) -> usize {
        match self {
            Loss::Squared(_) | Loss::Logistic(_) => 1,
            Loss::Softmax { count, .. } => *count,
        }
    }

    /// Replaces the scores of `row` by the slopes of its loss; returns the loss.
    fn slopes(&self, row: usize, scores: &mut [f64]) -> f64 {
        match self {
            Loss::Squared(target) => {
                let error = scores[0] - target[row];
                scores[0] = 2.0 * error;
                error * error
            }
            Loss::Logistic(classes) => {
                let (score, truth) = (scores[0], f64::from(classes[row]));
                scores[0] = sigmoid(score) - truth;
                // ln(1 + exp(score)) − truth · score, without overflow.
                score.max(0.0) + (-score.abs()).exp().ln_1p() - truth * score
            }
            Loss::Softmax { classes, .. } => {
                let truth = classes[row] as usize;
                let score = scores[truth];
                let loss = softmax(scores) - score;
                scores[truth] -= 1.0;
                loss
            }
        }
    }
}

/// A score as a probability.
pub fn sigmoid(score: f64) -> f64 {
    if score >= 0.0 {
        1.0 / (1.0 + (-score).exp())
    } else {
        let odds = score.exp();
        odds / (1.0 + odds)
    }
}

/// The mean of a loss over the rows of a table, and ½ · penalty · ‖weights‖².
pub struct DenseObjective<'a> {
    table: &'a DenseTable,
    loss: Loss<'a>,
    penalty: f64,
}

impl<'a> DenseObjective<'a> {
    /// The intercepts are free of the penalty.
    pub fn new(table: &'a DenseTable, loss: Loss<'a>, penalty: f64) -> Self {
        DenseObjective { table, loss, penalty }
    }

    fn weights(&self) -> usize {
        self.table.columns() * self.loss.outputs()
    }

    /// Adds the slopes of some rows; returns the sum of their losses.
    fn add(&self, point: &[f64], rows: &[u32], gradient: &mut [f64]) -> f64 {
        let (weights, intercepts) = point.split_at(self.weights());
        let (slopes, of_intercepts) = gradient.split_at_mut(weights.len());
        let columns = self.table.columns();
        let mut scores = vec![0.0; intercepts.len()];
        let mut sum = 0.0;
        for &row in rows {
            let values = self.table.row(row as usize);
            let outputs = weights.chunks_exact(columns).zip(intercepts);
            for (score, (weights, intercept)) in scores.iter_mut().zip(outputs) {
                *score = intercept + dot(weights, values);
            }
            sum += self.loss.slopes(row as usize, &mut scores);
            let outputs = slopes.chunks_exact_mut(columns).zip(&mut *of_intercepts);
            for (score, (slopes, of_intercept)) in scores.iter().zip(outputs) {
                slopes.iter_mut().zip(values).for_each(|(slope, value)| *slope += score * value);
                *of_intercept += score;
            }
        }
        sum
    }
}

impl Objective for DenseObjective<'_> {
    fn size(&self) -> usize {
        self.weights() + self.loss.outputs()
    }

    fn rows(&self) -> usize {
        self.table.rows()
    }

    fn evaluate(&self, point: &[f64], rows: &[u32], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut sum = 0.0;
        if rows.len() <= PIECE {
            sum += self.add(point, rows, gradient);
        } else {
            let piece = |rows: &[u32]| {
                let mut part = vec![0.0; point.len()];
                (self.add(point, rows, &mut part), part)
            };
            let parts: Vec<(f64, Vec<f64>)> = rows.par_chunks(PIECE).map(piece).collect();
            for (loss, part) in parts {
                sum += loss;
                gradient.iter_mut().zip(part).for_each(|(slope, part)| *slope += part);
            }
        }
        let share = 1.0 / rows.len().max(1) as f64;
        gradient.iter_mut().for_each(|slope| *slope *= share);
        let weights = &point[..self.weights()];
        gradient
            .iter_mut()
            .zip(weights)
            .for_each(|(slope, weight)| *slope += self.penalty * weight);
        sum * share + 0.5 * self.penalty * dot(weights, weights)
    }
}

/// Sum of products.
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;

    fn table(rows: usize, columns: usize) -> DenseTable {
        let mut random = Random::new(5);
        let names = (0..columns).map(|column| format!("c{column}")).collect();
        DenseTable::new(names, (0..rows * columns).map(|_| random.normal()).collect()).unwrap()
    }

    /// Compares every slope with the difference of the values beside it.
    fn check(loss: Loss, rows: usize) {
        let table = table(rows, 3);
        let objective = DenseObjective::new(&table, loss, 0.3);
        let batch: Vec<u32> = (0..rows as u32).filter(|row| row % 3 != 1).collect();
        let size = objective.size();
        let mut point: Vec<f64> = (0..size).map(|place| (place as f64).sin()).collect();
        let (mut gradient, mut unused) = (vec![0.0; size], vec![0.0; size]);
        objective.evaluate(&point, &batch, &mut gradient);
        for place in 0..size {
            let middle = point[place];
            let mut beside = |at: f64| {
                point[place] = at;
                objective.evaluate(&point, &batch, &mut unused)
            };
            let slope = (beside(middle + 1e-5) - beside(middle - 1e-5)) / 2e-5;
            point[place] = middle;
            assert!((slope - gradient[place]).abs() < 1e-7, "{loss:?}: {slope} {gradient:?}");
        }
    }

    #[test]
    fn gradients_are_the_slopes_of_the_losses() {
        let numbers: Vec<f64> = (0..20).map(|row| f64::from(row) / 7.0).collect();
        let two: Vec<u32> = (0..20).map(|row| row * 7 % 2).collect();
        let many: Vec<u32> = (0..20).map(|row| row * 7 % 4).collect();
        check(Loss::Squared(&numbers), 20);
        check(Loss::Logistic(&two), 20);
        check(Loss::Softmax { classes: &many, count: 4 }, 20);
    }

    #[test]
    fn pieces_make_the_same_sum() {
        let rows = 3 * PIECE + 17;
        let table = table(rows, 2);
        let target: Vec<f64> = (0..rows).map(|row| (row % 5) as f64).collect();
        let objective = DenseObjective::new(&table, Loss::Squared(&target), 0.0);
        let point = [0.5, -1.0, 0.25];
        let (mut whole, mut one) = (vec![0.0; 3], vec![0.0; 3]);
        let all: Vec<u32> = (0..rows as u32).collect();
        let value = objective.evaluate(&point, &all, &mut whole);
        let sum = objective.add(&point, &all, &mut one);
        assert!((value - sum / rows as f64).abs() < 1e-12);
        assert!(whole.iter().zip(&one).all(|(w, o)| (w - o / rows as f64).abs() < 1e-12));
    }

    #[test]
    fn large_scores_stay_probabilities() {
        assert_eq!([sigmoid(-1e4), sigmoid(0.0), sigmoid(1e4)], [0.0, 0.5, 1.0]);
        let mut scores = [1e4];
        assert_eq!(Loss::Logistic(&[1]).slopes(0, &mut scores), 0.0);
        assert_eq!(Loss::Logistic(&[0]).slopes(0, &mut [-1e4]), 0.0);
    }
}
