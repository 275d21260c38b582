//! Sets of documents → near-duplicates.
//!
//! In: a set of shingles a document. Out: pairs whose similarity of Jaccard (common
//! shingles over all shingles of both) reaches a threshold, and groups of them.
//! Similarities are exact. [`exact_pairs`] misses no pair; [`MinHashLsh`] is faster and
//! may miss one in a thousand of those right at the threshold, fewer above it.

mod groups;
mod join;
mod minhash;
mod overlap;
mod ranks;
mod sets;
mod signature;
mod stream;

pub use groups::{Group, Member, groups};
pub use join::exact_pairs;
pub use minhash::MinHashLsh;
pub use sets::{Sets, Shingles};
pub use stream::Stream;

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Two documents that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pair {
    /// The earlier document, by its place in the corpus.
    pub first: u32,
    /// The later one.
    pub second: u32,
    /// Common shingles over all shingles of both.
    pub similarity: f64,
}

impl Pair {
    fn of(one: u32, other: u32, similarity: f64) -> Self {
        Pair { first: one.min(other), second: one.max(other), similarity }
    }
}

/// What counts as a near-duplicate, and how it is looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DuplicatesParams {
    /// Least share of common shingles, greater than 0.0 and at most 1.0.
    pub threshold: f64,
    /// Tokens of a shingle; 1 compares vocabularies.
    pub shingle: u32,
    /// Miss no pair, which takes longer.
    pub exact: bool,
}

impl Default for DuplicatesParams {
    fn default() -> Self {
        DuplicatesParams { threshold: 0.7, shingle: 1, exact: false }
    }
}

/// Longer runs are the same in copies without any change only.
const LONGEST_SHINGLE: u32 = 16;

/// Below this, most pairs are candidates, and hashing saves nothing.
const LOWEST_HASHED: f64 = 0.1;

impl DuplicatesParams {
    /// All problems of these settings.
    pub fn check(&self) -> Vec<Error> {
        let DuplicatesParams { threshold, shingle, .. } = *self;
        let mut problems = Vec::new();
        if !(threshold > 0.0 && threshold <= 1.0) {
            let must = "greater than 0.0 and at most 1.0";
            let hint = "0.7 finds copies with some changes, 1.0 only those with the same words";
            problems.push(wrong("threshold", threshold, must, hint));
        }
        if !(1..=LONGEST_SHINGLE).contains(&shingle) {
            let must = format!("from 1 to {LONGEST_SHINGLE}");
            let hint = "1 compares words, 3 runs of three words; then use a threshold of 0.5";
            problems.push(wrong("shingle", shingle, &must, hint));
        }
        problems
    }

    /// What makes the sets that [`find`] compares.
    pub fn shingles(&self) -> Shingles {
        Shingles::new(self.shingle)
    }
}

fn wrong(name: &str, value: impl std::fmt::Display, must: &str, hint: &str) -> Error {
    Error::usage(format!("`{name}` is {value}, but must be {must}")).hinted(hint)
}

/// The groups of near-duplicates among these documents, by their first document.
///
/// # Errors
/// All problems of the settings; more documents than 32 bits can number.
///
/// # Examples
/// ```
/// use malmoi::search::duplicates::{DuplicatesParams, Sets, find};
///
/// let params = DuplicatesParams::default();
/// let mut sets = Sets::default();
/// for text in ["a b c d e f g", "x y z", "x y z", "a b c d e f h"] {
///     sets.push(&params.shingles().of_terms(text.split(' ')));
/// }
/// let groups = find(&sets, &params)?;
/// assert_eq!((groups[0].representative, groups[1].representative), (0, 1));
/// assert_eq!(groups[0].members[1].similarity, 6.0 / 8.0);
/// # Ok::<(), malmoi::Error>(())
/// ```
pub fn find(sets: &Sets, params: &DuplicatesParams) -> Result<Vec<Group>> {
    if let Some(error) = Error::all(params.check()) {
        return Err(error);
    }
    if u32::try_from(sets.len()).is_err() {
        let message = format!("{} documents are more than can be compared at once", sets.len());
        return Err(Error::data(message).hinted("compare at most 4 billion at a time"));
    }
    Ok(groups(&tying_pairs(sets, params), sets))
}

/// Enough pairs to tie every group together.
///
/// Of the same page fetched ten thousand times fifty million pairs could be made: the
/// same sets are tied to the first of them, and only that is compared with others.
fn tying_pairs(sets: &Sets, params: &DuplicatesParams) -> Vec<Pair> {
    let Distinct { firsts, copies } = Distinct::of(sets);
    let mut pairs = match copies.is_empty() {
        true => similar_pairs(sets, params),
        false => similar_pairs(&sets.select(&firsts), params),
    };
    if !copies.is_empty() {
        let original = |place: u32| firsts[place as usize];
        pairs.iter_mut().for_each(|pair| {
            *pair = Pair::of(original(pair.first), original(pair.second), pair.similarity);
        });
    }
    pairs.extend(copies);
    pairs
}

fn similar_pairs(sets: &Sets, params: &DuplicatesParams) -> Vec<Pair> {
    match params.exact || params.threshold < LOWEST_HASHED {
        true => exact_pairs(sets, params.threshold),
        false => MinHashLsh::for_threshold(params.threshold).pairs(sets, params.threshold),
    }
}

/// The first document of each set that is not empty, and the others tied to it.
struct Distinct {
    firsts: Vec<u32>,
    copies: Vec<Pair>,
}

impl Distinct {
    fn of(sets: &Sets) -> Distinct {
        let mut first: HashMap<&[u64], u32, FxBuildHasher> = HashMap::default();
        let mut distinct = Distinct { firsts: Vec::new(), copies: Vec::new() };
        for document in (0..sets.len()).filter(|&document| !sets.get(document).is_empty()) {
            let number = document as u32;
            match *first.entry(sets.get(document)).or_insert(number) {
                same if same == number => distinct.firsts.push(number),
                earlier => distinct.copies.push(Pair::of(earlier, number, 1.0)),
            }
        }
        distinct
    }
}

#[cfg(test)]
mod tests;
