//! The element of a body → the blocks of it that belong to the body.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::hints::Hints;
use super::phrases::{self, Verdict};
use super::segments::{Block, Blocks, Kind};
use super::witness::bare;
use super::{BodyParams, captions, is_line, korean, text};
use crate::news::page::{Element, Page};

/// A line of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is by its elements.
    pub kind: Kind,
    /// What it says.
    pub text: String,
}

/// The lines of the body in the element `node`.
pub(super) fn lines(page: &Page, blocks: &Blocks, node: usize, params: &BodyParams) -> Vec<Line> {
    let sifter = Sifter { page, blocks, params, titles: titles(page) };
    let inside = sifter.without_annex(blocks.inside(page.node(node)));
    let prose = sifter.prose(inside.clone());
    let mut lines: Vec<Line> = inside.filter_map(|at| sifter.line(at, &prose)).collect();
    end(&mut lines);
    drop_repeated(&mut lines);
    lines
}

struct Sifter<'s, 'a> {
    page: &'s Page<'a>,
    blocks: &'s Blocks,
    params: &'s BodyParams,
    titles: Vec<String>,
}

/// How a page calls its article.
fn titles(page: &Page) -> Vec<String> {
    let headings = page.elements(Element::H1).filter(is_line).map(|heading| heading.text());
    let is_title = |name: &str| matches!(name, "og:title" | "twitter:title" | "title");
    let metas = page.elements(Element::Meta).filter_map(|meta| {
        let name = meta.raw_attribute("property").or(meta.raw_attribute("name"))?;
        is_title(name).then(|| meta.attribute("content"))?.map(|title| title.into_owned())
    });
    let titles = headings.take(MOST_TITLES).chain(metas.take(MOST_TITLES));
    titles.filter(|title| !title.is_empty()).map(|title| bare(&title)).collect()
}

/// More titles than any article has.
const MOST_TITLES: usize = 50;

impl Sifter<'_, '_> {
    /// The blocks before `Related articles`, if mostly links follow, or `3 comments`.
    fn without_annex(&self, inside: Range<usize>) -> Range<usize> {
        let list = &self.blocks.list;
        let prose = |range: Range<usize>| self.blocks.body_prose(range);
        let is_foreign = |block: &&Block| is_link(block) || !self.belongs(block);
        let starts_annex = |&at: &usize| {
            let (before, rest) = (inside.start..at, at + 1..inside.end);
            if list[at].kind != Kind::Heading {
                return false;
            }
            let text = self.text(at);
            let is_list = || {
                list[rest.clone()].iter().filter(is_foreign).count() * 3 >= rest.len()
                    && prose(rest.clone()) * 3 < prose(before.clone())
            };
            (phrases::judge(&text) == Verdict::Boilerplate && is_list())
                || (phrases::heads_comments(&text) && prose(before.clone()) > LEAST_COMMENTED)
        };
        let start = inside.start.max(inside.end.saturating_sub(LONGEST_ANNEX));
        let end = (start..inside.end).find(starts_annex);
        inside.start..end.unwrap_or(inside.end)
    }

    /// From the first block of prose to the last; empty if there is none.
    fn prose(&self, inside: Range<usize>) -> Range<usize> {
        let is_prose = |at: &usize| self.blocks.list[*at].body_prose() > 0;
        let starts = |at: &usize| is_prose(at) && !self.is_date_or_name(*at);
        let first = inside.clone().find(starts).unwrap_or(inside.start);
        let last = inside.clone().rfind(is_prose).map_or(inside.start, |last| last + 1);
        first..last
    }

    fn line(&self, at: usize, prose: &Range<usize>) -> Option<Line> {
        let block = &self.blocks.list[at];
        if !self.belongs(block) || (is_link(block) && !self.may_be_link(at)) {
            return None;
        }
        let text = self.text(at);
        if phrases::judge(&text) == Verdict::Boilerplate || korean::is_byline(&text) {
            return None;
        }
        if !self.params.captions && captions::is_caption(&text) {
            return None;
        }
        if at < prose.start && !self.may_lead(at, &text) {
            return None;
        }
        let text = korean::without_byline(&text).to_owned();
        Some(Line { kind: block.kind, text })
    }

    fn is_date_or_name(&self, at: usize) -> bool {
        let characters = self.blocks.list[at].counts.characters;
        characters < 2 * LONGEST_DATE as u32 && looks_like_date_or_name(&self.text(at))
    }

    fn text(&self, at: usize) -> String {
        let without = if self.params.captions { Hints::HIDDEN } else { Hints::ASIDES };
        text::line(self.page, &self.blocks.list[at], without)
    }

    fn belongs(&self, block: &Block) -> bool {
        let mut hints = block.hints;
        if block.kind == Kind::Quote {
            // Quoted from social media.
            hints = hints.without(Hints::SHARE);
        }
        if self.params.captions {
            hints = hints.without(Hints::CAPTION);
        }
        !hints.has(Hints::BOILERPLATE)
    }

    /// Whether a block that is a link is part of the body even so.
    fn may_be_link(&self, at: usize) -> bool {
        let block = &self.blocks.list[at];
        match block.kind {
            Kind::Heading => self.heads(at, |next| next.body_prose() > 0),
            Kind::Item => {
                let list = self.page.node(block.holder).parent();
                list.is_some_and(|list| list.counts().link_density() < 0.5)
            }
            Kind::Quote => true,
            _ => false,
        }
    }

    /// A heading belongs to the paragraph that follows.
    fn heads(&self, at: usize, is_meant: fn(&Block) -> bool) -> bool {
        let list = &self.blocks.list;
        let around = |block: &Block| self.page.node(block.holder).parent().map(|node| node.index());
        list.get(at + 1).is_some_and(|next| is_meant(next) && around(next) == around(&list[at]))
    }

    /// What stands before the first paragraph is mostly the title, a date, who wrote it.
    fn may_lead(&self, at: usize, text: &str) -> bool {
        let block = &self.blocks.list[at];
        let own = bare(text);
        let is_title = self.titles.iter().any(|title| title.starts_with(&own));
        if is_title || block.hints.has(Hints::TITLE) || self.is_date_or_name(at) {
            return false;
        }
        match block.kind {
            Kind::Heading => {
                let element = self.page.node(block.holder).element();
                element != Element::H1 && self.heads(at, |next| next.kind == Kind::Paragraph)
            }
            Kind::Text | Kind::Cell => block.counts.characters >= 60,
            Kind::Paragraph | Kind::Item | Kind::Quote | Kind::Preformatted => true,
        }
    }
}

/// A body ends with no heading, and not with who wrote it.
fn end(lines: &mut Vec<Line>) {
    let last = lines.len().saturating_sub(LAST_LINES);
    let mut at = 0;
    lines.retain(|line| {
        at += 1;
        at <= last || phrases::judge(&line.text) != Verdict::BoilerplateAtEnd
    });
    while lines.pop_if(|line| line.kind == Kind::Heading).is_some() {}
}

/// Who wrote an article stands in its last lines.
const LAST_LINES: usize = 4;

/// Pages hold parts of an article twice, for narrow and for wide screens.
fn drop_repeated(lines: &mut Vec<Line>) {
    let mut seen = FxHashSet::default();
    lines.retain(|line| line.text.len() < SHORTEST_REPEATED || seen.insert(line.text.clone()));
}

const SHORTEST_REPEATED: usize = 250;

/// Comments are more than what they are on, often.
const LEAST_COMMENTED: u32 = 400;

/// Bounds the work.
const LONGEST_ANNEX: usize = 200;

/// Whether a block leads elsewhere: nearly all of it is links, or what is not is short.
fn is_link(block: &Block) -> bool {
    let links = block.counts.link_characters;
    let others = block.counts.characters.saturating_sub(links);
    links * 5 > block.counts.characters * 4 || (links > others && others < 25)
}

const LONGEST_DATE: usize = 100;

fn looks_like_date_or_name(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_short = text.chars().count() < LONGEST_DATE;
    let has_year = ["19", "20"].iter().any(|century| {
        lower.match_indices(century).any(|(at, _)| {
            lower[at + 2..].chars().take(2).filter(char::is_ascii_digit).count() == 2
        })
    });
    let ends_sentence = text.ends_with(['.', '!', '?', '”', '"']);
    is_short
        && (lower.starts_with("by ")
            || lower.contains("min read")
            || lower.contains("minute read")
            || lower.starts_with("written by")
            || lower.starts_with("posted ")
            || lower.starts_with("published ")
            || lower.starts_with("updated ")
            || (has_year && !ends_sentence))
}
