//! Tree → blocks: the lines of a page, each with the part of the tree it stands in.

use rustc_hash::FxHashMap;

use super::hints::{self, Hints};
use crate::news::page::{Counts, Element, Node, Page};

/// What a block is by the elements it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// None of the others, as in a bare `<div>`.
    Text,
    /// `<p>`.
    Paragraph,
    /// An item of a list.
    Item,
    /// `<blockquote>`.
    Quote,
    /// A cell of a table.
    Cell,
    /// `<pre>`.
    Preformatted,
    /// A heading.
    Heading,
}

/// Text between two edges of blocks or `<br>`.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// Its nodes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The innermost block element around it.
    pub(super) holder: usize,
    pub(super) kind: Kind,
    pub(super) counts: Counts,
    /// Those of all elements around it that count.
    pub(super) hints: Hints,
}

impl Block {
    /// How much it looks like running text: characters outside links, or 0.
    pub(super) fn prose(&self) -> u32 {
        let Counts { characters, link_characters, punctuation, .. } = self.counts;
        let is_long = characters >= 80 || (characters >= 30 && punctuation > 0);
        let is_prose = is_long && self.kind != Kind::Heading && link_characters * 2 < characters;
        if is_prose { characters - link_characters } else { 0 }
    }

    /// The same, of blocks that nothing marks as boilerplate.
    pub(super) fn body_prose(&self) -> u32 {
        if self.hints.has(Hints::BOILERPLATE) { 0 } else { self.prose() }
    }

    /// Characters in links of a block that is mostly links.
    pub(super) fn link_list(&self) -> u32 {
        let Counts { characters, link_characters, .. } = self.counts;
        if link_characters * 2 >= characters { link_characters } else { 0 }
    }
}

/// The blocks of a page, and sums over them.
pub(super) struct Blocks {
    pub(super) list: Vec<Block>,
    /// Of all blocks before each, as the next.
    prose: Vec<u32>,
    body_prose: Vec<u32>,
    /// How many blocks start before each node; one more at the end.
    before: Vec<u32>,
    /// What each element says itself, if text stands in it.
    hints: Vec<Hints>,
    /// The first `<h1>`, if there is only one.
    title: Option<usize>,
}

impl Blocks {
    /// Cuts a page into blocks and gives each the hints around it.
    pub(super) fn of(page: &Page) -> Blocks {
        let list = cut(page);
        let prose = sums(&list, Block::prose);
        let mut titles = page.elements(Element::H1);
        let title = titles.next().filter(|_| titles.next().is_none()).map(|title| title.index());
        let before = starts_before(page, &list);
        let hints = vec![Hints::NONE; page.root().end()];
        let mut blocks = Blocks { list, prose, body_prose: Vec::new(), before, hints, title };
        blocks.give_hints(page);
        blocks.body_prose = sums(&blocks.list, Block::body_prose);
        blocks
    }

    /// What the element says itself.
    pub(super) fn hints(&self, node: Node) -> Hints {
        self.hints[node.index()]
    }

    /// Characters of prose in a range of blocks that nothing marks as boilerplate.
    pub(super) fn body_prose(&self, range: std::ops::Range<usize>) -> u32 {
        match range.start < range.end {
            true => self.body_prose[range.end] - self.body_prose[range.start],
            false => 0,
        }
    }

    /// The places of the blocks inside a node.
    pub(super) fn inside(&self, node: Node) -> std::ops::Range<usize> {
        self.before[node.index()] as usize..self.before[node.end()] as usize
    }

    /// Characters of prose inside a node, whatever the hints say.
    pub(super) fn prose(&self, node: Node) -> u32 {
        let inside = self.inside(node);
        self.prose[inside.end] - self.prose[inside.start]
    }

    /// The prose of the elements that share a `class`, together.
    fn prose_of_classes<'a>(&self, page: &Page<'a>) -> FxHashMap<&'a str, u32> {
        let mut sums = FxHashMap::default();
        for node in page.nodes().filter(|node| node.element() != Element::Text) {
            let prose = if node.counts().characters > 0 { self.prose(node) } else { 0 };
            if prose > 0
                && let Some(class) = node.raw_attribute("class")
            {
                *sums.entry(class).or_default() += prose;
            }
        }
        sums
    }

    fn give_hints(&mut self, page: &Page) {
        let classes = self.prose_of_classes(page);
        let all = *self.prose.last().expect("a sum has a start");
        // Elements that are open, by their ends, with the hints inside them.
        let mut open: Vec<(usize, Hints)> = Vec::new();
        let mut block = 0;
        for node in page.nodes() {
            while open.pop_if(|(end, _)| *end <= node.index()).is_some() {}
            let around = open.last().map_or(Hints::NONE, |(_, hints)| *hints);
            while self.list.get(block).is_some_and(|block| block.start <= node.index()) {
                // An element that ends inside the block speaks for a part of it alone.
                let end = self.list[block].end;
                let outside = open.iter().rfind(|(of, _)| *of >= end);
                self.list[block].hints = outside.map_or(Hints::NONE, |(_, hints)| *hints);
                block += 1;
            }
            if node.element() == Element::Text || node.end() == node.index() + 1 {
                continue;
            }
            if node.counts().characters == 0 {
                continue;
            }
            let own = hints::of(node);
            self.hints[node.index()] = own;
            let own = match own.has(Hints::BOILERPLATE) {
                true => self.believed(page, own, node, all, &classes),
                false => own,
            };
            if own != Hints::NONE {
                self.cover(page, node, around, own);
                open.push((node.end(), around.and(own)));
            }
        }
    }

    /// Hints without those that can't be true: what holds most of the prose of a page
    /// is no sidebar, whatever its classes tell about the layout.
    fn believed(
        &self,
        page: &Page,
        hints: Hints,
        node: Node,
        all: u32,
        classes: &FxHashMap<&str, u32>,
    ) -> Hints {
        let share = |prose: u32| prose as f32 / all.max(1) as f32;
        let own = share(self.prose(node));
        let of_class = node.raw_attribute("class").and_then(|class| classes.get(class));
        let alike = of_class.map_or(0.0, |&prose| share(prose));
        let holds_title = self.title.is_some_and(|title| node.holds(page.node(title)));
        if own > 0.8 || (own > 0.1 && holds_title) {
            // What holds the title of the page is no comment either.
            hints.without(Hints::BOILERPLATE)
        } else if own > 0.4 || alike > 0.5 {
            hints.without(Hints::BOILERPLATE.without(SURE))
        } else {
            hints
        }
    }

    /// An element inside a block that holds nearly all of it speaks for the block; what
    /// else is hidden in it doesn't count.
    fn cover(&mut self, page: &Page, node: Node, around: Hints, own: Hints) {
        // The last block that starts before the element or with it, unless it has ended.
        let last = (self.before[node.index() + 1] as usize).saturating_sub(1);
        let has_ended = self.list.get(last).is_some_and(|block| block.end <= node.index());
        let Some(block) = self.list.get_mut(last + usize::from(has_ended)) else { return };
        if block.start > node.index() || node.end() > block.end {
            return;
        }
        let all = page.counts_between(block.start, block.end).characters;
        if node.counts().characters * 10 >= all * 8 {
            block.hints = block.hints.and(own);
        } else if own.has(Hints::ASIDES) && !around.has(Hints::ASIDES) {
            block.counts = block.counts - node.counts();
        }
    }
}

/// Comments, and what is said of cookies, can be longer than an article.
const SURE: Hints = Hints::COMMENT.and(Hints::HIDDEN).and(Hints::CONSENT).and(Hints::FOOTER);

pub(super) fn sums(blocks: &[Block], value: impl Fn(&Block) -> u32) -> Vec<u32> {
    let mut total = 0;
    let mut sums = vec![0];
    sums.extend(blocks.iter().map(|block| {
        total += value(block);
        total
    }));
    sums
}

fn starts_before(page: &Page, list: &[Block]) -> Vec<u32> {
    let mut before = Vec::with_capacity(page.root().end() + 1);
    for (at, block) in list.iter().enumerate() {
        before.resize(block.start + 1, at as u32);
    }
    before.resize(page.root().end() + 1, list.len() as u32);
    before
}

const LONGEST_HEADING: u32 = 400;

fn cut(page: &Page) -> Vec<Block> {
    let mut cutter = Cutter { page, blocks: Vec::new(), start: None };
    let mut open: Vec<(usize, usize, Kind)> = vec![(usize::MAX, 0, Kind::Text)];
    let mut index = 0;
    let all = page.root().end();
    while index < all {
        let innermost =
            |open: &[(usize, usize, Kind)]| open.last().map_or((0, Kind::Text), |o| (o.1, o.2));
        let (mut holder, mut kind) = innermost(&open);
        while open.last().is_some_and(|(end, ..)| *end <= index) {
            cutter.end(index, holder, kind);
            open.pop();
            (holder, kind) = innermost(&open);
        }
        let node = page.node(index);
        index += 1;
        match node.element() {
            Element::Text => cutter.text(node),
            Element::Br => cutter.end(node.index(), holder, kind),
            Element::Document => {}
            element if element.is_unseen() => {
                // An unseen element between two words does not part them.
                index = node.end();
            }
            element if element.is_block() => {
                cutter.end(node.index(), holder, kind);
                // A heading that was not closed holds the whole article.
                let is_long = element.is_heading() && node.counts().characters > LONGEST_HEADING;
                let inside = if is_long { kind } else { kind_inside(element, kind) };
                open.push((node.end(), node.index(), inside));
            }
            _ => {}
        }
    }
    let (holder, kind) = open.last().map_or((0, Kind::Text), |o| (o.1, o.2));
    cutter.end(all, holder, kind);
    cutter.blocks
}

fn kind_inside(element: Element, around: Kind) -> Kind {
    let own = match element {
        Element::P => Kind::Paragraph,
        Element::Li | Element::Dd | Element::Dt => Kind::Item,
        Element::Blockquote => Kind::Quote,
        Element::Td | Element::Th => Kind::Cell,
        Element::Pre => Kind::Preformatted,
        element if element.is_heading() => Kind::Heading,
        _ => return around,
    };
    own.max(around)
}

struct Cutter<'p, 'a> {
    page: &'p Page<'a>,
    blocks: Vec<Block>,
    start: Option<usize>,
}

impl Cutter<'_, '_> {
    fn text(&mut self, node: Node) {
        if self.start.is_none() && node.counts().characters > 0 {
            self.start = Some(node.index());
        }
    }

    /// Ends the block before the node at `end`.
    fn end(&mut self, end: usize, holder: usize, kind: Kind) {
        if let Some(start) = self.start.take() {
            let start = self.with_elements(start, end, holder);
            let counts = self.page.counts_between(start, end);
            self.blocks.push(Block { start, end, holder, kind, counts, hints: Hints::NONE });
        }
    }

    /// The start with the elements that begin there and end inside.
    fn with_elements(&self, start: usize, end: usize, holder: usize) -> usize {
        let least = self.blocks.last().map_or(holder + 1, |block| block.end.max(holder + 1));
        let is_inside = |node: &Node| node.index() >= least && node.end() <= end;
        let elements = self.page.node(start).ancestors().take_while(is_inside);
        elements.last().map_or(start, |element| element.index())
    }
}
