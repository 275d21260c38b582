//! Blocks → text, a paragraph a line.

use super::hints::{self, Hints};
use super::segments::Block;
use crate::markup::push_decoded;
use crate::news::page::{Element, Node, Page};

/// The text of one block.
pub(super) fn line(page: &Page, block: &Block) -> String {
    let mut text = String::new();
    push_line(page, block, &mut text);
    text
}

/// Whether an element inside a line is no part of it: a card that opens on touch, a
/// button to share.
pub(super) fn is_aside(node: Node) -> bool {
    matches!(node.element(), Element::Span | Element::A | Element::Sup | Element::Em)
        && hints::of(node).has(Hints::ASIDES)
}

fn push_line(page: &Page, block: &Block, out: &mut String) {
    let mut raw = String::new();
    let mut index = block.start;
    while index < block.end {
        let node = page.node(index);
        let is_skipped = node.element().is_unseen() || is_aside(node);
        index = if is_skipped { node.end() } else { index + 1 };
        if node.element() == Element::Text {
            push_decoded(node.source(), &mut raw);
        }
    }
    let mut words = raw.split_whitespace();
    if let Some(first) = words.next() {
        out.push_str(first);
    }
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
}
