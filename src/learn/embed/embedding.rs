//! Terms and their vectors.

use serde::{Deserialize, Serialize};

use super::subwords::Subwords;
use crate::data::{Interner, UNKNOWN};

/// A vector for each term.
#[derive(Clone, Default)]
pub struct Embedding {
    /// The terms; the number of each is its row. Trained ones come by falling count.
    pub terms: Interner,
    /// How often each was seen; 0 where nobody knows.
    pub counts: Vec<u64>,
    /// Numbers of a vector.
    pub dimensions: usize,
    /// terms × dimensions, row by row; all finite.
    pub vectors: Vec<f32>,
    /// What unknown words are made of.
    pub subwords: Option<Subwords>,
    /// Where it comes from.
    pub about: About,
}

/// Where an embedding comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// `skip-gram`, `cbow`, or the form of the file it was imported from.
    pub method: String,
    /// The pipeline whose documents it was trained on; empty if it was imported.
    #[serde(default)]
    pub pipeline: String,
    /// How it was trained.
    #[serde(default)]
    pub settings: serde_json::Value,
    /// How its terms were cut; null if nobody knows.
    #[serde(default)]
    pub analyze: serde_json::Value,
    /// Whether terms end with their tag: `재미/NNG`.
    #[serde(default)]
    pub tagged: bool,
    /// Documents it was trained on.
    #[serde(default)]
    pub documents: u64,
    /// Words of those that have a vector.
    #[serde(default)]
    pub words: u64,
}

impl Embedding {
    /// How many terms have a vector.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether no term has one.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The row of `term`, written as it stands there.
    pub fn find(&self, term: &str) -> Option<usize> {
        self.terms.get(term).map(|row| row as usize)
    }

    /// The term of a row.
    pub fn term(&self, row: usize) -> &str {
        self.terms.resolve(row as u32)
    }

    /// The vector of a row.
    pub fn vector(&self, row: usize) -> &[f32] {
        &self.vectors[row * self.dimensions..][..self.dimensions]
    }

    /// The row of each term of `names`, [`UNKNOWN`] where there is none: turns the token
    /// numbers of a corpus into rows.
    pub fn rows(&self, names: &Interner) -> Vec<u32> {
        let row = |name| self.terms.get(names.resolve(name)).unwrap_or(UNKNOWN);
        (0..names.len() as u32).map(row).collect()
    }

    /// The mean of the vectors of `rows` goes to `out`, zeros if there is none; gives how
    /// many there were. With `weights`, one a row, it is their weighted mean.
    ///
    /// # Panics
    /// If `out` is no vector, or there is no such row.
    pub fn mean(
        &self,
        rows: impl IntoIterator<Item = usize>,
        weights: Option<&[f32]>,
        out: &mut [f32],
    ) -> usize {
        assert_eq!(out.len(), self.dimensions, "a mean has as many numbers as a vector");
        out.fill(0.0);
        let (mut count, mut total) = (0, 0.0);
        for row in rows {
            let weight = weights.map_or(1.0, |weights| weights[row]);
            let pairs = out.iter_mut().zip(self.vector(row));
            pairs.for_each(|(sum, value)| *sum += weight * value);
            total += weight;
            count += 1;
        }
        if total > 0.0 {
            out.iter_mut().for_each(|sum| *sum /= total);
        }
        count
    }

    /// The mean of the vectors of the terms that have one goes to `out`; gives how many
    /// there were.
    pub fn document_vector<'a>(
        &self,
        terms: impl IntoIterator<Item = &'a str>,
        out: &mut [f32],
    ) -> usize {
        self.mean(terms.into_iter().filter_map(|term| self.find(term)), None, out)
    }

    /// Weights for [`Embedding::mean`] that make frequent terms count less: a / (a + share
    /// of the term), after Arora et al. 2017; all 1 where counts are unknown.
    pub fn frequency_weights(&self, a: f32) -> Vec<f32> {
        let total = self.counts.iter().sum::<u64>();
        if total == 0 {
            return vec![1.0; self.len()];
        }
        let share = |count: u64| (count as f64 / total as f64) as f32;
        self.counts.iter().map(|&count| a / (a + share(count))).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Terms with vectors, counted 1, 2, 3, … from the last one.
    pub fn sample(rows: &[(&str, &[f32])]) -> Embedding {
        let mut embedding = Embedding { dimensions: rows[0].1.len(), ..Embedding::default() };
        for (place, (term, vector)) in rows.iter().enumerate() {
            embedding.terms.intern(term);
            embedding.counts.push((rows.len() - place) as u64);
            embedding.vectors.extend_from_slice(vector);
        }
        embedding
    }

    #[test]
    fn documents_are_means_of_known_terms() {
        let embedding = sample(&[("a", &[1.0, 0.0]), ("b", &[0.0, 3.0])]);
        let mut out = [9.0; 2];
        assert_eq!(embedding.document_vector(["a", "b", "c", "b"], &mut out), 3);
        assert_eq!(out, [1.0 / 3.0, 2.0]);
        assert_eq!(embedding.document_vector(["c"], &mut out), 0);
        assert_eq!(out, [0.0, 0.0]);
        assert_eq!(embedding.mean([0, 1], Some(&[3.0, 1.0]), &mut out), 2);
        assert_eq!(out, [0.75, 0.75]);
    }

    #[test]
    fn frequent_terms_weigh_less() {
        let embedding = sample(&[("a", &[1.0]), ("b", &[1.0])]);
        let weights = embedding.frequency_weights(1e-3);
        assert!(weights[0] < weights[1] && weights[1] < 0.004, "{weights:?}");
        let unknown = Embedding { counts: vec![0; 2], ..embedding };
        assert_eq!(unknown.frequency_weights(1e-3), [1.0, 1.0]);
    }

    #[test]
    fn corpus_numbers_become_rows() {
        let embedding = sample(&[("a", &[1.0]), ("b", &[1.0])]);
        let mut names = Interner::default();
        ["b", "x", "a"].iter().for_each(|name| {
            names.intern(name);
        });
        assert_eq!(embedding.rows(&names), [1, UNKNOWN, 0]);
        assert_eq!((embedding.term(1), embedding.find("x")), ("b", None));
    }
}
