//! An embedding → the vectors that a network's tokens start with.

use super::lexicon::Lexicon;
use crate::data::Random;
use crate::error::{Error, Result};
use crate::learn::embed::Embedding;

/// One vector for each number of `lexicon`; terms that `embedding` does not have get
/// random ones of the same size. Gives how many it has, too.
///
/// # Errors
/// If it has none of the terms.
pub(super) fn start_vectors(
    lexicon: &Lexicon,
    embedding: &Embedding,
    seed: u64,
) -> Result<(Vec<f32>, usize)> {
    let width = embedding.dimensions;
    let count = embedding.vectors.len().max(1) as f64;
    let squares = embedding.vectors.iter().map(|value| f64::from(*value).powi(2));
    let deviation = (squares.sum::<f64>() / count).sqrt();
    let mut random = Random::new(seed);
    let mut found = 0;
    // The padding is nothing; whatever is unseen has a vector as well.
    let mut vectors = vec![0.0; width];
    vectors.extend((0..width).map(|_| (random.normal() * deviation) as f32));
    for term in lexicon.terms() {
        match embedding.find(term) {
            Some(row) => {
                found += 1;
                vectors.extend_from_slice(embedding.vector(row));
            }
            None => vectors.extend((0..width).map(|_| (random.normal() * deviation) as f32)),
        }
    }
    match found {
        0 => Err(Error::data("the embedding has none of the pipeline's terms")
            .hinted("train one on this pipeline: its texts are cut the same way")),
        _ => Ok((vectors, found)),
    }
}
