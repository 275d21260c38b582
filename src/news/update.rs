//! Sources and pages → articles in the store.
//!
//! In: a store that knows its sources. Out: the same store with what is new. Promises:
//! a host is asked one request at a time with a pause between, many hosts at once; a
//! page is stored with its article or not at all, so that an update that is killed
//! goes on where it was; a host in trouble does not keep the others waiting.

mod clocks;
mod crawl;
mod listing;
mod queue;
mod rules;
mod sitemaps;

use std::collections::BTreeMap;

use super::crawl::{Answer, CrawlParams, Fetcher};
use super::store::{Article, NewsStore, Waiting};
use crate::error::Result;
use crawl::Crawl;

/// Makes an article of a page, or says in one word why there is none.
pub type Extract<'a> = dyn Fn(&Answer, &Waiting) -> Extracted + Sync + 'a;

/// What a page holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The article, or in one word why there is none.
    pub article: std::result::Result<Article, &'static str>,
    /// Links of the page, as written.
    pub links: Vec<String>,
    /// Whether the page was too dense to be read to its end.
    pub is_cut: bool,
}

/// What an update works with.
pub struct Updater<'a> {
    /// How it behaves.
    pub params: &'a CrawlParams,
    /// Who asks.
    pub fetcher: &'a Fetcher,
    /// Page → article.
    pub extract: &'a Extract<'a>,
    /// Hears what was done so far; an error ends the update.
    pub go_on: &'a (dyn Fn(&Updated) -> Result<()> + Sync),
    /// Seconds since 1970.
    pub now: &'a (dyn Fn() -> i64 + Sync),
}

/// What an update did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Updated {
    /// Sources that answered.
    pub sources: u64,
    /// Sources that did not, by name, with the reason.
    pub failed_sources: BTreeMap<String, String>,
    /// Feeds and sitemaps that were read in part, by source, with what was.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub cut_sources: BTreeMap<String, String>,
    /// Links that a source would follow, but are too long or too many for one page.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, u64>,
    /// Pages with more elements than are read.
    #[serde(skip_serializing_if = "is_zero")]
    pub cut_pages: u64,
    /// Pages that were not known before.
    pub found: u64,
    /// Pages that answered.
    pub fetched: u64,
    /// Articles that are new or changed.
    pub articles: u64,
    /// Pages that hold no article, by reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// Requests for pages that failed, by reason.
    pub failed: BTreeMap<&'static str, u64>,
    /// Hosts in trouble, which are left alone until the next update.
    pub left_alone: Vec<String>,
    /// Pages that still wait: they are tried again by a later update.
    pub waiting: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Updated {
    fn leave_out(&mut self, source: &str, links: u64) {
        if links > 0 {
            *self.left_out.entry(source.to_owned()).or_default() += links;
        }
    }

    /// What a user should know of what was left out, in lines.
    pub fn warnings(&self) -> Vec<String> {
        let cut = self.cut_sources.iter().map(|(source, what)| format!("source {source}: {what}"));
        let links = self.left_out.iter().map(|(source, links)| {
            format!(
                "source {source}: {links} links were left out: addresses of more than 2,000 \
                 characters, or behind the first 10,000 of a page"
            )
        });
        let pages = (self.cut_pages > 0).then(|| {
            format!("{} pages have too many elements, and were read in part", self.cut_pages)
        });
        cut.chain(links).chain(pages).collect()
    }
}

impl Updater<'_> {
    /// Asks the sources for what is new and fetches it, with what earlier updates left.
    /// `only` names sources; all if it is empty.
    ///
    /// # Errors
    /// If the database fails or the user stops; what was stored stays.
    pub fn update(&self, store: &mut NewsStore, only: &[String]) -> Result<Updated> {
        Crawl::new(self, store, only)?.run()
    }
}

#[cfg(test)]
mod tests;
