//! Gradients → steps.

use serde::{Deserialize, Serialize};

use super::network::{Network, Weight};

/// How a gradient becomes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerKind {
    /// Against the gradient.
    Sgd,
    /// Against a running sum of the gradients, each step keeping 0.9 of it.
    Momentum,
    /// By mean and deviation of the gradients (Kingma & Ba 2015).
    Adam,
}

/// How the length of the steps changes in the course of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Not at all.
    Constant,
    /// It falls evenly to 0 at the end of the last epoch.
    Linear,
}

impl Schedule {
    /// Part of the full length, for step `step` of `steps`, counted from 1.
    pub(super) fn share(self, step: u64, steps: u64) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Linear => 1.0 - (step - 1) as f64 / steps as f64,
        }
    }
}

/// What steps depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer {
    kind: OptimizerKind,
    /// Length of a step.
    pub rate: f64,
    /// Part of each weight that is added to its gradient; what is added behind is spared.
    pub weight_decay: f64,
    /// First of the two memories of Adam.
    pub momentum: f64,
    steps: i32,
    /// One for each array, two numbers for each of its numbers.
    memories: Vec<Memory>,
}

#[derive(Debug, Clone, PartialEq)]
struct Memory {
    mean: Vec<f32>,
    square: Vec<f32>,
}

/// Gradients of the vectors of the tokens that a batch has.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RowGradients {
    /// Tokens, rising.
    pub rows: Vec<u32>,
    /// A vector each.
    pub values: Vec<f32>,
}

impl Optimizer {
    /// One that has not stepped yet.
    pub fn new(kind: OptimizerKind, rate: f64, network: &Network) -> Self {
        let memory = |weight: &Weight| {
            let count = |needed: bool| if needed { weight.values.len() } else { 0 };
            Memory {
                mean: vec![0.0; count(kind != OptimizerKind::Sgd)],
                square: vec![0.0; count(kind == OptimizerKind::Adam)],
            }
        };
        let memories = network.weights.iter().map(memory).collect();
        Optimizer { kind, rate, weight_decay: 0.0, momentum: 0.9, steps: 0, memories }
    }

    /// Changes the dense arrays by `gradients`, and the vectors of the tokens in `rows`
    /// alone: what a batch does not have keeps its vector and its memories.
    pub(super) fn step(
        &mut self,
        network: &mut Network,
        gradients: &[Vec<f32>],
        rows: Option<&RowGradients>,
    ) {
        self.steps = self.steps.saturating_add(1);
        let rule = self.rule();
        let (table, weights) = network.apart_mut();
        let mut memories = self.memories.iter_mut();
        if let Some(table) = table {
            let memory = memories.next().expect("every array has one");
            let width = table.shape[1];
            let rows = rows
                .into_iter()
                .flat_map(|rows| rows.rows.iter().zip(rows.values.chunks_exact(width)));
            for (&row, gradient) in rows {
                let range = row as usize * width..(row as usize + 1) * width;
                rule.apply(&mut table.values[range.clone()], gradient, memory, range.start, 0.0);
            }
        }
        for ((weight, gradient), memory) in weights.iter_mut().zip(gradients).zip(memories) {
            let decay = if weight.shape.len() > 1 { self.weight_decay } else { 0.0 };
            rule.apply(&mut weight.values, gradient, memory, 0, decay);
        }
    }

    fn rule(&self) -> Rule {
        let left = |memory: f64| 1.0 - memory.powi(self.steps);
        Rule {
            kind: self.kind,
            rate: self.rate as f32,
            momentum: self.momentum as f32,
            mean_scale: (1.0 / left(self.momentum)) as f32,
            square_scale: (1.0 / left(SQUARE_MEMORY)) as f32,
        }
    }
}

const SQUARE_MEMORY: f64 = 0.999;

/// A step as all numbers of all arrays take it.
struct Rule {
    kind: OptimizerKind,
    rate: f32,
    momentum: f32,
    mean_scale: f32,
    square_scale: f32,
}

impl Rule {
    fn apply(
        &self,
        values: &mut [f32],
        gradient: &[f32],
        memory: &mut Memory,
        start: usize,
        decay: f64,
    ) {
        let decay = decay as f32;
        let steps = values.iter_mut().zip(gradient);
        let steps = steps.map(|(value, g)| {
            let g = g + decay * *value;
            (value, g)
        });
        match self.kind {
            OptimizerKind::Sgd => steps.for_each(|(value, g)| *value -= self.rate * g),
            OptimizerKind::Momentum => {
                for ((value, g), mean) in steps.zip(&mut memory.mean[start..]) {
                    *mean = self.momentum * *mean + g;
                    *value -= self.rate * *mean;
                }
            }
            OptimizerKind::Adam => {
                let memories = memory.mean[start..].iter_mut().zip(&mut memory.square[start..]);
                for ((value, g), (mean, square)) in steps.zip(memories) {
                    *mean += (1.0 - self.momentum) * (g - *mean);
                    *square += (1.0 - SQUARE_MEMORY as f32) * (g * g - *square);
                    let deviation = (*square * self.square_scale).sqrt() + 1e-8;
                    *value -= self.rate * *mean * self.mean_scale / deviation;
                }
            }
        }
    }
}
