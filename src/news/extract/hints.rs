//! What the name, classes and id of an element say about the part of a page it holds.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::news::page::{Element, Node};

/// A set of roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints(u32);

impl Hints {
    pub(super) const NONE: Hints = Hints(0);
    pub(super) const NAVIGATION: Hints = Hints(1);
    pub(super) const SHARE: Hints = Hints(1 << 1);
    pub(super) const RELATED: Hints = Hints(1 << 2);
    pub(super) const PROMOTION: Hints = Hints(1 << 3);
    pub(super) const COMMENT: Hints = Hints(1 << 4);
    pub(super) const CAPTION: Hints = Hints(1 << 5);
    pub(super) const BYLINE: Hints = Hints(1 << 6);
    pub(super) const TAGS: Hints = Hints(1 << 7);
    pub(super) const FOOTER: Hints = Hints(1 << 8);
    pub(super) const ASIDE: Hints = Hints(1 << 9);
    pub(super) const HIDDEN: Hints = Hints(1 << 10);
    pub(super) const TITLE: Hints = Hints(1 << 11);
    /// Known names of bodies.
    pub(super) const BODY: Hints = Hints(1 << 12);
    /// Elements that hold articles by their meaning: `<article>`, `<main>`.
    pub(super) const ARTICLE: Hints = Hints(1 << 13);
    /// `itemprop="articleBody"` and the like: said to be the body.
    pub(super) const DECLARED: Hints = Hints(1 << 14);

    /// Asks for leave to set cookies.
    pub(super) const CONSENT: Hints = Hints(1 << 15);
    /// A picture, with what is said of it.
    const PICTURE: Hints = Hints(1 << 16);

    /// What is no part of the line it stands in.
    pub(super) const ASIDES: Hints = Hints::HIDDEN.and(Hints::CAPTION);

    /// Everything that is no body.
    pub(super) const BOILERPLATE: Hints = Hints(0x7FF | Hints::CONSENT.0);

    pub(super) fn has(self, other: Hints) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn and(self, other: Hints) -> Hints {
        Hints(self.0 | other.0)
    }

    fn only(self, other: Hints) -> Hints {
        Hints(self.0 & other.0)
    }

    pub(super) const fn without(self, other: Hints) -> Hints {
        Hints(self.0 & !other.0)
    }
}

/// The roles of an element.
pub(super) fn of(node: Node) -> Hints {
    let mut hints = of_element(node);
    let is_named =
        matches!(node.element(), Element::Article | Element::Main | Element::Body | Element::Html);
    for (name, value) in node.attributes() {
        if name.eq_ignore_ascii_case("class") || name.eq_ignore_ascii_case("id") {
            // There classes tell what else the page has: `tag-films has-sidebar`.
            let words = of_words(value);
            hints = hints.and(if is_named { words.only(OF_ARTICLES) } else { words });
        } else {
            hints = hints.and(of_attribute(name, value));
        }
    }
    if hints.has(Hints::PICTURE) && is_picture(node) {
        hints = hints.and(Hints::CAPTION);
    }
    hints
}

/// Whether little but a picture stands in an element.
fn is_picture(node: Node) -> bool {
    node.counts().characters <= LONGEST_CAPTION
        && node.counts().paragraphs <= 2
        && node.holds_picture()
}

const LONGEST_CAPTION: u32 = 500;

/// What the classes of an `<article>` are believed to say.
const OF_ARTICLES: Hints = Hints(
    Hints::COMMENT.0 | Hints::RELATED.0 | Hints::PROMOTION.0 | Hints::BODY.0 | Hints::HIDDEN.0,
);

fn of_element(node: Node) -> Hints {
    match node.element() {
        Element::Nav | Element::Menu => Hints::NAVIGATION,
        Element::Aside => Hints::ASIDE,
        Element::Footer => Hints::FOOTER,
        Element::Figcaption | Element::Caption => Hints::CAPTION,
        // Figures hold tables and quotes too.
        Element::Figure if !node.holds_structure() => Hints::CAPTION,
        Element::Button | Element::Dialog => Hints::NAVIGATION,
        Element::Article | Element::Main => Hints::ARTICLE,
        _ => Hints::NONE,
    }
}

fn of_attribute(name: &str, value: &str) -> Hints {
    const NAMES: [&str; 6] = ["itemprop", "property", "rel", "hidden", "style", "role"];
    let name = NAMES.iter().find(|known| known.eq_ignore_ascii_case(name));
    match (name.copied().unwrap_or_default(), value) {
        ("itemprop", "articleBody" | "reviewBody") => Hints::DECLARED,
        ("itemprop", "author" | "datePublished" | "dateModified") => Hints::BYLINE,
        ("itemprop", "headline") => Hints::TITLE,
        ("itemprop", "comment") => Hints::COMMENT,
        ("property", "content:encoded" | "schema:articleBody") => Hints::DECLARED,
        ("rel", value) if value.contains("author") => Hints::BYLINE,
        ("rel", "tag") => Hints::TAGS,
        ("hidden", "" | "hidden") => Hints::HIDDEN,
        ("style", value) if hides(value) => Hints::HIDDEN,
        ("role", "navigation" | "menu" | "menubar" | "search" | "toolbar" | "tablist") => {
            Hints::NAVIGATION
        }
        ("role", "complementary") => Hints::ASIDE,
        ("role", "contentinfo") => Hints::FOOTER,
        ("role", "dialog" | "alertdialog") => Hints::PROMOTION,
        ("role", "main" | "article") => Hints::ARTICLE,
        _ => Hints::NONE,
    }
}

fn hides(style: &str) -> bool {
    let style: String = style.split_whitespace().collect();
    style.contains("display:none") || style.contains("visibility:hidden")
}

/// Classes that tell what an element has, what it is not, or where it is hidden.
const DENYING: [&str; 10] =
    ["hidden-", "hide-", "has-", "no-", "not-", "with-", "without-", "has_", "tag-", "category-"];

/// Words are at most this long; longer ones are numbers of builds and hashes.
const LONGEST: usize = 24;

fn of_words(value: &str) -> Hints {
    let mut hints = Hints::NONE;
    let mut joined = String::with_capacity(4 * LONGEST);
    for class in value.split_ascii_whitespace() {
        if DENYING.iter().any(|prefix| class.starts_with(prefix)) {
            continue;
        }
        joined.clear();
        joined.extend(class.chars().map(|letter| letter.to_ascii_lowercase()));
        hints = hints.and(known(&joined));
        joined.clear();
        // Where the last words start, the last one first.
        let mut starts = [0; MOST_WORDS];
        for (count, word) in (Words { rest: class }).enumerate() {
            if count > 0 {
                joined.push('+');
            }
            starts.rotate_right(1);
            starts[0] = joined.len();
            joined.extend(word.chars().map(|letter| letter.to_ascii_lowercase()));
            // All runs of words that end here.
            for start in &starts[..MOST_WORDS.min(count + 1)] {
                hints = hints.and(known(&joined[*start..]));
            }
            if joined.len() > 3 * LONGEST {
                break;
            }
        }
    }
    hints
}

/// The table holds no longer runs of words.
const MOST_WORDS: usize = 4;

fn known(words: &str) -> Hints {
    if words.len() > LONGEST {
        return Hints::NONE;
    }
    ROLES.get(words).copied().unwrap_or_default()
}

static ROLES: LazyLock<FxHashMap<&'static str, Hints>> = LazyLock::new(|| {
    let mut roles = FxHashMap::default();
    let table = include_str!("../../../dictionaries/news/markup_words.txt");
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    for (role, words) in lines.filter_map(|line| line.split_once(": ")) {
        let hint = role_named(role);
        for word in words.split(' ') {
            let known: &mut Hints = roles.entry(word).or_default();
            *known = known.and(hint);
        }
    }
    roles
});

fn role_named(role: &str) -> Hints {
    match role {
        "navigation" => Hints::NAVIGATION,
        "share" => Hints::SHARE,
        "related" => Hints::RELATED,
        "promotion" => Hints::PROMOTION,
        "consent" => Hints::CONSENT,
        "picture" => Hints::PICTURE,
        "comment" => Hints::COMMENT,
        "caption" => Hints::CAPTION,
        "byline" => Hints::BYLINE,
        "tags" => Hints::TAGS,
        "footer" => Hints::FOOTER,
        "aside" => Hints::ASIDE,
        "hidden" => Hints::HIDDEN,
        "title" => Hints::TITLE,
        "body" => Hints::BODY,
        _ => Hints::NONE,
    }
}

/// `shareBar-top2` → `share`, `Bar`, `top`.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let bytes = self.rest.as_bytes();
        let start = bytes.iter().position(|byte| byte.is_ascii_alphabetic())?;
        let mut end = start + 1;
        while end < bytes.len() && bytes[end].is_ascii_alphabetic() {
            if bytes[end].is_ascii_uppercase() && bytes[end - 1].is_ascii_lowercase() {
                break;
            }
            end += 1;
        }
        let word = &self.rest[start..end];
        self.rest = &self.rest[end..];
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, hint: Hints, expected: bool) {
        assert_eq!(of_words(value).has(hint), expected, "{value:?}");
    }

    #[test]
    fn words_are_found_alone_and_together() {
        check("c-shareBar x", Hints::SHARE, true);
        check("post-body", Hints::BODY, true);
        check("the-post-body-x", Hints::BODY, true);
        check("postbody", Hints::BODY, true);
        check("stakeholder commentary", Hints::COMMENT, false);
        check("", Hints::BOILERPLATE, false);
    }

    #[test]
    fn every_line_of_the_table_has_a_role() {
        assert!(ROLES.values().all(|hints| *hints != Hints::NONE));
        assert!(ROLES.keys().all(|words| words.split('+').count() <= MOST_WORDS));
        assert!(ROLES.keys().all(|words| words.len() <= LONGEST));
    }
}
