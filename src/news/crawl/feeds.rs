//! RSS, Atom and JSON Feed → entries.
//!
//! In: a feed's bytes. Out: its entries in their order. What stands before a damage
//! is read; an entry without an address that can be fetched is left out.

use serde_json::Value;

use super::dates::{Zone, rfc3339};
use super::decode::{gunzip, xml_text};
use super::entry::{self, Cut, Entry, LARGEST_LIST, MOST_ENTRIES, address, bounded};
use super::xml::{Element, Walk};
use crate::error::{Error, Result};
use crate::net::Url;

/// A feed and what it tells of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feed {
    /// The name of the feed.
    pub title: Option<String>,
    /// Its entries in the order of the feed.
    pub entries: Vec<Entry>,
    /// Why it was not read to its end, if it was not.
    pub cut: Option<Cut>,
}

/// Reads RSS, Atom or JSON Feed; `base` is where it was found.
///
/// # Errors
/// The bytes are not a feed.
pub fn read_feed(bytes: &[u8], base: &Url) -> Result<Feed> {
    let (bytes, is_cut) = gunzip(bytes, LARGEST_LIST);
    let text = xml_text(&bytes);
    let mut feed = match text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        true => json_feed(&text, base),
        false => xml_feed(&text, base),
    }?;
    feed.cut = feed.cut.or(is_cut.then_some(Cut::Size));
    Ok(feed)
}

/// Where dates without a zone were written: a Korean feed, or a feed of a Korean host.
pub(super) fn zone(base: &Url, language: &str) -> Zone {
    let korean = base.host_str().is_some_and(|host| host.ends_with(".kr"));
    match korean || language.trim().to_lowercase().starts_with("ko") {
        true => Zone::Korea,
        false => Zone::Universal,
    }
}

/// An entry as it is written.
#[derive(Default)]
struct Draft {
    link: Option<String>,
    /// An identifier that may be an address.
    id: Option<String>,
    title: Option<String>,
    published: Option<String>,
    changed: Option<String>,
    summary: Option<String>,
    content: Option<String>,
}

impl Draft {
    fn finish(self, base: &Url, zone: Zone) -> Option<Entry> {
        let linked = self.link.as_deref().and_then(|link| address(link, base));
        // An identifier is an address only if it is a whole one.
        let url = linked
            .or_else(|| address(self.id.filter(|id| id.starts_with("http"))?.as_str(), base))?;
        let date = |text: Option<String>| rfc3339(&text?, zone);
        let summary = self.summary.as_deref().and_then(entry::summary);
        Some(Entry {
            url,
            title: self.title.as_deref().and_then(entry::title),
            date: date(self.published).or_else(|| date(self.changed)),
            summary: summary.or_else(|| entry::summary(&self.content?)),
        })
    }

    fn take(&mut self, element: Element) {
        match element.name.as_str() {
            "link" => self.take_link(element),
            "feedburner:origLink" => self.link = Some(element.text),
            "guid" if element.attribute("isPermaLink") != Some("false") => {
                self.id = Some(element.text)
            }
            "id" => self.id = Some(element.text),
            "title" => self.title = Some(element.text),
            "dc:title" => set(&mut self.title, element.text),
            "pubDate" | "published" | "issued" | "dc:date" | "dcterms:issued" => {
                set(&mut self.published, element.text)
            }
            "updated" | "modified" | "dcterms:modified" | "atom:updated" => {
                set(&mut self.changed, element.text)
            }
            "description" | "summary" | "dc:description" => set(&mut self.summary, element.text),
            "content" | "content:encoded" => set(&mut self.content, element.text),
            _ => {}
        }
    }

    /// Atom has the address in `href`, and links of several kinds.
    fn take_link(&mut self, mut link: Element) {
        let is_page = matches!(link.attribute("rel"), None | Some("alternate" | ""));
        let href = link.attribute("href").map(str::to_owned);
        let written = href.unwrap_or_else(|| std::mem::take(&mut link.text));
        if is_page {
            set(&mut self.link, written);
        }
    }
}

/// The first that says something counts.
fn set(place: &mut Option<String>, text: String) {
    if place.is_none() && !text.trim().is_empty() {
        *place = Some(text);
    }
}

fn xml_feed(text: &str, base: &Url) -> Result<Feed> {
    let mut walk = Walk::new(text);
    let (mut feed, mut drafts, mut draft) = (Feed::default(), Vec::new(), Draft::default());
    let mut language = String::new();
    while let Some(element) = walk.next_closed() {
        match (walk.parent(), element.name.as_str()) {
            ("item" | "entry", _) => draft.take(element),
            (_, "item" | "entry") => drafts.push(std::mem::take(&mut draft)),
            ("channel" | "feed", "title") => feed.title = entry::title(&element.text),
            ("channel", "language" | "dc:language") => language = element.text,
            _ => {}
        }
        if drafts.len() > MOST_ENTRIES {
            break;
        }
    }
    if !matches!(walk.root(), Some("rss" | "feed" | "rdf:RDF" | "RDF" | "channel" | "entry")) {
        return Err(no_feed(walk.root(), base));
    }
    feed.cut = bounded(&mut drafts, None);
    let zone = zone(base, &language);
    feed.entries = drafts.into_iter().filter_map(|draft| draft.finish(base, zone)).collect();
    Ok(feed)
}

fn no_feed(root: Option<&str>, base: &Url) -> Error {
    let what = match root {
        Some(name) if name.eq_ignore_ascii_case("html") => "a web page".to_owned(),
        Some(name) => format!("XML that starts with `<{name}>`"),
        None => "neither XML nor JSON".to_owned(),
    };
    Error::data(format!("this is not a feed but {what}"))
        .at(crate::net::shown_address(base.as_str()))
        .hinted("give the address of an RSS, Atom or JSON feed, or of a sitemap")
}

fn json_feed(text: &str, base: &Url) -> Result<Feed> {
    let value: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let place = crate::net::shown_address(base.as_str());
            Error::data(format!("this JSON feed is damaged: {error}")).at(place).caused_by(error)
        })?;
    let Some(items) = value["items"].as_array() else {
        return Err(no_feed(Some("{"), base));
    };
    let zone = zone(base, value["language"].as_str().unwrap_or_default());
    let drafts = items.iter().take(MOST_ENTRIES).map(json_draft);
    Ok(Feed {
        cut: (items.len() > MOST_ENTRIES).then_some(Cut::Entries),
        title: value["title"].as_str().and_then(entry::title),
        entries: drafts.filter_map(|draft| draft.finish(base, zone)).collect(),
    })
}

fn json_draft(item: &Value) -> Draft {
    let text = |key: &str| item[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Draft {
        link: text("url").or_else(|| text("external_url")),
        id: text("id"),
        title: text("title"),
        published: text("date_published"),
        changed: text("date_modified"),
        summary: text("summary"),
        content: text("content_text").or_else(|| text("content_html")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `url|title|date|summary` of each entry.
    fn check(feed: &str, expected: &[&str]) {
        let base = Url::parse("https://news.example/feeds/all.xml").unwrap();
        let feed = read_feed(feed.as_bytes(), &base).unwrap();
        let lines = feed.entries.iter().map(|entry| {
            let [title, date, summary] = [&entry.title, &entry.date, &entry.summary]
                .map(|text| text.as_deref().unwrap_or("-"));
            format!("{}|{title}|{date}|{summary}", entry.url)
        });
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn rss_is_read() {
        check(
            r#"<?xml version="1.0"?>
            <rss version="2.0" xmlns:content="c" xmlns:media="m"><channel><title>소식</title>
            <link>https://news.example/</link><language>ko</language>
            <item><title><![CDATA[첫 소식 & 날씨]]></title><link>/1?a=1&amp;b=2</link>
            <pubDate>2026-11-23 09:05:00</pubDate><media:title>그림</media:title>
            <description>&lt;p&gt;비가 온다.&lt;/p&gt;</description></item>
            <item><guid>https://news.example/2</guid><title>Two</title><link/>
            <media:group><title>no</title></media:group>
            <content:encoded><![CDATA[<b>Body</b>]]></content:encoded></item>
            <item><guid isPermaLink="false">https://news.example/3</guid></item>
            <item><title>no address</title><guid>tag:4</guid></item>
            </channel></rss>"#,
            &[
                "https://news.example/1?a=1&b=2|첫 소식 & 날씨|2026-11-23T09:05:00+09:00|비가 온다.",
                "https://news.example/2|Two|-|Body",
            ],
        );
    }

    #[test]
    fn atom_and_rdf_are_read() {
        check(
            r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><link href="/"/>
            <entry><title type="xhtml"><div>A <b>b</b></div></title>
            <link rel="self" href="/self"/><link rel="alternate" href="a.html"/>
            <link rel="enclosure" href="a.mp3"/><id>tag:a</id>
            <updated>2026-11-24T00:00:00Z</updated><published>2026-11-23T00:00:00Z</published>
            <source><title>other</title><id>x</id></source><summary>S</summary></entry></feed>"#,
            &["https://news.example/feeds/a.html|A b|2026-11-23T00:00:00Z|S"],
        );
        check(
            r#"<rdf:RDF><channel><title>T</title></channel><item><title>R</title>
            <link>https://news.example/r</link><dc:date>2026-11-23T09:00+09:00</dc:date></item>
            </rdf:RDF>"#,
            &["https://news.example/r|R|2026-11-23T09:00:00+09:00|-"],
        );
    }

    #[test]
    fn json_feed_is_read() {
        check(
            r#"{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [
            {"id": "1", "url": "/1", "title": "A", "date_published": "2026-11-23T09:05:00+09:00",
             "content_html": "<p>text</p>"}, {"id": "https://news.example/2"}, {"id": 3}, "x"]}"#,
            &[
                "https://news.example/1|A|2026-11-23T09:05:00+09:00|text",
                "https://news.example/2|-|-|-",
            ],
        );
    }

    #[test]
    fn damaged_feeds_give_what_can_be_read() {
        let whole = "<rss><channel><item><link>/1</link><title>AT&T < all & more</title></item>\
            <item><link>/2</link></item><item><link>/3";
        let base = Url::parse("https://news.example/").unwrap();
        let feed = read_feed(whole.as_bytes(), &base).unwrap();
        let urls: Vec<_> = feed.entries.iter().map(|entry| entry.url.path()).collect();
        assert_eq!(urls, ["/1", "/2"]);
    }

    #[test]
    fn what_is_no_feed_is_told() {
        let base = Url::parse("https://news.example/?token=secret").unwrap();
        for (bytes, expected) in [
            ("<!doctype html><html><title>x</title></html>", "a web page"),
            ("<urlset></urlset>", "`<urlset>`"),
            ("", "neither XML nor JSON"),
            ("{\"items\": [", "damaged"),
            ("{}", "not a feed"),
        ] {
            let error = read_feed(bytes.as_bytes(), &base).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert_eq!(error.place(), Some("https://news.example/"), "{error}");
        }
    }
}
