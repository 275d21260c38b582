//! One node of a page: where it stands, what it says.

use std::borrow::Cow;

use super::{Counts, Element, Entry, Page, marks};
use crate::markup::{Attributes, push_decoded, push_decoded_value};

/// An element or a text of a [`Page`].
#[derive(Clone, Copy)]
pub struct Node<'p, 'a> {
    page: &'p Page<'a>,
    index: usize,
}

impl<'p, 'a> Node<'p, 'a> {
    pub(super) fn new(page: &'p Page<'a>, index: usize) -> Self {
        Node { page, index }
    }

    fn entry(&self) -> &'p Entry<'a> {
        &self.page.entries[self.index]
    }

    /// Its place in the order of the page.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The place behind its contents.
    pub fn end(&self) -> usize {
        self.entry().end as usize
    }

    /// What it is; [`Element::Text`] for a text, [`Element::Other`] for unknown names.
    pub fn element(&self) -> Element {
        self.entry().element
    }

    /// The name of the element in lower case.
    pub fn name(&self) -> &'p str {
        let entry = self.entry();
        let own = usize::from(entry.name).checked_sub(Element::COUNT);
        own.map_or(entry.element.name(), |own| &self.page.names[own])
    }

    /// The element that holds it; none for the root.
    pub fn parent(&self) -> Option<Node<'p, 'a>> {
        (self.index > 0).then(|| Node::new(self.page, self.entry().parent as usize))
    }

    /// The elements that hold it, innermost first.
    pub fn ancestors(&self) -> impl Iterator<Item = Node<'p, 'a>> + use<'p, 'a> {
        std::iter::successors(self.parent(), Node::parent)
    }

    /// The node behind it in the same element.
    pub fn next_sibling(&self) -> Option<Node<'p, 'a>> {
        let parent = self.parent()?;
        (self.end() < parent.end()).then(|| Node::new(self.page, self.end()))
    }

    /// The nodes directly in it.
    pub fn children(&self) -> impl Iterator<Item = Node<'p, 'a>> + use<'p, 'a> {
        let first = (self.index + 1 < self.end()).then(|| Node::new(self.page, self.index + 1));
        std::iter::successors(first, Node::next_sibling)
    }

    /// All nodes in it, in the order of the page.
    pub fn descendants(&self) -> impl DoubleEndedIterator<Item = Node<'p, 'a>> + use<'p, 'a> {
        let page = self.page;
        (self.index + 1..self.end()).map(move |index| Node::new(page, index))
    }

    /// Whether `other` stands in it, or is it.
    pub fn holds(&self, other: Node) -> bool {
        (self.index..self.end()).contains(&other.index)
    }

    /// Whether a picture, film or frame stands in it.
    pub fn holds_picture(&self) -> bool {
        self.holds_any(&self.page.pictures)
    }

    /// Whether a table, list or quote stands in it.
    pub fn holds_structure(&self) -> bool {
        self.holds_any(&self.page.texts)
    }

    fn holds_any(&self, nodes: &[u32]) -> bool {
        let next = nodes.partition_point(|node| *node as usize <= self.index);
        nodes.get(next).is_some_and(|node| (*node as usize) < self.end())
    }

    /// What the visible text in it counts.
    pub fn counts(&self) -> Counts {
        self.page.counts[self.end()] - self.page.counts[self.index]
    }

    /// The value of an attribute, whose name is given in lower case.
    pub fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.raw_attribute(name).map(decoded_value)
    }

    /// The same as written, with its references.
    pub fn raw_attribute(&self, name: &str) -> Option<&'a str> {
        let may_have = self.entry().marks & marks::mark(name) != 0;
        may_have.then(|| self.attributes().value(name)).flatten()
    }

    /// Whether it has an attribute whose name starts with `data-`.
    pub fn has_data(&self) -> bool {
        self.entry().marks & marks::DATA != 0
    }

    /// All attributes as written.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::new(if self.element().holds_text() { "" } else { self.entry().source })
    }

    /// Whether the attribute `name` has this value in any case.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.attribute(name).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
    }

    /// The words of its `class`.
    pub fn classes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.raw_attribute("class").unwrap_or_default().split_ascii_whitespace()
    }

    /// Whether one of its classes is `class`.
    pub fn has_class(&self, class: &str) -> bool {
        self.classes().any(|found| found == class)
    }

    /// A text as written, with its references; empty for elements.
    pub fn source(&self) -> &'a str {
        match self.element() {
            Element::Text | Element::Raw => self.entry().source,
            _ => "",
        }
    }

    /// The contents of a script, style or other element without markup, as written.
    pub fn contents(&self) -> &'a str {
        self.descendants().next().map_or("", |inside| inside.source())
    }

    /// Its text in one line: references decoded, runs of blanks as one, edges of
    /// blocks and `<br>` as blanks. Scripts, styles and choices are no text, except
    /// of the element itself.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut ends = Vec::new();
        let mut index = self.index;
        while index < self.end() {
            while ends.pop_if(|end| *end <= index).is_some() {
                text.push(' ');
            }
            let node = Node::new(self.page, index);
            index = match node.element() {
                element if element.is_unseen() && index > self.index => node.end(),
                _ => index + 1,
            };
            match node.element() {
                Element::Text => push_decoded(node.source(), &mut text),
                Element::Br => text.push(' '),
                element if element.is_block() => {
                    text.push(' ');
                    ends.push(node.end());
                }
                _ => {}
            }
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ")
    }
}

impl PartialEq for Node<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && std::ptr::eq(self.page, other.page)
    }
}

impl std::fmt::Debug for Node<'_, '_> {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "<{} {:?}>", self.name(), self.entry().source)
    }
}

fn decoded_value(value: &str) -> Cow<'_, str> {
    if !value.contains(['&', '\0']) {
        return Cow::Borrowed(value);
    }
    let mut decoded = String::with_capacity(value.len());
    push_decoded_value(value, &mut decoded);
    Cow::Owned(decoded)
}
