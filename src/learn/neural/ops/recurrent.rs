//! A network that reads token after token.

use std::sync::{Arc, OnceLock};

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, s};

use super::cells::Kept;
use super::{Real, Spans, by_type, copied, matrix, numbers, tensor};
use crate::learn::neural::params::Cell;

/// Sums of what is read (rows × gates·hidden), weights of the state (hidden × gates·hidden)
/// and what is added to its sums (gates·hidden) → the states after each token.
///
/// Texts are read side by side, the longest first: those that ended are not computed.
pub(in crate::learn::neural) struct Recurrent {
    cell: Cell,
    /// From the last token to the first.
    reverse: bool,
    spans: Arc<Spans>,
    /// Texts from the longest to the shortest.
    order: Vec<usize>,
    /// What the way back needs, in the type of the numbers.
    kept: OnceLock<CpuStorage>,
}

impl Recurrent {
    pub fn new(cell: Cell, reverse: bool, spans: &Arc<Spans>) -> Self {
        let mut order: Vec<usize> = (0..spans.lengths.len()).collect();
        order.sort_by_key(|text| std::cmp::Reverse(spans.lengths[*text]));
        Recurrent { cell, reverse, spans: spans.clone(), order, kept: OnceLock::new() }
    }

    /// How many texts have more tokens than `step`.
    fn reading(&self, step: usize) -> usize {
        self.order.partition_point(|text| self.spans.lengths[*text] > step)
    }

    fn steps(&self) -> usize {
        self.order.first().map_or(0, |text| self.spans.lengths[*text])
    }

    /// The row that the text at `place` of the order reads at `step`.
    fn row(&self, place: usize, step: usize) -> usize {
        let text = self.order[place];
        let (start, length) = (self.spans.starts[text], self.spans.lengths[text]);
        if self.reverse { start + length - 1 - step } else { start + step }
    }

    fn forward<T: Real>(&self, sums: &[T], weights: &[T], bias: &[T]) -> Vec<T> {
        let wide = bias.len();
        let hidden = wide / self.cell.gates();
        let kept_width = self.cell.kept() * hidden;
        let texts = self.order.len();
        let weights = matrix(weights, (hidden, wide));
        let mut states = vec![T::zero(); self.spans.rows * hidden];
        let mut kept = vec![T::zero(); self.spans.rows * kept_width];
        let mut state = Array2::<T>::zeros((texts, hidden));
        let mut memory = Array2::<T>::zeros((texts, hidden));
        let mut before = Array2::<T>::zeros((texts, wide));
        for step in 0..self.steps() {
            let reading = self.reading(step);
            let mut products = before.slice_mut(s![..reading, ..]);
            products.rows_mut().into_iter().for_each(|mut row| {
                row.iter_mut().zip(bias).for_each(|(out, bias)| *out = *bias);
            });
            if step > 0 {
                let state = state.slice(s![..reading, ..]);
                general_mat_mul(T::one(), &state, &weights, T::one(), &mut products);
            }
            for place in 0..reading {
                let row = self.row(place, step);
                let slice = "rows of our own arrays lie in one piece";
                self.cell.step(
                    (
                        &sums[row * wide..(row + 1) * wide],
                        before.row(place).to_slice().expect(slice),
                    ),
                    (
                        state.row_mut(place).into_slice().expect(slice),
                        memory.row_mut(place).into_slice().expect(slice),
                    ),
                    &mut kept[row * kept_width..(row + 1) * kept_width],
                );
                let shown = state.row(place).to_slice().expect(slice);
                states[row * hidden..(row + 1) * hidden].copy_from_slice(shown);
            }
        }
        let _ = self.kept.set(T::to_cpu_storage_owned(kept));
        states
    }

    fn backward<T: Real>(
        &self,
        (weights, states, gradient): (&[T], &[T], &[T]),
        hidden: usize,
    ) -> Result<(Vec<T>, Vec<T>, Vec<T>)> {
        let wide = hidden * self.cell.gates();
        let kept_width = self.cell.kept() * hidden;
        let kept = self.kept.get().expect("the way back follows the way there").as_slice::<T>()?;
        let (texts, rows) = (self.order.len(), self.spans.rows);
        let weights = matrix(weights, (hidden, wide));
        let mut to_sums = vec![T::zero(); rows * wide];
        let mut to_before = Array2::<T>::zeros((rows, wide));
        let mut before = Array2::<T>::zeros((rows, hidden));
        let mut to_state = Array2::<T>::zeros((texts, hidden));
        let mut to_memory = Array2::<T>::zeros((texts, hidden));
        let mut back = Array2::<T>::zeros((texts, wide));
        let slice = "rows of our own arrays lie in one piece";
        for step in (0..self.steps()).rev() {
            let reading = self.reading(step);
            for place in 0..reading {
                let row = self.row(place, step);
                let earlier = (step > 0).then(|| self.row(place, step - 1));
                let state_of = |row: usize| &states[row * hidden..(row + 1) * hidden];
                let kept_of = |row: usize| &kept[row * kept_width..(row + 1) * kept_width];
                let at_token = Kept {
                    state: state_of(row),
                    before: earlier.map(state_of),
                    memory_before: earlier.map(kept_of).and_then(|kept| kept.get(4 * hidden..)),
                    kept: kept_of(row),
                };
                let state = to_state.row_mut(place).into_slice().expect(slice);
                let given = &gradient[row * hidden..(row + 1) * hidden];
                state.iter_mut().zip(given).for_each(|(sum, value)| *sum += *value);
                let through = back.row_mut(place).into_slice().expect(slice);
                let memory = to_memory.row_mut(place).into_slice().expect(slice);
                let sums = &mut to_sums[row * wide..(row + 1) * wide];
                self.cell.back(&at_token, (state, memory), (sums, through));
                to_before.row_mut(row).into_slice().expect(slice).copy_from_slice(through);
                if let Some(earlier) = at_token.before {
                    before.row_mut(row).into_slice().expect(slice).copy_from_slice(earlier);
                }
            }
            let through = back.slice(s![..reading, ..]);
            let mut state = to_state.slice_mut(s![..reading, ..]);
            general_mat_mul(T::one(), &through, &weights.t(), T::one(), &mut state);
        }
        let to_weights = before.t().dot(&to_before);
        let to_bias = to_before.sum_axis(ndarray::Axis(0));
        let to_weights = to_weights.as_standard_layout().iter().copied().collect();
        Ok((to_sums, to_weights, to_bias.to_vec()))
    }
}

impl CustomOp3 for Recurrent {
    fn name(&self) -> &'static str {
        "recurrent"
    }

    fn cpu_fwd(
        &self,
        sums: &CpuStorage,
        sums_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let shape = Shape::from((self.spans.rows, weights_layout.shape().dims2()?.0));
        by_type!(sums, T => {
            let sums = numbers::<T>(sums, sums_layout)?;
            let weights = numbers::<T>(weights, weights_layout)?;
            let states = self.forward::<T>(sums, weights, numbers::<T>(bias, bias_layout)?);
            Ok((<T as candle_core::WithDType>::to_cpu_storage_owned(states), shape))
        })
    }

    fn bwd(
        &self,
        sums: &Tensor,
        weights: &Tensor,
        bias: &Tensor,
        states: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let hidden = weights.dims2()?.0;
        by_type!(sums, T => {
            let given = (copied::<T>(weights)?, copied::<T>(states)?, copied::<T>(gradient)?);
            let back = self.backward((&given.0, &given.1, &given.2), hidden)?;
            Ok((tensor(back.0, sums)?, tensor(back.1, weights)?, tensor(back.2, bias)?))
        })
    }
}
