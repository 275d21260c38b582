//! What the parts of metadata are read from, gathered in one pass over the page.

use std::sync::LazyLock;

use regex::Regex;
use reqwest::Url;

use super::linked_data::LinkedData;
use crate::markup::{push_decoded, push_decoded_value};
use crate::news::page::{Element, Node, Page};

/// Longer values of `<meta>` are cut; a description of an article has some hundreds.
const LONGEST: usize = 2000;
/// More `<meta>` and headings than any article has.
const MOST: usize = 500;

/// What a page says of itself.
pub(super) struct Clues<'p, 'a> {
    pub page: &'p Page<'a>,
    pub data: LinkedData,
    /// The address of the page; its canonical address if that is all we have.
    pub url: Option<Url>,
    /// Of `<html lang>`.
    pub lang: Option<String>,
    /// Of `<link rel=canonical>`.
    pub canonical: Option<String>,
    /// Of `<base href>`.
    pub base: Option<String>,
    /// Of `<title>`.
    pub title: Option<String>,
    /// `<h1>` to `<h4>` in the order of the page.
    pub headings: Vec<Node<'p, 'a>>,
    /// Elements of scripts in the order of the page.
    pub scripts: Vec<Node<'p, 'a>>,
    metas: Vec<(String, String)>,
}

impl<'p, 'a> Clues<'p, 'a> {
    /// Gathers them.
    pub fn gather(page: &'p Page<'a>, url: Option<&str>) -> Self {
        let mut clues = Clues {
            page,
            data: LinkedData::default(),
            url: url.and_then(|url| Url::parse(url).ok()),
            lang: None,
            canonical: None,
            base: None,
            title: None,
            headings: Vec::new(),
            scripts: Vec::new(),
            metas: Vec::new(),
        };
        page.nodes().for_each(|node| clues.add(node));
        clues.url = clues.url.take().or_else(|| clues.own_address());
        let address = clues.url.as_ref().map(Url::as_str);
        clues.data = LinkedData::read(page.linked_data(), address);
        clues
    }

    fn add(&mut self, node: Node<'p, 'a>) {
        let once = |known: &mut Option<String>, name: &str| {
            if known.is_none() {
                *known = node.attribute(name).and_then(|value| filled(&value));
            }
        };
        match node.element() {
            Element::Html => once(&mut self.lang, "lang"),
            Element::Base => once(&mut self.base, "href"),
            Element::Link if is_canonical(node) => once(&mut self.canonical, "href"),
            Element::Meta => self.add_meta(node),
            Element::Title if self.title.is_none() => self.title = title_of(node),
            Element::H1 | Element::H2 | Element::H3 | Element::H4
                if self.headings.len() < MOST && is_short(node, LONGEST) =>
            {
                self.headings.push(node);
            }
            Element::Script => self.scripts.push(node),
            _ => {}
        }
    }

    fn add_meta(&mut self, node: Node) {
        let name = ["property", "name", "itemprop", "http-equiv"]
            .into_iter()
            .find_map(|kind| node.raw_attribute(kind).filter(|name| !name.trim().is_empty()));
        if let (Some(name), Some(value)) = (name, node.attribute("content"))
            && self.metas.len() < MOST
            && let Some(value) = filled(&value)
        {
            self.metas.push((name.trim().to_ascii_lowercase(), value));
        }
    }

    /// A saved page still says where it came from.
    fn own_address(&self) -> Option<Url> {
        let addresses = self.canonical.as_deref().into_iter().chain(self.metas("og:url"));
        addresses.filter_map(|url| Url::parse(url).ok()).find(|url| url.has_host())
    }

    /// The values of all `<meta>` of this name, property or item property.
    pub fn metas(&self, name: &str) -> impl Iterator<Item = &str> {
        self.metas.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The first value of the first of `names` that the page has.
    pub fn first_meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.metas(name).next())
    }

    /// The host of the page without `www.`.
    pub fn host(&self) -> Option<&str> {
        let host = self.url.as_ref()?.host_str()?;
        Some(host.strip_prefix("www.").unwrap_or(host))
    }

    /// Whether times without a zone are Korean.
    pub fn is_korean(&self, language: Option<&str>) -> bool {
        language == Some("ko") || self.host().is_some_and(|host| host.ends_with(".kr"))
    }

    /// What the site calls itself, the most trusted first.
    pub fn site_names(&self) -> Vec<String> {
        let names =
            ["og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site"];
        let metas = names.iter().flat_map(|name| self.metas(name));
        let mut all: Vec<String> = self.data.publisher().into_iter().collect();
        all.extend(metas.map(|name| name.trim_start_matches('@').to_owned()));
        all.extend(self.host().map(str::to_owned));
        all
    }
}

/// Of a title of any length the beginning in one line.
fn title_of(title: Node) -> Option<String> {
    const MOST_LETTERS: usize = 20_000;
    let source: String = title.contents().chars().take(MOST_LETTERS).collect();
    let mut text = String::new();
    push_decoded(&source, &mut text);
    filled(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn is_canonical(link: Node) -> bool {
    let rel = link.raw_attribute("rel").unwrap_or_default();
    rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("canonical"))
}

fn filled(value: &str) -> Option<String> {
    Some(tidy(value)).filter(|value| !value.is_empty())
}

/// One line of bounded length; references that were encoded twice are decoded.
pub(super) fn tidy(value: &str) -> String {
    let value = match value.char_indices().nth(LONGEST) {
        Some((end, _)) => &value[..end],
        None => value,
    };
    let mut decoded = String::with_capacity(value.len());
    push_decoded_value(value, &mut decoded);
    let words: Vec<&str> = decoded.split_whitespace().collect();
    words.join(" ")
}

/// Whether the text of a node is a line, and quickly read however its tags are nested.
pub(super) fn is_short(node: Node, characters: usize) -> bool {
    const MOST_NODES: usize = 300;
    node.counts().characters as usize <= characters && node.end() - node.index() <= MOST_NODES
}

/// Whether a node stands in a part of the page that is not about its article.
pub(super) fn is_beside(node: Node) -> bool {
    static PARTS: LazyLock<Regex> = LazyLock::new(|| {
        let parts = "(?i-u)related|sidebar|recommend|ranking|comment|reply";
        Regex::new(parts).expect("the pattern is tested")
    });
    node.ancestors().take(12).any(|parent| {
        matches!(parent.element(), Element::Aside | Element::Nav | Element::Footer)
            || parent.raw_attribute("class").is_some_and(|classes| PARTS.is_match(classes))
    })
}

/// Letters and digits alone, in lower case: what two writings of a title share.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
