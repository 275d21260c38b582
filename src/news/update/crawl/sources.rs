//! What sources list, and the sitemaps that they lead to.

use super::super::listing::{Listing, listing};
use super::super::queue::{Job, Task};
use super::super::sitemaps::Index;
use super::{Crawl, Then, stored};
use crate::error::Result;
use crate::net::Url;
use crate::news::crawl::{Answer, Fetched, is_gzip};
use crate::news::extract::charset;
use crate::news::store::NewsSource;

impl Crawl<'_> {
    pub(super) fn source_answered(&self, source: NewsSource, fetched: Fetched) -> Result<Then> {
        let (reason, why) = match fetched {
            Fetched::New(answer) => match read(&source, &answer) {
                Ok(listing) => {
                    self.tell(&source.name, &listing);
                    return self.read_on(Index::new(source, stored(&answer.validators), listing));
                }
                Err(error) => ("unreadable", error.to_string()),
            },
            Fetched::NotModified => {
                let mut shared = self.lock();
                shared.updated.sources += 1;
                shared.store.source_unchanged(source.id, (self.updater.now)())?;
                return Ok(Then::Nothing);
            }
            Fetched::Gone => ("gone", format!("`{}` answers that it is gone", source.url)),
            Fetched::Moved(url) => ("bad-answer", format!("it moved to `{url}`")),
            Fetched::Failed { code, message, .. } => (code.name(), message),
        };
        self.source_failed(&source, reason, why)?;
        Ok(Then::Nothing)
    }

    pub(super) fn source_failed(
        &self,
        source: &NewsSource,
        reason: &str,
        why: String,
    ) -> Result<()> {
        let mut shared = self.lock();
        shared.store.source_failed(source.id, reason, &why, (self.updater.now)())?;
        shared.updated.failed_sources.insert(source.name.clone(), why);
        Ok(())
    }

    pub(super) fn sitemap_answered(
        &self,
        mut index: Index,
        seen: &[Url],
        fetched: Fetched,
    ) -> Result<Then> {
        let listing = match fetched {
            Fetched::New(answer) => read(&index.source, &answer).map_err(|error| error.to_string()),
            Fetched::Failed { message, .. } => Err(message),
            Fetched::Gone | Fetched::NotModified | Fetched::Moved(_) => {
                Err("it is not there".to_owned())
            }
        };
        match listing {
            Ok(listing) => {
                self.tell(&named(&index, seen), &listing);
                index.add(listing);
                self.read_on(index)
            }
            Err(why) => self.sitemap_failed(index, seen, why),
        }
    }

    /// One that fails is told of, and the others go on.
    pub(super) fn sitemap_failed(&self, index: Index, seen: &[Url], why: String) -> Result<Then> {
        self.lock().updated.failed_sources.insert(named(&index, seen), why);
        self.read_on(index)
    }

    /// Keeps what was left out of a list, for a warning.
    fn tell(&self, name: &str, listed: &Listing) {
        let mut shared = self.lock();
        if let Some(cut) = listed.cut {
            shared.updated.cut_sources.insert(name.to_owned(), cut.to_string());
        }
        shared.updated.leave_out(name, listed.left_out);
    }

    /// Stores what was listed, so that it is not lost if this is stopped, and asks for the
    /// next sitemap.
    fn read_on(&self, mut index: Index) -> Result<Then> {
        let found = std::mem::take(&mut index.found);
        let (source, depth, now) = (index.source.id, index.depth, (self.updater.now)());
        let mut shared = self.lock();
        if let Some(sitemap) = index.next() {
            shared.updated.found += shared.store.source_lists(source, depth, &found, now)?;
            return Ok(Then::First(Job::new(Task::Sitemap(Box::new(index)), sitemap)));
        }
        if let Some(warning) = index.warning() {
            shared.updated.cut_sources.insert(index.source.name.clone(), warning);
        }
        let validators = &index.validators;
        let new = shared.store.source_answered(source, depth, &found, validators, now)?;
        shared.updated.sources += 1;
        shared.updated.found += new;
        self.load(&mut shared)?;
        Ok(Then::Nothing)
    }
}

/// A sitemap of a source, as warnings call it.
fn named(index: &Index, seen: &[Url]) -> String {
    format!("{} ({})", index.source.name, seen.first().map_or("", Url::as_str))
}

fn read(source: &NewsSource, answer: &Answer) -> Result<Listing> {
    // What is packed is no page, and no text either.
    let page = if is_gzip(&answer.body) { &[] } else { &answer.body[..] };
    let text = charset::decode(page, Some(&answer.content_type)).text;
    listing(source, answer, &text)
}
