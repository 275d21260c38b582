//! Candidates → the one that the others agree with.

use super::candidates::Candidate;
use super::segments::{Blocks, sums};
use crate::news::page::Page;

/// The candidate most like the others.
pub(super) fn choose(page: &Page, blocks: &Blocks, candidates: &[Candidate]) -> Option<Candidate> {
    let prose = sums(&blocks.list, |block| block.body_prose());
    let mass = |a: std::ops::Range<usize>| prose[a.end.max(a.start)] - prose[a.start];
    let ranges: Vec<_> = candidates.iter().map(|c| blocks.inside(page.node(c.node))).collect();
    let agreement = |at: usize| -> f32 {
        let own = &ranges[at];
        let with = |other: &std::ops::Range<usize>| {
            let both = own.start.max(other.start)..own.end.min(other.end);
            let both = if both.start < both.end { mass(both) } else { 0 };
            both as f32 / (mass(own.clone()) + mass(other.clone()) - both).max(1) as f32
        };
        ranges.iter().map(with).sum()
    };
    let best =
        (0..candidates.len()).rev().max_by(|&a, &b| agreement(a).total_cmp(&agreement(b)))?;
    Some(candidates[best])
}
