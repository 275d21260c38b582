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
    if is_even(&raw) {
        return raw;
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

/// Whether single spaces between words are all the blanks there are.
fn is_even(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut after_blank = true;
    let is_even = bytes.iter().enumerate().all(|(at, &byte)| {
        let is_blank = byte == b' ';
        let is_other = byte < b' ' || byte >= 0xC2 && is_wide_blank(&bytes[at..]);
        let fits = !(is_other || is_blank && after_blank);
        after_blank = is_blank;
        fits
    });
    is_even && !after_blank
}

/// Whether a blank beyond ASCII starts there, as `char::is_whitespace` knows them.
fn is_wide_blank(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xC2, 0x85 | 0xA0, ..]
            | [0xE1, 0x9A, 0x80, ..]
            | [0xE2, 0x80, 0x80..=0x8A | 0xA8 | 0xA9 | 0xAF, ..]
            | [0xE2, 0x81, 0x9F, ..]
            | [0xE3, 0x80, 0x80, ..]
    )
}

fn is_aside(node: Node, without: Hints) -> bool {
    matches!(node.element(), Element::Span | Element::A | Element::Sup | Element::Em)
        && hints::of(node).has(without)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_blanks_are_known() {
        for letter in (0..=0x10FFFF).filter_map(char::from_u32).filter(|letter| *letter > ' ') {
            let is_blank = !is_even(&letter.to_string());
            assert_eq!(is_blank, letter.is_whitespace(), "{letter:?}");
        }
        assert!(is_even("a b 가") && !is_even("a  b") && !is_even(" a") && !is_even("a "));
    }
}
