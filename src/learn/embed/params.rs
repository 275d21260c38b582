//! How an embedding is trained.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What is told from what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// A word from each word around it (Mikolov et al. 2013).
    #[default]
    SkipGram,
    /// A word from the mean of those around it.
    Cbow,
}

/// Which parts of a word have vectors of their own (Bojanowski et al. 2017).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubwordKind {
    /// None: a word is its own vector alone.
    #[default]
    None,
    /// Runs of 3 to 6 characters, as fastText has them.
    Characters,
    /// Runs of 1 to 4 characters: a Hangul syllable says what three Latin letters do.
    Syllables,
    /// Those, and runs of 3 to 5 letters of the syllables (Park et al. 2018).
    Jamo,
}

/// The settings, named and preset as gensim's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbedParams {
    /// What is told from what.
    pub method: Method,
    /// Parts of words that have vectors.
    pub subwords: SubwordKind,
    /// Numbers of a vector.
    pub dimensions: usize,
    /// Words on each side, at most; each place draws its own number up to it.
    pub window: usize,
    /// Words drawn for each that stands there, to be told from it.
    pub negative: usize,
    /// Words that are more frequent than this share are left out now and then; 0: never.
    pub sample: f64,
    /// Words that occur less often have no vector.
    pub min_count: u64,
    /// Passes over the documents.
    pub epochs: usize,
    /// Size of the first steps; it falls to 0.0001 evenly.
    pub learning_rate: f32,
    /// Where runs of characters share vectors.
    pub buckets: usize,
    /// Of all that is drawn.
    pub seed: u64,
}

/// The learning rate of the last step.
pub(super) const LAST_RATE: f32 = 0.0001;

/// Most numbers of a vector.
pub(super) const MOST_DIMENSIONS: usize = 4096;

/// Most numbers of all buckets: 8 GB of them.
const MOST_NUMBERS: usize = 2_000_000_000;

impl Default for EmbedParams {
    fn default() -> Self {
        EmbedParams {
            method: Method::SkipGram,
            subwords: SubwordKind::None,
            dimensions: 100,
            window: 5,
            negative: 5,
            sample: 1e-3,
            min_count: 5,
            epochs: 5,
            learning_rate: 0.025,
            buckets: 200_000,
            seed: 1,
        }
    }
}

impl EmbedParams {
    /// Checks every value.
    ///
    /// # Errors
    /// All that are out of their bounds, at once.
    pub fn check(&self) -> Result<()> {
        let mut problems = Vec::new();
        let mut bound = |name: &str, value: usize, low: usize, high: usize| {
            if !(low..=high).contains(&value) {
                problems.push(Error::usage(format!(
                    "--{name} is {value}, but must be between {low} and {high}"
                )));
            }
        };
        bound("dimensions", self.dimensions, 1, MOST_DIMENSIONS);
        bound("window", self.window, 1, 100);
        bound("negative", self.negative, 1, 100);
        bound("epochs", self.epochs, 1, 10_000);
        bound("buckets", self.buckets, 1, 10_000_000);
        if self.subwords != SubwordKind::None
            && self.buckets.saturating_mul(self.dimensions) > MOST_NUMBERS
        {
            problems.push(
                Error::usage(format!(
                    "--buckets times --dimensions is more than {MOST_NUMBERS} numbers"
                ))
                .hinted("lower --buckets; runs of characters then share vectors more often"),
            );
        }
        let fraction = |value: f64| value.is_finite() && (0.0..=1.0).contains(&value);
        if !fraction(self.sample) {
            let message = format!("--sample is {}, but must be between 0 and 1", self.sample);
            problems.push(Error::usage(message));
        }
        let rate = self.learning_rate;
        if !(fraction(rate.into()) && rate >= LAST_RATE) {
            let message =
                format!("--learning-rate is {rate}, but must be between {LAST_RATE} and 1");
            problems.push(Error::usage(message));
        }
        Error::all(problems).map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_told_at_once() {
        EmbedParams::default().check().unwrap();
        let params = EmbedParams {
            dimensions: 0,
            window: 101,
            buckets: 0,
            sample: f64::NAN,
            learning_rate: 2.0,
            ..EmbedParams::default()
        };
        let error = params.check().unwrap_err();
        assert_eq!((error.also().len(), error.exit_code()), (4, 2));
        assert_eq!(error.to_string(), "--dimensions is 0, but must be between 1 and 4096");
        let subwords = SubwordKind::Jamo;
        let params = EmbedParams { subwords, buckets: 9_999_999, ..EmbedParams::default() };
        params.check().unwrap();
        assert!(EmbedParams { dimensions: 300, ..params }.check().is_err());
    }
}
