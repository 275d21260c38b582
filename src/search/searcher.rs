//! Rows → the nearest documents, exactly.

use std::cmp::Ordering;

use super::chunk::Chunk;
use super::measure::{Common, FactsView, Measure};
use super::query::Query;
use super::scan::{Candidate, Scan, Wanted};
use super::top::Floor;
use crate::data::{Weights, scaled};
use crate::error::Result;

/// A document that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Higher is nearer; [`Measure::score`] makes the score of it.
    pub key: f64,
    /// Its chunk.
    pub chunk: u32,
    /// Its number in the chunk.
    pub document: u32,
}

/// Memory of one thread that searches.
#[derive(Default)]
pub struct Worker {
    scan: Scan,
    /// The query by column; [`ABSENT`] where it has none, since a weight may be 0.
    dense: Vec<f32>,
    /// What small frequencies become before the factor of a column.
    frequencies: Vec<f32>,
    candidates: Vec<Candidate>,
}

/// What to look for.
pub struct Request<'a> {
    /// The row.
    pub query: &'a Query<'a>,
    /// How to compare.
    pub measure: Measure,
    /// How many documents to find.
    pub top: usize,
    /// For each chunk one bit a document that may be found; all may if absent.
    pub allowed: Option<&'a [Vec<u64>]>,
}

impl Worker {
    /// The `top` nearest documents, nearest first; equal ones in the order of `before`.
    ///
    /// By cosine and Jaccard, documents without a common term are not found.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn search(
        &mut self,
        chunks: &[Chunk],
        weights: &Weights,
        request: &Request,
        before: impl Fn(&Found, &Found) -> Ordering,
    ) -> Result<Vec<Found>> {
        let Request { query, measure, top, allowed } = *request;
        if top == 0 {
            return Ok(Vec::new());
        }
        let mut floor = Floor::new(top);
        self.candidates.clear();
        for (number, chunk) in chunks.iter().enumerate() {
            let allowed = allowed.map(|allowed| allowed[number].as_slice());
            let wanted = Wanted { query, measure, weights, allowed };
            self.scan.chunk(&wanted, number as u32, chunk, &mut floor, &mut self.candidates)?;
        }
        let key = floor.key().unwrap_or(f64::NEG_INFINITY);
        self.candidates.retain(|candidate| candidate.upper >= key);
        self.exact(chunks, weights, request, before)
    }

    /// Keys from rows, until no candidate can be better than the worst found.
    fn exact(
        &mut self,
        chunks: &[Chunk],
        weights: &Weights,
        request: &Request,
        before: impl Fn(&Found, &Found) -> Ordering,
    ) -> Result<Vec<Found>> {
        self.spread(request.query, weights);
        let found = self.compare(chunks, weights, request);
        self.clear(request.query);
        let (mut found, measure) = (found?, request.measure);
        // By what a user sees: keys may differ where the root of them does not.
        let score = |found: &Found| measure.score(found.key);
        let nearest_first = |left: &Found, right: &Found| match measure.is_distance() {
            true => score(left).total_cmp(&score(right)),
            false => score(right).total_cmp(&score(left)),
        };
        found.sort_by(|left, right| nearest_first(left, right).then_with(|| before(left, right)));
        found.truncate(request.top);
        Ok(found)
    }

    fn compare(
        &mut self,
        chunks: &[Chunk],
        weights: &Weights,
        request: &Request,
    ) -> Result<Vec<Found>> {
        let views = chunks.iter().map(|chunk| FactsView::of(&chunk.facts));
        let views = views.collect::<Result<Vec<_>>>()?;
        let mut floor = Floor::new(request.top);
        let mut found = Vec::with_capacity(request.top + 1);
        let mut sorted = 0;
        for next in 0..self.candidates.len() {
            if next == sorted {
                sorted += sort_first(&mut self.candidates[next..], next.max(FIRST_SORTED));
            }
            let candidate = self.candidates[next];
            if floor.key().is_some_and(|key| candidate.upper < key) {
                break;
            }
            let (chunk, document) = (candidate.chunk as usize, candidate.document as usize);
            let facts = &views[chunk];
            let common = self.common(&chunks[chunk], document, facts.scales[document], weights)?;
            let key = common.key(request.measure, request.query.whole, facts.whole(document));
            // Terms that weigh nothing are common by Jaccard alone.
            if key > 0.0 || request.measure.is_distance() {
                floor.raise(key);
                found.push(Found { key, chunk: candidate.chunk, document: candidate.document });
            }
        }
        Ok(found)
    }

    fn spread(&mut self, query: &Query, weights: &Weights) {
        let needed = query.columns.last().map_or(0, |last| *last as usize + 1);
        let needed = needed.max(weights.factors.len());
        if self.dense.len() < needed {
            self.dense.resize(needed, ABSENT);
        }
        // Two are enough to tell both ways of weighing apart.
        let known = self.frequencies.get(2).copied();
        if known != Some(weights.term_frequency(2.0)) {
            self.frequencies =
                (0..SMALL).map(|count| weights.term_frequency(count as f32)).collect();
        }
        for (column, value) in query.columns.iter().zip(query.values) {
            self.dense[*column as usize] = *value;
        }
    }

    fn clear(&mut self, query: &Query) {
        query.columns.iter().for_each(|column| self.dense[*column as usize] = ABSENT);
    }

    fn common(
        &self,
        chunk: &Chunk,
        document: usize,
        scale: f64,
        weights: &Weights,
    ) -> Result<Common> {
        let mut common = Common::default();
        chunk.row(document, |column, frequency| {
            let query = self.dense.get(column as usize).copied().unwrap_or(ABSENT);
            if !query.is_nan() {
                let known = self.frequencies.get(frequency as usize).copied();
                let frequency = known.unwrap_or_else(|| weights.term_frequency(frequency as f32));
                common.add(query, scaled(frequency * weights.factor(column), scale));
            }
        })?;
        Ok(common)
    }
}

/// No weight.
const ABSENT: f32 = f32::NAN;

/// Frequencies that are looked up instead of computed.
const SMALL: u32 = 64;

/// Candidates that are sorted at first; each time after that, as many as there were.
const FIRST_SORTED: usize = 256;

/// Puts the best `count` candidates in front, the best first, and gives how many they are.
///
/// Of ten thousand a few hundred are compared: sorting all of them took a third of the
/// time that the nearest documents of a whole review take.
fn sort_first(candidates: &mut [Candidate], count: usize) -> usize {
    let order = |left: &Candidate, right: &Candidate| right.upper.total_cmp(&left.upper);
    if count < candidates.len() {
        candidates.select_nth_unstable_by(count, order);
    }
    let count = count.min(candidates.len());
    candidates[..count].sort_unstable_by(order);
    count
}
