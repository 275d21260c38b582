//! What comes of a page that was asked for.

use std::time::Duration;

use super::super::listing::followed;
use super::super::queue::{Job, Task};
use super::{Crawl, Then, stored};
use crate::error::Result;
use crate::net::Url;
use crate::news::crawl::{Answer, Fetched, Reason};
use crate::news::store::{NewPage, Waiting};

/// Failures after which a page is given up, over all updates.
const MOST_TRIES: u32 = 6;
/// Tries of one page in one update.
const TRIES: u32 = 3;
/// How long a page that failed waits, in seconds; doubled each time.
const PAGE_WAIT: i64 = 60;
/// A page is asked for again after so many seconds at the latest.
const LONGEST_RETRY: i64 = 60 * 60;

impl Crawl<'_> {
    pub(super) fn page_answered(
        &self,
        page: Waiting,
        seen: Vec<Url>,
        fetched: Fetched,
    ) -> Result<Then> {
        match fetched {
            Fetched::New(answer) => self.store(&page, &answer)?,
            Fetched::NotModified => {
                let mut shared = self.lock();
                shared.updated.fetched += 1;
                shared.store.page_unchanged(page.id, (self.updater.now)())?;
            }
            Fetched::Gone => self.page_failed(&page, "gone", None)?,
            Fetched::Moved(_) => self.page_failed(&page, Reason::BadAnswer.name(), None)?,
            Fetched::Failed { code, retry, .. } => {
                return self.may_try_again(page, seen, code, retry);
            }
        }
        Ok(Then::Nothing)
    }

    fn may_try_again(
        &self,
        page: Waiting,
        seen: Vec<Url>,
        code: Reason,
        retry: Option<Duration>,
    ) -> Result<Then> {
        let tries = page.tries + 1;
        if !code.may_pass() || tries >= MOST_TRIES {
            self.page_failed(&page, code.name(), None)?;
            return Ok(Then::Nothing);
        }
        let asked = retry.map_or(0, |wait| wait.as_secs().min(LONGEST_RETRY as u64) as i64);
        let wait = (PAGE_WAIT << tries.min(10)).max(asked);
        self.page_failed(&page, code.name(), Some(wait))?;
        // A refusal is not asked for again at once (RFC 9110, 15.5.4).
        if tries.is_multiple_of(TRIES) || code == Reason::Forbidden {
            return Ok(Then::Nothing);
        }
        let url = seen.into_iter().next().expect("a job has an address");
        Ok(Then::Last(Job::new(Task::Page(Box::new(Waiting { tries, ..page })), url)))
    }

    /// `wait` seconds until the next try; none if it is given up.
    pub(super) fn page_failed(
        &self,
        page: &Waiting,
        reason: &'static str,
        wait: Option<i64>,
    ) -> Result<()> {
        let now = (self.updater.now)();
        let mut shared = self.lock();
        *shared.updated.failed.entry(reason).or_default() += 1;
        shared.store.page_failed(page.id, reason, wait.map(|wait| now + wait), now)
    }

    fn store(&self, page: &Waiting, answer: &Answer) -> Result<()> {
        let extracted = (self.updater.extract)(answer, page);
        let source = self.sources.iter().find(|source| source.id == page.source);
        let (links, left_out) = match source {
            Some(source) => followed(source, &answer.url, &extracted.links, page.depth)?,
            None => (Vec::new(), 0),
        };
        let sent = NewPage {
            url: answer.url.as_str(),
            content_type: Some(answer.content_type.as_str()).filter(|kind| !kind.is_empty()),
            body: &answer.body,
            validators: stored(&answer.validators),
        };
        let made = extracted.article.as_ref().map_err(|reason| *reason);
        let mut shared = self.lock();
        let now = (self.updater.now)();
        let kept = shared.store.page_stored(page, &sent, made, &links, now)?;
        shared.updated.fetched += 1;
        shared.updated.leave_out(source.map_or("", |source| &source.name), left_out);
        shared.updated.cut_pages += u64::from(extracted.is_cut);
        shared.updated.articles += u64::from(kept.is_some_and(|(_, is_new)| is_new));
        if let Err(reason) = extracted.article {
            *shared.updated.refused.entry(reason).or_default() += 1;
        }
        if links.is_empty() { Ok(()) } else { self.load(&mut shared) }
    }
}
