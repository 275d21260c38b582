//! Gradients of parts of a batch → those of the batch, summed in order.

use candle_core::{Tensor, Var};

use super::optimizer::RowGradients;
use super::params::PADDING;

/// Gradients of a part of a batch.
pub(super) struct Gradients {
    pub loss: f64,
    pub dense: Vec<Vec<f32>>,
    pub rows: Option<RowGradients>,
}

impl Gradients {
    pub fn join(mut self, other: Gradients) -> Gradients {
        self.loss += other.loss;
        for (sum, values) in self.dense.iter_mut().zip(&other.dense) {
            sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        self.rows = match (self.rows, other.rows) {
            (Some(one), Some(other)) => Some(one.merged(&other)),
            (one, other) => one.or(other),
        };
        self
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        self.dense.iter_mut().chain(self.rows.as_mut().map(|rows| &mut rows.values))
    }

    pub fn length(&mut self) -> f64 {
        let squares = |values: &mut Vec<f32>| -> f64 {
            values.iter().map(|value| f64::from(*value) * f64::from(*value)).sum()
        };
        self.all_mut().map(squares).sum::<f64>().sqrt()
    }

    pub fn scale(&mut self, factor: f32) {
        self.all_mut().flatten().for_each(|value| *value *= factor);
    }
}

impl RowGradients {
    /// Gradients of `tokens` in rising order; that of the padding is left out.
    pub fn sorted(tokens: &[u32], values: &[f32]) -> Self {
        let width = values.len() / tokens.len();
        let mut order: Vec<usize> = (0..tokens.len()).collect();
        order.sort_unstable_by_key(|place| tokens[*place]);
        order.retain(|place| tokens[*place] != PADDING);
        let rows = order.iter().map(|place| tokens[*place]).collect();
        let vector = |place: &usize| &values[place * width..(place + 1) * width];
        RowGradients { rows, values: order.iter().flat_map(vector).copied().collect() }
    }

    fn merged(&self, other: &RowGradients) -> Self {
        let width = match self.rows.is_empty() {
            true => return other.clone(),
            false => self.values.len() / self.rows.len(),
        };
        let mut merged = RowGradients::default();
        let (mut left, mut right) = (0, 0);
        while left < self.rows.len() || right < other.rows.len() {
            let (one, two) = (self.rows.get(left), other.rows.get(right));
            let takes_left = two.is_none_or(|two| one.is_some_and(|one| one <= two));
            let takes_right = one.is_none_or(|one| two.is_some_and(|two| two <= one));
            merged.rows.push(*if takes_left { one } else { two }.expect("one of them is left"));
            let start = merged.values.len();
            if takes_left {
                merged.values.extend_from_slice(&self.values[left * width..(left + 1) * width]);
                left += 1;
            }
            if takes_right {
                let values = &other.values[right * width..(right + 1) * width];
                match takes_left {
                    false => merged.values.extend_from_slice(values),
                    true => merged.values[start..]
                        .iter_mut()
                        .zip(values)
                        .for_each(|(sum, value)| *sum += value),
                }
                right += 1;
            }
        }
        merged
    }
}

/// Gradients as numbers, for whoever trains two networks at once.
pub(super) fn numbers(loss: &Tensor, variables: &[Var]) -> candle_core::Result<Vec<Vec<f32>>> {
    let found = loss.backward()?;
    let of = |variable: &Var| match found.get(variable) {
        Some(gradient) => gradient.flatten_all()?.to_vec1::<f32>(),
        None => Ok(vec![0.0; variable.elem_count()]),
    };
    variables.iter().map(of).collect()
}
