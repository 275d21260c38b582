//! Candidates → the one that the others agree with.

use std::ops::Range;

use super::candidates::{Candidate, Sign};
use super::segments::Blocks;
use super::witness::Witnesses;
use crate::news::page::{Element, Node, Page};

/// The candidate most like the others, which have more or less to say, and that holds
/// what the page tells about its article.
pub(super) fn choose(
    page: &Page,
    blocks: &Blocks,
    candidates: &[Candidate],
    witnesses: &Witnesses,
) -> Option<Chosen> {
    let ranges: Vec<_> = candidates.iter().map(|c| blocks.inside(page.node(c.node))).collect();
    let agreement = |at: usize| -> f32 {
        let others = candidates.iter().zip(&ranges);
        let said = |(other, range)| voice(other) * likeness(blocks, &ranges[at], range);
        others.map(said).sum()
    };
    let points = |at: usize| agreement(at) + witnesses.points(&ranges[at]);
    let order = (0..candidates.len()).rev();
    let best = order.max_by(|&a, &b| points(a).total_cmp(&points(b)))?;
    let node = whole(blocks, page.node(candidates[best].node)).index();
    let voices: f32 = candidates.iter().map(voice).sum();
    Some(Chosen { node, sign: candidates[best].sign, agreement: agreement(best) / voices })
}

/// The element of the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen {
    pub(super) node: usize,
    pub(super) sign: Sign,
    /// The share of the signs that agree.
    pub(super) agreement: f32,
}

fn voice(candidate: &Candidate) -> f32 {
    match candidate.sign {
        Sign::Declared => 2.0,
        Sign::Hook | Sign::Readability | Sign::Density => 1.0,
        Sign::Article | Sign::Siblings | Sign::Script => 0.7,
    }
}

/// The prose in both, as a share of that in any.
fn likeness(blocks: &Blocks, one: &Range<usize>, other: &Range<usize>) -> f32 {
    let both = blocks.body_prose(one.start.max(other.start)..one.end.min(other.end));
    let any = blocks.body_prose(one.clone()) + blocks.body_prose(other.clone()) - both;
    both as f32 / any.max(1) as f32
}

/// The element around `node` and its twins, if the body is cut into several elements
/// of one kind.
fn whole<'p, 'a>(blocks: &Blocks, node: Node<'p, 'a>) -> Node<'p, 'a> {
    let own = blocks.body_prose(blocks.inside(node));
    let levels = std::iter::once(node).chain(node.ancestors()).take(HIGHEST);
    let split = levels.filter(|part| {
        let twins = twins(*part).map(|twin| blocks.body_prose(blocks.inside(twin)));
        twins.sum::<u32>() * 2 > own
    });
    split.last().and_then(|part| part.parent()).unwrap_or(node)
}

const HIGHEST: usize = 3;

/// The elements beside `part` with its name and class. Articles beside each other are
/// articles of their own, and so is what has a title.
fn twins<'p, 'a>(part: Node<'p, 'a>) -> impl Iterator<Item = Node<'p, 'a>> {
    let is_part = !matches!(part.element(), Element::Article | Element::Td | Element::Body);
    let class = part.raw_attribute("class").filter(|class| is_part && !class.trim().is_empty());
    let parent = part.parent().filter(|_| class.is_some());
    let siblings = parent.map(|parent| parent.children()).into_iter().flatten();
    siblings.filter(move |twin| {
        twin.index() != part.index()
            && twin.element() == part.element()
            && twin.raw_attribute("class") == class
            && !twin.descendants().any(|inside| inside.element() == Element::H1)
    })
}
