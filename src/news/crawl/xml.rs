//! XML, as far as it can be read.
//!
//! In: text. Out: its elements as they close, with the text in them. Promises: an
//! entity that a document defines is never expanded, memory is bounded by the
//! depth, and what stands before the first damage is read.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::entry::boundary;

/// Elements below this depth belong to no feed.
const DEEPEST: usize = 64;
/// More of one element are not looked at.
const MOST_ATTRIBUTES: usize = 64;
/// Longest text of an element that is kept, in bytes.
const LONGEST_TEXT: usize = 64 * 1024;
/// Longest name of a character, as in `&CounterClockwiseContourIntegral;`.
const LONGEST_REFERENCE: usize = 32;

/// An element that was closed.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Its name with the prefix, as written.
    pub name: String,
    /// Its text and that of the elements within.
    pub text: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// A walk through a document.
pub(super) struct Walk<'a> {
    reader: Reader<&'a [u8]>,
    /// Elements that are open, outermost first.
    open: Vec<Element>,
    /// Elements that close before the walk goes on.
    closing: usize,
    too_deep: usize,
    root: Option<String>,
}

impl<'a> Walk<'a> {
    /// Starts before the first element.
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Walk { reader, open: vec![], closing: 0, too_deep: 0, root: None }
    }

    /// The name of the outermost element, once it was met.
    pub fn root(&self) -> Option<&str> {
        self.root.as_deref()
    }

    /// The name of the element that holds the one that was closed last.
    pub fn parent(&self) -> &str {
        self.open.last().map_or("", |element| &element.name)
    }

    /// The next element that closes; `None` at the end and at the first damage,
    /// where open elements stay open: their text may be cut.
    pub fn next_closed(&mut self) -> Option<Element> {
        while self.closing == 0 {
            self.step()?;
        }
        self.closing -= 1;
        let closed = self.open.pop()?;
        if let Some(parent) = self.open.last_mut() {
            push_bounded(&mut parent.text, &closed.text);
        }
        Some(closed)
    }

    fn step(&mut self) -> Option<()> {
        match self.reader.read_event().ok()? {
            Event::Eof => return None,
            Event::Start(tag) => self.open(&tag),
            Event::Empty(tag) => {
                self.open(&tag);
                self.close(tag.name().as_ref());
            }
            Event::End(tag) => self.close(tag.name().as_ref()),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(name) => self.text(&decode_reference(&name)),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        Some(())
    }

    fn open(&mut self, tag: &BytesStart<'_>) {
        let name: &str = tag.name().into_inner();
        if self.root.is_none() {
            self.root = Some(name.to_owned());
        }
        if self.open.len() >= DEEPEST {
            self.too_deep += 1;
            return;
        }
        let mut attributes = tag.html_attributes();
        let attributes = attributes.with_checks(false).take(MOST_ATTRIBUTES).flatten();
        let attributes = attributes.map(|attribute| {
            let key: &str = attribute.key.into_inner();
            (key.to_owned(), decode_references(&attribute.value).into_owned())
        });
        let attributes = attributes.collect();
        self.open.push(Element { name: name.to_owned(), text: String::new(), attributes });
    }

    /// Closes the innermost element of that name and those within it that were left open.
    fn close(&mut self, name: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(place) = self.open.iter().rposition(|element| element.name == name) {
            self.closing = self.open.len() - place;
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            push_bounded(&mut element.text, text);
        }
    }
}

/// Text with its character references decoded; unknown ones stay as they are.
pub(super) fn decode_references(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';') {
            Some(end) => {
                out.push_str(&decode_reference(&rest[..end]));
                rest = &rest[end + 1..];
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What `&name;` stands for.
fn decode_reference(name: &str) -> String {
    let number = name.strip_prefix('#').and_then(|digits| {
        let hexadecimal = digits.strip_prefix(['x', 'X']);
        let code = hexadecimal.map_or(digits.parse(), |digits| u32::from_str_radix(digits, 16));
        char::from_u32(code.ok()?).filter(|character| *character != '\0')
    });
    let written = || format!("&{name};");
    number.map(String::from).or_else(|| named(name)).unwrap_or_else(written)
}

fn named(name: &str) -> Option<String> {
    let &(first, second) = NAMED_ENTITIES.get(format!("{name};").as_str())?;
    let characters = [first, second].into_iter().filter_map(char::from_u32);
    let text: String = characters.filter(|character| *character != '\0').collect();
    (!text.is_empty()).then_some(text)
}

fn push_bounded(text: &mut String, more: &str) {
    let room = LONGEST_TEXT.saturating_sub(text.len());
    text.push_str(&more[..boundary(more, room)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `parent/name=text` of each element as it closes.
    fn closed(text: &str) -> Vec<String> {
        let mut walk = Walk::new(text);
        let next = || {
            let element = walk.next_closed()?;
            Some(format!("{}/{}={}", walk.parent(), element.name, element.text))
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn elements_close_with_their_text() {
        assert_eq!(
            closed("<a><b>1 &amp; <![CDATA[<2>]]></b><c/></a>"),
            ["a/b=1 & <2>", "a/c=", "/a=1 & <2>"]
        );
        assert_eq!(closed("\n<?xml version='1.0'?><a>&nbsp;&#44032;&x;</a>"), ["/a=\u{a0}가&x;"]);
    }

    #[test]
    fn what_stands_before_damage_is_read() {
        assert_eq!(closed("<a><b>1</b><b>2"), ["a/b=1"]);
        assert_eq!(closed("<a><b>1<c>2</b></x></a>"), ["b/c=2", "a/b=12", "/a=12"]);
        assert_eq!(closed("<a><b>AT&T & co</b></a>")[0], "a/b=AT&T & co");
        assert_eq!(closed("<a><b>1</b><!-- open"), ["a/b=1"]);
        assert!(closed("").is_empty() && closed("no <").is_empty());
    }

    #[test]
    fn bombs_do_not_go_off() {
        let laughs = "<!DOCTYPE a [<!ENTITY l 'lol'><!ENTITY m '&l;&l;&l;'>]><a>&m;</a>";
        assert_eq!(closed(laughs), ["/a=&m;"]);
        let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
        assert_eq!(closed(&deep).len(), DEEPEST);
        let long = format!("<a>{}</a>", "한글 ".repeat(100_000));
        assert!(closed(&long)[0].len() <= LONGEST_TEXT + 3);
    }
}
