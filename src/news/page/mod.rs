//! A page as a tree.
//!
//! In: HTML as text. Out: elements and texts in the order of the page, with counts
//! of what each holds. Any text is accepted: time and memory grow with its length
//! alone, and no depth of nesting needs stack.

mod counts;
mod element;
mod marks;
mod node;
mod tree;

pub use counts::Counts;
pub use element::Element;
pub use node::Node;

/// A page: its nodes in order, each followed by its contents.
///
/// # Examples
/// ```
/// use malmoi::news::page::{Element, Page};
///
/// let page = Page::parse("<title>A &amp; B</title><meta name=author content='Kim'><p>One <b>two</b>.");
/// let title = page.elements(Element::Title).next().expect("it has one");
/// assert_eq!(title.text(), "A & B");
/// let author = page.elements(Element::Meta).find(|meta| meta.has("name", "author"));
/// assert_eq!(author.and_then(|meta| meta.attribute("content")).as_deref(), Some("Kim"));
/// ```
#[derive(Debug)]
pub struct Page<'a> {
    entries: Vec<Entry<'a>>,
    /// Of all text before each node; one more at the end.
    counts: Vec<Counts>,
    /// Names that the HTML standard lacks, from number [`Element::COUNT`] on.
    names: Vec<String>,
    /// Nodes that are pictures, films or frames.
    pictures: Vec<u32>,
    /// Nodes that are tables, lists or quotes.
    texts: Vec<u32>,
    is_cut: bool,
}

/// A node. What it holds stands behind it, up to `end`.
#[derive(Debug)]
struct Entry<'a> {
    /// The text, or the attributes of the tag, as written.
    source: &'a str,
    parent: u32,
    end: u32,
    name: u16,
    element: Element,
    /// Which attributes it has.
    marks: u8,
}

impl<'a> Page<'a> {
    /// Reads a page. What is not HTML is text.
    pub fn parse(html: &'a str) -> Self {
        tree::build(html)
    }

    fn with_capacity(nodes: usize) -> Self {
        let (entries, counts) = (Vec::with_capacity(nodes), Vec::with_capacity(nodes + 1));
        let (names, pictures, texts) = Default::default();
        Page { entries, counts, names, pictures, texts, is_cut: false }
    }

    /// Whether the page has more elements than are read; its end is missing then.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The node that holds all others.
    pub fn root(&self) -> Node<'_, 'a> {
        Node::new(self, 0)
    }

    /// The node at `index`, as [`Node::index`] gives it.
    ///
    /// # Panics
    /// If it is the index of a node of another page.
    pub fn node(&self, index: usize) -> Node<'_, 'a> {
        assert!(index < self.entries.len(), "an index is given by a node of this page");
        Node::new(self, index)
    }

    /// All nodes in the order of the page, the root first.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node<'_, 'a>> {
        (0..self.entries.len()).map(|index| Node::new(self, index))
    }

    /// All elements of this name.
    pub fn elements(&self, element: Element) -> impl DoubleEndedIterator<Item = Node<'_, 'a>> {
        self.nodes().filter(move |node| node.element() == element)
    }

    /// What the visible text of the nodes from `start` up to `end` counts.
    ///
    /// # Panics
    /// If they are no indices of nodes of this page, in this order.
    pub fn counts_between(&self, start: usize, end: usize) -> Counts {
        self.counts[end] - self.counts[start]
    }

    /// The contents of scripts that hold linked data (`application/ld+json`), as written.
    pub fn linked_data(&self) -> impl Iterator<Item = &'a str> {
        let is_data = |script: &Node| {
            script.raw_attribute("type").is_some_and(|kind| kind.contains("ld+json"))
        };
        self.elements(Element::Script).filter(is_data).map(|script| script.contents())
    }
}

#[cfg(test)]
mod tests;
