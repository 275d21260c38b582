//! The way from the input to the loss, as the engine computes it and its gradients.

use std::sync::Arc;

use candle_core::{D, DType, Device, Result, Tensor, Var};

use super::batch::Entered;
use super::network::Weight;
use super::ops::{Convolution, Pool, Recurrent, Spans, Taken};
use super::params::{Activation, Body, Cell, Input, NetworkParams, Output, Pooling};
use crate::data::Random;

/// The arrays as tensors that get gradients.
pub(super) fn variables(weights: &[Weight], dtype: DType) -> Result<Vec<Var>> {
    let one = |weight: &Weight| {
        let tensor = Tensor::from_slice(&weight.values, &weight.shape[..], &Device::Cpu)?;
        Var::from_tensor(&tensor.to_dtype(dtype)?)
    };
    weights.iter().map(one).collect()
}

/// The same to look at.
pub(super) fn tensors(variables: &[Var]) -> Vec<Tensor> {
    variables.iter().map(|variable| variable.as_tensor().clone()).collect()
}

/// The numbers of the last layer, a row an example. With `blank`, some numbers are left
/// out at random, as while learning.
pub(super) fn scores(
    params: &NetworkParams,
    weights: &[Tensor],
    entered: &Entered,
    mut blank: Option<&mut Random>,
) -> Result<Tensor> {
    let mut weights = weights.iter();
    let mut next = || weights.next().expect("there is one for each slot of the settings");
    let (mut row, is_text) = match entered {
        Entered::Rows(rows) => (rows.clone(), false),
        Entered::Tokens { vectors, places, spans } => {
            let vectors = vectors.index_select(places, 0)?;
            let share = match params.input {
                Input::Tokens { dropout, .. } => dropout,
                Input::Rows { .. } => 0.0,
            };
            let vectors = blanked(vectors, share, blank.as_deref_mut())?;
            (body(&params.body, &vectors, spans, &mut next)?, true)
        }
    };
    for layer in 0..=params.hidden.len() {
        if layer > 0 {
            row = activated(params.activation, &row)?;
        }
        if layer > 0 || is_text {
            row = blanked(row, params.dropout, blank.as_deref_mut())?;
        }
        row = dense(&row, next(), next())?;
    }
    Ok(row)
}

fn body<'a>(
    body: &Body,
    vectors: &Tensor,
    spans: &Arc<Spans>,
    next: &mut impl FnMut() -> &'a Tensor,
) -> Result<Tensor> {
    match body {
        Body::Plain | Body::Mean => vectors.apply_op1(Pool::new(Taken::Mean, spans)),
        Body::Convolution { widths, .. } => {
            let strongest = |width: &usize| {
                let (filters, bias) = (next(), next());
                let found = vectors.apply_op2(filters, Convolution::new(*width, spans))?;
                found.broadcast_add(bias)?.relu()
            };
            Tensor::cat(&widths.iter().map(strongest).collect::<Result<Vec<_>>>()?, 1)
        }
        Body::Recurrent { cell, pooling, bidirectional, .. } => {
            let read = |reverse: bool| {
                let sums = dense(vectors, next(), next())?;
                recurrent((*cell, *pooling, reverse), &sums, (next(), next()), spans)
            };
            let directions = [false, true].into_iter().take(1 + usize::from(*bidirectional));
            Tensor::cat(&directions.map(read).collect::<Result<Vec<_>>>()?, 1)
        }
    }
}

fn recurrent(
    (cell, pooling, reverse): (Cell, Pooling, bool),
    sums: &Tensor,
    (weights, bias): (&Tensor, &Tensor),
    spans: &Arc<Spans>,
) -> Result<Tensor> {
    let states = sums.apply_op3(weights, bias, Recurrent::new(cell, reverse, spans))?;
    let taken = match (pooling, reverse) {
        (Pooling::Last, false) => Taken::Last,
        // What is read last stands first.
        (Pooling::Last, true) => Taken::First,
        (Pooling::Max, _) => Taken::Max,
        (Pooling::Mean, _) => Taken::Mean,
    };
    states.apply_op1(Pool::new(taken, spans))
}

fn dense(rows: &Tensor, weights: &Tensor, bias: &Tensor) -> Result<Tensor> {
    rows.matmul(weights)?.broadcast_add(bias)
}

fn activated(activation: Activation, rows: &Tensor) -> Result<Tensor> {
    match activation {
        Activation::Relu => rows.relu(),
        Activation::Tanh => rows.tanh(),
        // 1 / (1 + exp(-x)) without an exponential that overflows.
        Activation::Sigmoid => ((rows * 0.5)?.tanh()? * 0.5)? + 0.5,
    }
}

/// Leaves `share` of the numbers out and makes up for them (Srivastava et al. 2014).
fn blanked(rows: Tensor, share: f64, random: Option<&mut Random>) -> Result<Tensor> {
    let Some(random) = random.filter(|_| share > 0.0) else { return Ok(rows) };
    // 32 bits a number are enough, and half the cost.
    let bound = (share * f64::from(u32::MAX)) as u32;
    let kept = (1.0 / (1.0 - share)) as f32;
    let keeps = |bits: u32| if bits < bound { 0.0 } else { kept };
    let count = rows.elem_count();
    let mut mask: Vec<f32> = Vec::with_capacity(count + 1);
    while mask.len() < count {
        let bits = random.bits();
        mask.extend([keeps(bits as u32), keeps((bits >> 32) as u32)]);
    }
    mask.truncate(count);
    let mask = Tensor::from_vec(mask, rows.shape(), &Device::Cpu)?.to_dtype(rows.dtype())?;
    rows * mask
}

/// The loss of some rows of a batch: the sum over them, divided by the `whole` batch.
pub(super) fn loss(
    output: Output,
    scores: &Tensor,
    targets: &[f32],
    whole: usize,
) -> Result<Tensor> {
    let shape = (scores.dims2()?.0, output.predicted());
    let targets = Tensor::from_slice(targets, shape, &Device::Cpu)?.to_dtype(scores.dtype())?;
    let sum = match output {
        Output::Numbers(_) => (scores - targets)?.sqr()?.sum_all()?,
        Output::Classes(_) => {
            let scores = class_scores(output, scores)?;
            let shifted = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?.detach())?;
            let sums = shifted.exp()?.sum_keepdim(D::Minus1)?.log()?;
            (targets * shifted.broadcast_sub(&sums)?)?.sum_all()?.neg()?
        }
    };
    sum / whole as f64
}

/// A score for each class: of two, the first has 0.
pub(super) fn class_scores(output: Output, scores: &Tensor) -> Result<Tensor> {
    match output {
        Output::Classes(2) => Tensor::cat(&[&scores.zeros_like()?, scores], 1),
        Output::Classes(_) | Output::Numbers(_) => Ok(scores.clone()),
    }
}
