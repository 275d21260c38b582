//! Sitemaps → addresses.
//!
//! In: a sitemap, an index of sitemaps or a list of addresses, packed or not. Out:
//! what it names, up to 50 MB unpacked and 50,000 entries, as the protocol bounds
//! them. What stands before a damage is read.

use std::collections::HashSet;

use super::dates::rfc3339;
use super::decode::{gunzip, xml_text};
use super::entry::{self, Cut, Entry, LARGEST_LIST, MOST_ENTRIES, address, bounded};
use super::feeds::{read_feed, zone};
use super::xml::{Element, Walk, local};
use crate::error::{Error, Result};
use crate::net::Url;

/// What a sitemap names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sitemap {
    /// Other sitemaps.
    Index(Vec<Url>),
    /// Pages.
    Pages(Vec<Entry>),
}

/// Reads a sitemap, and says why it was not read to its end, if it was not; `base` is
/// where it was found. A feed may serve as one.
///
/// # Errors
/// The bytes are not a sitemap.
pub fn read_sitemap(bytes: &[u8], base: &Url) -> Result<(Sitemap, Option<Cut>)> {
    let (bytes, is_cut) = gunzip(bytes, LARGEST_LIST);
    let size = is_cut.then_some(Cut::Size);
    let text = xml_text(&bytes);
    if !text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        return plain_list(&text, base, size);
    }
    let (root, mut found) = walk(&text, base);
    match root.as_deref().map(local) {
        Some("sitemapindex") => {
            let cut = bounded(&mut found.sitemaps, size);
            Ok((Sitemap::Index(once(found.sitemaps)), cut))
        }
        Some("urlset") => {
            let cut = bounded(&mut found.pages, size);
            Ok((Sitemap::Pages(found.pages), cut))
        }
        Some("rss" | "feed" | "RDF") => {
            let feed = read_feed(&bytes, base)?;
            Ok((Sitemap::Pages(feed.entries), feed.cut.or(size)))
        }
        root => Err(no_sitemap(root, base)),
    }
}

#[derive(Default)]
struct Found {
    sitemaps: Vec<Url>,
    pages: Vec<Entry>,
}

#[derive(Default)]
struct Draft {
    address: String,
    title: Option<String>,
    published: Option<String>,
    changed: Option<String>,
    language: String,
}

fn walk(text: &str, base: &Url) -> (Option<String>, Found) {
    let mut walk = Walk::new(text);
    let (mut found, mut draft) = (Found::default(), Draft::default());
    while let Some(element) = walk.next_closed() {
        match local(&element.name) {
            "url" => found.pages.extend(std::mem::take(&mut draft).finish(base)),
            "loc" if local(walk.parent()) == "sitemap" => {
                found.sitemaps.extend(address(&element.text, base))
            }
            _ => draft.take(local(walk.parent()), element),
        }
        if found.pages.len() > MOST_ENTRIES || found.sitemaps.len() > MOST_ENTRIES {
            break;
        }
    }
    (walk.root().map(str::to_owned), found)
}

impl Draft {
    /// Images and films have addresses, titles and dates too.
    fn take(&mut self, parent: &str, element: Element) {
        match (parent, local(&element.name)) {
            ("url", "loc") => self.address = element.text,
            ("url", "lastmod") => self.changed = Some(element.text),
            ("news", "title") => self.title = entry::title(&element.text),
            ("news", "publication_date") => self.published = Some(element.text),
            ("publication", "language") => self.language = element.text,
            _ => {}
        }
    }

    fn finish(self, base: &Url) -> Option<Entry> {
        let zone = zone(base, &self.language);
        let date = |text: Option<String>| rfc3339(&text?, zone);
        Some(Entry {
            url: address(&self.address, base)?,
            title: self.title,
            date: date(self.published).or_else(|| date(self.changed)),
            summary: None,
        })
    }
}

/// A text file with an address a line.
fn plain_list(text: &str, base: &Url, size: Option<Cut>) -> Result<(Sitemap, Option<Cut>)> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    // A relative address would make every text a sitemap.
    let whole = lines.filter(|line| line.starts_with("http://") || line.starts_with("https://"));
    let addresses = whole.filter_map(|line| address(line, base));
    let mut urls: Vec<Url> = addresses.take(MOST_ENTRIES + 1).collect();
    let cut = bounded(&mut urls, size);
    let urls = once(urls);
    if urls.is_empty() && !text.trim().is_empty() {
        return Err(no_sitemap(None, base));
    }
    let pages = urls.into_iter().map(|url| Entry { url, title: None, date: None, summary: None });
    Ok((Sitemap::Pages(pages.collect()), cut))
}

fn once(urls: Vec<Url>) -> Vec<Url> {
    let mut seen = HashSet::new();
    urls.into_iter().filter(|url| seen.insert(url.clone())).collect()
}

fn no_sitemap(root: Option<&str>, base: &Url) -> Error {
    let what = match root {
        Some(name) => format!("XML that starts with `<{name}>`"),
        None => "something else".to_owned(),
    };
    Error::data(format!("this is not a sitemap but {what}"))
        .at(crate::net::shown_address(base.as_str()))
        .hinted("give the address of a sitemap, as robots.txt of the site names it")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Sitemap> {
        Ok(read_whole(bytes)?.0)
    }

    fn read_whole(bytes: &[u8]) -> Result<(Sitemap, Option<Cut>)> {
        read_sitemap(bytes, &Url::parse("https://news.example.kr/sitemap.xml").unwrap())
    }

    /// `url|title|date` of each page.
    fn check(bytes: &[u8], expected: &[&str]) {
        let Sitemap::Pages(pages) = read(bytes).unwrap() else { panic!("it is an index") };
        let lines = pages.iter().map(|page| {
            let [title, date] =
                [&page.title, &page.date].map(|text| text.as_deref().unwrap_or("-"));
            format!("{}|{title}|{date}", page.url)
        });
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }

    const NEWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="s" xmlns:n="news" xmlns:image="i">
        <url><loc> https://news.example.kr/1?a=1&amp;b=2 </loc><lastmod>2026-11-24</lastmod>
        <image:image><image:loc>https://cdn.example/1.jpg</image:loc>
        <image:title>그림</image:title></image:image>
        <n:news><n:publication><n:name>N</n:name><n:language>ko</n:language></n:publication>
        <n:publication_date>2026-11-23T09:05:00+09:00</n:publication_date>
        <n:title>제목 &amp; 부제</n:title></n:news></url>
        <url><loc>/2</loc><lastmod>2026-11-23</lastmod></url>
        <url><lastmod>2026-11-23</lastmod></url><url><loc>mailto:a@b.kr</loc></url></urlset>"#;
    const EXPECTED: [&str; 2] = [
        "https://news.example.kr/1?a=1&b=2|제목 & 부제|2026-11-23T09:05:00+09:00",
        "https://news.example.kr/2|-|2026-11-23T00:00:00+09:00",
    ];

    #[test]
    fn news_sitemaps_are_read_packed_or_not() {
        check(NEWS.as_bytes(), &EXPECTED);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
        packed.write_all(NEWS.as_bytes()).unwrap();
        check(&packed.finish().unwrap(), &EXPECTED);
        check(&NEWS.as_bytes()[..NEWS.len() - 90], &EXPECTED);
    }

    #[test]
    fn an_index_names_each_sitemap_once() {
        let index = "<sitemapindex><sitemap><loc>/a.xml</loc></sitemap><sitemap>\
            <loc>/a.xml</loc></sitemap><sitemap><loc>/b.xml.gz</loc></sitemap></sitemapindex>";
        let Sitemap::Index(urls) = read(index.as_bytes()).unwrap() else { panic!("no index") };
        let urls: Vec<_> = urls.iter().map(|url| url.path()).collect();
        assert_eq!(urls, ["/a.xml", "/b.xml.gz"]);
    }

    #[test]
    fn lists_and_feeds_are_read() {
        let list = "\u{feff}https://news.example.kr/1\r\n\r\nhttps://news.example.kr/2\nnone\n";
        check(list.as_bytes(), &["https://news.example.kr/1|-|-", "https://news.example.kr/2|-|-"]);
        check(
            b"<rss><channel><item><link>/1</link></item></channel></rss>",
            &["https://news.example.kr/1|-|-"],
        );
        check(b"", &[]);
    }

    #[test]
    fn bounds_are_kept() {
        let many = |count| format!("<urlset>{}</urlset>", "<url><loc>/1</loc></url>".repeat(count));
        for (count, cut) in [(50_000, None), (50_001, Some(Cut::Entries))] {
            let (Sitemap::Pages(pages), found) = read_whole(many(count).as_bytes()).unwrap() else {
                panic!("an index")
            };
            assert_eq!((pages.len(), found), (MOST_ENTRIES, cut));
            let list = "https://news.example.kr/1\n".repeat(count);
            assert_eq!(read_whole(list.as_bytes()).unwrap().1, cut);
        }
        for (megabytes, cut) in [(49, None), (70, Some(Cut::Size))] {
            let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            bomb.write_all(b"<urlset><url><loc>/1</loc></url>").unwrap();
            for _ in 0..megabytes {
                bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
            }
            bomb.write_all(b"<url><loc>/2</loc></url>").unwrap();
            let (Sitemap::Pages(pages), found) = read_whole(&bomb.finish().unwrap()).unwrap()
            else {
                panic!("an index")
            };
            assert_eq!((pages.len(), found), (if cut.is_none() { 2 } else { 1 }, cut));
        }
    }

    #[test]
    fn what_is_no_sitemap_is_told() {
        for bytes in ["<html></html>", "Not found", "<"] {
            assert!(read(bytes.as_bytes()).unwrap_err().to_string().contains("not a sitemap"));
        }
    }
}
