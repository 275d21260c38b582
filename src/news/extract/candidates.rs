//! Blocks → the elements that may hold the body, each found by another sign.

use super::hints::Hints;
use super::segments::{Blocks, sums};
use crate::news::page::{Element, Page};

/// The sign by which a candidate was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `itemprop="articleBody"` and the like.
    Declared,
    /// A class that is known for bodies.
    Hook,
    /// `<article>` or `<main>`.
    Article,
    /// Paragraphs, which also speak for what is around them.
    Readability,
    /// Much prose and few links.
    Density,
    /// Many paragraphs beside each other.
    Siblings,
    /// Data in a script.
    Script,
}

/// An element that may hold the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) node: usize,
    pub(super) sign: Sign,
}

/// At most one candidate a sign; several signs may find the same element.
pub(super) fn candidates(page: &Page, blocks: &Blocks) -> Vec<Candidate> {
    let field = Field::of(page, blocks);
    let found = [
        (Sign::Declared, field.hooked(Hints::DECLARED)),
        (Sign::Hook, field.hooked(Hints::BODY)),
        (Sign::Article, field.hooked(Hints::ARTICLE)),
        (Sign::Readability, field.readable()),
        (Sign::Density, field.densest()),
        (Sign::Siblings, field.most_siblings()),
    ];
    let candidates = found.into_iter();
    candidates.filter_map(|(sign, node)| Some(Candidate { node: node?, sign })).collect()
}

/// The block elements that hold prose, with what they hold.
struct Field<'p, 'a> {
    page: &'p Page<'a>,
    places: Vec<Place>,
}

struct Place {
    node: usize,
    /// Of its own element.
    hints: Hints,
    /// Prose that nothing marks as boilerplate.
    prose: u32,
    /// Characters in lists of links.
    links: u32,
    /// Prose of paragraphs directly in it.
    direct: u32,
    /// Points in the manner of Readability.
    points: f32,
}

/// A link costs as much as half a character of prose gives.
const LINK_COST: f32 = 0.6;

impl<'p, 'a> Field<'p, 'a> {
    fn of(page: &'p Page<'a>, blocks: &Blocks) -> Self {
        let links = sums(&blocks.list, |block| match block.hints.has(Hints::BOILERPLATE) {
            true => 0,
            false => block.link_list(),
        });
        let mut places = Vec::new();
        for node in page.nodes().filter(|node| is_container(node.element())) {
            let inside = blocks.inside(node);
            let prose = blocks.body_prose(inside.clone());
            if prose > 0 {
                let links = links[inside.end] - links[inside.start];
                let (node, hints) = (node.index(), blocks.hints(node));
                places.push(Place { node, hints, prose, links, direct: 0, points: 0.0 });
            }
        }
        let mut field = Field { page, places };
        field.give_points(blocks);
        field
    }

    fn give_points(&mut self, blocks: &Blocks) {
        for block in blocks.list.iter().filter(|block| block.body_prose() > 0) {
            let prose = block.body_prose();
            let commas = block.counts.punctuation.min(20) as f32;
            let points = 1.0 + commas + (prose as f32 / 100.0).min(3.0);
            let holder = self.page.node(block.holder);
            let own = is_container(holder.element()).then_some(holder);
            let around =
                own.into_iter().chain(holder.ancestors().filter(|n| is_container(n.element())));
            for (distance, node) in around.take(3).enumerate() {
                if let Ok(at) = self.places.binary_search_by_key(&node.index(), |place| place.node)
                {
                    self.places[at].points += points / [1.0, 2.0, 6.0][distance];
                    self.places[at].direct += if distance == 0 { prose } else { 0 };
                }
            }
        }
    }

    /// The innermost of the elements with this hint that holds most of what any of
    /// them holds.
    fn hooked(&self, hint: Hints) -> Option<usize> {
        let hooked: Vec<&Place> =
            self.places.iter().filter(|place| place.hints.has(hint)).collect();
        let most = hooked.iter().map(|place| place.prose).max()?;
        let enough = |place: &&&Place| place.prose * 10 >= most * 9;
        hooked.iter().rfind(enough).map(|place| place.node)
    }

    fn readable(&self) -> Option<usize> {
        let points = |place: &Place| {
            place.points * (1.0 - place.links as f32 / (place.links + place.prose) as f32)
        };
        self.best(points)
    }

    fn densest(&self) -> Option<usize> {
        self.best(|place| place.prose as f32 - LINK_COST * place.links as f32)
    }

    fn most_siblings(&self) -> Option<usize> {
        self.best(|place| place.direct as f32)
    }

    /// The innermost place with the most points.
    fn best(&self, points: impl Fn(&Place) -> f32) -> Option<usize> {
        let better = |a: &&Place, b: &&Place| points(a).total_cmp(&points(b));
        self.places.iter().max_by(better).map(|place| place.node)
    }
}

/// Elements that hold bodies; paragraphs, items and headings are parts of one.
fn is_container(element: Element) -> bool {
    use Element::*;
    matches!(
        element,
        Document
            | Article
            | Main
            | Section
            | Div
            | Td
            | Body
            | Center
            | Form
            | Table
            | Tbody
            | Span
            | Other
            | Html
    )
}
