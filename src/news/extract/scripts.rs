//! Scripts of a page → the body of its article, if only they hold it.
//!
//! Pages that are drawn by scripts carry their text as data: linked data with an
//! `articleBody`, the state of an application, pieces of a stream. All of it is
//! JSON or looks like it, so that its strings are read and not its structure.

use memchr::{memchr, memchr3};
use rustc_hash::FxHashSet;

use super::segments::{Block, Blocks};
use crate::news::page::{Element, Page};

/// Text found in a script, as HTML.
#[derive(Debug, Clone)]
pub(super) struct Payload {
    pub(super) html: String,
    /// Characters of prose in it.
    pub(super) prose: u32,
}

/// The `articleBody` of the linked data of a page.
pub(super) fn declared(page: &Page) -> Option<Payload> {
    let scripts = page.linked_data().filter(|script| script.contains("articleBody"));
    let mut bodies = Vec::new();
    for script in scripts {
        strings(script, 0, &mut |key, value| {
            if key == "articleBody" {
                bodies.push(payload(value));
            }
        });
    }
    bodies.into_iter().max_by_key(|body| body.prose)
}

/// The string, or the strings of one name, with the most prose in all scripts.
pub(super) fn longest(page: &Page) -> Option<Payload> {
    let mut groups = Groups::default();
    for script in page.elements(Element::Script) {
        strings(script.contents(), 0, &mut |key, value| groups.add(key, value));
        groups.end();
    }
    groups.best
}

/// Strings that stand side by side under one name are paragraphs of one text.
#[derive(Default)]
struct Groups {
    open: Vec<(String, String)>,
    /// Pages hold the same data twice, for one script or another.
    seen: FxHashSet<String>,
    best: Option<Payload>,
}

impl Groups {
    fn add(&mut self, key: &str, value: &str) {
        if value.len() < SHORTEST || !is_prose(value) || NO_BODIES.contains(&key) {
            return;
        }
        // What is marked up as paragraphs is a text of its own.
        if key.is_empty() || value.contains("<p") || value.contains("<br") {
            return self.offer(value.to_owned());
        }
        if !self.seen.insert(value.to_owned()) {
            return;
        }
        let paragraph = format!("<p>{value}</p>");
        match self.open.iter().position(|(name, _)| name == key) {
            Some(at) => self.open[at].1.push_str(&paragraph),
            None if self.open.len() < MOST_GROUPS => self.open.push((key.to_owned(), paragraph)),
            None => {}
        }
    }

    fn end(&mut self) {
        for (_, text) in std::mem::take(&mut self.open) {
            self.offer(text);
        }
    }

    fn offer(&mut self, html: String) {
        let found = payload(&html);
        if self.best.as_ref().is_none_or(|best| best.prose < found.prose) {
            self.best = Some(found);
        }
    }
}

/// Shorter strings are labels.
const SHORTEST: usize = 60;

const MOST_GROUPS: usize = 64;

/// Names under which pages tell about articles, and not the articles.
const NO_BODIES: [&str; 16] = [
    "description",
    "summary",
    "excerpt",
    "title",
    "headline",
    "alt",
    "caption",
    "url",
    "src",
    "href",
    "className",
    "style",
    "d",
    "seoMention",
    "og:description",
    "keywords",
];

/// Words and marks that end sentences, as no code has them.
fn is_prose(value: &str) -> bool {
    let words = value.split_ascii_whitespace().take(400).count();
    let ends = [". ", ".<", ".\n"].iter().map(|end| value.matches(end).take(3).count());
    let marks = ends.sum::<usize>() + value.matches(['다', '。']).take(3).count();
    let code = ["function(", "=>", "{\"", "};", "@media", "!important"];
    words >= 8
        && (marks > 0 || value.ends_with('.'))
        && !code.iter().any(|sign| value.contains(sign))
}

fn payload(value: &str) -> Payload {
    // Plain text has its paragraphs on lines of their own.
    let html = match value.contains('<') {
        true => value.to_owned(),
        false => value.replace('\n', "<br>"),
    };
    let page = Page::parse(&html);
    let prose = Blocks::of(&page).list.iter().map(Block::body_prose).sum();
    Payload { html, prose }
}

/// Calls `found` with the name and value of each string in `script`. Strings that
/// hold data themselves are read too.
fn strings(script: &str, depth: u32, found: &mut impl FnMut(&str, &str)) {
    let bytes = script.as_bytes();
    let (mut at, mut key) = (0, "");
    while let Some(start) = memchr(b'"', &bytes[at..]).map(|quote| at + quote + 1) {
        let end = match string_end(bytes, start) {
            Ok(end) => end,
            Err(end) => {
                at = end;
                continue;
            }
        };
        at = end + 1;
        let raw = &script[start..end];
        if script[at..].trim_start().starts_with(':') {
            key = raw;
            continue;
        }
        // A name speaks for the values of its list, too.
        let name =
            if script[..start - 1].trim_end().ends_with([':', '[', ',', '{']) { key } else { "" };
        if raw.len() < SHORTEST {
            continue;
        }
        let value = unescaped(raw);
        if depth < DEEPEST && value.contains("\":") {
            strings(&value, depth + 1, found);
        } else {
            found(if starts_stream(script, start) { "" } else { name }, &value);
        }
    }
}

const DEEPEST: u32 = 2;

/// `push([1,"…"])`: a piece of a stream has no name.
fn starts_stream(script: &str, start: usize) -> bool {
    script[..start - 1].ends_with("push([1,")
}

/// The quote that ends the string from `start` on; strings of data hold no newline, so
/// that a string without an end gives the place where none can start before.
fn string_end(bytes: &[u8], start: usize) -> Result<usize, usize> {
    let mut at = start;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr3(b'"', b'\\', b'\n', rest)) {
        at += found;
        match (bytes[at], bytes.get(at + 1)) {
            (b'"', _) => return Ok(at),
            (b'\n', _) | (_, Some(b'\n')) => return Err(at + 1),
            _ => at += 2,
        }
    }
    Err(bytes.len())
}

fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    let mut high = None;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let Some(kind) = after.chars().next() else { return out };
        rest = &after[kind.len_utf8()..];
        match kind {
            'n' | 'r' => out.push('\n'),
            't' | 'b' | 'f' => out.push(' '),
            'u' => {
                let unit = rest.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let Some(unit) = unit else { continue };
                rest = &rest[4..];
                match (high.take(), unit) {
                    (_, 0xD800..=0xDBFF) => high = Some(unit),
                    (Some(high), 0xDC00..=0xDFFF) => {
                        out.extend(char::from_u32(
                            0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00),
                        ));
                    }
                    _ => out.extend(char::from_u32(unit)),
                }
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str =
        "The mayor opened the new bridge on Monday. People had waited for it since spring.";

    fn check(html: &str, expected: Option<&str>) {
        let page = Page::parse(html);
        let found = longest(&page).filter(|payload| payload.prose > 0);
        let text = found.map(|payload| Page::parse(&payload.html).root().text());
        assert_eq!(text.as_deref(), expected, "{html:?}");
    }

    #[test]
    fn strings_are_found_at_any_depth() {
        check(&format!(r#"<script>x = {{"body":"{PROSE}"}}</script>"#), Some(PROSE));
        let inner = format!(r#"{{\"body\":\"{PROSE}\"}}"#);
        check(&format!(r#"<script>f.push([1,"{inner}"])</script>"#), Some(PROSE));
        check(
            &format!(r#"<script>f.push([1,"\u003cp\u003e{PROSE}\u003c/p\u003e"])</script>"#),
            Some(PROSE),
        );
        check(&format!(r#"<script>x = {{"description":"{PROSE}"}}</script>"#), None);
        check("<script>\"", None);
    }

    #[test]
    fn paragraphs_of_a_list_are_one_text() {
        let list = format!(r#"[{{"text":"{PROSE}"}},{{"text":"It is {PROSE}"}}]"#);
        check(&format!("<script>{list}</script>"), Some(&format!("{PROSE} It is {PROSE}")));
    }

    #[test]
    fn linked_data_may_hold_the_body() {
        let data = format!(r#"[{{"@type":"NewsArticle","articleBody":"{PROSE}\n{PROSE}"}}]"#);
        let html = format!("<script type=application/ld+json>{data}</script>");
        let found = declared(&Page::parse(&html)).expect("it is there");
        assert_eq!(Page::parse(&found.html).root().text(), format!("{PROSE} {PROSE}"));
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(unescaped(r#"a\"b\\c\nd\u00e9\ud83d\ude00\/\u12"#), "a\"b\\c\ndé😀/12");
        assert_eq!(unescaped("\\"), "");
    }
}
