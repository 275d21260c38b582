//! Examples → a network that was trained on them.

use std::sync::atomic::AtomicBool;

use candle_core::{DType, Var};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::batch::Shard;
use super::deal::{SHARDS, batches, shards};
use super::examples::{Examples, Targets};
use super::network::{Network, Weight};
use super::optimizer::{Optimizer, OptimizerKind, RowGradients, Schedule};
use super::params::{Input, NetworkParams, Output};
use super::predict::Predictor;
use super::sums::{Gradients, numbers};
use super::{engine, graph};
use crate::data::{Random, best as likeliest};
use crate::error::{Error, Result, check};
use crate::learn::{Curve, diverged};

/// How a network is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainParams {
    /// How often each example is shown, at most.
    pub epochs: usize,
    /// Examples between two steps.
    pub batch_size: usize,
    /// How gradients become steps.
    pub optimizer: OptimizerKind,
    /// Length of a step.
    pub learning_rate: f64,
    /// How that changes.
    pub schedule: Schedule,
    /// Longest gradient; longer ones are shortened to it.
    pub clip: Option<f64>,
    /// Epochs without a better validation loss until it ends.
    pub patience: usize,
    /// Part of each weight that is added to its gradient: a penalty on large ones.
    pub weight_decay: f64,
    /// Part of each target that is shared out among all classes.
    pub label_smoothing: f64,
    /// Makes first weights, orders and what is left out.
    pub seed: u64,
}

impl Default for TrainParams {
    fn default() -> Self {
        TrainParams {
            epochs: 10,
            batch_size: 64,
            optimizer: OptimizerKind::Adam,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            clip: Some(5.0),
            patience: 2,
            weight_decay: 0.0,
            label_smoothing: 0.0,
            seed: 1,
        }
    }
}

impl TrainParams {
    /// Refuses what cannot be trained with.
    ///
    /// # Errors
    /// With the first reason.
    pub fn check(&self) -> Result<()> {
        let refused = |what: &str| Err(Error::usage(what.to_owned()));
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return refused("the learning rate must be greater than 0");
        }
        if self.epochs == 0 || self.batch_size == 0 {
            return refused("epochs and batch size must be at least 1");
        }
        if self.clip.is_some_and(|clip| !(clip > 0.0 && clip.is_finite())) {
            return refused("the longest gradient must be greater than 0");
        }
        if !(self.weight_decay >= 0.0 && self.weight_decay.is_finite()) {
            return refused("the weight decay must be 0 or more");
        }
        match (0.0..1.0).contains(&self.label_smoothing) {
            true => Ok(()),
            false => refused("the label smoothing must be from 0 to less than 1"),
        }
    }
}

/// What a training starts from.
pub enum Start<'a> {
    /// Weights that the seed makes.
    Seed,
    /// The same, but these vectors of tokens.
    Embedding(&'a [f32]),
}

/// How far a training is.
#[derive(Debug, Clone, PartialEq)]
pub struct Epoch {
    /// Counted from 1.
    pub epoch: usize,
    /// How many there are at most.
    pub epochs: usize,
    /// Examples of it that were shown.
    pub shown: usize,
    /// How many it has.
    pub examples: usize,
    /// At its end: the mean loss, and loss and accuracy on the validation part.
    pub losses: Option<(f64, Option<Validation>)>,
}

/// What the validation part says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Validation {
    /// Mean loss.
    pub loss: f64,
    /// Share of right classes, where there are classes.
    pub accuracy: Option<f64>,
}

/// A trained network.
#[derive(Debug, Clone)]
pub struct Trained {
    /// As it was after its best epoch.
    pub network: Network,
    /// `loss`, `validation loss` and `validation accuracy` by epoch.
    pub curve: Curve,
    /// The epoch that was best on the validation part, or the last.
    pub best_epoch: usize,
    /// How many there were.
    pub epochs: usize,
    /// What the validation part said of it.
    pub validation: Option<Validation>,
}

/// Trains a network on the examples in `learned`; those in `held` say when it is best.
/// `watch` is told after each batch and each epoch.
///
/// # Errors
/// If settings or examples do not fit, the loss is no number any more, or `stop` is set.
pub fn train(
    params: &NetworkParams,
    training: &TrainParams,
    start: &Start,
    (examples, learned, held): (&Examples, &[usize], &[usize]),
    watch: &mut dyn FnMut(&Epoch),
    stop: &AtomicBool,
) -> Result<Trained> {
    training.check()?;
    examples.check(params)?;
    if learned.is_empty() {
        return Err(Error::data("there is no example to learn from"));
    }
    let mut network = Network::new(params, training.seed)?;
    if let Start::Embedding(vectors) = start {
        network.set_embedding(vectors)?;
    }
    let mut course = Course::new(network, training, (examples, learned.len()));
    let mut best: Option<(Validation, usize, Network)> = None;
    let mut curve = Curve::new("epoch");
    for epoch in 1..=training.epochs {
        let mut told = |shown: usize| {
            let epochs = training.epochs;
            watch(&Epoch { epoch, epochs, shown, examples: learned.len(), losses: None });
        };
        let loss = course.epoch(epoch, learned, &mut told, stop)?;
        curve.push("loss", epoch as u64, loss);
        let validation = course.validate(held, epoch)?;
        if let Some(validation) = validation {
            curve.push("validation loss", epoch as u64, validation.loss);
            if let Some(accuracy) = validation.accuracy {
                curve.push("validation accuracy", epoch as u64, accuracy);
            }
            if best.as_ref().is_none_or(|(best, _, _)| validation.loss < best.loss) {
                best = Some((validation, epoch, course.network.clone()));
            }
        }
        let losses = Some((loss, validation));
        let (epochs, count) = (training.epochs, learned.len());
        watch(&Epoch { epoch, epochs, shown: count, examples: count, losses });
        if best
            .as_ref()
            .is_some_and(|(_, best, _)| epoch >= best.saturating_add(training.patience.max(1)))
        {
            break;
        }
    }
    let epochs = curve.series[0].points.len();
    Ok(match best {
        Some((validation, best_epoch, network)) => {
            Trained { network, curve, best_epoch, epochs, validation: Some(validation) }
        }
        None => {
            // Nothing was held out that would have told.
            let some = &learned[..learned.len().min(LOOKED_AT)];
            Predictor::new(&course.network)?.predict(&examples.inputs, some)?;
            Trained { network: course.network, curve, best_epoch: epochs, epochs, validation: None }
        }
    })
}

/// Examples that a network without a validation part is tried on.
const LOOKED_AT: usize = 64;

/// A training on its way.
struct Course<'a> {
    network: Network,
    optimizer: Optimizer,
    training: &'a TrainParams,
    examples: &'a Examples<'a>,
    steps: u64,
    /// How many there are if it goes on to the last epoch.
    all_steps: u64,
}

impl<'a> Course<'a> {
    fn new(
        network: Network,
        training: &'a TrainParams,
        (examples, learned): (&'a Examples<'a>, usize),
    ) -> Self {
        let mut optimizer = Optimizer::new(training.optimizer, training.learning_rate, &network);
        optimizer.weight_decay = training.weight_decay;
        let of_epoch = learned.div_ceil(training.batch_size) as u64;
        let all_steps = of_epoch.saturating_mul(training.epochs as u64);
        Course { network, optimizer, training, examples, steps: 0, all_steps }
    }

    /// Shows all of `learned` once; gives the mean loss.
    fn epoch(
        &mut self,
        epoch: usize,
        learned: &[usize],
        told: &mut dyn FnMut(usize),
        stop: &AtomicBool,
    ) -> Result<f64> {
        let mut random = Random::new(self.training.seed ^ (epoch as u64) << 32);
        let (mut sum, mut shown) = (0.0, 0);
        for batch in batches(self.examples, learned, self.training.batch_size, &mut random) {
            check(stop)?;
            sum += self.step(&batch)? * batch.len() as f64;
            shown += batch.len();
            told(shown);
        }
        Ok(sum / shown as f64)
    }

    fn step(&mut self, batch: &[usize]) -> Result<f64> {
        self.steps += 1;
        let mut gradients = self.gradients(batch).map_err(engine)?;
        let length = gradients.length();
        if !gradients.loss.is_finite() || !length.is_finite() {
            return Err(diverged("the loss", self.steps));
        }
        if let Some(clip) = self.training.clip.filter(|clip| length > *clip) {
            gradients.scale((clip / length) as f32);
        }
        self.optimizer.rate =
            self.training.learning_rate * self.training.schedule.share(self.steps, self.all_steps);
        self.optimizer.step(&mut self.network, &gradients.dense, gradients.rows.as_ref());
        Ok(gradients.loss)
    }

    fn gradients(&self, batch: &[usize]) -> candle_core::Result<Gradients> {
        let (table, weights) = self.network.apart();
        let variables = graph::variables(weights, DType::F32)?;
        let seed = self.training.seed.wrapping_add(self.steps.wrapping_mul(SHARDS as u64 * 2 + 1));
        let parts: Vec<Gradients> = shards(batch)
            .into_par_iter()
            .enumerate()
            .map(|(number, chosen)| {
                let mut random = Random::new(Random::new(seed ^ (number as u64) << 56).bits());
                let some = Portion { chosen: &chosen, whole: batch.len() };
                self.of_shard(&variables, table, some, &mut random)
            })
            .collect::<candle_core::Result<_>>()?;
        Ok(parts.into_iter().reduce(Gradients::join).expect("a batch is not empty"))
    }

    fn of_shard(
        &self,
        variables: &[Var],
        table: Option<&Weight>,
        some: Portion,
        random: &mut Random,
    ) -> candle_core::Result<Gradients> {
        let params = &self.network.params;
        let tuned = matches!(params.input, Input::Tokens { tuned: true, .. });
        let shard = Shard::of(&self.examples.inputs, some.chosen, params);
        let (entered, vectors) = shard.enter(table, DType::F32, tuned)?;
        let scores = graph::scores(params, &graph::tensors(variables), &entered, Some(random))?;
        let smoothing = self.training.label_smoothing;
        let targets = self.examples.targets.rows(some.chosen, params.output, smoothing);
        let loss = graph::loss(params.output, &scores, &targets, some.whole)?;
        let all: Vec<Var> = variables.iter().chain(vectors.as_ref()).cloned().collect();
        let mut dense = numbers(&loss, &all)?;
        let rows = match (&shard, vectors) {
            (Shard::Tokens(tokens), Some(_)) => {
                let of_vectors = dense.pop().expect("it is the last of the variables");
                Some(RowGradients::sorted(&tokens.distinct, &of_vectors))
            }
            _ => None,
        };
        Ok(Gradients { loss: f64::from(loss.to_scalar::<f32>()?), dense, rows })
    }

    /// Loss and accuracy on `held`, if there is any.
    fn validate(&self, held: &[usize], epoch: usize) -> Result<Option<Validation>> {
        if !self.network.is_finite() {
            return Err(diverged("a weight", epoch as u64));
        }
        if held.is_empty() {
            return Ok(None);
        }
        let predicted = Predictor::new(&self.network)?.predict(&self.examples.inputs, held)?;
        let output = self.network.params.output;
        let validation = measured(&self.examples.targets, held, output, &predicted);
        match validation.loss.is_finite() {
            true => Ok(Some(validation)),
            false => Err(diverged("the validation loss", epoch as u64)),
        }
    }
}

fn measured(targets: &Targets, held: &[usize], output: Output, predicted: &[f64]) -> Validation {
    let width = output.predicted();
    let rows = predicted.chunks_exact(width).zip(held);
    match targets {
        Targets::Classes(classes) => {
            let (mut loss, mut right) = (0.0, 0);
            for (row, place) in rows {
                let class = classes[*place] as usize;
                loss -= row[class].max(f64::EPSILON).ln();
                right += usize::from(likeliest(row) == class);
            }
            let count = held.len() as f64;
            Validation { loss: loss / count, accuracy: Some(right as f64 / count) }
        }
        Targets::Numbers(numbers) => {
            let error = |(row, place): (&[f64], &usize)| {
                let truth = &numbers[place * width..(place + 1) * width];
                let pairs = row.iter().zip(truth);
                pairs.map(|(one, other)| (one - f64::from(*other)).powi(2)).sum::<f64>()
            };
            Validation { loss: rows.map(error).sum::<f64>() / held.len() as f64, accuracy: None }
        }
    }
}

/// Some examples of a batch.
struct Portion<'a> {
    chosen: &'a [usize],
    whole: usize,
}
