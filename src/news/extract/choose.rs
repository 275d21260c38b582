//! Candidates → the one that the others agree with.

use std::ops::Range;

use super::candidates::{Candidate, Sign};
use super::segments::{Block, Blocks, sums};
use crate::news::page::Page;

/// The candidate most like the others, which have more or less to say.
pub(super) fn choose(page: &Page, blocks: &Blocks, candidates: &[Candidate]) -> Option<Candidate> {
    let prose = sums(&blocks.list, Block::body_prose);
    let ranges: Vec<_> = candidates.iter().map(|c| blocks.inside(page.node(c.node))).collect();
    let agreement = |at: usize| -> f32 {
        let others = candidates.iter().zip(&ranges);
        others.map(|(other, range)| voice(other.sign) * likeness(&prose, &ranges[at], range)).sum()
    };
    let order = (0..candidates.len()).rev();
    let best = order.max_by(|&a, &b| agreement(a).total_cmp(&agreement(b)))?;
    Some(candidates[best])
}

fn voice(sign: Sign) -> f32 {
    match sign {
        Sign::Declared => 2.0,
        Sign::Hook | Sign::Readability | Sign::Density => 1.0,
        Sign::Article | Sign::Siblings | Sign::Script => 0.7,
    }
}

/// The prose in both, as a share of that in any.
fn likeness(prose: &[u32], one: &Range<usize>, other: &Range<usize>) -> f32 {
    let inside = |range: Range<usize>| match range.start < range.end {
        true => prose[range.end] - prose[range.start],
        false => 0,
    };
    let both = inside(one.start.max(other.start)..one.end.min(other.end));
    let any = inside(one.clone()) + inside(other.clone()) - both;
    both as f32 / any.max(1) as f32
}
