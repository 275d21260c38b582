//! What sources list, and the sitemaps that they lead to.

use std::collections::{HashSet, VecDeque};

use super::super::listing::{Listing, listing};
use super::{Asked, Crawl, Done, asked, outcome, stored};
use crate::error::Result;
use crate::net::Url;
use crate::news::crawl::{Answer, Fetched, Outcome, is_gzip};
use crate::news::extract::charset;
use crate::news::store::{Found, NewsSource};

/// Sitemaps that one index leads to.
const MOST_SITEMAPS: usize = 500;
/// Indexes of sitemaps within each other.
const DEEPEST_INDEX: u32 = 3;

impl Crawl<'_> {
    /// The user named it, so robots.txt is not asked about the source itself.
    pub(super) fn ask_source(&self, source: &NewsSource, url: Url) -> Result<Done> {
        let known = asked(&source.validators);
        let fetched = self.updater.fetcher.get_list(&url, &known, &|_| true);
        match fetched {
            Fetched::NotModified => {
                let mut shared = self.lock();
                shared.updated.sources += 1;
                shared.store.source_unchanged(source.id, (self.updater.now)())?;
                Ok(Done { outcome: Outcome::Answered, again: None })
            }
            Fetched::New(answer) => {
                self.list(source, &answer)?;
                Ok(Done { outcome: Outcome::Answered, again: None })
            }
            Fetched::Gone => {
                self.source_failed(source, "gone", &format!("`{url}` answers that it is gone"))?;
                Ok(Done { outcome: Outcome::Answered, again: None })
            }
            Fetched::Failed { code, message, retry } => {
                self.source_failed(source, code.name(), &message)?;
                Ok(Done { outcome: outcome(code, retry), again: None })
            }
        }
    }

    /// Keeps what was left out of a list, for a warning.
    fn tell(&self, name: &str, listed: &Listing) {
        let mut shared = self.lock();
        if let Some(cut) = listed.cut {
            shared.updated.cut_sources.insert(name.to_owned(), cut.to_string());
        }
        shared.updated.leave_out(name, listed.left_out);
    }

    fn source_failed(&self, source: &NewsSource, reason: &str, message: &str) -> Result<()> {
        let mut shared = self.lock();
        shared.updated.failed_sources.insert(source.name.clone(), message.to_owned());
        shared.store.source_failed(source.id, reason, message, (self.updater.now)())
    }

    /// Stores what a source lists, with the sitemaps that it leads to.
    fn list(&self, source: &NewsSource, answer: &Answer) -> Result<()> {
        let mut listed = match read(source, answer) {
            Ok(listed) => listed,
            Err(error) => return self.source_failed(source, "unreadable", &error.to_string()),
        };
        self.tell(&source.name, &listed);
        let sitemaps = std::mem::take(&mut listed.sitemaps);
        self.read_sitemaps(source, sitemaps, &mut listed.found)?;
        let validators = stored(&answer.validators);
        let mut shared = self.lock();
        let now = (self.updater.now)();
        let (depth, found) = (listed.depth, &listed.found);
        let new = shared.store.source_answered(source.id, depth, found, &validators, now)?;
        shared.updated.sources += 1;
        shared.updated.found += new;
        self.load(&mut shared)
    }

    /// Reads the sitemaps of an index, and of indexes within it. One that fails is told
    /// of, and the others go on.
    fn read_sitemaps(
        &self,
        source: &NewsSource,
        sitemaps: Vec<Url>,
        found: &mut Vec<Found>,
    ) -> Result<()> {
        let mut seen: HashSet<Url> = HashSet::new();
        let mut waiting: VecDeque<(Url, u32)> = sitemaps.into_iter().map(|url| (url, 1)).collect();
        while let Some((sitemap, depth)) = waiting.pop_front() {
            if seen.len() == MOST_SITEMAPS || !seen.insert(sitemap.clone()) {
                continue;
            }
            let name = format!("{} ({sitemap})", source.name);
            let listed = match self.ask_sitemap(source, &sitemap)? {
                Ok(listed) => listed,
                Err(why) => {
                    self.lock().updated.failed_sources.insert(name, why);
                    continue;
                }
            };
            self.tell(&name, &listed);
            found.extend(listed.found);
            if depth < DEEPEST_INDEX {
                waiting.extend(listed.sitemaps.into_iter().map(|url| (url, depth + 1)));
            }
        }
        Ok(())
    }

    fn ask_sitemap(
        &self,
        source: &NewsSource,
        sitemap: &Url,
    ) -> Result<std::result::Result<Listing, String>> {
        (self.updater.go_on)(&self.lock().updated)?;
        if !self.is_allowed(sitemap) {
            return Ok(Err("robots.txt does not allow it".to_owned()));
        }
        let allowed = |url: &Url| self.is_allowed(url);
        Ok(match self.updater.fetcher.get_list(sitemap, &Asked::default(), &allowed) {
            Fetched::New(answer) => read(source, &answer).map_err(|error| error.to_string()),
            Fetched::Failed { message, .. } => Err(message),
            Fetched::Gone | Fetched::NotModified => Err("it is not there".to_owned()),
        })
    }
}

fn read(source: &NewsSource, answer: &Answer) -> Result<Listing> {
    // What is packed is no page, and no text either.
    let page = if is_gzip(&answer.body) { &[] } else { &answer.body[..] };
    let text = charset::decode(page, Some(&answer.content_type)).text;
    listing(source, answer, &text)
}
