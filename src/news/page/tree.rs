//! Pieces of markup → nodes in the order of the page.
//!
//! Trees are built by a part of the standard's rules: void elements, end tags that
//! are left out, end tags at a wrong place. Nothing is moved, so that the contents
//! of a node are the nodes behind it up to its end. Every step looks at the open
//! elements only, of which there are few, whatever the page does.

use rustc_hash::FxHashMap;

use super::counts::Counts;
use super::element::Element;
use super::{Entry, Page};
use crate::markup::{Piece, Pieces};

/// Deeper elements are kept beside each other. Of 102 news pages none reaches 60.
const MAX_DEPTH: usize = 256;

/// More tags than that are left out; their text stays.
const MAX_NODES: usize = 2_000_000;

/// Builds the tree of `html`.
pub(super) fn build(html: &str) -> Page<'_> {
    let mut builder = Builder::new(html);
    let mut pieces = Pieces::new(html);
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) | Piece::Verbatim(text) => builder.text(text),
            Piece::Unseen(text) => builder.raw(text),
            Piece::Start(name) => builder.start(name, pieces.attributes()),
            Piece::End(name) => builder.end(name),
            Piece::Nothing => {}
        }
    }
    builder.finish()
}

struct Builder<'a> {
    page: Page<'a>,
    totals: Counts,
    open: Vec<Open>,
    /// How many elements of each name are open: most end tags need no search.
    open_of: Vec<u32>,
    names: FxHashMap<String, u16>,
    /// Open `<a>` that no end tag has met yet.
    links: u32,
    unseen: u32,
    /// Elements that were opened too deep, and are not in `open`.
    too_deep: usize,
}

struct Open {
    node: u32,
    name: u16,
    element: Element,
    is_link: bool,
}

impl<'a> Builder<'a> {
    fn new(html: &str) -> Self {
        let mut builder = Builder {
            page: Page::with_capacity(html.len() / 24),
            totals: Counts::default(),
            open: Vec::with_capacity(64),
            open_of: vec![0; Element::COUNT],
            names: FxHashMap::default(),
            links: 0,
            unseen: 0,
            too_deep: 0,
        };
        builder.open(Element::Document, Element::Document as u16, "");
        builder.unseen = 0;
        builder
    }

    fn text(&mut self, text: &'a str) {
        let is_blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
        if !is_blank {
            self.leave_head(Element::Text);
        }
        self.push(Element::Text, Element::Text as u16, text);
        if self.unseen == 0 && !is_blank {
            self.totals.add_text(text, self.links > 0);
        }
    }

    fn raw(&mut self, text: &'a str) {
        if !text.is_empty() {
            self.push(Element::Raw, Element::Raw as u16, text);
        }
    }

    fn start(&mut self, name: &'a str, attributes: &'a str) {
        let (element, name) = self.intern(name);
        if self.is_repeated(element) || self.page.entries.len() >= MAX_NODES {
            return;
        }
        self.leave_head(element);
        self.imply_ends(element);
        match element {
            Element::P => self.totals.paragraphs += 1,
            Element::Br => self.totals.breaks += 1,
            Element::A => self.totals.links += 1,
            _ => {}
        }
        let in_drawing = self.open_of[Element::Svg as usize] > 0;
        if element.is_void() || (in_drawing && attributes.ends_with('/')) {
            self.push(element, name, attributes);
        } else if self.open.len() >= MAX_DEPTH {
            self.push(element, name, attributes);
            self.too_deep += 1;
        } else {
            self.open(element, name, attributes);
        }
    }

    fn end(&mut self, name: &'a str) {
        let (element, name) = self.intern(name);
        match element {
            Element::Br => return self.start("br", ""),
            Element::Body | Element::Html => return,
            _ if self.too_deep > 0 => return self.too_deep -= 1,
            _ if self.open_of[usize::from(name)] == 0 => return,
            _ => {}
        }
        let is_barrier: fn(Element) -> bool = match element {
            element if element.is_of_table() => Element::bounds_table,
            element if element.is_special() => Element::is_scope,
            _ => Element::is_special,
        };
        match self.find(|open| open.name == name, is_barrier) {
            Some(at) => self.close_to(at),
            None if element == Element::A => self.end_link(),
            None => {}
        }
    }

    /// The element, and a number for its name.
    fn intern(&mut self, name: &str) -> (Element, u16) {
        if let Some(element) = Element::named(name) {
            return (element, element as u16);
        }
        let name = name.to_ascii_lowercase();
        if let Some(&number) = self.names.get(&name) {
            return (Element::Other, number);
        }
        // Past the last number all names are one; no page has as many.
        let number = u16::try_from(self.open_of.len()).unwrap_or(Element::Other as u16);
        if number != Element::Other as u16 {
            self.names.insert(name, number);
            self.open_of.push(0);
        }
        (Element::Other, number)
    }

    /// The head ends before the first thing that may not stand in it.
    fn leave_head(&mut self, element: Element) {
        let in_head = self.open_of[Element::Head as usize] > 0;
        let raw = [Element::Title, Element::Template, Element::Noscript];
        let is_inside = |inner: &Element| self.open_of[*inner as usize] > 0;
        if in_head && !element.is_of_head() && !raw.iter().any(is_inside) {
            let head = self.find(|open| open.element == Element::Head, |_| false);
            self.close_to(head.expect("it is counted as open"));
        }
    }

    /// End tags that a start tag makes needless.
    fn imply_ends(&mut self, element: Element) {
        use Element::*;
        if element.is_block() {
            self.imply_end(&[P], Element::is_scope);
        }
        let in_list = |open| matches!(open, Ul | Ol | Menu | Dir | Dl) || open.is_scope();
        let in_table = Element::bounds_table;
        match element {
            Li => self.imply_end(&[Li], in_list),
            Dd | Dt => self.imply_end(&[Dd, Dt], in_list),
            Td | Th => self.imply_end(&[Td, Th], in_table),
            Tr => self.imply_end(&[Tr], in_table),
            Tbody | Thead | Tfoot => self.imply_end(&[Tbody, Thead, Tfoot, Caption], in_table),
            Opt => self.imply_end(&[Opt], |open| open == Select),
            Optgroup => self.imply_end(&[Optgroup], |open| open == Select),
            Button => self.imply_end(&[Button], Element::is_scope),
            A if self.links > 0 => self.end("a"),
            _ => {}
        }
    }

    fn imply_end(&mut self, ended: &[Element], is_barrier: fn(Element) -> bool) {
        if ended.iter().any(|element| self.open_of[*element as usize] > 0)
            && let Some(at) = self.find(|open| ended.contains(&open.element), is_barrier)
        {
            self.close_to(at);
        }
    }

    fn is_repeated(&self, element: Element) -> bool {
        matches!(element, Element::Html | Element::Head | Element::Body)
            && (self.open_of[element as usize] > 0 || self.open_of[Element::Body as usize] > 0)
    }

    /// The innermost open element that is meant, if no barrier stands before it.
    fn find(
        &self,
        is_meant: impl Fn(&Open) -> bool,
        is_barrier: fn(Element) -> bool,
    ) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if is_meant(open) {
                return Some(at);
            }
            if is_barrier(open.element) {
                return None;
            }
        }
        None
    }

    /// `</a>` inside a block that began in the link: the text from here on is none of
    /// the link, though the tree keeps it there.
    fn end_link(&mut self) {
        if let Some(open) = self.open.iter_mut().rev().find(|open| open.is_link) {
            open.is_link = false;
            self.links -= 1;
        }
    }

    fn push(&mut self, element: Element, name: u16, source: &'a str) -> u32 {
        let node = self.page.entries.len() as u32;
        let parent = self.open.last().map_or(0, |open| open.node);
        self.page.counts.push(self.totals);
        self.page.entries.push(Entry { source, parent, end: node + 1, name, element });
        node
    }

    fn open(&mut self, element: Element, name: u16, attributes: &'a str) {
        let node = self.push(element, name, attributes);
        let is_link = element == Element::A;
        self.open.push(Open { node, name, element, is_link });
        self.open_of[usize::from(name)] += 1;
        self.links += u32::from(is_link);
        self.unseen += u32::from(element.is_unseen());
    }

    fn close_to(&mut self, depth: usize) {
        let end = self.page.entries.len() as u32;
        for open in self.open.drain(depth..) {
            self.page.entries[open.node as usize].end = end;
            self.open_of[usize::from(open.name)] -= 1;
            self.links -= u32::from(open.is_link);
            self.unseen -= u32::from(open.element.is_unseen());
        }
    }

    fn finish(mut self) -> Page<'a> {
        self.unseen += 1;
        self.close_to(0);
        self.page.counts.push(self.totals);
        let mut names: Vec<(String, u16)> = self.names.into_iter().collect();
        names.sort_by_key(|(_, number)| *number);
        self.page.names = names.into_iter().map(|(name, _)| name).collect();
        self.page
    }
}
