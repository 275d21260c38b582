//! Patterns of robots.txt (RFC 9309, sections 2.2.2 and 2.2.3).
//!
//! Rule and address are brought into one form before they are compared: what needs no
//! escape has none, everything else has one, and `*` and `$` are special in rules alone.

use memchr::memmem;

use crate::net::Url;

/// The path pattern of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// What stands between stars.
    pieces: Vec<Vec<u8>>,
    /// Whether it ends with `$`.
    ends: bool,
    length: usize,
}

impl Pattern {
    /// Reads a pattern; an empty one fits nothing.
    pub fn new(written: &[u8]) -> Option<Self> {
        let (written, ends) = match written.strip_suffix(b"$") {
            Some(before) => (before, true),
            None => (written, false),
        };
        let starts = matches!(written.first(), Some(b'/' | b'*')) || written.is_empty();
        let written = if starts { written.to_vec() } else { [b"/", written].concat() };
        if written.is_empty() && !ends {
            return None;
        }
        let mut form = Form::default();
        // Where a star may stand for the `?`, the query may have begun.
        let pieces: Vec<Vec<u8>> = written
            .split(|byte| *byte == b'*')
            .map(|piece| {
                let piece = form.of(piece);
                form.in_query = true;
                piece
            })
            .collect();
        let stars = pieces.len() - 1;
        let length = pieces.iter().map(Vec::len).sum::<usize>() + stars + usize::from(ends);
        Some(Pattern { pieces, ends, length })
    }

    /// How much it says: the longest pattern that fits decides.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether a path in the form of [`comparable`] fits.
    ///
    /// Each piece is taken where it stands first, which leaves most for the next.
    pub fn fits(&self, path: &[u8]) -> bool {
        let Some((first, others)) = self.pieces.split_first() else { return false };
        let Some(mut rest) = path.strip_prefix(first.as_slice()) else { return false };
        let Some((last, middle)) = others.split_last() else {
            return !self.ends || rest.is_empty();
        };
        for piece in middle {
            let Some(place) = memmem::find(rest, piece) else { return false };
            rest = &rest[place + piece.len()..];
        }
        if self.ends { rest.ends_with(last) } else { memmem::find(rest, last).is_some() }
    }
}

/// Path and query in the form that patterns are compared with.
pub(super) fn comparable(url: &Url) -> Vec<u8> {
    let mut form = Form::default();
    let mut path = form.of(url.path().as_bytes());
    if let Some(query) = url.query() {
        path.push(b'?');
        form.in_query = true;
        path.extend(form.of(query.as_bytes()));
    }
    path
}

/// The form, and where in an address we are.
#[derive(Default)]
struct Form {
    in_query: bool,
}

impl Form {
    fn of(&mut self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while let [byte, after @ ..] = rest {
            let escaped = if *byte == b'%' { escaped(after) } else { None };
            rest = if escaped.is_some() { &after[2..] } else { after };
            match escaped {
                Some(byte) if self.needs_no_escape(byte) => out.push(byte),
                Some(byte) => push_escaped(byte, &mut out),
                None if is_special(*byte) => push_escaped(*byte, &mut out),
                None => out.push(*byte),
            }
            self.in_query |= *byte == b'?';
        }
        out
    }

    /// In a query, `:` and `/` mean the same with an escape and without one.
    fn needs_no_escape(&self, byte: u8) -> bool {
        let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        is_unreserved || self.in_query && b":/".contains(&byte)
    }
}

/// What would be read as something else, or may not stand in an address.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'*' | b'$') || !byte.is_ascii_graphic()
}

fn escaped(after: &[u8]) -> Option<u8> {
    let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

fn push_escaped(byte: u8, out: &mut Vec<u8>) {
    out.extend(format!("%{byte:02X}").bytes());
}
