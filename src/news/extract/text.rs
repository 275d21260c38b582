//! Blocks → text, a paragraph a line.

use super::hints::{self, Hints};
use super::segments::Block;
use crate::markup::push_decoded;
use crate::news::page::{Element, Node, Page};

/// The text of one block, without the elements in it that have one of the hints
/// `without`: cards that open on touch, captions.
pub(super) fn line(page: &Page, block: &Block, without: Hints) -> String {
    let mut raw = String::new();
    let mut index = block.start;
    while index < block.end {
        let node = page.node(index);
        let is_skipped = node.element().is_unseen() || is_aside(node, without);
        index = if is_skipped { node.end() } else { index + 1 };
        if node.element() == Element::Text {
            push_decoded(node.source(), &mut raw);
        }
    }
    let mut line = String::with_capacity(raw.len());
    for word in raw.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn is_aside(node: Node, without: Hints) -> bool {
    matches!(node.element(), Element::Span | Element::A | Element::Sup | Element::Em)
        && hints::of(node).has(without)
}
