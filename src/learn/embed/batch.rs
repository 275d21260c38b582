//! One step: inputs, outputs to be told from them, and what both learn.
//!
//! The words around one place share those that are drawn against it (Ji et al. 2016), so a
//! step is three small products of matrices, and each row is read and written once.

use super::kernels::{dots, weighted_sum};
use super::sigmoid::Sigmoid;

/// Copies of the rows of a step.
pub(super) struct Batch {
    stride: usize,
    /// Vectors that tell.
    inputs: Vec<f32>,
    /// What is added to them.
    input_changes: Vec<f32>,
    /// Vectors that are told.
    outputs: Vec<f32>,
    /// What is added to them.
    output_changes: Vec<f32>,
    /// 1 for an output that stands there, 0 for one that was drawn.
    labels: Vec<f32>,
    /// How much each output counts.
    weights: Vec<f32>,
    /// inputs × outputs.
    scores: Vec<f32>,
    /// The errors of one input, or at one output.
    errors: Vec<f32>,
    column: Vec<f32>,
}

impl Batch {
    pub fn new(stride: usize) -> Self {
        let none = Vec::new;
        Batch {
            stride,
            inputs: none(),
            input_changes: none(),
            outputs: none(),
            output_changes: none(),
            labels: none(),
            weights: none(),
            scores: none(),
            errors: none(),
            column: none(),
        }
    }

    pub fn clear(&mut self) {
        self.inputs.clear();
        self.outputs.clear();
        self.labels.clear();
        self.weights.clear();
    }

    /// Room for one more input, filled with zeros.
    #[inline]
    pub fn input(&mut self) -> &mut [f32] {
        let start = self.inputs.len();
        self.inputs.resize(start + self.stride, 0.0);
        &mut self.inputs[start..]
    }

    /// Room for one more output, filled with zeros.
    #[inline]
    pub fn output(&mut self, label: f32, weight: f32) -> &mut [f32] {
        self.labels.push(label);
        self.weights.push(weight);
        let start = self.outputs.len();
        self.outputs.resize(start + self.stride, 0.0);
        &mut self.outputs[start..]
    }

    /// What is to be added to each input.
    pub fn input_changes(&self) -> std::slice::ChunksExact<'_, f32> {
        self.input_changes.chunks_exact(self.stride)
    }

    /// What is to be added to each output.
    pub fn output_changes(&self) -> std::slice::ChunksExact<'_, f32> {
        self.output_changes.chunks_exact(self.stride)
    }

    /// Computes the changes: `rate` times the gradient of what is to be told.
    #[inline(always)]
    pub fn step(&mut self, sigmoid: &Sigmoid, rate: f32) {
        let (stride, told) = (self.stride, self.labels.len());
        let count = self.inputs.len() / stride;
        self.scores.resize(count * told, 0.0);
        self.errors.resize(count * told, 0.0);
        self.input_changes.resize(count * stride, 0.0);
        self.output_changes.resize(told * stride, 0.0);
        for (n, input) in self.inputs.chunks_exact(stride).enumerate() {
            let place = n * told..(n + 1) * told;
            dots(input, &self.outputs, &mut self.scores[place.clone()]);
            let errors = &mut self.errors[place.clone()];
            for (n, score) in self.scores[place].iter().enumerate() {
                errors[n] = rate * self.weights[n] * (self.labels[n] - sigmoid.at(*score));
            }
            weighted_sum(errors, &self.outputs, &mut self.input_changes[n * stride..][..stride]);
        }
        for (n, change) in self.output_changes.chunks_exact_mut(stride).enumerate() {
            self.column.clear();
            self.column.extend(self.errors.iter().skip(n).step_by(told));
            weighted_sum(&self.column, &self.inputs, change);
        }
    }

    /// The negative logarithm of the likelihood of one input, on the average, as the last
    /// step saw it.
    pub fn loss(&self) -> f64 {
        let told = self.labels.len();
        let one = |place: usize, score: f32| {
            let n = place % told;
            let score = f64::from(if self.labels[n] > 0.5 { score } else { -score });
            f64::from(self.weights[n]) * (-score).exp().ln_1p()
        };
        let scores = self.scores.iter().enumerate();
        let sum: f64 = scores.map(|(place, score)| one(place, *score)).sum();
        sum / (self.scores.len() / told.max(1)).max(1) as f64
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
        let changes = whole.input_changes().chain(whole.output_changes()).flatten();
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
        let changes = before.input_changes().chain(before.output_changes()).flatten();
        let moved: Vec<f32> = numbers.iter().zip(changes).map(|(x, by)| x + 0.1 * by).collect();
        assert!(batch(&moved, 2, 8).loss() < before.loss());
    }
}
