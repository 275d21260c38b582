//! Minimum of a smooth convex function, by limited-memory BFGS.
//!
//! Every sum is taken in pieces of fixed size, joined in order: the number of
//! threads does not show in the result.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use crate::error::{Result, check};

/// Pairs of steps and gradient changes that are remembered.
const MEMORY: usize = 10;
/// Numbers summed in one go.
const PIECE: usize = 1 << 14;
/// Tries of one line search; each halves or doubles the step.
const MAX_TRIES: u32 = 60;

/// Where the search ended.
#[derive(Debug, Clone)]
pub(crate) struct Minimum {
    /// The point found.
    pub(crate) point: Vec<f64>,
    /// Steps taken.
    pub(crate) iterations: u32,
    /// Whether the gradient fell to the tolerance.
    pub(crate) converged: bool,
}

/// Walks down from `point` until no component of the gradient exceeds `tol`.
///
/// `evaluate` writes the gradient at a point and returns the value there.
///
/// # Errors
/// An interrupt, once `stop` is set.
pub(crate) fn minimize(
    mut point: Vec<f64>,
    tol: f64,
    max_iter: u32,
    stop: &AtomicBool,
    mut evaluate: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Result<Minimum> {
    let mut gradient = vec![0.0; point.len()];
    let mut value = evaluate(&point, &mut gradient);
    let mut memory = Memory::default();
    for iterations in 0..max_iter {
        if largest(&gradient) <= tol {
            return Ok(Minimum { point, iterations, converged: true });
        }
        let direction = memory.direction(&gradient);
        let next = wolfe_step(&point, value, &gradient, &direction, stop, &mut evaluate)?;
        let Some(next) = next else {
            return Ok(Minimum { point, iterations, converged: false });
        };
        memory.remember(difference(&next.point, &point), difference(&next.gradient, &gradient));
        Place { point, value, gradient } = next;
    }
    let converged = largest(&gradient) <= tol;
    Ok(Minimum { point, iterations: max_iter, converged })
}

struct Place {
    point: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

/// A step that falls enough and flattens the slope enough (weak Wolfe
/// conditions), found by bisection; none when rounding hides every descent.
fn wolfe_step(
    point: &[f64],
    value: f64,
    gradient: &[f64],
    direction: &[f64],
    stop: &AtomicBool,
    evaluate: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Result<Option<Place>> {
    let slope = dot(gradient, direction);
    // Near the bottom the value changes by less than its last digit while the
    // gradient still tells the way (Hager & Zhang 2005).
    let rounding = 4.0 * f64::EPSILON * value.abs();
    let (mut short, mut long, mut length) = (0.0, f64::INFINITY, 1.0);
    let mut next = Place { point: point.to_vec(), value, gradient: gradient.to_vec() };
    for _ in 0..MAX_TRIES {
        check(stop)?;
        next.point.copy_from_slice(point);
        add_scaled(&mut next.point, length, direction);
        next.value = evaluate(&next.point, &mut next.gradient);
        let falls = next.value <= value + 1e-4 * length * slope + rounding;
        if falls && dot(&next.gradient, direction) >= 0.9 * slope {
            return Ok(Some(next));
        }
        if falls {
            short = length;
        } else {
            long = length;
        }
        length = if long.is_finite() { f64::midpoint(short, long) } else { 2.0 * short };
    }
    Ok(None)
}

#[derive(Default)]
struct Memory {
    pairs: VecDeque<Pair>,
}

struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    product: f64,
}

impl Memory {
    fn remember(&mut self, step: Vec<f64>, change: Vec<f64>) {
        let product = dot(&step, &change);
        // A pair without curvature would turn the next direction uphill.
        if product <= f64::EPSILON * dot(&change, &change) {
            return;
        }
        if self.pairs.len() == MEMORY {
            self.pairs.pop_front();
        }
        self.pairs.push_back(Pair { step, change, product });
    }

    /// Minus the remembered inverse curvature times the gradient (the two-loop
    /// recursion, Nocedal & Wright 2006, algorithm 7.4).
    fn direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let share = dot(&pair.step, &direction) / pair.product;
            add_scaled(&mut direction, -share, &pair.change);
            shares.push(share);
        }
        let scale = self.first_scale(gradient);
        direction.par_iter_mut().for_each(|d| *d *= scale);
        for (pair, share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            let back = dot(&pair.change, &direction) / pair.product;
            add_scaled(&mut direction, share - back, &pair.step);
        }
        direction
    }

    /// The newest curvature, or a first step of length one at most.
    fn first_scale(&self, gradient: &[f64]) -> f64 {
        match self.pairs.back() {
            Some(pair) => pair.product / dot(&pair.change, &pair.change),
            None => 1.0 / dot(gradient, gradient).sqrt().max(1.0),
        }
    }
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |most, number| most.max(number.abs()))
}

fn difference(left: &[f64], right: &[f64]) -> Vec<f64> {
    left.iter().zip(right).map(|(l, r)| l - r).collect()
}

fn add_scaled(target: &mut [f64], factor: f64, direction: &[f64]) {
    target.par_iter_mut().zip(direction).with_min_len(PIECE).for_each(|(t, d)| *t += factor * d);
}

/// Sum of products, piece by piece.
pub(crate) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let pieces = left.par_chunks(PIECE).zip(right.par_chunks(PIECE));
    let sums: Vec<f64> =
        pieces.map(|(l, r)| l.iter().zip(r).map(|(l, r)| l * r).sum::<f64>()).collect();
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimize(
        start: Vec<f64>,
        tol: f64,
        max_iter: u32,
        evaluate: impl FnMut(&[f64], &mut [f64]) -> f64,
    ) -> Minimum {
        super::minimize(start, tol, max_iter, &AtomicBool::new(false), evaluate).unwrap()
    }

    #[test]
    fn finds_the_bottom_of_a_narrow_valley() {
        // f = (x - 3)² + 1000 (y + 1)²
        let minimum = minimize(vec![0.0, 0.0], 1e-9, 100, |at, gradient| {
            let (x, y) = (at[0] - 3.0, at[1] + 1.0);
            gradient.copy_from_slice(&[2.0 * x, 2000.0 * y]);
            x * x + 1000.0 * y * y
        });
        assert!(minimum.converged);
        assert!((minimum.point[0] - 3.0).abs() < 1e-8 && (minimum.point[1] + 1.0).abs() < 1e-8);
    }

    #[test]
    fn says_when_it_ran_out_of_steps() {
        let minimum = minimize(vec![5.0], 1e-12, 1, |at, gradient| {
            gradient[0] = 4.0 * at[0].powi(3);
            at[0].powi(4)
        });
        assert_eq!((minimum.iterations, minimum.converged), (1, false));
    }

    #[test]
    fn stops_where_no_step_falls() {
        // The gradient lies; no step can fall, and the search must end.
        let minimum = minimize(vec![1.0], 1e-3, 10, |at, gradient| {
            gradient[0] = -1.0;
            at[0]
        });
        assert!(!minimum.converged);
        assert_eq!(minimum.point, [1.0]);
    }
}
