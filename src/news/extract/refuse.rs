//! Pages that hold no article: errors, walls, lists of articles.

use std::sync::LazyLock;

use super::segments::{Block, Blocks, Kind};
use super::{is_line, width};
use crate::news::page::{Element, Page};

/// Why a page gives no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no text that could be one.
    Empty,
    /// The page says that it isn't there, whatever its status was.
    NotFound,
    /// The site takes us for a robot.
    Blocked,
    /// All that is to be read asks for leave to set cookies.
    Consent,
    /// The text is kept for subscribers.
    Paywall,
    /// The page leads to articles and is none.
    Index,
    /// The page has more elements than are read, and no text among those.
    Dense,
}

impl Refusal {
    /// There is no text in what was read of the page.
    pub fn no_text(page: &Page) -> Self {
        if page.is_cut() { Refusal::Dense } else { Refusal::Empty }
    }

    /// A word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Empty => "no-body",
            Refusal::NotFound => "not-found",
            Refusal::Blocked => "blocked",
            Refusal::Consent => "consent",
            Refusal::Paywall => "paywall",
            Refusal::Index => "index",
            Refusal::Dense => "too-many-elements",
        }
    }
}

/// Why the text of a page is no article; none if it may be one.
pub(super) fn refusal(page: &Page, lines: &str) -> Option<Refusal> {
    let width = width(lines);
    let phrases = &*PHRASES;
    if width <= SHORT {
        // An article of some lines may say such things itself.
        let told =
            titles(page) + &(if width <= FEW_LINES { lines.to_lowercase() } else { String::new() });
        if phrases.has("not_found", &told) {
            return Some(Refusal::NotFound);
        }
        if phrases.has("blocked", &told) {
            return Some(Refusal::Blocked);
        }
    }
    if width <= LONGEST_CONSENT && is_consent(lines, phrases) {
        return Some(Refusal::Consent);
    }
    let has_wall = || {
        page.root().counts().characters <= LONGEST_WALLED
            && phrases.has("paywall", &page.root().text().to_lowercase())
    };
    if width <= FEW_WORDS && has_wall() {
        return Some(Refusal::Paywall);
    }
    (width < LEAST).then(|| Refusal::no_text(page))
}

/// Less is a label.
const LEAST: u32 = 25;

/// What a wall leaves of an article.
const FEW_WORDS: u32 = 120;

/// All that pages with a wall say beside it.
const LONGEST_WALLED: u32 = 500_000;

/// An article about errors is longer.
const SHORT: u32 = 1_000;

const FEW_LINES: u32 = 300;

const LONGEST_CONSENT: u32 = 5_000;

fn titles(page: &Page) -> String {
    let titles = page.nodes().filter(|node| matches!(node.element(), Element::Title | Element::H1));
    let lines = titles.filter(is_line).take(MOST);
    lines.map(|title| title.text().to_lowercase() + "\n").collect()
}

/// More titles than any article has.
const MOST: usize = 50;

/// Whether most of the text is said in lines that name two things of cookies.
fn is_consent(lines: &str, phrases: &Phrases) -> bool {
    let asks = |line: &&str| {
        let line = line.to_lowercase();
        // News about cookies speak of others.
        phrases.has("speaker", &line) && phrases.count("consent", &line) >= 2
    };
    let asking: usize = lines.lines().filter(asks).map(str::len).sum();
    asking * 2 > lines.len()
}

/// Whether the blocks are a list of articles: titles that are links, and little text
/// for each.
pub(super) fn is_index(page: &Page, blocks: &Blocks, node: usize) -> bool {
    let inside = &blocks.list[blocks.inside(page.node(node))];
    let is_title = |block: &&Block| block.kind == Kind::Heading && block.link_list() > 0;
    let titles = inside.iter().filter(is_title).count() as u32;
    let prose = blocks.body_prose(blocks.inside(page.node(node)));
    titles >= MANY_TITLES && prose < titles * TEXT_OF_TITLE && !is_declared_article(page)
}

const MANY_TITLES: u32 = 8;

const TEXT_OF_TITLE: u32 = 300;

fn is_declared_article(page: &Page) -> bool {
    let mut metas = page.elements(Element::Meta);
    let of_article = metas.any(|meta| match meta.raw_attribute("property") {
        Some("og:type") => meta.has("content", "article"),
        Some(name) => name == "article:published_time",
        None => false,
    });
    of_article || page.linked_data().any(|data| data.contains("Article\""))
}

struct Phrases(Vec<(&'static str, &'static str)>);

impl Phrases {
    fn count(&self, kind: &str, text: &str) -> usize {
        self.0.iter().filter(|(name, phrase)| *name == kind && text.contains(phrase)).count()
    }

    fn has(&self, kind: &str, text: &str) -> bool {
        self.count(kind, text) > 0
    }
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let table = include_str!("../../../dictionaries/news/refusals.txt");
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    Phrases(lines.filter_map(|line| line.split_once(": ")).collect())
});
