//! Markup → text, in the way [`HtmlMode`] names.
//!
//! In: any text. Out: text without markup; borrowed where there is none.

use std::borrow::Cow;

use memchr::{memchr, memchr3_iter};

use super::HtmlMode;
use super::lines::{Lines, breaks_line};
use super::tree::tree_text;
use crate::markup::{Piece, Pieces, may_follow_ampersand, opens_markup, push_decoded};

/// Removes markup and decodes entities.
pub(super) fn strip(html: &str, mode: HtmlMode) -> Cow<'_, str> {
    let strip_normalized = match mode {
        HtmlMode::None => return Cow::Borrowed(html),
        HtmlMode::Newlines => newlines,
        HtmlMode::GetText => get_text,
    };
    match memchr(b'\r', html.as_bytes()) {
        None => strip_normalized(html),
        Some(_) => {
            let normalized = html.replace("\r\n", "\n").replace('\r', "\n");
            Cow::Owned(strip_normalized(&normalized).into_owned())
        }
    }
}

fn newlines(html: &str) -> Cow<'_, str> {
    if is_plain(html) {
        return Cow::Borrowed(html.trim());
    }
    let mut lines = Lines::with_capacity(html.len());
    // Templates nest; what stands in one is not shown.
    let mut templates = 0_usize;
    for piece in Pieces::new(html) {
        match piece {
            Piece::Start(name) if name.eq_ignore_ascii_case("template") => templates += 1,
            Piece::End(name) if name.eq_ignore_ascii_case("template") => {
                templates = templates.saturating_sub(1);
            }
            _ if templates > 0 => {}
            Piece::Text(text) => push_decoded(text, lines.text()),
            Piece::Verbatim(text) => lines.text().extend(text.split('\0')),
            Piece::Start(name) | Piece::End(name) if breaks_line(name) => lines.end_line(),
            Piece::Start(_) | Piece::End(_) | Piece::Unseen(_) | Piece::Nothing => {}
        }
    }
    Cow::Owned(lines.finish())
}

fn get_text(html: &str) -> Cow<'_, str> {
    if is_plain(html) {
        return Cow::Borrowed(html.trim_ascii_start());
    }
    let text = text_around_breaks(html).or_else(|| tree_text(html)).unwrap_or_else(|| {
        tracing::warn!(
            size_bytes = html.len(),
            "markup is too large or too deep for a tree: its tags were only cut out"
        );
        text_of_pieces(html)
    });
    Cow::Owned(text)
}

/// Whether nothing in `html` has a meaning of its own.
fn is_plain(html: &str) -> bool {
    let bytes = html.as_bytes();
    !memchr3_iter(b'<', b'&', 0, bytes).any(|at| match bytes[at] {
        b'<' => opens_markup(&bytes[at..]),
        b'&' => bytes.get(at + 1).is_some_and(|&next| may_follow_ampersand(next)),
        _ => true,
    })
}

/// The text of `html` if it holds no tags but `<br>`: such text needs no tree.
///
/// The tree drops the blanks before its body, which the first `<br>` opens at
/// the latest. A NUL, which is rare, opens it too and is left to the tree.
fn text_around_breaks(html: &str) -> Option<String> {
    let html = html.trim_ascii_start();
    if memchr(0, html.as_bytes()).is_some() {
        return None;
    }
    let mut text = String::with_capacity(html.len());
    for (index, piece) in Pieces::new(html).enumerate() {
        match piece {
            Piece::Text(piece) => push_decoded(piece, &mut text),
            Piece::Start(name) if name.eq_ignore_ascii_case("br") => {}
            _ => return None,
        }
        if index == 0 {
            // Blanks written as references are blanks of the page too.
            text.drain(..text.len() - text.trim_ascii_start().len());
        }
    }
    Some(text)
}

/// All that is no tag, in the order of the page.
fn text_of_pieces(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for piece in Pieces::new(html) {
        match piece {
            Piece::Text(piece) => push_decoded(piece, &mut text),
            Piece::Verbatim(piece) | Piece::Unseen(piece) => text.push_str(piece),
            Piece::Start(_) | Piece::End(_) | Piece::Nothing => {}
        }
    }
    text
}

#[cfg(test)]
mod tests;
