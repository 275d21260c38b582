//! Tree of a page → the body of its article.

mod blocks;
mod candidates;
mod choose;
mod hints;
mod korean;
mod phrases;
mod scripts;
mod segments;
mod text;
mod witness;

use serde::{Deserialize, Serialize};

use super::page::Page;
use scripts::Payload;
use segments::Blocks;
use witness::Witnesses;

pub use candidates::Sign;

/// Settings of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BodyParams {
    /// Keep captions of pictures.
    pub captions: bool,
}

impl Default for BodyParams {
    fn default() -> Self {
        BodyParams { captions: false }
    }
}

/// The body of an article.
#[derive(Debug, Clone)]
pub struct Body {
    /// A paragraph a line.
    pub text: String,
    /// The sign by which its element was found.
    pub sign: Sign,
}

/// Finds the body of the article on a page.
pub fn extract_body(page: &Page, params: &BodyParams) -> Option<Body> {
    let declared = scripts::declared(page);
    let visible = visible(page, declared.as_ref(), params);
    let prose = visible.as_ref().map_or(0, |body| width(&body.text));
    unseen(page, declared, prose, params).or(visible)
}

fn visible(page: &Page, declared: Option<&Payload>, params: &BodyParams) -> Option<Body> {
    let found = Blocks::of(page);
    let candidates = candidates::candidates(page, &found);
    let witnesses = Witnesses::of(page, &found, declared);
    let chosen = choose::choose(page, &found, &candidates, &witnesses)?;
    let lines = blocks::lines(page, &found, chosen.node, params);
    let lines: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    Some(Body { text: lines.join("\n"), sign: chosen.sign })
}

/// The body that scripts hold, if what is to be seen is a small part of it.
fn unseen(page: &Page, declared: Option<Payload>, prose: u32, params: &BodyParams) -> Option<Body> {
    let declared = declared.filter(|body| body.prose > 2 * prose + 200);
    let payload = declared.map(|body| (Sign::Declared, body)).or_else(|| {
        if prose > 600 {
            return None;
        }
        let longest = scripts::longest(page)?;
        (longest.prose > 3 * prose + 300).then_some((Sign::Script, longest))
    });
    let (sign, payload) = payload?;
    let page = Page::parse(&payload.html);
    let found = Blocks::of(&page);
    let lines = blocks::lines(&page, &found, 0, params);
    let lines: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    Some(Body { text: lines.join("\n"), sign })
}

/// Characters, wide ones twice, as the counts of a page count them.
fn width(text: &str) -> u32 {
    text.chars().map(|c| if c >= '\u{3000}' { 2 } else { 1 }).sum()
}

/// Every block of a page, with what became of it: to see why a text is as it is.
pub fn explain(page: &Page, params: &BodyParams) -> String {
    use std::fmt::Write;
    let found = Blocks::of(page);
    let candidates = candidates::candidates(page, &found);
    let witnesses = Witnesses::of(page, &found, scripts::declared(page).as_ref());
    let chosen = choose::choose(page, &found, &candidates, &witnesses);
    let kept = chosen.map(|c| blocks::lines(page, &found, c.node, params)).unwrap_or_default();
    let kept: Vec<usize> = kept.iter().map(|line| line.block).collect();
    let mut out = String::new();
    for c in &candidates {
        let n = page.node(c.node);
        let _ = writeln!(out, "CAND {:?} {} {:?} {:?}", c.sign, c.node, n, found.inside(n));
    }
    let _ = writeln!(out, "CHOSEN {chosen:?} {witnesses:?}");
    for (at, block) in found.list.iter().enumerate() {
        let inside = chosen.is_some_and(|c| found.inside(page.node(c.node)).contains(&at));
        let mark = if kept.contains(&at) {
            '+'
        } else if inside {
            '-'
        } else {
            ' '
        };
        let path: Vec<&str> =
            page.node(block.holder).ancestors().take(3).map(|n| n.name()).collect();
        let _ = writeln!(
            out,
            "{mark} {at} {:?} {:?} c{} l{} p{} br{} {}<{} | {}",
            block.kind,
            block.hints,
            block.counts.characters,
            block.counts.link_characters,
            block.counts.punctuation,
            block.after_break as u8,
            page.node(block.holder).name(),
            path.join("<"),
            text::line(page, block)
        );
    }
    out
}
