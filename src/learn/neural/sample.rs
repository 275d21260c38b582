//! Small networks and texts for tests.

use super::*;
use crate::data::{Random, Sequences};

pub fn rows(columns: usize, hidden: &[usize], output: Output) -> NetworkParams {
    NetworkParams {
        input: Input::Rows { columns },
        body: Body::Plain,
        hidden: hidden.to_vec(),
        activation: Activation::Tanh,
        dropout: 0.0,
        output,
    }
}

pub fn tokens(body: Body) -> NetworkParams {
    let input =
        Input::Tokens { vocabulary: 9, dimensions: 4, longest: 20, dropout: 0.0, tuned: true };
    NetworkParams { input, body, ..rows(1, &[3], Output::Classes(3)) }
}

pub fn convolution() -> NetworkParams {
    tokens(Body::Convolution { widths: vec![2, 3], filters: 4 })
}

pub fn recurrent(cell: Cell, pooling: Pooling) -> NetworkParams {
    tokens(Body::Recurrent { cell, hidden: 3, pooling, bidirectional: true })
}

/// All bodies that read tokens.
pub fn bodies() -> Vec<NetworkParams> {
    let mut all = vec![convolution(), tokens(Body::Mean)];
    for cell in [Cell::Simple, Cell::Gru, Cell::Lstm] {
        for pooling in [Pooling::Last, Pooling::Max, Pooling::Mean] {
            all.push(recurrent(cell, pooling));
        }
    }
    all
}

/// Texts of 0 to 7 tokens, some of which the vocabulary does not have.
pub fn texts(count: usize) -> Sequences {
    let mut random = Random::new(5);
    let mut texts = Sequences::default();
    for _ in 0..count {
        let length = random.below(8);
        texts.push((0..length).map(|_| 1 + random.below(9) as u32).collect::<Vec<_>>());
    }
    texts
}
