//! Where a page says who wrote it.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::Regex;

use super::clues::{Clues, is_beside, is_short, key};
use super::{names, scripts};
use crate::news::page::{Element, Node};

const NAMES: &[&str] = &[
    "dable:author",
    "author",
    "article:author",
    "og:article:author",
    "byl",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "article_author",
    "cxenseparse:author",
    "authors",
    "og:author",
    "rbauthors",
    "citation_author",
    "article.author",
    "analytics:author",
    "news_author",
    "reporter",
];

/// Where people stand; tried in turn until one names somebody.
const PLACES: [fn(&Clues) -> Vec<String>; 6] =
    [of_data, of_metas, of_items, of_bylines, of_scripts, of_text];

/// The people who wrote the article, else the agency.
pub(super) fn authors(clues: &Clues) -> Vec<String> {
    let sites = clues.site_names();
    let is_site = |name: &String| sites.iter().any(|site| is_part_of_site(name, site));
    let mut people = PLACES.iter().map(|place| {
        let mut people = names::distinct(place(clues));
        people.retain(|name| !is_site(name));
        people
    });
    people.find(|people| !people.is_empty()).unwrap_or_else(|| agency(clues))
}

/// `CNN Business` on `CNN`, `Business Insider` on `Business Insider Deutschland`.
fn is_part_of_site(name: &str, site: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(key).collect::<Vec<_>>();
    let (of_name, of_site) = (words(name), words(site));
    let label = site.split('.').next().unwrap_or_default();
    [key(site), key(label)].contains(&key(name))
        || of_name.starts_with(&of_site)
        || of_site.starts_with(&of_name)
}

fn of_data(clues: &Clues) -> Vec<String> {
    let people = clues.data.authors().into_iter().filter(|(_, is_person)| *is_person);
    people.flat_map(|(name, _)| names::stated(&name)).collect()
}

fn of_metas(clues: &Clues) -> Vec<String> {
    // Portals stand behind a bar: `바람일보 | 포털`.
    let names = |value| names::stated(str::split(value, " | ").next().unwrap_or_default());
    let mut all = NAMES.iter().map(|name| clues.metas(name).flat_map(names).collect());
    all.find(|names: &Vec<String>| !names.is_empty()).unwrap_or_default()
}

/// `rel=author` and items called author.
fn of_items(clues: &Clues) -> Vec<String> {
    let mut found = Vec::new();
    let mut until = 0;
    for node in clues.page.nodes().filter(|node| is_item(*node)).take(MOST) {
        if node.index() >= until && !is_beside(node) {
            until = node.end();
            found.extend(names::stated(&text_of_item(node)));
        }
    }
    found
}

/// More places with names than any article has: what is behind them is not read.
const MOST: usize = 1_000;

fn is_item(node: Node) -> bool {
    let has_word = |name: &str| {
        let words = node.raw_attribute(name).unwrap_or_default();
        words.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("author"))
    };
    let is_link = !matches!(node.element(), Element::Link | Element::Meta) && has_word("rel");
    is_link || has_word("itemprop")
}

fn text_of_item(node: Node) -> String {
    const MOST_NODES: usize = 300;
    let mut inner = node.descendants().take(MOST_NODES);
    let name = inner.find(|inner| inner.has("itemprop", "name"));
    let node = name.unwrap_or(node);
    match node.attribute("content") {
        Some(content) => content.into_owned(),
        None if is_short(node, 100) => node.text(),
        None => String::new(),
    }
}

/// Elements whose class says that names stand in it.
fn of_bylines(clues: &Clues) -> Vec<String> {
    let bylines = clues.page.nodes().filter(|node| is_byline(*node)).take(MOST);
    let mut names =
        bylines.filter(|node| !is_beside(*node)).map(|node| names::in_byline(&node.text()));
    names.find(|names| !names.is_empty()).unwrap_or_default()
}

fn is_byline(node: Node) -> bool {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        let words = "(?i-u)byline|author|writer|reporter|journalist|contributor|press_name";
        Regex::new(words).expect("the pattern is tested")
    });
    const OTHERS: [&str; 9] =
        ["comment", "social", "bio", "avatar", "img", "image", "share", "related", "photo"];
    let says = |value: &str| {
        let is_other = |value: String| OTHERS.iter().any(|word| value.contains(word));
        WORDS.is_match(value) && !is_other(value.to_ascii_lowercase())
    };
    // Most classes say nothing: all are looked at together first.
    let classes = || node.raw_attribute("class").is_some_and(|all| WORDS.is_match(all));
    let may_be = !matches!(
        node.element(),
        Element::Text | Element::Raw | Element::Body | Element::Html | Element::Article
    );
    may_be
        && is_short(node, 120)
        && (classes() && node.classes().any(says) || node.raw_attribute("id").is_some_and(says))
}

fn of_scripts(clues: &Clues) -> Vec<String> {
    let keys = ["writerName", "reporterName", "reporter_name", "journalistName", "authorName"];
    scripts::value(clues, &keys).map(|name| names::stated(&name)).unwrap_or_default()
}

/// Lines and beginnings of texts that hold a byline.
fn of_text(clues: &Clues) -> Vec<String> {
    let texts = clues.page.nodes().filter(|node| node.element() == Element::Text);
    let texts = texts.map(|node| (node, node.source().trim()));
    let mut rest = Vec::new();
    for (node, text) in texts.filter(|(_, text)| may_sign(text)).take(MOST) {
        let found = signed(node, text);
        match found.is_empty() {
            false if text.starts_with(['[', '(', '【']) => return found,
            false if rest.is_empty() => rest = found,
            _ => {}
        }
    }
    rest
}

static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"^[\[(【][^\])】]{1,30}(?:기자|특파원)[^\])】]{0,30}[\])】]|^[\[(【][^\])】]{1,30}[\])】].{1,30}?(?:기자|특파원)[^=]{0,40}=";
    Regex::new(pattern).expect("the pattern is tested")
});

fn may_sign(text: &str) -> bool {
    static ROLE: LazyLock<[Finder; 2]> =
        LazyLock::new(|| [Finder::new("기자"), Finder::new("특파원")]);
    starts_with_by(text) || ROLE.iter().any(|role| role.find(text.as_bytes()).is_some())
}

fn starts_with_by(text: &str) -> bool {
    text.len() <= 80 && text.get(..2).is_some_and(|by| by.eq_ignore_ascii_case("by"))
}

fn signed(node: Node, text: &str) -> Vec<String> {
    const LINE: usize = 60;
    let is_line = || text.chars().nth(LINE).is_none();
    let is_by = starts_with_by(text);
    if is_caption(node) || is_beside(node) {
        return Vec::new();
    }
    match () {
        () if is_by && text.len() <= 3 => {
            let parent = node.parent().filter(|parent| is_short(*parent, 120));
            parent.map_or(Vec::new(), |parent| by_line(&parent.text()))
        }
        () if is_by => by_line(text),
        () if is_line() => names::before_role(text),
        () => DATELINE
            .find(text)
            .map_or_else(|| ending(text), |line| names::before_role(line.as_str())),
    }
}

fn by_line(text: &str) -> Vec<String> {
    let is_by = text.get(2..3).is_some_and(|next| next == " " || next == ":");
    if is_by && text.len() <= 120 { names::in_byline(text) } else { Vec::new() }
}

/// `… 말했다. 홍길동 기자 a@b.kr`
fn ending(text: &str) -> Vec<String> {
    let end = text.rfind(['.', '"', '”', ']']).filter(|_| !text.ends_with('.'));
    let from = match text.rfind('@') {
        Some(_) => text.rfind("다.").map(|at| at + "다.".len()),
        None => end.map(|end| end + 1),
    };
    let rest = from.and_then(|from| text.get(from..)).unwrap_or_default();
    if rest.chars().count() <= 60 { names::before_role(rest) } else { Vec::new() }
}

fn is_caption(node: Node) -> bool {
    let text = node.source();
    node.ancestors().take(4).any(|parent| {
        let says = |class: &str| {
            ["caption", "photo", "desc"]
                .iter()
                .any(|word| class.to_ascii_lowercase().contains(word))
        };
        matches!(parent.element(), Element::Figcaption | Element::Figure | Element::A)
            || parent.classes().any(says)
    }) || text.contains("사진")
        // What is not seen counts no characters.
        || node.counts().characters == 0
}

const ROLES: [&str; 12] = [
    "admin",
    "staff",
    "editor",
    "editors",
    "editorial",
    "webmaster",
    "author",
    "guest",
    "contributor",
    "reports",
    "newsroom",
    "unknown",
];

/// An agency or newspaper that is not the site, as portals name it.
fn agency(clues: &Clues) -> Vec<String> {
    let sites = clues.site_names();
    let own: Vec<String> = sites.iter().map(|name| key(name)).filter(|key| key.len() > 2).collect();
    let is_own =
        |name: &str| own.iter().any(|own| own.contains(name) || name.contains(own.as_str()));
    let data = clues.data.authors().into_iter().map(|(name, _)| name);
    let metas = NAMES.iter().flat_map(|name| clues.metas(name)).map(str::to_owned);
    let names = data.chain(metas).filter_map(|name| {
        let name = name.split(" | ").next().unwrap_or_default().trim().to_owned();
        let is_name = !name.contains(['@', '/', '_']) && (2..=40).contains(&name.chars().count());
        let is_role = name.to_lowercase().split_whitespace().any(|word| ROLES.contains(&word));
        (is_name && !is_role && !key(&name).is_empty() && !is_own(&key(&name))).then_some(name)
    });
    // Without a name of its own, the site may be what is named.
    let is_known = sites.len() > usize::from(clues.host().is_some());
    names.take(usize::from(is_known)).collect()
}
