//! Down a slope, step by step.
//!
//! In: an objective and where to begin. Out: where it ended, and what the loss did
//! meanwhile. Promises: the seed decides the order of the rows, and nothing else does; a
//! loss that is no number stops it.

use std::sync::atomic::AtomicBool;

use super::{Curve, diverged};
use crate::data::{Random, lbfgs};
use crate::error::{Result, check};

/// What is made small.
pub trait Objective {
    /// Length of a point.
    fn size(&self) -> usize;

    /// Number of rows whose losses are averaged.
    fn rows(&self) -> usize;

    /// Writes the gradient at `point` and returns the value there: the mean loss of `rows`
    /// and the penalty.
    fn evaluate(&self, point: &[f64], rows: &[u32], gradient: &mut [f64]) -> f64;
}

/// How a step follows from a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optimizer {
    /// The gradient times the learning rate.
    Sgd,
    /// The same with nine tenths of the step before (Polyak 1964).
    Momentum,
    /// Each number by the size of its own gradients (Kingma & Ba 2015); the last fifth of the
    /// steps grow shorter.
    Adam,
    /// Limited-memory BFGS with a line search; all rows at once, no learning rate.
    Lbfgs,
}

/// How to go down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DescentParams {
    /// How a step follows from a gradient.
    pub optimizer: Optimizer,
    /// Length of the steps.
    pub learning_rate: f64,
    /// Number of steps.
    pub steps: u64,
    /// Rows a step; 0: all.
    pub batch_size: usize,
    /// Of the order of the rows.
    pub seed: u64,
    /// The loss of all rows is kept after so many steps; 0: a twentieth of all steps.
    pub record_every: u64,
}

/// The name that the loss has in the curve.
pub const LOSS: &str = "loss";

/// Where a descent ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Descent {
    /// The point.
    pub point: Vec<f64>,
    /// The loss of all rows, from before the first step to after the last.
    pub curve: Curve,
    /// The largest slope there: 0 at an optimum.
    pub slope: f64,
}

/// Goes down from `start`.
///
/// # Errors
/// When the loss is no number any more, or an interrupt.
pub fn descend(
    objective: &dyn Objective,
    start: Vec<f64>,
    params: &DescentParams,
    stop: &AtomicBool,
) -> Result<Descent> {
    match params.optimizer {
        Optimizer::Lbfgs => minimize(objective, start, params, stop),
        _ => Walk::new(objective, start, params).walk(stop),
    }
}

/// No slope of an optimum is larger.
const FLAT: f64 = 1e-9;

fn minimize(
    objective: &dyn Objective,
    start: Vec<f64>,
    params: &DescentParams,
    stop: &AtomicBool,
) -> Result<Descent> {
    let all: Vec<u32> = (0..objective.rows() as u32).collect();
    let mut curve = Curve::new("evaluation");
    let (mut number, mut least) = (0, f64::INFINITY);
    let steps = u32::try_from(params.steps).unwrap_or(u32::MAX);
    let minimum = lbfgs::minimize(start, FLAT, steps, stop, |point, gradient| {
        let value = objective.evaluate(point, &all, gradient);
        // Tries of the line search that went up are not where it went.
        if value < least {
            curve.push(LOSS, number, value);
            least = value;
        }
        number += 1;
        value
    })?;
    let mut gradient = vec![0.0; objective.size()];
    let value = objective.evaluate(&minimum.point, &all, &mut gradient);
    if !value.is_finite() {
        return Err(diverged("the loss", number));
    }
    Ok(Descent { point: minimum.point, curve, slope: largest(&gradient) })
}

struct Walk<'a> {
    objective: &'a dyn Objective,
    params: &'a DescentParams,
    point: Vec<f64>,
    gradient: Vec<f64>,
    rule: Rule,
    curve: Curve,
}

impl<'a> Walk<'a> {
    fn new(objective: &'a dyn Objective, point: Vec<f64>, params: &'a DescentParams) -> Self {
        let size = point.len();
        Walk {
            rule: Rule::new(params.optimizer, params.learning_rate, size),
            gradient: vec![0.0; size],
            curve: Curve::new("step"),
            objective,
            params,
            point,
        }
    }

    fn walk(mut self, stop: &AtomicBool) -> Result<Descent> {
        let mut batches = Batches::new(self.objective.rows(), self.params);
        let every = match self.params.record_every {
            0 => (self.params.steps / 20).max(1),
            every => every,
        };
        self.record(0)?;
        for step in 1..=self.params.steps {
            check(stop)?;
            let value = self.objective.evaluate(&self.point, batches.next(), &mut self.gradient);
            let left = (self.params.steps - step + 1) as f64 / self.params.steps as f64;
            self.rule.step(&mut self.point, &self.gradient, left);
            if !value.is_finite() {
                return Err(diverged("the loss", step));
            }
            if step.is_multiple_of(every) || step == self.params.steps {
                self.record(step)?;
            }
        }
        // What was recorded last wrote the gradient of all rows.
        Ok(Descent { slope: largest(&self.gradient), point: self.point, curve: self.curve })
    }

    fn record(&mut self, step: u64) -> Result<()> {
        let all: Vec<u32> = (0..self.objective.rows() as u32).collect();
        let value = self.objective.evaluate(&self.point, &all, &mut self.gradient);
        if !value.is_finite() || self.point.iter().any(|number| !number.is_finite()) {
            return Err(diverged("the loss", step));
        }
        self.curve.push(LOSS, step, value);
        Ok(())
    }
}

/// Rows in a new order each epoch, some at a time.
struct Batches {
    rows: Vec<u32>,
    size: usize,
    next: usize,
    random: Random,
}

impl Batches {
    fn new(rows: usize, params: &DescentParams) -> Self {
        let size = if params.batch_size == 0 { rows } else { params.batch_size.min(rows) };
        let rows: Vec<u32> = (0..rows as u32).collect();
        Batches { size: size.max(1), next: rows.len(), rows, random: Random::new(params.seed) }
    }

    fn next(&mut self) -> &[u32] {
        if self.size >= self.rows.len() {
            return &self.rows;
        }
        if self.next >= self.rows.len() {
            self.random.shuffle(&mut self.rows);
            self.next = 0;
        }
        let batch = self.next..(self.next + self.size).min(self.rows.len());
        self.next = batch.end;
        &self.rows[batch]
    }
}

/// An optimizer and what it remembers.
struct Rule {
    optimizer: Optimizer,
    rate: f64,
    /// Decaying sums of gradients and of their squares.
    first: Vec<f64>,
    second: Vec<f64>,
    steps: i32,
}

/// In the last fifth of the steps Adam's learning rate falls to 0: near an optimum, where its
/// sums are small, it would be thrown off again and again.
const TO_REST: f64 = 0.2;

/// Of the step before, and of Adam's two sums; as in the papers.
const MOMENTUM: f64 = 0.9;
const DECAYS: (f64, f64) = (0.9, 0.999);
const EPSILON: f64 = 1e-8;

impl Rule {
    fn new(optimizer: Optimizer, rate: f64, size: usize) -> Self {
        let of = |is_needed: bool| vec![0.0; if is_needed { size } else { 0 }];
        let second = of(optimizer == Optimizer::Adam);
        Rule { optimizer, rate, first: of(optimizer != Optimizer::Sgd), second, steps: 0 }
    }

    /// A step, when such a share of all steps is `left`.
    fn step(&mut self, point: &mut [f64], gradient: &[f64], left: f64) {
        self.steps = self.steps.saturating_add(1);
        match self.optimizer {
            Optimizer::Momentum => self.momentum(point, gradient),
            Optimizer::Adam => self.adam(point, gradient, (left / TO_REST).min(1.0)),
            Optimizer::Sgd | Optimizer::Lbfgs => {
                point.iter_mut().zip(gradient).for_each(|(at, slope)| *at -= self.rate * slope);
            }
        }
    }

    fn momentum(&mut self, point: &mut [f64], gradient: &[f64]) {
        for ((at, slope), speed) in point.iter_mut().zip(gradient).zip(&mut self.first) {
            *speed = MOMENTUM * *speed + slope;
            *at -= self.rate * *speed;
        }
    }

    fn adam(&mut self, point: &mut [f64], gradient: &[f64], share: f64) {
        let rate = self.rate * share;
        // Sums that began with 0 are too small at first.
        let first_share = 1.0 - DECAYS.0.powi(self.steps);
        let second_share = 1.0 - DECAYS.1.powi(self.steps);
        let sums = self.first.iter_mut().zip(&mut self.second);
        for ((at, slope), (first, second)) in point.iter_mut().zip(gradient).zip(sums) {
            *first = DECAYS.0 * *first + (1.0 - DECAYS.0) * slope;
            *second = DECAYS.1 * *second + (1.0 - DECAYS.1) * slope * slope;
            let size = (*second / second_share).sqrt() + EPSILON;
            *at -= rate * (*first / first_share) / size;
        }
    }
}

fn largest(gradient: &[f64]) -> f64 {
    gradient.iter().fold(0.0, |most, slope| most.max(slope.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ½ Σ row · (point − 3)², the mean over rows of 1 and 3.
    struct Bowl;

    impl Objective for Bowl {
        fn size(&self) -> usize {
            2
        }

        fn rows(&self) -> usize {
            4
        }

        fn evaluate(&self, point: &[f64], rows: &[u32], gradient: &mut [f64]) -> f64 {
            let of_row = |row: &u32| if row.is_multiple_of(2) { 1.0 } else { 3.0 };
            let weight = rows.iter().map(of_row).sum::<f64>() / rows.len() as f64;
            for (slope, at) in gradient.iter_mut().zip(point) {
                *slope = weight * (at - 3.0);
            }
            point.iter().map(|at| 0.5 * weight * (at - 3.0).powi(2)).sum()
        }
    }

    const ALL: [Optimizer; 4] =
        [Optimizer::Sgd, Optimizer::Momentum, Optimizer::Adam, Optimizer::Lbfgs];

    fn params(optimizer: Optimizer) -> DescentParams {
        let learning_rate = 0.05;
        DescentParams {
            optimizer,
            learning_rate,
            steps: 1000,
            batch_size: 0,
            seed: 1,
            record_every: 100,
        }
    }

    fn descended(params: &DescentParams) -> Result<Descent> {
        descend(&Bowl, vec![-1.0, 9.0], params, &AtomicBool::new(false))
    }

    #[test]
    fn every_optimizer_finds_the_bottom() {
        for optimizer in ALL {
            let found = descended(&params(optimizer)).unwrap();
            let near = found.point.iter().all(|at| (at - 3.0).abs() < 1e-3);
            assert!(near && found.slope < 1e-2, "{optimizer:?}: {found:?}");
            assert!(found.curve.last(LOSS).unwrap() < 1e-5);
        }
    }

    #[test]
    fn the_loss_is_kept_before_between_and_after() {
        let steps = |record_every, steps| {
            let params = DescentParams { record_every, steps, ..params(Optimizer::Sgd) };
            let curve = descended(&params).unwrap().curve;
            curve.series[0].points.iter().map(|(step, _)| *step).collect::<Vec<_>>()
        };
        assert_eq!(steps(100, 250), [0, 100, 200, 250]);
        assert_eq!(steps(0, 40).len(), 21);
        assert_eq!(steps(0, 0), [0]);
    }

    #[test]
    fn the_seed_alone_decides_the_order_of_rows() {
        let point = |seed| {
            let params = DescentParams { seed, batch_size: 3, steps: 5, ..params(Optimizer::Sgd) };
            descended(&params).unwrap().point
        };
        assert_eq!(point(1), point(1));
        assert!((2..9).any(|seed| point(seed) != point(1)));
    }

    #[test]
    fn batches_hold_each_row_once_an_epoch() {
        let params = DescentParams { batch_size: 3, ..params(Optimizer::Sgd) };
        let mut batches = Batches::new(7, &params);
        for _ in 0..3 {
            let mut epoch: Vec<u32> = (0..3).flat_map(|_| batches.next().to_vec()).collect();
            epoch.sort_unstable();
            assert_eq!(epoch, (0..7).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_loss_that_is_no_number_stops_it() {
        for optimizer in [Optimizer::Sgd, Optimizer::Momentum] {
            let params = DescentParams { learning_rate: 1e3, ..params(optimizer) };
            let error = descended(&params).unwrap_err();
            assert!(error.to_string().contains("diverged"), "{error}");
            assert!(error.hint().unwrap().contains("--learning-rate"));
        }
        let stopped = descend(&Bowl, vec![0.0; 2], &params(Optimizer::Sgd), &AtomicBool::new(true));
        assert_eq!(stopped.unwrap_err().exit_code(), 130);
    }
}
