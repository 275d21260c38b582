//! Sums of planes over one chunk, and the documents that may be among the best.

use std::ops::Range;

use super::chunk::{CHUNK, Chunk, Documents, StrideFacts};
use super::kernels::{
    BLOCK, LIGHT, Plane, STRIDE, Sums, WORDS, above, add_light_planes, add_planes, highest,
};
use super::measure::{Bounds, FactsView, Measure, ROUNDING};
use super::query::{Plan, Query};
use super::top::Floor;
use super::weigh::{PlaneWeights, Worth};
use crate::data::Weights;
use crate::error::Result;

/// A document that may be among the best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Its key is no higher.
    pub upper: f64,
    /// Its chunk.
    pub chunk: u32,
    /// Its number in the chunk.
    pub document: u32,
}

/// Memory that one query after another uses.
pub struct Scan {
    sums: Box<[u16; CHUNK]>,
    found: Vec<u32>,
}

impl Default for Scan {
    fn default() -> Self {
        let sums = vec![0; CHUNK].into_boxed_slice().try_into().expect("it has that length");
        Scan { sums, found: Vec::new() }
    }
}

/// What is searched for, and where.
pub struct Wanted<'a> {
    /// The row.
    pub query: &'a Query<'a>,
    /// The measure.
    pub measure: Measure,
    /// How counts are weighed.
    pub weights: &'a Weights,
    /// One bit a document that may be found; all may if absent.
    pub allowed: Option<&'a [u64]>,
}

impl Scan {
    /// Adds the documents of `chunk` that may be among the best to `candidates`.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn chunk(
        &mut self,
        wanted: &Wanted,
        number: u32,
        chunk: &Chunk,
        floor: &mut Floor,
        candidates: &mut Vec<Candidate>,
    ) -> Result<()> {
        let allowed = wanted.allowed.map_or(chunk.documents(), |allowed| {
            allowed.iter().map(|word| word.count_ones() as usize).sum()
        });
        if allowed == 0 {
            return Ok(());
        }
        if wanted.query.columns.len() > MOST_TERMS || allowed * FEW < chunk.documents() {
            everything(wanted, number, chunk, candidates);
            return Ok(());
        }
        let plan = Plan::new(wanted.query, chunk, wanted.weights, wanted.measure)?;
        let facts = FactsView::of(&chunk.facts)?;
        let blocks = chunk.block_count();
        // Only Manhattan's weights depend on the documents they are added to.
        let span = if wanted.measure == Measure::Manhattan { 1 } else { blocks.max(1) };
        let mut lists = vec![0; plan.planes.len()];
        for first in (0..blocks).step_by(span) {
            let range = first..blocks.min(first + span);
            let part = Part { wanted, number, chunk, facts, blocks: range };
            let weights = part.weights(&plan);
            if part.can_hold_better(&weights, floor) {
                self.add(&part, &plan, &weights, &mut lists);
                self.raise(&part, &weights.bounds, floor);
                self.find(&part, &weights, floor, candidates);
            }
        }
        Ok(())
    }

    fn add(&mut self, part: &Part, plan: &Plan, weights: &PlaneWeights, lists: &mut [usize]) {
        let Range { start, end } = part.blocks;
        self.sums[start * BLOCK..end * BLOCK].fill(0);
        add_lists(&mut self.sums, end * BLOCK, plan, weights, lists);
        let groups = Groups::new(plan, weights);
        let (sums, _) = self.sums.as_chunks_mut::<BLOCK>();
        for (sums, block) in sums[start..end].iter_mut().zip(start..) {
            groups.add(sums, block, weights.is_crowded());
        }
    }

    /// Raises the floor by the best of each few documents.
    fn raise(&self, part: &Part, bounds: &Bounds, floor: &mut Floor) {
        let (strides, _) = self.sums.as_chunks::<STRIDE>();
        for stride in part.strides() {
            let mut lowest = part.floor_sum(bounds, floor, stride);
            for (group, highest) in highest(&strides[stride]).into_iter().enumerate() {
                if lowest.is_some_and(|lowest| highest <= lowest) {
                    continue;
                }
                let start = stride * STRIDE + group * GROUP;
                part.raise_by(bounds, start, highest, &self.sums, floor);
                lowest = part.floor_sum(bounds, floor, stride);
            }
        }
    }

    fn find(
        &mut self,
        part: &Part,
        weights: &PlaneWeights,
        floor: &Floor,
        candidates: &mut Vec<Candidate>,
    ) {
        let end = (part.blocks.end * BLOCK).min(part.chunk.documents());
        for start in (part.blocks.start * BLOCK..end).step_by(STRIDE) {
            let range = start..end.min(start + STRIDE);
            self.found.clear();
            match part.floor_sum(&weights.bounds, floor, start / STRIDE) {
                Some(lowest) if f64::from(lowest) >= weights.total => {}
                Some(lowest) => above(&self.sums[range], lowest, start as u32, &mut self.found),
                None => self.found.extend(range.map(|document| document as u32)),
            }
            for &document in &self.found {
                let sum = self.sums[document as usize];
                part.judge(&weights.bounds, document, sum, floor, candidates);
            }
        }
    }
}

/// Sums have no room for the rounding of more terms.
const MOST_TERMS: usize = 30_000;

/// Where one of so many documents is allowed, those are compared one by one.
const FEW: usize = 64;

/// All that is allowed is compared by its row.
fn everything(wanted: &Wanted, number: u32, chunk: &Chunk, candidates: &mut Vec<Candidate>) {
    let documents = (0..chunk.documents() as u32)
        .filter(|document| is_allowed(wanted.allowed, *document as usize));
    candidates.extend(documents.map(|document| Candidate {
        upper: f64::INFINITY,
        chunk: number,
        document,
    }));
}

fn is_allowed(allowed: Option<&[u64]>, place: usize) -> bool {
    allowed.is_none_or(|allowed| allowed[place / 64] >> (place % 64) & 1 == 1)
}

/// Documents of which the best raises the floor: those of one word of a filter.
const GROUP: usize = 64;

/// Adds the weights of lists to the sums of their documents before `end`; `next` tells of
/// each list where it goes on.
fn add_lists(
    sums: &mut [u16; CHUNK],
    end: usize,
    plan: &Plan,
    weights: &PlaneWeights,
    next: &mut [usize],
) {
    let crowded = weights.is_crowded();
    for ((plane, weight), next) in plan.planes.iter().zip(&weights.each).zip(next) {
        if let (Documents::List(list), 1..) = (plane.documents, *weight) {
            let rest = &list[*next..];
            let list = &rest[..count_before(rest, end)];
            *next += list.len();
            match crowded {
                true => add_list(sums, list, |sum| sum.saturating_add(*weight)),
                false => add_list(sums, list, |sum| sum.wrapping_add(*weight)),
            }
        }
    }
}

/// How many documents of a list stand before `end`.
fn count_before(list: &[u16], end: usize) -> usize {
    match list.last().is_none_or(|last| usize::from(*last) < end) {
        true => list.len(),
        false => list.partition_point(|document| usize::from(*document) < end),
    }
}

fn add_list(sums: &mut [u16; CHUNK], list: &[u16], add: impl Fn(u16) -> u16) {
    for document in list {
        let sum = &mut sums[usize::from(*document)];
        *sum = add(*sum);
    }
}

/// The bitmaps of a plan, light ones first.
struct Groups<'a> {
    planes: Vec<(&'a [u64], u16)>,
    /// Where each group of light ones ends.
    light_ends: Vec<usize>,
}

/// Weights up to this are light.
const LIGHTEST: u16 = 64;

impl<'a> Groups<'a> {
    fn new(plan: &Plan<'a>, weights: &PlaneWeights) -> Self {
        let used = || {
            let bitmaps = plan.planes.iter().zip(&weights.each).filter(|(_, weight)| **weight > 0);
            bitmaps.filter_map(|(plane, weight)| match plane.documents {
                Documents::Bits(words) => Some((words, *weight)),
                Documents::List(_) => None,
            })
        };
        let mut planes: Vec<(&[u64], u16)> = used().filter(|(_, one)| *one <= LIGHTEST).collect();
        let (mut light_ends, mut sum) = (Vec::new(), 0);
        for (place, (_, weight)) in planes.iter().enumerate() {
            if sum + weight > LIGHT {
                light_ends.push(place);
                sum = 0;
            }
            sum += weight;
        }
        light_ends.push(planes.len());
        planes.extend(used().filter(|(_, one)| *one > LIGHTEST));
        Groups { planes, light_ends }
    }

    /// Adds what stands in one block to its sums.
    fn add(&self, sums: &mut Sums, block: usize, crowded: bool) {
        let plane = |&(words, weight): &(&'a [u64], u16)| {
            let bits = words.as_chunks::<WORDS>().0.get(block)?;
            Some(Plane { bits, weight })
        };
        let planes: Vec<Plane> = self.planes.iter().filter_map(plane).collect();
        let mut start = 0;
        for &end in &self.light_ends {
            add_light_planes(sums, &planes[start..end], crowded);
            start = end;
        }
        add_planes(sums, &planes[start..], crowded);
    }
}

/// Some blocks of a chunk.
struct Part<'a> {
    wanted: &'a Wanted<'a>,
    number: u32,
    chunk: &'a Chunk,
    facts: FactsView<'a>,
    blocks: Range<usize>,
}

impl Part<'_> {
    /// The weights of the planes in these blocks.
    fn weights(&self, plan: &Plan) -> PlaneWeights {
        let strides = &self.chunk.strides[self.strides()];
        let scale = strides.iter().map(|stride| stride.scale).fold(0.0, f64::max);
        let scales = self.facts.cosine_scales;
        let last = scales.partition_point(|scale| *scale > 0.0);
        let lowest = scales[..last].last().map_or(f64::INFINITY, |scale| f64::from(*scale));
        let worth = Worth { measure: self.wanted.measure, query: self.wanted.query.whole, scale };
        PlaneWeights::new(&plan.planes, worth, lowest)
    }

    /// Numbers of the strides of these blocks.
    fn strides(&self) -> Range<usize> {
        let of = |block| block * (BLOCK / STRIDE);
        of(self.blocks.start)..of(self.blocks.end).min(self.chunk.strides.len())
    }

    /// Whether a document that stood in every plane would be good enough.
    fn can_hold_better(&self, weights: &PlaneWeights, floor: &Floor) -> bool {
        self.strides().any(|stride| {
            self.floor_sum(&weights.bounds, floor, stride)
                .is_none_or(|lowest| f64::from(lowest) < weights.total)
        })
    }

    /// Sums up to this are too low in the stride; `None`: none is.
    fn floor_sum(&self, bounds: &Bounds, floor: &Floor, stride: usize) -> Option<u16> {
        let facts: &StrideFacts = &self.chunk.strides[stride];
        let Some(key) = floor.key() else {
            return (!self.wanted.measure.is_distance()).then_some(0);
        };
        // The bounds of all documents here are at most as far off as ten times this.
        let size = bounds.size_of_terms(self.wanted.measure, facts.length, facts.sum);
        let key = key - 10.0 * ROUNDING * (1.0 + size + key.abs());
        let query = bounds.query;
        let lowest = match self.wanted.measure {
            Measure::Cosine => key * bounds.factor / facts.cosine_scale.max(f64::MIN_POSITIVE),
            Measure::Euclidean => {
                let dot = (key + query.length.powi(2) + facts.length.powi(2)) / 2.0;
                if dot > 0.0 { dot * bounds.factor / facts.scale } else { 0.0 }
            }
            Measure::Manhattan => (key + query.sum + facts.sum) / 2.0 * bounds.factor,
            Measure::Jaccard => key * (f64::from(query.size) + facts.size) / (1.0 + key),
        };
        let lowest = (lowest * (1.0 - 1e-6)).floor() - 1.0;
        match lowest < 0.0 {
            true if self.wanted.measure.is_distance() => None,
            true => Some(0),
            // The highest value always passes: it may stand for more.
            false => Some(lowest.min(f64::from(u16::MAX - 1)) as u16),
        }
    }

    /// Raises the floor by the best of the documents from `start` on.
    fn raise_by(
        &self,
        bounds: &Bounds,
        start: usize,
        highest: u16,
        sums: &[u16; CHUNK],
        floor: &mut Floor,
    ) {
        let end = self.chunk.documents().min(start + GROUP);
        if start >= end {
            return;
        }
        let allowed = self.wanted.allowed.map_or(u64::MAX, |allowed| allowed[start / GROUP]);
        if self.wanted.measure == Measure::Cosine && allowed == u64::MAX {
            // Scales fall, and hardly within a group: the last stands for all.
            floor.raise(bounds.lower_cosine(&self.facts, end - 1, highest));
        } else if allowed != 0 {
            let sums = &sums[start..end];
            let best =
                bounds.best_lower(self.wanted.measure, &self.facts, start..end, sums, allowed);
            floor.raise(best);
        }
    }

    fn judge(
        &self,
        bounds: &Bounds,
        document: u32,
        sum: u16,
        floor: &Floor,
        candidates: &mut Vec<Candidate>,
    ) {
        let place = document as usize;
        let measure = self.wanted.measure;
        let upper = bounds.upper(measure, &self.facts, place, sum);
        let is_too_low = floor.key().is_some_and(|key| upper < key);
        if is_too_low || !is_allowed(self.wanted.allowed, place) {
            return;
        }
        candidates.push(Candidate { upper, chunk: self.number, document });
    }
}

/// The sums of a block are a part of those of a chunk.
const _: () = assert!(std::mem::size_of::<Sums>() * (CHUNK / BLOCK) == CHUNK * 2);
