//! One step: inputs, outputs to be told from them, and what both learn.
//!
//! The words around one place share those that are drawn against it (Ji et al. 2016), so a
//! step is three small products of matrices, and each row is read and written once.

use super::kernels::{dots, weighted_sum};
use super::rows::LANES;
use super::sigmoid::Sigmoid;

/// Copies of the rows of a step.
pub(super) struct Batch {
    /// Vectors that tell.
    inputs: Side,
    /// Vectors that are told.
    outputs: Side,
    /// 1 for an output that stands there, 0 for one that was drawn.
    labels: Vec<f32>,
    /// How much each output counts.
    weights: Vec<f32>,
    /// inputs × outputs.
    scores: Vec<f32>,
    /// Room for the scores of one input.
    lanes: Vec<[f32; LANES]>,
    /// inputs × outputs, as the scores.
    errors: Vec<f32>,
    /// The errors at one output.
    column: Vec<f32>,
}

/// Rows of one length, and what is to be added to them.
pub(super) struct Side {
    stride: usize,
    count: usize,
    rows: Vec<f32>,
    changes: Vec<f32>,
}

impl Side {
    fn new(stride: usize) -> Self {
        Side { stride, count: 0, rows: Vec::new(), changes: Vec::new() }
    }

    /// Room for one more row; what stands there is to be replaced.
    #[inline]
    fn grow(&mut self) -> &mut [f32] {
        self.count += 1;
        let end = self.count * self.stride;
        if self.rows.len() < end {
            self.rows.resize(end, 0.0);
            self.changes.resize(end, 0.0);
        }
        &mut self.rows[end - self.stride..end]
    }

    fn rows(&self) -> &[f32] {
        &self.rows[..self.count * self.stride]
    }

    fn changes(&self) -> &[f32] {
        &self.changes[..self.count * self.stride]
    }

    /// The copy of one row.
    #[inline]
    pub fn copy(&mut self, place: usize) -> &mut [f32] {
        &mut self.rows[place * self.stride..][..self.stride]
    }

    /// Adds the change of one row to that of an earlier one.
    pub fn join(&mut self, first: usize, second: usize) {
        let (before, after) = self.changes.split_at_mut(second * self.stride);
        let sums = before[first * self.stride..][..self.stride].iter_mut();
        sums.zip(after).for_each(|(sum, by)| *sum += *by);
    }

    /// Adds the changes to the copies.
    pub fn apply(&mut self) {
        let end = self.count * self.stride;
        let pairs = self.rows[..end].iter_mut().zip(&self.changes[..end]);
        pairs.for_each(|(sum, by)| *sum += by);
    }
}

impl Batch {
    pub fn new(stride: usize) -> Self {
        Batch {
            inputs: Side::new(stride),
            outputs: Side::new(stride),
            labels: Vec::new(),
            weights: Vec::new(),
            scores: Vec::new(),
            lanes: Vec::new(),
            errors: Vec::new(),
            column: Vec::new(),
        }
    }

    pub fn clear(&mut self) {
        (self.inputs.count, self.outputs.count) = (0, 0);
        self.labels.clear();
        self.weights.clear();
    }

    /// Room for one more input, to be filled.
    #[inline]
    pub fn input(&mut self) -> &mut [f32] {
        self.inputs.grow()
    }

    /// Room for one more output, to be filled.
    #[inline]
    pub fn output(&mut self, label: f32, weight: f32) -> &mut [f32] {
        self.labels.push(label);
        self.weights.push(weight);
        self.outputs.grow()
    }

    /// What is to be added to the inputs, one after another.
    pub fn input_changes(&self) -> &[f32] {
        self.inputs.changes()
    }

    /// What is to be added to the outputs, one after another.
    #[cfg(test)]
    fn output_changes(&self) -> &[f32] {
        self.outputs.changes()
    }

    /// Both sides after a step.
    pub fn changed(&mut self) -> (&mut Side, &mut Side) {
        (&mut self.inputs, &mut self.outputs)
    }

    /// Computes the changes: `rate` times the gradient of what is to be told.
    #[inline(always)]
    pub fn step(&mut self, sigmoid: &Sigmoid, rate: f32) {
        let (stride, told) = (self.inputs.stride, self.labels.len());
        let count = self.inputs.count;
        self.scores.resize(count * told, 0.0);
        self.errors.resize(count * told, 0.0);
        self.lanes.resize(told, [0.0; LANES]);
        let changes = self.inputs.changes.chunks_exact_mut(stride);
        for (n, (input, change)) in self.inputs.rows.chunks_exact(stride).zip(changes).enumerate() {
            if n == count {
                break;
            }
            let scores = &mut self.scores[n * told..][..told];
            let errors = &mut self.errors[n * told..][..told];
            dots(input, self.outputs.rows(), &mut self.lanes, scores);
            let outputs = self.labels.iter().zip(&self.weights);
            for ((error, score), (label, weight)) in errors.iter_mut().zip(scores).zip(outputs) {
                *error = rate * weight * (label - sigmoid.at(*score));
            }
            weighted_sum(errors, self.outputs.rows(), change);
        }
        for n in 0..told {
            self.column.clear();
            self.column.extend(self.errors[n..].iter().step_by(told));
            let change = &mut self.outputs.changes[n * stride..][..stride];
            weighted_sum(&self.column, self.inputs.rows(), change);
        }
    }

    /// The negative logarithm of the likelihood of one output that stands there from one
    /// input, and of what was drawn against it, on the average, as the last step saw it.
    pub fn loss(&self) -> f64 {
        let told = self.labels.len();
        let one = |place: usize, score: f32| {
            let n = place % told;
            let score = f64::from(if self.labels[n] > 0.5 { score } else { -score });
            f64::from(self.weights[n]) * (-score).exp().ln_1p()
        };
        let scores = self.scores.iter().enumerate();
        let sum: f64 = scores.map(|(place, score)| one(place, *score)).sum();
        let true_ones = self.labels.iter().filter(|label| **label > 0.5).count();
        sum / (self.inputs.count * true_ones).max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;

    /// Inputs, then outputs, drawn.
    fn drawn(inputs: usize, outputs: usize, stride: usize) -> Vec<f32> {
        let mut random = Random::new(4);
        (0..(inputs + outputs) * stride).map(|_| random.normal() as f32 * 0.4).collect()
    }

    fn batch(numbers: &[f32], inputs: usize, stride: usize) -> Batch {
        let mut batch = Batch::new(stride);
        for (n, row) in numbers.chunks(stride).enumerate() {
            match n.checked_sub(inputs) {
                None => batch.input().copy_from_slice(row),
                Some(0) => batch.output(1.0, 1.0).copy_from_slice(row),
                Some(n) => batch.output(0.0, 0.5 * n as f32).copy_from_slice(row),
            }
        }
        batch.step(&Sigmoid::new(), 1.0);
        batch
    }

    #[test]
    fn changes_are_the_gradient_of_the_loss() {
        let (inputs, outputs, stride) = (3, 4, 8);
        let numbers = drawn(inputs, outputs, stride);
        let whole = batch(&numbers, inputs, stride);
        let changes = whole.input_changes().iter().chain(whole.output_changes());
        for (place, change) in changes.enumerate() {
            let loss = |by: f32| {
                let mut moved = numbers.clone();
                moved[place] += by;
                batch(&moved, inputs, stride).loss() * inputs as f64
            };
            let slope = (loss(1e-2) - loss(-1e-2)) / 2e-2;
            assert!((f64::from(*change) + slope).abs() < 1e-4, "{place}: {change} {slope}");
        }
    }

    #[test]
    fn a_step_makes_it_likelier() {
        let numbers = drawn(2, 3, 8);
        let before = batch(&numbers, 2, 8);
        let changes = before.input_changes().iter().chain(before.output_changes());
        let moved: Vec<f32> = numbers.iter().zip(changes).map(|(x, by)| x + 0.1 * by).collect();
        assert!(batch(&moved, 2, 8).loss() < before.loss());
    }
}
