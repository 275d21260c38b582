//! Selectors of a rule → the parts of an article that they find.

use std::fmt;

use rustc_hash::FxHashSet;
use scraper::node::Node;
use scraper::{ElementRef, Html, Selector};

use super::metadata::{date_in, names_in};
use super::publishers::Rule;
use crate::markup::{Piece, Pieces};
use crate::news::page::{Element, Page};

/// What the selectors of a rule found; what they did not is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selected {
    /// The headline in one line.
    pub title: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// The date as RFC 3339.
    pub date: Option<String>,
    /// The people who wrote it.
    pub authors: Vec<String>,
}

/// Why a page has to be read automatically.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// No selector of the rule finds anything.
    NothingFound,
    /// Its elements are nested so deep, or left open so often, that the reference parser
    /// would take too long.
    TooDeep,
    /// It has more elements than the reference parser takes in a short time.
    TooLarge,
}

impl Unfit {
    /// A word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Unfit::NothingFound => "selectors-find-nothing",
            Unfit::TooDeep => "nested-too-deep",
            Unfit::TooLarge => "too-many-elements",
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Unfit::NothingFound => "the selectors find nothing",
            Unfit::TooDeep => "the page is nested too deep for selectors",
            Unfit::TooLarge => "the page has too many elements for selectors",
        })
    }
}

/// News pages have some thousands of nodes.
const MOST_NODES: usize = 50_000;

/// Time of the reference parser grows with size times depth. News pages stay below 60.
const DEEPEST: usize = 200;

/// It repeats formatting elements that are left open in every paragraph behind them.
const MOST_OPEN: usize = 200;

/// What the selectors of `rule` find in `html`, whose own tree is `page`.
pub(super) fn select(
    rule: &Rule,
    html: &str,
    page: &Page<'_>,
    url: Option<&str>,
    paragraphs: bool,
) -> Result<Selected, Unfit> {
    if page.is_cut() || page.root().end() > MOST_NODES {
        return Err(Unfit::TooLarge);
    }
    if depth(page) > DEEPEST || left_open(html) > MOST_OPEN {
        return Err(Unfit::TooDeep);
    }
    let page = Html::parse_document(html);
    let title = rule.title.iter().find_map(|selector| first_line(&page, selector));
    let text = rule.text.iter().find_map(|selector| text(&page, selector, &rule.drop, paragraphs));
    let is_korean = is_korean(url, title.as_deref().or(text.as_deref()));
    let date =
        rule.date.iter().find_map(|selector| date_in(&first_line(&page, selector)?, is_korean));
    let authors =
        rule.author.iter().map(|selector| people(&page, selector)).find(|names| !names.is_empty());
    let found = Selected { title, text, date, authors: authors.unwrap_or_default() };
    if found == Selected::default() { Err(Unfit::NothingFound) } else { Ok(found) }
}

fn depth(page: &Page) -> usize {
    let mut ends: Vec<usize> = Vec::new();
    let depths = page.nodes().map(|node| {
        while ends.pop_if(|end| *end <= node.index()).is_some() {}
        ends.push(node.end());
        ends.len()
    });
    depths.max().unwrap_or(0)
}

/// How many formatting elements are open at once, by their tags alone.
fn left_open(html: &str) -> usize {
    const NAMES: [&str; 14] = [
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u",
    ];
    let place = |name: &str| NAMES.iter().position(|known| known.eq_ignore_ascii_case(name));
    let (mut open, mut most) = ([0_usize; NAMES.len()], 0);
    for piece in Pieces::new(html) {
        match piece {
            Piece::Start(name) => place(name).into_iter().for_each(|at| open[at] += 1),
            Piece::End(name) => {
                place(name).into_iter().for_each(|at| open[at] = open[at].saturating_sub(1))
            }
            _ => continue,
        }
        most = most.max(open.iter().sum());
    }
    most
}

fn is_korean(url: Option<&str>, text: Option<&str>) -> bool {
    let host = url.and_then(|url| url.split("://").nth(1)?.split(['/', ':']).next());
    host.is_some_and(|host| host.ends_with(".kr"))
        || text.is_some_and(|text| text.chars().any(|letter| ('가'..='힣').contains(&letter)))
}

/// The first element with a value, in one line.
fn first_line(page: &Html, selector: &Selector) -> Option<String> {
    page.select(selector).map(one_line).find(|line| !line.is_empty())
}

/// The names in all elements.
fn people(page: &Html, selector: &Selector) -> Vec<String> {
    const MOST: usize = 20;
    let mut names: Vec<String> = Vec::new();
    for name in page.select(selector).take(MOST).flat_map(|element| names_in(&one_line(element))) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What an element holds for machines, else its text.
fn one_line(element: ElementRef) -> String {
    let attribute =
        ["content", "datetime", "data-date-time"].into_iter().find_map(|name| element.attr(name));
    let text = match attribute {
        Some(value) => value.to_owned(),
        None => lines(element, &FxHashSet::default()).join(" "),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of all elements that the selector finds; none if that is empty.
fn text(page: &Html, selector: &Selector, drop: &[Selector], paragraphs: bool) -> Option<String> {
    let mut parts = Vec::new();
    let mut inside = FxHashSet::default();
    for element in page.select(selector) {
        let is_inner = element.ancestors().any(|parent| inside.contains(&parent.id()));
        inside.insert(element.id());
        if is_inner {
            continue;
        }
        let dropped =
            drop.iter().flat_map(|drop| element.select(drop)).map(|found| found.id()).collect();
        match paragraphs {
            true => parts.extend(lines(element, &dropped)),
            false => parts.push(stripped(element, &dropped)),
        }
    }
    let text = parts.join(if paragraphs { "\n" } else { "" });
    (!text.is_empty()).then_some(text)
}

type Ids = FxHashSet<ego_tree::NodeId>;

/// The lines of an element: blocks and `<br>` end them, blanks are evened out.
fn lines(element: ElementRef, dropped: &Ids) -> Vec<String> {
    let mut lines = vec![String::new()];
    walk(element, dropped, |node| match node {
        Node::Text(text) => lines.last_mut().expect("one is there").push_str(text),
        Node::Element(element) if ends_line(element.name()) => lines.push(String::new()),
        _ => {}
    });
    let even = |line: &String| line.split_whitespace().collect::<Vec<_>>().join(" ");
    lines.iter().map(even).filter(|line| !line.is_empty()).collect()
}

fn ends_line(name: &str) -> bool {
    name == "br" || Element::named(name).is_some_and(Element::is_block)
}

/// Every text without the blanks around it, as BeautifulSoup joins them.
fn stripped(element: ElementRef, dropped: &Ids) -> String {
    let mut all = String::new();
    walk(element, dropped, |node| {
        if let Node::Text(text) = node {
            all.push_str(text.trim_matches(|letter: char| {
                letter.is_whitespace() || ('\x1c'..='\x1f').contains(&letter)
            }));
        }
    });
    all
}

/// Gives each node at its start and each element at its end, but for what is left out.
fn walk(element: ElementRef, dropped: &Ids, mut see: impl FnMut(&Node)) {
    let mut left_out = None;
    for edge in element.traverse() {
        let (node, is_start) = match edge {
            ego_tree::iter::Edge::Open(node) => (node, true),
            ego_tree::iter::Edge::Close(node) => (node, false),
        };
        let is_text = matches!(node.value(), Node::Text(_));
        match left_out {
            Some(id) if id == node.id() && !is_start => left_out = None,
            Some(_) => {}
            None if is_start && is_left_out(node.value(), dropped.contains(&node.id())) => {
                left_out = Some(node.id())
            }
            None if is_start || !is_text => see(node.value()),
            None => {}
        }
    }
}

fn is_left_out(node: &Node, is_dropped: bool) -> bool {
    const UNSEEN: [&str; 5] = ["script", "style", "template", "noscript", "iframe"];
    is_dropped || matches!(node, Node::Element(element) if UNSEEN.contains(&element.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<title>x</title><div class=head><h1> 도서관\n 다시 연다 </h1><span class=d>입력 2026.11.23 09:05</span>
        <p class=by>홍길동 기자</p><p class=by>김철수 기자 a@b.kr</p></div><div class=body><p>하나 <b>둘</b>.</p><figure><figcaption>사진</figcaption></figure>
        셋<br>넷<script>x</script><div class=body>다섯</div></div>";

    fn rule() -> Rule {
        let parse = |selector: &str| vec![Selector::parse(selector).expect("it is one")];
        Rule {
            title: parse("h1"),
            text: [parse("#none"), parse(".body")].concat(),
            date: parse(".d"),
            author: parse(".by"),
            drop: parse("figure"),
            ..Rule::default()
        }
    }

    #[test]
    fn parts_are_found() {
        let found = rule().extract(PAGE, None, true).expect("they are there");
        assert_eq!(found.title.as_deref(), Some("도서관 다시 연다"));
        assert_eq!(found.text.as_deref(), Some("하나 둘.\n셋\n넷\n다섯"));
        assert_eq!(found.date.as_deref(), Some("2026-11-23T09:05:00+09:00"));
        assert_eq!(found.authors, ["홍길동", "김철수"]);
    }

    #[test]
    fn text_may_be_that_of_get_text() {
        let found = rule().extract(PAGE, None, false).expect("it is there");
        assert_eq!(found.text.as_deref(), Some("하나둘.셋넷다섯"));
    }

    #[test]
    fn pages_that_do_not_fit_say_why() {
        assert_eq!(rule().extract("<p>a", None, true), Err(Unfit::NothingFound));
        let many = "<p>a".repeat(40_000) + "<h1>a";
        assert_eq!(rule().extract(&many, None, true), Err(Unfit::TooLarge));
        let deep = "<div>".repeat(5_000) + "<h1>a";
        assert_eq!(rule().extract(&deep, None, true), Err(Unfit::TooDeep));
        let open: String = (0..10_000).map(|number| format!("<p><font size={number}>")).collect();
        assert_eq!(rule().extract(&(open + "<h1>a"), None, true), Err(Unfit::TooDeep));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_page(html in "(<h1>|<div class=body>|</div>|<p>|<table>|<b>|\\PC){0,30}") {
            let _ = rule().extract(&html, None, true);
        }
    }
}
