//! Two networks against each other (Goodfellow et al. 2014): rows → rows like them.

use std::sync::atomic::AtomicBool;

use candle_core::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};

use super::batch::Entered;
use super::network::Network;
use super::optimizer::{Optimizer, OptimizerKind};
use super::params::{Activation, Body, Input, NetworkParams, Output};
use super::predict::Predictor;
use super::{Inputs, engine, graph, sums};
use crate::data::Random;
use crate::error::{Error, Result, check};
use crate::learn::{Curve, diverged};

/// How a generator is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GanParams {
    /// Numbers that the generator is given.
    pub noise: usize,
    /// Widths of its hidden layers.
    pub generator: Vec<usize>,
    /// Widths of the discriminator's.
    pub discriminator: Vec<usize>,
    /// How often each network steps.
    pub steps: usize,
    /// Real rows, and made ones, of a step.
    pub batch_size: usize,
    /// Length of a step.
    pub learning_rate: f64,
    /// What real rows count as for the discriminator; less than 1 keeps it from being sure.
    pub real: f64,
    /// Makes first weights, noise and orders.
    pub seed: u64,
}

impl Default for GanParams {
    fn default() -> Self {
        GanParams {
            noise: 8,
            generator: vec![32, 32],
            discriminator: vec![32, 32],
            steps: 3000,
            batch_size: 64,
            learning_rate: 1e-3,
            real: 0.9,
            seed: 1,
        }
    }
}

/// A generator.
#[derive(Debug, Clone)]
pub struct Gan {
    generator: Network,
    discriminator: Network,
    /// Mean and deviation of the columns of what it learned from.
    scales: Vec<(f64, f64)>,
    noise: usize,
}

/// Most rows of a step, most numbers that the generator is given, most rows that are made.
const MOST_ROWS: usize = 1 << 16;
const MOST_NOISE: usize = 1 << 12;
const MOST_MADE: usize = 10_000_000;

/// Points of the curve.
const SHOWN: usize = 100;

/// Trains a generator on `values`, rows of `columns` numbers. The curve has the losses of
/// both networks; `watch` is told the steps that are done.
///
/// # Errors
/// If there are too few rows, settings do not fit, a loss is no number any more, or `stop`
/// is set.
pub fn train_gan(
    params: &GanParams,
    (values, columns): (&[f32], usize),
    watch: &mut dyn FnMut(usize),
    stop: &AtomicBool,
) -> Result<(Gan, Curve)> {
    let mut course = Course::new(params, values, columns)?;
    let mut curve = Curve::new("step");
    let every = (params.steps / SHOWN).max(1);
    let (mut sums, mut counted) = ([0.0; 2], 0);
    for step in 1..=params.steps {
        check(stop)?;
        let losses = course.step().map_err(engine)?;
        if losses.iter().any(|loss| !loss.is_finite()) {
            return Err(diverged("a loss", step as u64));
        }
        sums.iter_mut().zip(losses).for_each(|(sum, loss)| *sum += loss);
        counted += 1;
        if step % every == 0 || step == params.steps {
            for (name, sum) in ["discriminator", "generator"].iter().zip(sums) {
                curve.push(name, step as u64, sum / f64::from(counted));
            }
            (sums, counted) = ([0.0; 2], 0);
        }
        watch(step);
    }
    match course.gan.generator.is_finite() && course.gan.discriminator.is_finite() {
        true => Ok((course.gan, curve)),
        false => Err(diverged("a weight", params.steps as u64)),
    }
}

impl Gan {
    /// `count` rows like those that it learned from, one after another.
    ///
    /// # Errors
    /// If there are more than 10 million, or what is made is no finite number.
    pub fn sample(&self, count: usize, seed: u64) -> Result<Vec<f32>> {
        if count > MOST_MADE {
            return Err(Error::usage(format!("at most {MOST_MADE} rows can be made at once")));
        }
        let mut random = Random::new(seed);
        let noise: Vec<f32> = (0..count * self.noise).map(|_| random.normal() as f32).collect();
        let inputs = Inputs::Rows { values: &noise, columns: self.noise };
        let all: Vec<usize> = (0..count).collect();
        let made = Predictor::new(&self.generator)?.predict(&inputs, &all)?;
        let scales = self.scales.iter().cycle();
        Ok(made.iter().zip(scales).map(|(x, (mean, scale))| (x * scale + mean) as f32).collect())
    }

    /// Both networks: that which makes rows, and that which tells them from real ones.
    pub fn networks(&self) -> (&Network, &Network) {
        (&self.generator, &self.discriminator)
    }
}

/// A training on its way.
struct Course<'a> {
    params: &'a GanParams,
    /// Scaled to mean 0 and deviation 1.
    rows: Vec<f32>,
    columns: usize,
    gan: Gan,
    optimizers: [Optimizer; 2],
    random: Random,
}

impl<'a> Course<'a> {
    fn new(params: &'a GanParams, values: &[f32], columns: usize) -> Result<Self> {
        if columns == 0 || values.len() < 2 * columns || !values.len().is_multiple_of(columns) {
            return Err(Error::data("a generator needs at least two rows to learn from"));
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Error::data("a row holds what is no finite number"));
        }
        if params.steps == 0 || params.batch_size == 0 || params.noise == 0 {
            return Err(Error::usage("steps, batch size and noise must be at least 1"));
        }
        if params.batch_size > MOST_ROWS || params.noise > MOST_NOISE {
            return Err(Error::usage(format!(
                "a batch has at most {MOST_ROWS} rows, and the noise {MOST_NOISE} numbers"
            )));
        }
        if !(params.learning_rate > 0.0 && params.learning_rate.is_finite()) {
            return Err(Error::usage("the learning rate must be greater than 0"));
        }
        let scales: Vec<(f64, f64)> = (0..columns).map(|at| scale(values, columns, at)).collect();
        let scaled = values.iter().zip(scales.iter().cycle());
        let scaled = scaled.map(|(x, (mean, scale))| ((f64::from(*x) - mean) / scale) as f32);
        let network = |input, hidden: &[usize], output, seed| {
            let params = NetworkParams {
                input: Input::Rows { columns: input },
                body: Body::Plain,
                hidden: hidden.to_vec(),
                activation: Activation::Tanh,
                dropout: 0.0,
                output,
            };
            Network::new(&params, seed)
        };
        let made = Output::Numbers(columns);
        let generator = network(params.noise, &params.generator, made, params.seed)?;
        let judge = Output::Classes(2);
        let discriminator = network(columns, &params.discriminator, judge, params.seed ^ 1)?;
        let optimizer = |network: &Network| {
            let mut optimizer = Optimizer::new(OptimizerKind::Adam, params.learning_rate, network);
            // A long memory makes the two networks turn around each other.
            optimizer.momentum = 0.5;
            optimizer
        };
        Ok(Course {
            params,
            rows: scaled.collect(),
            columns,
            optimizers: [optimizer(&discriminator), optimizer(&generator)],
            gan: Gan { generator, discriminator, scales, noise: params.noise },
            random: Random::new(params.seed ^ 2),
        })
    }

    /// One step of each network; gives their losses.
    fn step(&mut self) -> candle_core::Result<[f64; 2]> {
        let size = self.params.batch_size;
        let judge = graph::variables(&self.gan.discriminator.weights, DType::F32)?;
        let maker = graph::variables(&self.gan.generator.weights, DType::F32)?;
        let made = self.made(&graph::tensors(&maker))?;
        let real = self.real()?;
        let real_loss = self.judged(&graph::tensors(&judge), &real, self.params.real as f32)?;
        let made_loss = self.judged(&graph::tensors(&judge), &made.detach(), 0.0)?;
        let loss = ((real_loss + made_loss)? / (2 * size) as f64)?;
        let gradients = sums::numbers(&loss, &judge)?;
        self.optimizers[0].step(&mut self.gan.discriminator, &gradients, None);
        // The generator learns from the discriminator as it is now, and wants its rows
        // to be called real: that has a gradient where they are not.
        let judge = graph::variables(&self.gan.discriminator.weights, DType::F32)?;
        let wanted = (self.judged(&graph::tensors(&judge), &made, 1.0)? / size as f64)?;
        let gradients = sums::numbers(&wanted, &maker)?;
        self.optimizers[1].step(&mut self.gan.generator, &gradients, None);
        Ok([f64::from(loss.to_scalar::<f32>()?), f64::from(wanted.to_scalar::<f32>()?)])
    }

    fn made(&mut self, maker: &[Tensor]) -> candle_core::Result<Tensor> {
        let (size, noise) = (self.params.batch_size, self.params.noise);
        let values: Vec<f32> = (0..size * noise).map(|_| self.random.normal() as f32).collect();
        let noise = Tensor::from_vec(values, (size, noise), &Device::Cpu)?;
        graph::scores(&self.gan.generator.params, maker, &Entered::Rows(noise), None)
    }

    fn real(&mut self) -> candle_core::Result<Tensor> {
        let (size, columns) = (self.params.batch_size, self.columns);
        let count = self.rows.len() / columns;
        let mut values = Vec::with_capacity(size * columns);
        for _ in 0..size {
            let row = self.random.below(count) * columns;
            values.extend_from_slice(&self.rows[row..row + columns]);
        }
        Tensor::from_vec(values, (size, columns), &Device::Cpu)
    }

    /// Sum of the losses of calling `rows` real, where that is `wanted`.
    fn judged(&self, judge: &[Tensor], rows: &Tensor, wanted: f32) -> candle_core::Result<Tensor> {
        let params = &self.gan.discriminator.params;
        let scores = graph::scores(params, judge, &Entered::Rows(rows.clone()), None)?;
        let targets = [1.0 - wanted, wanted].repeat(rows.dims2()?.0);
        graph::loss(params.output, &scores, &targets, 1)
    }
}

/// Mean and deviation of a column.
fn scale(values: &[f32], columns: usize, column: usize) -> (f64, f64) {
    let of_column = || values.iter().skip(column).step_by(columns).map(|value| f64::from(*value));
    let count = of_column().count() as f64;
    let mean = of_column().sum::<f64>() / count;
    let variance = of_column().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (mean, if variance > 0.0 { variance.sqrt() } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points around (3, -1), their columns in step.
    fn points(count: usize) -> Vec<f32> {
        let mut random = Random::new(9);
        let mut points = Vec::new();
        for _ in 0..count {
            let (x, y) = (random.normal(), random.normal());
            points.extend([(3.0 + x) as f32, (-1.0 + 0.8 * x + 0.3 * y) as f32]);
        }
        points
    }

    #[test]
    fn what_is_made_lies_where_the_data_does() {
        let params = GanParams {
            noise: 2,
            generator: vec![8],
            discriminator: vec![16],
            steps: 500,
            learning_rate: 3e-3,
            ..GanParams::default()
        };
        let points = points(200);
        let stop = AtomicBool::new(false);
        let mut steps = 0;
        let (gan, curve) = train_gan(&params, (&points, 2), &mut |_| steps += 1, &stop).unwrap();
        assert_eq!(steps, 500);
        let names: Vec<&str> = curve.series.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["discriminator", "generator"]);
        let made = gan.sample(500, 4).unwrap();
        assert_eq!(made, gan.sample(500, 4).unwrap());
        for column in 0..2 {
            let (mean, deviation) = scale(&made, 2, column);
            let (wanted, wide) = scale(&points, 2, column);
            assert!((mean - wanted).abs() < 0.5 * wide, "{mean} for {wanted}");
            assert!((0.4..2.0).contains(&(deviation / wide)), "{deviation} for {wide}");
        }
    }

    #[test]
    fn what_cannot_be_learned_from_is_refused() {
        let stop = AtomicBool::new(false);
        let refused = |values: &[f32], columns| {
            train_gan(&GanParams::default(), (values, columns), &mut |_| (), &stop).is_err()
        };
        assert!(refused(&[1.0, 2.0], 2));
        assert!(refused(&[1.0, 2.0, 3.0], 2));
        assert!(refused(&[1.0, f32::NAN], 1));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(refused(&points(5), 2));
    }
}
