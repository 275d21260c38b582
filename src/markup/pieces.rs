//! Html → pieces: text, tags, the contents of scripts.
//!
//! In: any text. Out: pieces in its order, borrowed from it. One pass whose time
//! grows with the length of the text alone, whatever it holds: no tree is built,
//! nothing is looked up in what came before.
//!
//! The rules are those of the HTML standard's tokenizer with scripting on. Left
//! out are what needs a tree (CDATA and raw elements inside SVG and MathML) and
//! the end of a script inside a comment inside that script.

use memchr::{memchr, memchr_iter};

/// One piece of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text whose character references are not decoded yet.
    Text(&'a str),
    /// Text that holds no references (`<xmp>`, `<plaintext>`).
    Verbatim(&'a str),
    /// What browsers don't show: contents of scripts, styles, frames, noscript.
    Unseen(&'a str),
    /// A start tag, by its name as written.
    Start(&'a str),
    /// An end tag, by its name as written.
    End(&'a str),
    /// A comment, a document type, a tag without an end.
    Nothing,
}

/// Whether the `<` at the start of `bytes` opens markup; `<3` and `< ` are text.
pub fn opens_markup(bytes: &[u8]) -> bool {
    match bytes.get(1) {
        Some(b'!' | b'?') => true,
        Some(b'/') => bytes.len() > 2,
        Some(letter) => letter.is_ascii_alphabetic(),
        None => false,
    }
}

/// The pieces of a page.
pub struct Pieces<'a> {
    rest: &'a str,
    /// What stands between the name and the end of the last tag.
    attributes: &'a str,
    /// The element whose contents come next and hold no markup.
    raw: Option<(&'a str, Raw<'a>)>,
}

/// What the contents of an element without markup are.
type Raw<'a> = fn(&'a str) -> Piece<'a>;

impl<'a> Pieces<'a> {
    /// The pieces of `html`, whose line ends are normalized already.
    pub fn new(html: &'a str) -> Self {
        Pieces { rest: html, attributes: "", raw: None }
    }

    /// The attributes of the tag that came last, as written: for
    /// [`Attributes`](super::Attributes).
    pub fn attributes(&self) -> &'a str {
        self.attributes
    }

    fn take(&mut self, end: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn markup(&mut self) -> Piece<'a> {
        let bytes = self.rest.as_bytes();
        match (bytes[1], bytes.get(2)) {
            (b'/', Some(letter)) if letter.is_ascii_alphabetic() => self.tag(2, Piece::End),
            (letter, _) if letter.is_ascii_alphabetic() => self.start_tag(),
            _ => {
                let end = nothing_end(bytes).unwrap_or(bytes.len());
                self.take(end);
                Piece::Nothing
            }
        }
    }

    fn start_tag(&mut self) -> Piece<'a> {
        let piece = self.tag(1, Piece::Start);
        if let Piece::Start(name) = piece {
            self.raw = raw_kind(name).map(|kind| (name, kind));
        }
        piece
    }

    /// A tag whose name starts at `name_at`; a tag without an end swallows the rest.
    fn tag(&mut self, name_at: usize, piece: fn(&'a str) -> Piece<'a>) -> Piece<'a> {
        let bytes = self.rest.as_bytes();
        let ends_name = |byte: &u8| is_blank(*byte) || matches!(byte, b'/' | b'>');
        let name_length = bytes[name_at..].iter().position(ends_name);
        let end = name_length.and_then(|length| tag_end(bytes, name_at + length));
        let tag = self.take(end.unwrap_or(bytes.len()));
        match (name_length, end) {
            (Some(length), Some(end)) => {
                self.attributes = &tag[name_at + length..end - 1];
                piece(&tag[name_at..name_at + length])
            }
            _ => Piece::Nothing,
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if let Some((name, kind)) = self.raw.take() {
            let end = raw_end(self.rest, name);
            return Some(kind(self.take(end)));
        }
        let bytes = self.rest.as_bytes();
        match memchr_iter(b'<', bytes).find(|&at| opens_markup(&bytes[at..])) {
            Some(0) => Some(self.markup()),
            Some(at) => Some(Piece::Text(self.take(at))),
            None if bytes.is_empty() => None,
            None => Some(Piece::Text(self.take(bytes.len()))),
        }
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)
}

/// The end of the tag whose attributes start at `at`.
fn tag_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            b'>' => return Some(at + 1),
            b'/' => at += 1,
            byte if is_blank(byte) => at += 1,
            _ => at = attribute_end(bytes, at)?,
        }
    }
}

/// The end of an attribute: a name, and a value if `=` follows.
fn attribute_end(bytes: &[u8], start: usize) -> Option<usize> {
    // A `=` in front belongs to the name.
    let ends_name = |byte: &u8| is_blank(*byte) || matches!(byte, b'/' | b'>' | b'=');
    let name_end = start + 1 + bytes[start + 1..].iter().position(ends_name)?;
    let after = skip_blanks(bytes, name_end)?;
    if bytes[after] != b'=' {
        return Some(after);
    }
    let value = skip_blanks(bytes, after + 1)?;
    match bytes[value] {
        quote @ (b'"' | b'\'') => Some(value + 2 + memchr(quote, &bytes[value + 1..])?),
        _ => {
            let ends_value = |byte: &u8| is_blank(*byte) || *byte == b'>';
            Some(value + bytes[value..].iter().position(ends_value)?)
        }
    }
}

fn skip_blanks(bytes: &[u8], at: usize) -> Option<usize> {
    bytes[at..].iter().position(|byte| !is_blank(*byte)).map(|blanks| at + blanks)
}

/// The end of a comment, a document type or an end tag without a name.
fn nothing_end(bytes: &[u8]) -> Option<usize> {
    match bytes.strip_prefix(b"<!--") {
        Some(comment) => comment_end(comment).map(|end| end + 4),
        None => memchr(b'>', bytes).map(|at| at + 1),
    }
}

/// `<!-->` and `<!--->` are whole comments; `--!>` ends one like `-->`.
fn comment_end(comment: &[u8]) -> Option<usize> {
    if comment.starts_with(b">") {
        return Some(1);
    }
    if comment.starts_with(b"->") {
        return Some(2);
    }
    memchr_iter(b'>', comment).map(|at| at + 1).find(|&end| {
        let inside = &comment[..end - 1];
        inside.ends_with(b"--") || inside.ends_with(b"--!")
    })
}

/// What the contents of `name` are, if they hold no markup.
fn raw_kind<'a>(name: &str) -> Option<Raw<'a>> {
    let is = |other: &&str| name.eq_ignore_ascii_case(other);
    if ["title", "textarea"].iter().any(is) {
        Some(Piece::Text)
    } else if ["xmp", "plaintext"].iter().any(is) {
        Some(Piece::Verbatim)
    } else if UNSEEN.iter().any(is) {
        Some(Piece::Unseen)
    } else {
        None
    }
}

const UNSEEN: [&str; 6] = ["script", "style", "noscript", "iframe", "noembed", "noframes"];

/// Where the end tag of the raw element `name` starts; `<plaintext>` has none.
fn raw_end(text: &str, name: &str) -> usize {
    if name.eq_ignore_ascii_case("plaintext") {
        return text.len();
    }
    let bytes = text.as_bytes();
    let is_end = |&at: &usize| {
        let (Some(found), Some(next)) =
            (bytes.get(at + 2..at + 2 + name.len()), bytes.get(at + 2 + name.len()))
        else {
            return false;
        };
        found.eq_ignore_ascii_case(name.as_bytes()) && (is_blank(*next) || b"/>".contains(next))
    };
    // The end tag is near, mostly: a searcher for two bytes costs more than it saves.
    let may_end = |at: &usize| bytes.get(at + 1) == Some(&b'/');
    memchr_iter(b'<', bytes).filter(may_end).find(is_end).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::Piece::*;
    use super::*;

    fn check(html: &str, expected: &[Piece]) {
        assert_eq!(Pieces::new(html).collect::<Vec<_>>(), expected, "{html:?}");
    }

    #[test]
    fn tags_stand_between_text() {
        check("a<br />b</P >", &[Text("a"), Start("br"), Text("b"), End("P")]);
        check("<a b='>' c=\">\" d=e>f", &[Start("a"), Text("f")]);
        check(
            "<a =>x<a b=>x<a b / c=/>x",
            &[Start("a"), Text("x"), Start("a"), Text("x"), Start("a"), Text("x")],
        );
    }

    #[test]
    fn a_stray_bracket_is_text() {
        check("I <3 < it</", &[Text("I <3 < it</")]);
        check("<", &[Text("<")]);
    }

    #[test]
    fn a_tag_without_end_swallows_the_rest() {
        for html in ["<a", "<a b", "<a b=", "<a b='>", "<a b=c", "</a", "<!--", "<!-- ->", "<?a"] {
            check(html, &[Nothing]);
        }
    }

    #[test]
    fn comments_end_as_the_standard_says() {
        for comment in [
            "<!-->",
            "<!--->",
            "<!---->",
            "<!-- a -->",
            "<!-- a --!>",
            "<!-- > -- a --->",
            "<!a>",
            "<!doctype html>",
            "<?php ?>",
            "</>",
            "</3 a>",
        ] {
            check(&format!("{comment}x"), &[Nothing, Text("x")]);
        }
    }

    #[test]
    fn contents_without_markup_end_at_their_own_tag() {
        check(
            "<Script>a<b></scripts></SCRIPT >c",
            &[Start("Script"), Unseen("a<b></scripts>"), End("SCRIPT"), Text("c")],
        );
        check("<title>a<b></title>", &[Start("title"), Text("a<b>"), End("title")]);
        check("<xmp><b></xmp", &[Start("xmp"), Verbatim("<b></xmp")]);
        check("<plaintext></plaintext>", &[Start("plaintext"), Verbatim("</plaintext>")]);
    }
}
