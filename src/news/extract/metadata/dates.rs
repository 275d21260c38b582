//! Where a page says when it was published.
//!
//! What is written for machines comes first, then what readers see, then scripts, then
//! the address. A date of a change is no date of publication, however it is written.

use std::sync::LazyLock;

use chrono::{FixedOffset, Timelike};
use regex::Regex;

use super::clues::{Clues, is_beside, is_short};
use super::moment::Moment;
use super::scripts;
use crate::news::page::{Element, Node};

/// Names of `<meta>` with the date of publication, the most exact first.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "article:published_time", "og:article:published_time", "article:published", "og:published_time",
    "datepublished", "og:datepublished", "date_published", "published_time", "published_at",
    "article.published", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "article_date_original", "article:date", "rnews:datepublished",
    "publish-date", "publish_date", "publishdate", "published-date", "publication_date", "publication-date",
    "publicationdate", "pubdate", "pub_date", "og:pubdate", "ptime", "lastpubdate",
    "og:regdate", "regdate", "reg_date", "article:regdate", "dable:published_time", "naver:written_time",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date.published",
    "dcterms.date", "dcterms.available", "dc.date", "dcsext.articlefirstpublished", "sn-post-date",
    "datecreated", "created", "article:created", "article.created", "release_date", "originalpublicationdate", "citation_publication_date",
    "citation_date", "citation_online_date", "bt:pubdate", "vr:published_time", "displaydate", "date", "eomportal-lastupdate-original",
];

/// Names of `<meta>` with the date of a change: of use for their zone alone.
const CHANGES: &[&str] =
    &["article:modified_time", "og:updated_time", "datemodified", "article.updated"];

/// Keys of scripts and linked data.
const KEYS: &[&str] = &[
    "datePublished",
    "publishedAt",
    "published_at",
    "publishDate",
    "publish_date",
    "publishedDate",
    "datetimePublished",
    "firstPublished",
    "publicationDate",
    "date_published",
    "pubDate",
    "pub_date",
    "deployDt",
    "regDate",
    "reg_date",
    "regDt",
    "serviceDate",
    "articleDate",
];

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"입력|등록|승인|게재|발행|작성|송고|게시|기사전송|(?i:\b(?:published|posted|created|date)\b)";
    Regex::new(&format!("(?:{words})(?:일시|시간|일자|일|날짜)?")).expect("the pattern is tested")
});
static CHANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("수정|최종|업데이트|갱신|변경|(?i:updated?|modified|edited)")
        .expect("the pattern is tested")
});
static OF_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern =
        r"[/=_-]((?:19|20)\d\d)[/_.-]?(0[1-9]|1[0-2])[/_.-]?(0[1-9]|[12]\d|3[01])(?:\D|\d{2,10}\b)";
    Regex::new(pattern).expect("the pattern is tested")
});

/// When the page was published, as RFC 3339.
pub(super) fn published(clues: &Clues, is_korean: bool) -> Option<String> {
    let stated = stated(clues);
    let is_full = |moment: &Moment| moment.time.is_some() && moment.offset.is_some();
    // Korean editors' systems mark local times as UTC.
    let is_sure = |moment: &Moment| is_full(moment) && !(is_korean && is_utc(moment));
    let mut all = stated;
    if !all.first().is_some_and(is_sure) {
        all.extend(shown(clues));
        all.extend(KEYS.iter().filter_map(|key| Moment::read(&scripts::value(clues, &[key])?)));
    }
    let first = all.first().copied().or_else(|| of_address(clues))?;
    Some(completed(first, &all, is_korean).show(usual_offset(clues, is_korean)))
}

/// The date in `text` alone.
pub(super) fn date_in(text: &str, is_korean: bool) -> Option<String> {
    let text = LABEL.find(text).map_or(text, |label| &text[label.end()..]);
    Some(Moment::read(text)?.show(offset(if is_korean { 9 } else { 0 })))
}

/// What is written for machines, the most trusted first.
fn stated(clues: &Clues) -> Vec<Moment> {
    let data = clues.data.text("datePublished");
    let mut texts: Vec<&str> = data.as_deref().into_iter().collect();
    texts.extend(NAMES.iter().flat_map(|name| clues.metas(name)));
    let mut found: Vec<Moment> = texts.into_iter().filter_map(Moment::read).collect();
    if !found.iter().any(|moment| moment.time.is_some()) {
        found.extend(times(clues));
    }
    let others = ["dateCreated", "uploadDate"].into_iter().filter_map(|key| clues.data.text(key));
    found.extend(others.filter_map(|text| Moment::read(&text)));
    found
}

/// Items and `<time>` elements that say or suggest it.
fn times(clues: &Clues) -> Vec<Moment> {
    let may_be = |node: &Node| node.element() == Element::Time || is_published(*node);
    let nodes = clues.page.nodes().filter(may_be).take(MOST);
    let found = nodes.filter_map(|node| Some((rank_of_time(node)?, written_in(node)?)));
    let mut ranked: Vec<(u8, Moment)> = found.collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, moment)| moment).collect()
}

/// More dates than any article has: what is behind them is not read.
const MOST: usize = 1_000;

fn is_published(node: Node) -> bool {
    let item = node.raw_attribute("itemprop").unwrap_or_default();
    item.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("datePublished"))
}

fn rank_of_time(node: Node) -> Option<u8> {
    if is_published(node) {
        return Some(0);
    }
    if node.element() != Element::Time || is_change(node) || is_beside(node) || is_in_link(node) {
        return None;
    }
    let says = |word: &str| node.classes().any(|class| class.to_ascii_lowercase().contains(word));
    let is_article = |parent: &Node| matches!(parent.element(), Element::Article | Element::Main);
    match () {
        () if node.raw_attribute("pubdate").is_some() || says("publish") || says("entry-date") => {
            Some(1)
        }
        () if node.ancestors().any(|parent| is_article(&parent)) => Some(2),
        () => Some(3),
    }
}

fn is_change(node: Node) -> bool {
    let own = |name: &str| node.raw_attribute(name).is_some_and(|value| CHANGE.is_match(value));
    own("class") || own("itemprop") || own("id")
}

fn written_in(node: Node) -> Option<Moment> {
    let attributes = ["content", "datetime"].into_iter().filter_map(|name| node.attribute(name));
    attributes
        .filter_map(|value| Moment::read(&value))
        .next()
        .or_else(|| is_short(node, 100).then(|| Moment::read(&node.text())).flatten())
}

/// What readers see: with a label, then in a place for dates, then alone.
fn shown(clues: &Clues) -> Vec<Moment> {
    const MOST_SHOWN: usize = 200;
    let mut ranked: Vec<((u8, bool), Moment)> = Vec::new();
    let mut tried = 0;
    let mut before = "";
    for node in clues.page.nodes() {
        let text = node.source().trim();
        let found = match node.element() {
            Element::Text if may_be_date(node, text) => {
                tried += 1;
                seen(node, text, before)
            }
            Element::Text | Element::Raw => None,
            _ => of_attributes(node),
        };
        if let Some((rank, moment)) = found {
            ranked.push(((rank, moment.time.is_none()), moment));
        }
        if ranked.len() >= MOST_SHOWN || tried >= MOST {
            break;
        }
        if node.element() == Element::Text && !text.is_empty() {
            before = text;
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, moment)| moment).collect()
}

/// Whether a text that readers see is short and holds a year.
fn may_be_date(node: Node, text: &str) -> bool {
    const LONGEST: usize = 150;
    const SHORTEST: usize = 5;
    (SHORTEST..=LONGEST).contains(&text.len())
        && node.counts().characters > 0
        && (text.contains("20") || text.contains("19"))
        && text.bytes().filter(u8::is_ascii_digit).count() >= SHORTEST
}

/// A text with a date; `before` is the text in front of it.
fn seen(node: Node, text: &str, before: &str) -> Option<(u8, Moment)> {
    let label = LABEL.find(text).filter(|label| !is_sentence(&text[..label.start()]));
    let rest = label.map_or(text, |label| &text[label.end()..]);
    let moment = Moment::read(rest)?;
    if label.is_some() {
        return Some((0, moment));
    }
    let is_short = |text: &str| text.chars().nth(20).is_none();
    let is_changed = CHANGE.is_match(text) || is_short(before) && CHANGE.is_match(before);
    match () {
        () if is_changed => None,
        () if is_short(before) && LABEL.is_match(before) => Some((0, moment)),
        () if is_beside(node) || is_in_list(node) || is_in_link(node) => None,
        () if is_place_for_dates(node) => Some((1, moment)),
        () => Moment::is_whole(text).then_some((2, moment)),
    }
}

fn is_sentence(text: &str) -> bool {
    text.chars().count() > 60
}

fn is_in_link(node: Node) -> bool {
    node.ancestors().take(12).any(|parent| parent.element() == Element::A)
}

fn is_in_list(node: Node) -> bool {
    node.ancestors().take(4).any(|parent| matches!(parent.element(), Element::Li | Element::Td))
}

fn is_place_for_dates(node: Node) -> bool {
    let words = ["date", "time", "publish", "byline", "info", "meta"];
    node.ancestors().take(2).any(|parent| {
        let says = |value: &str| {
            let value = value.to_ascii_lowercase();
            words.iter().any(|word| value.contains(word))
        };
        parent.classes().any(says) || parent.raw_attribute("id").is_some_and(says)
    })
}

/// `data-date-time="2026-11-23 09:05:12"` and its like.
fn of_attributes(node: Node) -> Option<(u8, Moment)> {
    if !node.has_data() {
        return None;
    }
    let says = |name: &str| {
        let name = name.to_ascii_lowercase();
        let is_date = [
            "date-time",
            "datetime",
            "publish",
            "pubdate",
            "deploy",
            "regdate",
            "reg-d",
            "article-date",
        ];
        let is_other = ["modif", "updat", "edit", "re-", "start", "end", "expir"];
        name.starts_with("data-")
            && is_date.iter().any(|word| name.contains(word))
            && !is_other.iter().any(|word| name[5..].contains(word) && !name.ends_with("reg-dt"))
    };
    let found = node.attributes().find(|(name, value)| value.len() >= 8 && says(name));
    let (_, value) = found?;
    Moment::is_whole(value).then(|| Moment::read(value)).flatten().map(|moment| (1, moment))
}

fn of_address(clues: &Clues) -> Option<Moment> {
    let url = clues.url.as_ref()?;
    let found = OF_ADDRESS
        .captures(&url.as_str()[url.origin().ascii_serialization().len()..])
        .map(|found| format!("{}-{}-{}", &found[1], &found[2], &found[3]));
    Moment::read(&found?)
}

fn minute(moment: &Moment) -> Option<(u32, u32)> {
    moment.time.map(|time| (time.hour(), time.minute()))
}

/// With the time and the zone that another writing of the same date has.
fn completed(mut first: Moment, all: &[Moment], is_korean: bool) -> Moment {
    let same_day =
        || all.iter().filter(move |other| other.day == first.day && other.time.is_some());
    if first.time.is_none() {
        return same_day().next().copied().unwrap_or(first);
    }
    if first.offset.is_none() {
        let same = same_day().find(|other| other.time == first.time && other.offset.is_some());
        first.offset = same.and_then(|other| other.offset);
    }
    if first.time.is_some_and(|time| time.second() == 0) {
        let exact = |other: &&Moment| minute(other) == minute(&first) && other.time != first.time;
        let same = same_day().find(exact);
        first.time = same.and_then(|other| other.time).or(first.time);
    }
    let is_local = |other: &Moment| other.offset.is_none() && minute(other) == minute(&first);
    if is_korean && is_utc(&first) && same_day().any(is_local) {
        first.offset = None;
    }
    first
}

fn is_utc(moment: &Moment) -> bool {
    moment.offset.is_some_and(|offset| offset.local_minus_utc() == 0)
}

/// The zone of a time that has none.
fn usual_offset(clues: &Clues, is_korean: bool) -> FixedOffset {
    if is_korean {
        return offset(9);
    }
    let changes = CHANGES.iter().flat_map(|name| clues.metas(name)).map(str::to_owned);
    let changes = changes.chain(clues.data.text("dateModified"));
    changes.filter_map(|text| Moment::read(&text)?.offset).next().unwrap_or(offset(0))
}

fn offset(hours: i32) -> FixedOffset {
    FixedOffset::east_opt(hours * 3600).expect("hours are few")
}
