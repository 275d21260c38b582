//! What a source lists.
//!
//! A source is a feed, a sitemap, an index of sitemaps, or a page with links; its
//! contents say which.

use crate::error::{Error, Result};
use crate::net::Url;
use crate::news::crawl::{Answer, Cut, Entry, Follow, Sitemap, canonical, read_feed, read_sitemap};
use crate::news::page::Page;
use crate::news::store::{Found, NewsSource};

/// What a source lists.
pub(super) struct Listing {
    pub found: Vec<Found>,
    /// Sitemaps that are to be read as well.
    pub sitemaps: Vec<Url>,
    /// How many links away from the source the pages are.
    pub depth: u32,
    /// Why it was not read to its end, if it was not.
    pub cut: Option<Cut>,
    /// Links that would be followed, but are too long or too many.
    pub left_out: u64,
}

impl Listing {
    fn of(source: &NewsSource, found: Vec<Found>, cut: Option<Cut>) -> Self {
        let depth = source.follow.depth;
        Listing { found, sitemaps: Vec::new(), depth, cut, left_out: 0 }
    }
}

/// Reads the answer of a source.
pub(super) fn listing(source: &NewsSource, answer: &Answer, text: &str) -> Result<Listing> {
    let is_html = answer.is_html() || begins_as_html(text);
    if !is_html && let Ok(feed) = read_feed(&answer.body, &answer.url) {
        return Ok(Listing::of(source, pages(feed.entries), feed.cut));
    }
    match read_sitemap(&answer.body, &answer.url) {
        Ok((Sitemap::Pages(entries), cut)) if !is_html => {
            Ok(Listing::of(source, pages(entries), cut))
        }
        Ok((Sitemap::Index(sitemaps), cut)) if !is_html => {
            Ok(Listing { sitemaps, ..Listing::of(source, Vec::new(), cut) })
        }
        _ if is_html => links(source, answer, text),
        _ => {
            Err(Error::data(format!("`{}` is neither a feed nor a sitemap nor a page", answer.url))
                .hinted(
                    "open it in a browser; the address of its feed often ends in `rss` or `feed`",
                ))
        }
    }
}

fn begins_as_html(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let start = start.get(..15).unwrap_or(start).to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// Pages that are listed are not followed further.
fn pages(entries: Vec<Entry>) -> Vec<Found> {
    let found = entries.into_iter().map(|entry| Found {
        url: canonical(&entry.url).into(),
        title: entry.title,
        date: entry.date,
    });
    found.collect()
}

fn links(source: &NewsSource, answer: &Answer, text: &str) -> Result<Listing> {
    let (found, left_out) = followed(source, &answer.url, &hrefs(&Page::parse(text)), 0)?;
    Ok(Listing { depth: 1, left_out, ..Listing::of(source, found, None) })
}

/// The links of a page that `source` wants followed, and how many more it would.
pub(super) fn followed(
    source: &NewsSource,
    page: &Url,
    hrefs: &[String],
    depth: u32,
) -> Result<(Vec<Found>, u64)> {
    let follow = Follow::new(&source.follow.include, &source.follow.exclude, source.follow.depth)?;
    let links = follow.links(page, hrefs.iter().map(String::as_str), depth);
    let found = links.into_iter().map(|url| Found { url: url.into(), ..Found::default() });
    Ok((found.collect(), follow.left_out(page, hrefs, depth)))
}

/// Links of a page, as written.
pub fn hrefs(page: &Page<'_>) -> Vec<String> {
    let links = page.elements(crate::news::page::Element::A);
    links.filter_map(|link| link.attribute("href")).map(|href| href.into_owned()).collect()
}
