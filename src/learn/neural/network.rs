//! A network: its settings and what it learned.

use super::params::NetworkParams;
use super::slots::{EMBEDDING, Slot};
use crate::data::Random;
use crate::error::{Error, Result};

/// A network.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub(super) params: NetworkParams,
    /// One for each slot of the settings, in that order.
    pub(super) weights: Vec<Weight>,
}

/// An array that is learned.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weight {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// What a user reads of a part of a network.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Layer {
    /// `dense.0.weight`, …
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Number of its parameters.
    pub parameters: usize,
}

impl Network {
    /// A network that knows nothing yet.
    ///
    /// # Errors
    /// If it cannot be built.
    pub fn new(params: &NetworkParams, seed: u64) -> Result<Self> {
        params.check()?;
        let mut random = Random::new(seed);
        let weight = |slot: Slot| {
            let values = slot.fill(&mut random);
            Weight { name: slot.name, shape: slot.shape, values }
        };
        let weights = params.slots().into_iter().map(weight).collect();
        Ok(Network { params: params.clone(), weights })
    }

    /// Its settings.
    pub fn params(&self) -> &NetworkParams {
        &self.params
    }

    /// Its arrays in the order in which the input passes them.
    pub fn layers(&self) -> Vec<Layer> {
        let layer = |weight: &Weight| Layer {
            name: weight.name.clone(),
            shape: weight.shape.clone(),
            parameters: weight.values.len(),
        };
        self.weights.iter().map(layer).collect()
    }

    /// How many numbers it learns.
    pub fn parameters(&self) -> usize {
        self.weights.iter().map(|weight| weight.values.len()).sum()
    }

    /// Starts from these vectors of tokens, one after another.
    ///
    /// # Errors
    /// If they are not as many as the vocabulary and the dimensions ask for, or not finite.
    pub fn set_embedding(&mut self, vectors: &[f32]) -> Result<()> {
        let Some(table) = self.weights.first_mut().filter(|weight| weight.name == EMBEDDING) else {
            return Err(Error::usage("a network over rows has no vectors of tokens"));
        };
        if table.values.len() != vectors.len() || vectors.iter().any(|value| !value.is_finite()) {
            return Err(Error::data("the vectors do not fit the vocabulary of the network"));
        }
        table.values.copy_from_slice(vectors);
        table.values[..table.shape[1]].fill(0.0);
        Ok(())
    }

    /// The vectors of tokens, if it has any, and the other arrays.
    pub(super) fn apart(&self) -> (Option<&Weight>, &[Weight]) {
        match self.weights.split_first() {
            Some((first, rest)) if first.name == EMBEDDING => (Some(first), rest),
            _ => (None, &self.weights),
        }
    }

    /// The same to change.
    pub(super) fn apart_mut(&mut self) -> (Option<&mut Weight>, &mut [Weight]) {
        match self.weights.first().is_some_and(|first| first.name == EMBEDDING) {
            true => {
                let (first, rest) = self.weights.split_at_mut(1);
                (Some(&mut first[0]), rest)
            }
            false => (None, &mut self.weights),
        }
    }

    pub(super) fn is_finite(&self) -> bool {
        self.weights.iter().all(|weight| weight.values.iter().all(|value| value.is_finite()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::neural::{Activation, Body, Cell, Input, Output, Pooling};

    fn params(columns: usize, hidden: &[usize], output: Output) -> NetworkParams {
        NetworkParams {
            input: Input::Rows { columns },
            body: Body::Plain,
            hidden: hidden.to_vec(),
            activation: Activation::Tanh,
            dropout: 0.0,
            output,
        }
    }

    #[test]
    fn three_four_four_one_has_41_parameters() {
        for output in [Output::Numbers(1), Output::Classes(2)] {
            let network = Network::new(&params(3, &[4, 4], output), 1).unwrap();
            assert_eq!(network.parameters(), 41);
            let shapes: Vec<Vec<usize>> =
                network.layers().into_iter().map(|one| one.shape).collect();
            let expected: [&[usize]; 6] = [&[3, 4], &[4], &[4, 4], &[4], &[4, 1], &[1]];
            assert_eq!(shapes, expected);
        }
    }

    #[test]
    fn seeds_make_networks() {
        let params = params(3, &[4], Output::Classes(3));
        let made = |seed| Network::new(&params, seed).unwrap();
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
        assert_eq!(made(1).layers()[2].shape, [4, 3]);
    }

    #[test]
    fn memories_begin_by_keeping_and_the_padding_is_nothing() {
        let input =
            Input::Tokens { vocabulary: 5, dimensions: 2, longest: 9, dropout: 0.0, tuned: true };
        let body = Body::Recurrent {
            cell: Cell::Lstm,
            hidden: 3,
            pooling: Pooling::Last,
            bidirectional: true,
        };
        let params = NetworkParams { input, body, ..params(1, &[], Output::Classes(2)) };
        let mut network = Network::new(&params, 1).unwrap();
        assert_eq!(network.weights[2].values, [0., 0., 0., 1., 1., 1., 0., 0., 0., 0., 0., 0.]);
        assert_eq!(network.weights[0].values[..2], [0.0; 2]);
        assert_eq!(network.weights.last().unwrap().name, "dense.0.bias");
        assert_eq!(network.layers()[9].shape, [6, 1]);
        network.set_embedding(&[1.0; 10]).unwrap();
        assert_eq!(network.weights[0].values[..4], [0.0, 0.0, 1.0, 1.0]);
        assert!(network.set_embedding(&[1.0; 9]).is_err());
        assert!(network.set_embedding(&[f32::NAN; 10]).is_err());
    }
}
