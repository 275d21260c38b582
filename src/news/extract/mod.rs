//! Tree of a page → the body of its article.
//!
//! In: a page. Out: the lines that are its article, or why there are none. Several
//! signs each find an element that may hold the body; the one that most of them agree
//! with is taken, and what is no article is taken out of it, line by line. No rule
//! knows a site.

mod article;
mod blocks;
mod candidates;
mod captions;
pub mod charset;
mod choose;
mod hints;
mod korean;
pub mod metadata;
mod phrases;
pub mod publishers;
mod refuse;
mod scripts;
mod segments;
mod selected;
mod text;
mod witness;

use serde::{Deserialize, Serialize};

use super::page::{Node, Page};
use scripts::Payload;
use segments::Blocks;
use witness::Witnesses;

pub use article::{Extractor, Listed, Made};
pub use blocks::Line;
pub use candidates::Sign;
pub use refuse::Refusal;
pub use segments::Kind;
pub use selected::{Selected, Unfit};

/// Settings of the body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BodyParams {
    /// Keep the captions of pictures.
    pub captions: bool,
}

/// The body of an article.
#[derive(Debug, Clone)]
pub struct Body {
    /// A paragraph a line.
    pub text: String,
    /// The same with what each line is.
    pub lines: Vec<Line>,
    /// The sign by which its element was found.
    pub sign: Sign,
    /// The index of its element on the page; none if a script holds it.
    pub node: Option<usize>,
    /// How much the signs agree, from 0 to 1, and less for a body of a few words.
    pub confidence: f32,
}

/// Finds the body of the article on a page.
///
/// # Errors
/// Why the page holds no article.
///
/// # Examples
/// ```
/// use malmoi::news::extract::{BodyParams, Refusal, extract_body};
/// use malmoi::news::page::Page;
///
/// let html = "<nav><a href=/>Home</a></nav><article><p>It rained all day, and the river rose.</p>\
///     <p>Read more: <a href=/2>Floods</a></p></article>";
/// let body = extract_body(&Page::parse(html), &BodyParams::default()).expect("it is an article");
/// assert_eq!(body.text, "It rained all day, and the river rose.");
///
/// let refusal = extract_body(&Page::parse("<h1>Page not found</h1>"), &BodyParams::default());
/// assert_eq!(refusal.err(), Some(Refusal::NotFound));
/// ```
pub fn extract_body(page: &Page, params: &BodyParams) -> Result<Body, Refusal> {
    let declared = scripts::declared(page);
    let blocks = Blocks::of(page);
    let shown = shown(page, &blocks, declared.as_ref(), params);
    let prose = shown.as_ref().map_or(0, |body| width(&body.text));
    let body = scripted(page, declared, prose, params).or(shown);
    let text = body.as_ref().map_or("", |body| &body.text);
    if let Some(refusal) = refuse::refusal(page, text) {
        return Err(refusal);
    }
    let body = body.ok_or_else(|| Refusal::no_text(page))?;
    let is_index = body.node.is_some_and(|node| refuse::is_index(page, &blocks, node));
    if is_index { Err(Refusal::Index) } else { Ok(body) }
}

/// The body among what the page shows.
fn shown(
    page: &Page,
    blocks: &Blocks,
    declared: Option<&Payload>,
    params: &BodyParams,
) -> Option<Body> {
    let candidates = candidates::candidates(page, blocks);
    let witnesses = Witnesses::of(page, blocks, declared);
    let chosen = choose::choose(page, blocks, &candidates, &witnesses)?;
    let lines = blocks::lines(page, blocks, chosen.node, params);
    Some(body(lines, chosen.sign, Some(chosen.node), chosen.agreement))
}

/// The body that a script holds, if what the page shows is a small part of it.
fn scripted(
    page: &Page,
    declared: Option<Payload>,
    shown: u32,
    params: &BodyParams,
) -> Option<Body> {
    let declared = declared.filter(|body| body.prose > 2 * shown + 80);
    let (sign, payload) = declared.map(|body| (Sign::Declared, body)).or_else(|| {
        let longest = (shown <= TEASER).then(|| scripts::longest(page)).flatten();
        longest.filter(|body| body.prose > 3 * shown + 300).map(|body| (Sign::Script, body))
    })?;
    let page = Page::parse(&payload.html);
    let lines = blocks::lines(&page, &Blocks::of(&page), page.root().index(), params);
    Some(body(lines, sign, None, 0.5))
}

/// What a page shows of an article before its scripts run.
const TEASER: u32 = 600;

fn body(lines: Vec<Line>, sign: Sign, node: Option<usize>, agreement: f32) -> Body {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    let text = texts.join("\n");
    let length = (width(&text) as f32 / TEASER as f32).min(1.0);
    Body { text, lines, sign, node, confidence: agreement * (0.5 + 0.5 * length) }
}

/// Whether an element may be read as one line: long ones, and those left open, that hold
/// each other would be read again and again.
fn is_line(node: &Node) -> bool {
    const LONGEST: u32 = 2_000;
    const MOST_NODES: usize = 300;
    const MOST_BYTES: usize = 20_000;
    node.counts().characters <= LONGEST
        && node.end() - node.index() <= MOST_NODES
        && node.contents().len() <= MOST_BYTES
}

/// Characters, wide ones twice, as the counts of a page count them.
fn width(text: &str) -> u32 {
    // U+3000 and what follows starts with a byte from 0xE3 on.
    text.bytes().map(|byte| u32::from(byte & 0xC0 != 0x80) + u32::from(byte >= 0xE3)).sum()
}

#[cfg(test)]
mod tests;
