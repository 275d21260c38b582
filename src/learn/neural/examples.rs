//! What a network is shown.

use super::params::{Input, NetworkParams, Output};
use crate::data::Sequences;
use crate::error::{Error, Result};

/// Inputs and what should come out.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// One an example.
    pub inputs: Inputs<'a>,
    /// The same number.
    pub targets: Targets<'a>,
}

/// What comes in.
#[derive(Debug, Clone, Copy)]
pub enum Inputs<'a> {
    /// Rows of numbers, one after another.
    Rows {
        /// All of them.
        values: &'a [f32],
        /// Numbers in a row.
        columns: usize,
    },
    /// Token numbers; those that the vocabulary does not have are read as unseen.
    Tokens(&'a Sequences),
}

/// What should come out.
#[derive(Debug, Clone, Copy)]
pub enum Targets<'a> {
    /// A class each.
    Classes(&'a [u32]),
    /// Numbers, one row after another.
    Numbers(&'a [f32]),
}

impl Inputs<'_> {
    /// Number of examples.
    pub fn len(&self) -> usize {
        match self {
            Inputs::Rows { values, columns } => values.len() / (*columns).max(1),
            Inputs::Tokens(texts) => texts.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tokens or 1: what an example costs.
    pub(super) fn length(&self, place: usize) -> usize {
        match self {
            Inputs::Rows { .. } => 1,
            Inputs::Tokens(texts) => texts.range(place).len(),
        }
    }

    /// Whether a network with these settings reads them.
    pub(super) fn check(&self, params: &NetworkParams) -> Result<()> {
        match (self, &params.input) {
            (Inputs::Tokens(_), Input::Tokens { .. }) => Ok(()),
            (Inputs::Rows { values, columns }, Input::Rows { columns: wanted })
                if columns == wanted && values.len() % columns == 0 =>
            {
                match values.iter().all(|value| value.is_finite()) {
                    true => Ok(()),
                    false => Err(Error::data("a row holds what is no finite number")),
                }
            }
            (Inputs::Rows { columns, .. }, Input::Rows { columns: wanted }) => Err(Error::data(
                format!("a row has {columns} numbers, but the network reads {wanted}"),
            )),
            _ => Err(Error::data("the network reads another kind of input")),
        }
    }
}

impl Examples<'_> {
    pub(super) fn check(&self, params: &NetworkParams) -> Result<()> {
        self.inputs.check(params)?;
        let count = self.inputs.len();
        match (self.targets, params.output) {
            (Targets::Classes(classes), Output::Classes(known)) => {
                if classes.len() != count {
                    return Err(Error::data("there are not as many classes as examples"));
                }
                match classes.iter().all(|class| (*class as usize) < known) {
                    true => Ok(()),
                    false => Err(Error::data(format!("a class is none of {known}"))),
                }
            }
            (Targets::Numbers(numbers), Output::Numbers(width)) => {
                let fits = numbers.len() == count * width;
                match fits && numbers.iter().all(|number| number.is_finite()) {
                    true => Ok(()),
                    false => Err(Error::data("the targets are not one finite number an example")),
                }
            }
            _ => Err(Error::data("the network gives another kind of output")),
        }
    }
}

impl Targets<'_> {
    /// The targets of `chosen`, row by row; `smoothing` is shared out among the classes.
    pub(super) fn rows(&self, chosen: &[usize], output: Output, smoothing: f64) -> Vec<f32> {
        let width = output.predicted();
        match self {
            Targets::Numbers(numbers) => {
                let row = |place: &usize| &numbers[place * width..(place + 1) * width];
                chosen.iter().flat_map(row).copied().collect()
            }
            Targets::Classes(classes) => {
                let mut rows = vec![(smoothing / width as f64) as f32; chosen.len() * width];
                for (row, place) in rows.chunks_exact_mut(width).zip(chosen) {
                    row[classes[*place] as usize] += (1.0 - smoothing) as f32;
                }
                rows
            }
        }
    }
}
