//! Pieces of markup → nodes in the order of the page.
//!
//! Trees are built by a part of the standard's rules: void elements, end tags that
//! are left out, end tags at a wrong place. Nothing is moved, so that the contents
//! of a node are the nodes behind it up to its end. Every step looks at the innermost
//! open elements of a kind only, whatever the page does.

use rustc_hash::FxHashMap;

use super::counts::Counts;
use super::element::Element;
use super::{Entry, Page, marks};
use crate::markup::{Piece, Pieces};

/// Deeper elements are kept beside each other. Of 102 news pages none reaches 60.
const MAX_DEPTH: usize = 256;

/// A page of `bytes` is read up to so many nodes, blanks between tags not counted. Of 102
/// news pages none has a tag for fewer than 30 bytes, or more than 3,500 tags; a live blog of
/// 20,000 posts has a node for 30 bytes. Tables of numbers and poems are denser, but not
/// longer than the first part; what is was made to cost time and memory.
fn most_nodes(bytes: usize) -> usize {
    100_000 + bytes / 16
}

/// Builds the tree of `html`.
pub(super) fn build(html: &str) -> Page<'_> {
    let mut builder = Builder::new(html);
    let mut pieces = Pieces::new(html);
    let most = most_nodes(html.len());
    while let Some(piece) = pieces.next() {
        if builder.said >= most {
            builder.page.is_cut = true;
            break;
        }
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
    /// How many elements are open up to the innermost of each name, it included: no tag
    /// needs a search.
    innermost: Vec<u16>,
    names: FxHashMap<String, u16>,
    /// Places in `open` of links that no end tag has met yet.
    links: Vec<u16>,
    unseen: u32,
    /// Elements that were opened too deep, and are not in `open`.
    too_deep: usize,
    /// Nodes that are more than blanks.
    said: usize,
}

struct Open {
    node: u32,
    name: u16,
    element: Element,
    /// What `innermost` said of its name before.
    outer: u16,
    /// How many elements are open up to the innermost of each barrier, itself included.
    barriers: [u16; BARRIERS.len()],
}

/// Elements that an end tag does not reach through.
#[derive(Clone, Copy)]
enum Barrier {
    None,
    Special,
    Scope,
    Table,
    List,
    Select,
}

/// Whether an element is one, in the order of [`Barrier`].
const BARRIERS: [fn(Element) -> bool; 6] = [
    |_| false,
    Element::is_special,
    Element::is_scope,
    Element::bounds_table,
    Element::bounds_list,
    |element| element == Element::Select,
];

impl<'a> Builder<'a> {
    fn new(html: &str) -> Self {
        let mut builder = Builder {
            page: Page::with_capacity(html.len() / 24),
            totals: Counts::default(),
            open: Vec::with_capacity(64),
            innermost: vec![0; Element::COUNT],
            names: FxHashMap::default(),
            links: Vec::new(),
            unseen: 0,
            too_deep: 0,
            said: 0,
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
        self.said -= usize::from(is_blank);
        if self.unseen == 0 && !is_blank {
            self.totals.add_text(text, !self.links.is_empty());
        }
    }

    fn raw(&mut self, text: &'a str) {
        if !text.is_empty() {
            self.push(Element::Raw, Element::Raw as u16, text);
        }
    }

    fn start(&mut self, name: &'a str, attributes: &'a str) {
        let (element, name) = self.intern(name);
        if self.is_repeated(element) {
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
        let in_drawing = self.is_open(Element::Svg);
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
            _ if self.innermost[usize::from(name)] == 0 => return,
            _ => {}
        }
        let barrier = match element {
            element if element.is_of_table() => Barrier::Table,
            element if element.is_special() => Barrier::Scope,
            _ => Barrier::Special,
        };
        match self.reach(self.innermost[usize::from(name)], barrier) {
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
        let number = u16::try_from(self.innermost.len()).unwrap_or(Element::Other as u16);
        if number != Element::Other as u16 {
            self.names.insert(name, number);
            self.innermost.push(0);
        }
        (Element::Other, number)
    }

    /// The head ends before the first thing that may not stand in it.
    fn leave_head(&mut self, element: Element) {
        let raw = [Element::Title, Element::Template, Element::Noscript];
        if let Some(head) = self.reach(self.innermost[Element::Head as usize], Barrier::None)
            && !element.is_of_head()
            && !raw.into_iter().any(|inner| self.is_open(inner))
        {
            self.close_to(head);
        }
    }

    /// End tags that a start tag makes needless.
    fn imply_ends(&mut self, element: Element) {
        use Element::*;
        if element.is_block() {
            self.imply_end(&[P], Barrier::Scope);
        }
        match element {
            Li => self.imply_end(&[Li], Barrier::List),
            Dd | Dt => self.imply_end(&[Dd, Dt], Barrier::List),
            Td | Th => self.imply_end(&[Td, Th], Barrier::Table),
            Tr => self.imply_end(&[Tr], Barrier::Table),
            Tbody | Thead | Tfoot => {
                self.imply_end(&[Tbody, Thead, Tfoot, Caption], Barrier::Table)
            }
            Opt => self.imply_end(&[Opt], Barrier::Select),
            Optgroup => self.imply_end(&[Optgroup], Barrier::Select),
            Button => self.imply_end(&[Button], Barrier::Scope),
            A if !self.links.is_empty() => self.end("a"),
            _ => {}
        }
    }

    fn imply_end(&mut self, ended: &[Element], barrier: Barrier) {
        let innermost = ended.iter().map(|element| self.innermost[*element as usize]).max();
        if let Some(at) = innermost.and_then(|innermost| self.reach(innermost, barrier)) {
            self.close_to(at);
        }
    }

    fn is_repeated(&self, element: Element) -> bool {
        matches!(element, Element::Html | Element::Head | Element::Body)
            && (self.is_open(element) || self.is_open(Element::Body))
    }

    fn is_open(&self, element: Element) -> bool {
        self.innermost[element as usize] > 0
    }

    /// The place in `open` of the last of so many elements, if no barrier stands behind it.
    fn reach(&self, innermost: u16, barrier: Barrier) -> Option<usize> {
        let at = usize::from(innermost).checked_sub(1)?;
        let barriers = self.open.last().map_or([0; BARRIERS.len()], |open| open.barriers);
        (innermost >= barriers[barrier as usize]).then_some(at)
    }

    /// `</a>` inside a block that began in the link: the text from here on is none of
    /// the link, though the tree keeps it there.
    fn end_link(&mut self) {
        self.links.pop();
    }

    fn push(&mut self, element: Element, name: u16, source: &'a str) -> u32 {
        let node = self.page.entries.len() as u32;
        let parent = self.open.last().map_or(0, |open| open.node);
        self.page.counts.push(self.totals);
        self.said += 1;
        let marks = if element.holds_text() { 0 } else { marks::of(source) };
        self.page.entries.push(Entry { source, parent, end: node + 1, name, element, marks });
        match element {
            Element::Img | Element::Picture | Element::Amp | Element::Video | Element::Iframe => {
                self.page.pictures.push(node)
            }
            Element::Table | Element::Blockquote | Element::Pre | Element::Ul => {
                self.page.texts.push(node)
            }
            _ => {}
        }
        node
    }

    fn open(&mut self, element: Element, name: u16, attributes: &'a str) {
        let node = self.push(element, name, attributes);
        let place = self.open.len() as u16;
        let mut barriers = self.open.last().map_or([0; BARRIERS.len()], |open| open.barriers);
        for (innermost, is_barrier) in barriers.iter_mut().zip(BARRIERS) {
            *innermost = if is_barrier(element) { place + 1 } else { *innermost };
        }
        let outer = std::mem::replace(&mut self.innermost[usize::from(name)], place + 1);
        self.open.push(Open { node, name, element, outer, barriers });
        if element == Element::A {
            self.links.push(place);
        }
        self.unseen += u32::from(element.is_unseen());
    }

    fn close_to(&mut self, depth: usize) {
        let end = self.page.entries.len() as u32;
        for open in self.open.drain(depth..).rev() {
            self.page.entries[open.node as usize].end = end;
            self.innermost[usize::from(open.name)] = open.outer;
            self.unseen -= u32::from(open.element.is_unseen());
        }
        while self.links.pop_if(|place| usize::from(*place) >= depth).is_some() {}
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
