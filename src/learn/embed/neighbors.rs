//! A vector → the terms nearest to it.

use super::embedding::Embedding;
use crate::error::{Error, Result};

/// A term near a vector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbor {
    /// Its row.
    pub row: usize,
    /// The cosine of the angle between both.
    pub cosine: f32,
}

impl Embedding {
    /// The `top` terms nearest to `vector` by cosine, the nearest first, equals by row; the
    /// rows of `without` are left out, and vectors of length 0.
    pub fn nearest(&self, vector: &[f32], without: &[usize], top: usize) -> Vec<Neighbor> {
        let length = norm(vector);
        let cosine = |row: usize| {
            let other = self.vector(row);
            let product = f64::from(length) * f64::from(norm(other));
            (f64::from(dot(vector, other)) / product) as f32
        };
        let rows = (0..self.len()).filter(|row| !without.contains(row));
        let mut all: Vec<Neighbor> = rows
            .map(|row| Neighbor { row, cosine: cosine(row) })
            .filter(|one| one.cosine.is_finite())
            .collect();
        let order =
            |a: &Neighbor, b: &Neighbor| b.cosine.total_cmp(&a.cosine).then(a.row.cmp(&b.row));
        if top < all.len() {
            all.select_nth_unstable_by(top, order);
            all.truncate(top);
        }
        all.sort_unstable_by(order);
        all
    }

    /// The mean of the directions of `positive` and against those of `negative`: the
    /// analogy `b - a + c` of Mikolov et al. 2013, as gensim's `most_similar` has it.
    ///
    /// # Errors
    /// If nothing is left of them.
    pub fn direction(&self, positive: &[&[f32]], negative: &[&[f32]]) -> Result<Vec<f32>> {
        let mut sum = vec![0.0f32; self.dimensions];
        let signed = positive.iter().map(|one| (1.0, one));
        for (sign, vector) in signed.chain(negative.iter().map(|one| (-1.0, one))) {
            let length = norm(vector);
            if length > 0.0 {
                let pairs = sum.iter_mut().zip(vector.iter());
                pairs.for_each(|(sum, value)| *sum += sign * value / length);
            }
        }
        match norm(&sum) > 0.0 {
            true => Ok(sum),
            false => Err(Error::usage("the words cancel each other out")
                .hinted("name other words than those that are taken away")),
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(vector: &[f32]) -> f32 {
    dot(vector, vector).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::embedding::tests::sample;

    #[test]
    fn the_nearest_come_first() {
        let embedding = sample(&[
            ("king", &[3.0, 1.0, 0.0]),
            ("man", &[1.0, 0.0, 0.0]),
            ("woman", &[0.0, 0.0, 2.0]),
            ("queen", &[0.0, 1.0, 3.0]),
            ("nothing", &[0.0; 3]),
        ]);
        let row = |term: &str| embedding.find(term).unwrap();
        let near = embedding.nearest(&[2.0, 0.0, 0.0], &[row("man")], 2);
        assert_eq!((near[0].row, near.len()), (row("king"), 2));
        assert!((near[0].cosine - 3.0 / 10f32.sqrt()).abs() < 1e-6);
        let vector = |term: &str| embedding.vector(row(term));
        let sum =
            embedding.direction(&[vector("king"), vector("woman")], &[vector("man")]).unwrap();
        let without = [row("king"), row("man"), row("woman")];
        let near = embedding.nearest(&sum, &without, 10);
        assert_eq!((near[0].row, near.len()), (row("queen"), 1));
        assert!(embedding.direction(&[vector("man")], &[vector("man")]).is_err());
    }

    #[test]
    fn equals_come_by_row() {
        let embedding = sample(&[("a", &[1.0]), ("b", &[2.0]), ("c", &[-1.0]), ("d", &[0.5])]);
        let rows: Vec<usize> =
            embedding.nearest(&[1.0], &[], 2).iter().map(|one| one.row).collect();
        assert_eq!(rows, [0, 1]);
    }
}
