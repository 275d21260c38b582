//! A network → what it says of examples it was not shown.

use candle_core::{DType, Tensor};
use rayon::prelude::*;

use super::batch::Shard;
use super::examples::Inputs;
use super::network::Network;
use super::params::Output;
use super::{engine, graph};
use crate::data::{Sequences, softmax};
use crate::error::{Error, Result};

/// Examples that are computed together; more would only take memory.
const TOGETHER: usize = 32;

/// Asks a network without preparing it again for each example.
pub struct Predictor<'a> {
    network: &'a Network,
    weights: Vec<Tensor>,
}

impl<'a> Predictor<'a> {
    /// Prepares `network`.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn new(network: &'a Network) -> Result<Self> {
        let variables = graph::variables(network.apart().1, DType::F32).map_err(engine)?;
        let weights = variables.iter().map(|one| one.as_tensor().detach()).collect();
        Ok(Predictor { network, weights })
    }

    /// The network that is asked.
    pub fn network(&self) -> &'a Network {
        self.network
    }

    /// Probabilities of the classes, or numbers, of `chosen`, a row an example.
    ///
    /// # Errors
    /// If the network reads something else, or diverged.
    pub fn predict(&self, inputs: &Inputs, chosen: &[usize]) -> Result<Vec<f64>> {
        inputs.check(&self.network.params)?;
        let rows: Vec<Vec<f64>> = chosen
            .par_chunks(TOGETHER)
            .map(|chosen| self.some(inputs, chosen).map_err(engine))
            .collect::<Result<_>>()?;
        whole(rows.concat())
    }

    /// The same for one text.
    ///
    /// # Errors
    /// If the network does not read texts, or diverged.
    pub fn text(&self, tokens: &[u32]) -> Result<Vec<f64>> {
        let texts = Sequences { tokens: tokens.to_vec(), ends: vec![tokens.len()] };
        let inputs = Inputs::Tokens(&texts);
        inputs.check(&self.network.params)?;
        whole(self.some(&inputs, &[0]).map_err(engine)?)
    }

    fn some(&self, inputs: &Inputs, chosen: &[usize]) -> candle_core::Result<Vec<f64>> {
        let params = &self.network.params;
        let shard = Shard::of(inputs, chosen, params);
        let (entered, _) = shard.enter(self.network.apart().0, DType::F32, false)?;
        let scores = graph::scores(params, &self.weights, &entered, None)?;
        let scores =
            graph::class_scores(params.output, &scores)?.flatten_all()?.to_vec1::<f32>()?;
        let mut numbers: Vec<f64> = scores.into_iter().map(f64::from).collect();
        if let Output::Classes(count) = params.output {
            numbers.chunks_exact_mut(count).for_each(|scores| _ = softmax(scores));
        }
        Ok(numbers)
    }
}

/// Finite weights may be so large that what comes of them is not.
fn whole(numbers: Vec<f64>) -> Result<Vec<f64>> {
    match numbers.iter().all(|number| number.is_finite()) {
        true => Ok(numbers),
        false => Err(Error::data("the network diverged: it answers with what is no finite number")
            .hinted("train it again with a lower --learning-rate")),
    }
}
