//! Examples → what the layers read.

use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor, Var};
use rustc_hash::FxHashMap;

use super::examples::Inputs;
use super::network::Weight;
use super::ops::Spans;
use super::params::{Body, Input, NetworkParams, PADDING, UNSEEN};

/// Some examples of a batch, computed by one thread.
pub(super) enum Shard {
    Rows { values: Vec<f32>, shape: (usize, usize) },
    Tokens(Tokens),
}

/// Texts one after another.
pub(super) struct Tokens {
    /// The different tokens of the shard; the first is the padding.
    pub distinct: Vec<u32>,
    /// For each row, the place in `distinct`.
    places: Vec<u32>,
    spans: Arc<Spans>,
}

/// A shard as tensors.
pub(super) enum Entered {
    Rows(Tensor),
    Tokens {
        /// The vectors of the distinct tokens.
        vectors: Tensor,
        places: Tensor,
        spans: Arc<Spans>,
    },
}

impl Shard {
    pub fn of(inputs: &Inputs, chosen: &[usize], params: &NetworkParams) -> Self {
        match (inputs, &params.input) {
            (Inputs::Rows { values, columns }, _) => {
                let row = |place: &usize| &values[place * columns..(place + 1) * columns];
                let values = chosen.iter().flat_map(row).copied().collect();
                Shard::Rows { values, shape: (chosen.len(), *columns) }
            }
            (Inputs::Tokens(texts), Input::Tokens { vocabulary, longest, .. }) => {
                let texts = chosen.iter().map(|place| texts.document(*place));
                Shard::Tokens(Tokens::of(texts, *vocabulary as u32, *longest, gap(&params.body)))
            }
            (Inputs::Tokens(_), Input::Rows { .. }) => {
                unreachable!("inputs were checked to fit the network")
            }
        }
    }

    /// Its tensors; with `learning`, vectors get gradients and stand in the variable too.
    pub fn enter(
        &self,
        table: Option<&Weight>,
        dtype: DType,
        learning: bool,
    ) -> Result<(Entered, Option<Var>)> {
        match self {
            Shard::Rows { values, shape } => {
                let rows = Tensor::from_slice(values, *shape, &Device::Cpu)?.to_dtype(dtype)?;
                Ok((Entered::Rows(rows), None))
            }
            Shard::Tokens(tokens) => {
                let table = table.expect("a network over tokens has their vectors");
                let vectors = tokens.vectors(table)?.to_dtype(dtype)?;
                let variable = learning.then(|| Var::from_tensor(&vectors)).transpose()?;
                let vectors = variable.as_ref().map_or(vectors, |one| one.as_tensor().clone());
                Ok((tokens.entered(vectors)?, variable))
            }
        }
    }
}

/// Rows between two texts, so that no window reaches into the next one.
fn gap(body: &Body) -> usize {
    match body {
        Body::Convolution { widths, .. } => widths.iter().max().map_or(0, |widest| widest - 1),
        Body::Plain | Body::Mean | Body::Recurrent { .. } => 0,
    }
}

impl Tokens {
    fn of<'a>(
        texts: impl Iterator<Item = &'a [u32]>,
        vocabulary: u32,
        longest: usize,
        gap: usize,
    ) -> Self {
        let mut seen = FxHashMap::from_iter([(PADDING, 0)]);
        let mut distinct = vec![PADDING];
        let mut places = Vec::new();
        let mut spans = Spans::default();
        for text in texts {
            spans.starts.push(places.len());
            // A text without a token is one token of padding.
            let text =
                if text.is_empty() { &[PADDING][..] } else { &text[..text.len().min(longest)] };
            spans.lengths.push(text.len());
            for &token in text {
                let token = if token < vocabulary { token } else { UNSEEN };
                let place = *seen.entry(token).or_insert_with(|| {
                    distinct.push(token);
                    distinct.len() as u32 - 1
                });
                places.push(place);
            }
            places.resize(places.len() + gap, 0);
        }
        spans.rows = places.len();
        Tokens { distinct, places, spans: Arc::new(spans) }
    }

    fn vectors(&self, table: &Weight) -> Result<Tensor> {
        let dimensions = table.shape[1];
        let row = |token: &u32| {
            let start = *token as usize * dimensions;
            &table.values[start..start + dimensions]
        };
        let values: Vec<f32> = self.distinct.iter().flat_map(row).copied().collect();
        Tensor::from_vec(values, (self.distinct.len(), dimensions), &Device::Cpu)
    }

    fn entered(&self, vectors: Tensor) -> Result<Entered> {
        let places = Tensor::from_slice(&self.places, self.places.len(), &Device::Cpu)?;
        Ok(Entered::Tokens { vectors, places, spans: self.spans.clone() })
    }
}
