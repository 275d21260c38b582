//! What a network is made of.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The token that stands for none; its vector is 0 and stays so.
pub const PADDING: u32 = 0;
/// The token of all that the vocabulary does not have.
pub const UNSEEN: u32 = 1;

/// More is a slip of the keyboard, or a file that wants memory.
const WIDEST: usize = 1 << 16;
const MOST_TOKENS: usize = 1 << 24;
const MOST_LAYERS: usize = 64;
const MOST_NUMBERS: usize = 1 << 30;

/// What a network is made of, from its input to its output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkParams {
    /// What comes in.
    pub input: Input,
    /// What makes one row of it.
    pub body: Body,
    /// Widths of the dense layers behind the body.
    pub hidden: Vec<usize>,
    /// What follows each of them.
    pub activation: Activation,
    /// Share of the numbers before each dense layer of a text network, and before all but
    /// the first of others, that are left out at random while learning.
    pub dropout: f64,
    /// What comes out.
    pub output: Output,
}

/// What comes in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// Rows of numbers.
    Rows {
        /// Numbers in a row.
        columns: usize,
    },
    /// Sequences of tokens; [`PADDING`] and [`UNSEEN`] are among the vocabulary.
    Tokens {
        /// Number of different tokens.
        vocabulary: usize,
        /// Length of a token's vector.
        dimensions: usize,
        /// Tokens after so many are not read.
        longest: usize,
        /// Share of the vectors' numbers that are left out while learning.
        dropout: f64,
        /// Whether the vectors learn with the rest.
        tuned: bool,
    },
}

/// What makes one row of the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Body {
    /// Nothing: rows are rows.
    Plain,
    /// The mean of the tokens' vectors.
    Mean,
    /// A network that reads token after token.
    Recurrent {
        /// What it does at each.
        cell: Cell,
        /// Numbers of its state.
        hidden: usize,
        /// How its states become one row.
        pooling: Pooling,
        /// Whether a second one reads from the end.
        bidirectional: bool,
    },
    /// Filters over neighbouring tokens, and the strongest answer of each.
    Convolution {
        /// Numbers of neighbours.
        widths: Vec<usize>,
        /// Filters of each width.
        filters: usize,
    },
}

/// What a recurrent network does at a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// tanh of the sum (Elman 1990).
    Simple,
    /// Gated recurrent unit (Cho et al. 2014), its reset gate behind the product.
    Gru,
    /// Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate.
    Lstm,
}

impl Cell {
    /// Numbers that the sums hold for each number of the state.
    pub(super) fn gates(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        }
    }
}

/// How many rows become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The state after the last token that is read.
    Last,
    /// The largest of each number.
    Max,
    /// The mean of each number.
    Mean,
}

/// What follows a dense layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(0, x).
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// 1 / (1 + exp(-x)).
    Sigmoid,
}

/// What comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Output {
    /// The probabilities of so many classes; two need one number.
    Classes(usize),
    /// So many numbers as they are.
    Numbers(usize),
}

impl Output {
    /// Numbers that the last layer gives.
    pub(super) fn width(self) -> usize {
        match self {
            Output::Classes(2) => 1,
            Output::Classes(count) | Output::Numbers(count) => count,
        }
    }

    /// Numbers that a prediction has.
    pub fn predicted(self) -> usize {
        match self {
            Output::Classes(count) | Output::Numbers(count) => count,
        }
    }
}

impl NetworkParams {
    /// Refuses what cannot be built.
    ///
    /// # Errors
    /// With the first reason.
    pub fn check(&self) -> Result<()> {
        let dropouts = match self.input {
            Input::Rows { .. } => [self.dropout, 0.0],
            Input::Tokens { dropout, .. } => [self.dropout, dropout],
        };
        if dropouts.iter().any(|dropout| !(0.0..0.95).contains(dropout)) {
            return Err(Error::usage("a dropout must be from 0 to less than 0.95"));
        }
        if self.hidden.len() > MOST_LAYERS {
            return Err(Error::usage(format!("more than {MOST_LAYERS} layers cannot be trained")));
        }
        self.hidden.iter().try_for_each(|width| sized("a hidden layer", *width, 1, WIDEST))?;
        match self.output {
            Output::Classes(count) => sized("the number of classes", count, 2, WIDEST)?,
            Output::Numbers(count) => sized("the output", count, 1, WIDEST)?,
        }
        self.check_input()?;
        let numbers = self.slots().iter().try_fold(0usize, |sum, slot| {
            let count = slot.shape.iter().try_fold(1usize, |all, one| all.checked_mul(*one))?;
            sum.checked_add(count)
        });
        match numbers {
            Some(count) if count <= MOST_NUMBERS => Ok(()),
            _ => Err(Error::usage("the network is too large").hinted("make its layers narrower")),
        }
    }

    fn check_input(&self) -> Result<()> {
        match (&self.input, &self.body) {
            (Input::Rows { columns }, Body::Plain) => {
                sized("the number of columns", *columns, 1, MOST_TOKENS)
            }
            (Input::Tokens { vocabulary, dimensions, longest, .. }, body) => {
                sized("the vocabulary", *vocabulary, 2, MOST_TOKENS)?;
                sized("the vectors of tokens", *dimensions, 1, WIDEST)?;
                sized("the longest text", *longest, 1, 1 << 20)?;
                check_body(body)
            }
            _ => Err(Error::usage("rows of numbers have no order to read them in")),
        }
    }
}

fn check_body(body: &Body) -> Result<()> {
    match body {
        Body::Plain => Err(Error::usage("tokens need something that makes a row of them")),
        Body::Mean => Ok(()),
        Body::Recurrent { hidden, .. } => sized("the state", *hidden, 1, WIDEST / 8),
        Body::Convolution { widths, filters } => {
            sized("the number of filters", *filters, 1, WIDEST)?;
            sized("the number of widths", widths.len(), 1, 16)?;
            widths.iter().try_for_each(|width| sized("the width of filters", *width, 1, 64))?;
            match (1..widths.len()).any(|place| widths[..place].contains(&widths[place])) {
                true => Err(Error::usage("a width of filters stands there twice")),
                false => Ok(()),
            }
        }
    }
}

fn sized(what: &str, value: usize, least: usize, most: usize) -> Result<()> {
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => Err(Error::usage(format!("{what} is {value}, but must be {least} to {most}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_built_is_refused() {
        let good = NetworkParams {
            input: Input::Rows { columns: 3 },
            body: Body::Plain,
            hidden: vec![4],
            activation: Activation::Relu,
            dropout: 0.0,
            output: Output::Classes(2),
        };
        assert!(good.check().is_ok());
        let refused = |change: &dyn Fn(&mut NetworkParams)| {
            let mut params = good.clone();
            change(&mut params);
            params.check().expect_err("it cannot be built").to_string()
        };
        assert!(refused(&|one| one.hidden = vec![0]).contains("a hidden layer is 0"));
        assert!(refused(&|one| one.output = Output::Classes(1)).contains("classes is 1"));
        assert!(refused(&|one| one.body = Body::Mean).contains("no order"));
        let twice = Body::Convolution { widths: vec![3, 3], filters: 4 };
        assert!(check_body(&twice).unwrap_err().to_string().contains("twice"));
        assert!(refused(&|one| one.dropout = 1.0).contains("dropout"));
        assert!(refused(&|one| one.dropout = f64::NAN).contains("dropout"));
        assert!(refused(&|one| one.hidden = vec![60_000; 9]).contains("too large"));
    }
}
