//! The headline, by what several parts of the page agree on.

use super::clues::{Clues, key, tidy};
use crate::news::page::{Element, Node};

/// Longer headlines are cut.
const LONGEST: usize = 500;

/// A text that may be the headline, and how far it is trusted.
struct Candidate {
    text: String,
    key: String,
    weight: u32,
}

/// The headline without the name of the site.
pub(super) fn title(clues: &Clues) -> Option<String> {
    let names = Names::of(clues);
    let mut candidates: Vec<Candidate> = Vec::new();
    for (text, weight) in stated(clues) {
        candidates.extend(candidate(&names.cut(&tidy(&text)), weight));
    }
    candidates.extend(heading(clues, &names, &candidates));
    let support = |at: usize| {
        let supports = |other: &&Candidate| is_same(&candidates[at], other);
        candidates.iter().filter(supports).map(|other| other.weight).sum::<u32>()
    };
    // Of equals the first, which is the most trusted.
    let best = (0..candidates.len()).rev().max_by_key(|at| support(*at))?;
    let best = longest_of(&candidates, best);
    Some(best.text.chars().take(LONGEST).collect())
}

fn candidate(text: &str, weight: u32) -> Option<Candidate> {
    let key = key(text);
    (!key.is_empty()).then(|| Candidate { text: text.to_owned(), key, weight })
}

/// What the head of the page says, the most trusted first.
fn stated(clues: &Clues) -> Vec<(String, u32)> {
    let mut all = Vec::new();
    let mut add = |text: Option<String>, weight: u32| all.extend(text.map(|text| (text, weight)));
    let meta = |names: &[&str]| clues.first_meta(names).map(str::to_owned);
    add(meta(&["og:title"]), 30);
    add(clues.data.text("headline").or_else(|| clues.data.text("name")), 28);
    add(meta(&["twitter:title", "twitter:text:title"]), 4);
    add(
        meta(&[
            "dable:title",
            "taboola:title",
            "sailthru.title",
            "parsely-title",
            "cxenseparse:title",
            "sn-post-title",
        ]),
        6,
    );
    add(meta(&["headline", "dc.title", "dcterms.title", "title"]), 5);
    add(clues.title.clone(), 12);
    all
}

/// The same headline, or its beginning where one of them was cut.
fn is_same(one: &Candidate, other: &Candidate) -> bool {
    one.key == other.key || is_cut_of(one, other) || is_cut_of(other, one)
}

/// Whether `short` is `long` cut off: by `…`, or at the 110 letters that search engines ask for.
fn is_cut_of(short: &Candidate, long: &Candidate) -> bool {
    let is_cut = short.text.ends_with('…')
        || short.text.ends_with("...")
        || short.text.chars().count() >= 95;
    is_cut && short.key.chars().count() >= 15 && long.key.starts_with(&short.key)
}

fn longest_of(candidates: &[Candidate], best: usize) -> &Candidate {
    let best = &candidates[best];
    candidates.iter().find(|other| is_cut_of(best, other) && other.key != best.key).unwrap_or(best)
}

/// The `<h1>` that others confirm, else the first that is no logo; else a lower heading
/// that is confirmed.
fn heading(clues: &Clues, names: &Names, others: &[Candidate]) -> Option<Candidate> {
    let is_confirmed = |found: &Candidate| others.iter().any(|other| is_same(found, other));
    let texts = |is_meant: fn(Element) -> bool, weight: u32| {
        let meant =
            clues.headings.iter().filter(move |node| is_meant(node.element()) && !is_logo(**node));
        let texts = meant.filter_map(move |node| candidate(&node.text(), weight));
        texts.filter(|found| !names.is_site(&found.text)).collect::<Vec<_>>()
    };
    let (first, lower) =
        (texts(|element| element == Element::H1, 26), texts(|element| element != Element::H1, 20));
    let confirmed = |found: &Vec<Candidate>| found.iter().position(is_confirmed);
    if let Some(at) = confirmed(&first) {
        return first.into_iter().nth(at);
    }
    if let Some(at) = confirmed(&lower) {
        return lower.into_iter().nth(at);
    }
    let is_title = |node: &&Node| node.element() == Element::H1 && !is_logo(**node);
    clues.headings.iter().find(is_title).and_then(|_| first.into_iter().next())
}

/// Titles of the site, and headings that only screen readers read.
fn is_logo(node: Node) -> bool {
    let says = |value: &str| {
        let value = value.to_ascii_lowercase();
        ["logo", "blind", "hidden", "sr-only", "screen-reader", "site-title", "brand"]
            .iter()
            .any(|word| value.contains(word))
    };
    let marked =
        |node: Node| node.classes().any(says) || node.raw_attribute("id").is_some_and(says);
    let inner =
        node.descendants().take(3).any(|inner| inner.element() != Element::Text && marked(inner));
    let parents = node.ancestors().take(3).any(marked);
    marked(node)
        || inner
        || parents
        || node.ancestors().any(|parent| parent.element() == Element::Nav)
}

/// Names of the site and the section, which stand at the ends of titles.
struct Names {
    sites: Vec<String>,
    hosts: Vec<String>,
    sections: Vec<String>,
    headings: Vec<String>,
}

/// What parts a title; the last is a Korean letter that looks like a bar.
const MARKS: [&str; 14] = [
    " - ", " | ", " – ", " — ", " :: ", " : ", ": ", " » ", " › ", " < ", " > ", "｜", " ㅣ ",
    " · ",
];
const TIGHT_MARKS: [&str; 6] = ["ㅣ", "|", "::", "-", " -", "<"];

#[rustfmt::skip]
const SECTIONS: [&str; 36] = [
    "정치", "경제", "사회", "국제", "문화", "스포츠", "연예", "오피니언", "사설", "칼럼", "it", "과학", "전국", "지역",
    "생활", "부동산", "증권", "산업", "금융", "세계", "기업", "뉴스", "news", "politics", "business", "sports", "sport",
    "world", "opinion", "tech", "technology", "us", "entertainment", "science", "health", "local",
];

impl Names {
    fn of(clues: &Clues) -> Self {
        let host = clues.host().unwrap_or_default();
        let labels = host.split('.').filter(|label| label.len() > 2).map(str::to_owned);
        let mut sites: Vec<String> = clues.site_names().iter().map(|name| key(name)).collect();
        sites.retain(|site| site.chars().count() > 1);
        let section = clues.first_meta(&["article:section", "section"]).map(key);
        Names {
            sites,
            hosts: labels.collect(),
            sections: section.into_iter().collect(),
            headings: clues.headings.iter().take(60).map(|node| key(&node.text())).collect(),
        }
    }

    /// The title without its ends that name the site, or as a heading has it.
    fn cut(&self, title: &str) -> String {
        if let Some(part) = self.confirmed_by_heading(title) {
            return part.to_owned();
        }
        let mut title = title;
        while let Some(shorter) = self.cut_end(title).or_else(|| self.cut_start(title)) {
            title = shorter;
        }
        title.to_owned()
    }

    fn confirmed_by_heading<'t>(&self, title: &'t str) -> Option<&'t str> {
        let is_heading = |part: &str| {
            let key = key(part);
            key.chars().count() >= 8 && self.headings.contains(&key)
        };
        if is_heading(title) {
            return Some(title);
        }
        let mut parts = MARKS.iter().chain(&TIGHT_MARKS).flat_map(|mark| {
            let ends = title.match_indices(mark).take(10).map(|(at, _)| &title[..at]);
            let starts =
                title.match_indices(mark).take(10).map(|(at, mark)| &title[at + mark.len()..]);
            ends.chain(starts).collect::<Vec<_>>()
        });
        parts.find(|part| is_heading(part)).map(str::trim)
    }

    fn cut_end<'t>(&self, title: &'t str) -> Option<&'t str> {
        let spaced = MARKS.iter().filter_map(|mark| split_last(title, mark));
        let (rest, end) = spaced.max_by_key(|(rest, _)| rest.len()).unwrap_or((title, ""));
        if self.is_end(end) && has_letters(rest) {
            return Some(self.without_section(rest.trim()));
        }
        let tight = TIGHT_MARKS.iter().filter_map(|mark| split_last(title, mark));
        let (rest, end) = tight.max_by_key(|(rest, _)| rest.len())?;
        (self.is_site(end) && has_letters(rest)).then(|| self.without_section(rest.trim()))
    }

    fn cut_start<'t>(&self, title: &'t str) -> Option<&'t str> {
        let starts = MARKS.iter().filter_map(|mark| title.split_once(mark));
        let (start, rest) = starts.min_by_key(|(start, _)| start.len())?;
        (self.is_site(start) && has_letters(rest)).then(|| rest.trim())
    }

    /// The name of a section stands before that of the site.
    fn without_section<'t>(&self, title: &'t str) -> &'t str {
        let marks = MARKS.iter().chain(&TIGHT_MARKS);
        let cut =
            marks.filter_map(|mark| split_last(title, mark)).max_by_key(|(rest, _)| rest.len());
        match cut {
            Some((rest, end)) if self.is_section(end) && has_letters(rest) => rest.trim(),
            _ => title,
        }
    }

    fn is_section(&self, part: &str) -> bool {
        let key = key(part);
        SECTIONS.contains(&key.as_str()) || self.sections.contains(&key)
    }

    /// The site alone, or with a word such as `Sports` beside it.
    fn is_end(&self, part: &str) -> bool {
        let words = part.split_whitespace().count();
        self.is_site(part) || words <= 5 && self.names_site(part)
    }

    fn is_site(&self, part: &str) -> bool {
        let key = key(part);
        let length = key.chars().count();
        let is_host = |host: &String| *host == key || length > 4 && is_short_for(host, &key);
        let is_near = |site: &String| {
            let other = site.chars().count();
            *site == key
                || length >= 2 && site.contains(&key) && length * 2 >= other
                || other >= 3 && key.contains(site.as_str()) && length <= other * 3
        };
        length > 1 && (self.sites.iter().any(is_near) || self.hosts.iter().any(is_host))
    }

    fn names_site(&self, part: &str) -> bool {
        let key = key(part);
        self.sites.iter().any(|site| site.chars().count() >= 4 && key.contains(site.as_str()))
            || self.hosts.iter().any(|host| host.len() >= 5 && key.contains(host.as_str()))
    }
}

/// Whether a host is a name with or without its article: `thebaram` for `Baram`.
fn is_short_for(host: &str, key: &str) -> bool {
    host.strip_prefix("the") == Some(key)
        || key.strip_prefix("the") == Some(host)
        || host.starts_with(key)
}

fn split_last<'t>(title: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    title.rsplit_once(mark)
}

/// A title is more than a word.
fn has_letters(rest: &str) -> bool {
    key(rest).chars().count() >= 4
}
