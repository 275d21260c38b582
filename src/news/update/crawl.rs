//! Threads that take what may be asked, and store what comes of it.

mod sources;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::listing::followed;
use super::queue::{Job, Next, Queue};
use super::rules::{HostRules, Rules};
use super::{Updated, Updater};
use crate::error::{Error, Result};
use crate::net::Url;
use crate::news::crawl::{Answer, Fetched, Outcome, Reason, Validators as Asked, host_key};
use crate::news::store::{NewPage, NewsSource, NewsStore, Validators, Waiting};

/// Failures after which a page is given up, over all updates.
const MOST_TRIES: u32 = 6;
/// Tries of one page in one update.
const TRIES: u32 = 3;
/// How long a page that failed waits, in seconds; doubled each time.
const PAGE_WAIT: i64 = 60;
/// A host that did not say what it allows may say it then.
const RULES_WAIT: i64 = 60 * 60;
/// Longest pause between requests of one job, whatever robots.txt asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A page is asked for again after so many seconds at the latest.
const LONGEST_RETRY: i64 = 60 * 60;
/// How soon a stop is noticed.
const STEP: Duration = Duration::from_millis(50);

/// One update.
pub(super) struct Crawl<'a> {
    updater: &'a Updater<'a>,
    sources: Vec<NewsSource>,
    rules: Rules,
    shared: Mutex<Shared<'a>>,
    changed: Condvar,
}

/// What its threads share.
struct Shared<'a> {
    store: &'a mut NewsStore,
    queue: Queue,
    updated: Updated,
    /// What ended it.
    error: Option<Error>,
}

/// How a job ended.
struct Done {
    outcome: Outcome,
    /// The job, if it is to be tried again.
    again: Option<Job>,
}

impl<'a> Crawl<'a> {
    /// An update of the sources named in `only`; of all if it is empty.
    pub fn new(
        updater: &'a Updater<'a>,
        store: &'a mut NewsStore,
        only: &[String],
    ) -> Result<Self> {
        let sources = store.sources()?;
        let (mut queue, mut updated) = (Queue::new(updater.params), Updated::default());
        for source in sources.iter().filter(|one| only.is_empty() || only.contains(&one.name)) {
            match Url::parse(&source.url) {
                Ok(url) => queue.add_source(source.clone(), url),
                Err(error) => {
                    let why = format!("`{}` is no address: {error}", source.url);
                    updated.failed_sources.insert(source.name.clone(), why);
                }
            }
        }
        let shared = Mutex::new(Shared { store, queue, updated, error: None });
        Ok(Crawl { updater, sources, rules: Rules::default(), shared, changed: Condvar::new() })
    }

    /// Does all there is to do.
    pub fn run(self) -> Result<Updated> {
        self.load(&mut self.lock())?;
        std::thread::scope(|scope| {
            for _ in 0..self.updater.params.max_hosts.max(1) {
                scope.spawn(|| self.work());
            }
        });
        let shared = self.shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Shared { store, queue, mut updated, error } = shared;
        updated.left_alone = queue.left.into_iter().collect();
        updated.waiting = store.counts()?.waiting as u64;
        error.map_or(Ok(updated), Err)
    }

    /// Takes jobs until there are none.
    fn work(&self) {
        while let Some(job) = self.next() {
            let url = job.url().clone();
            let done = self.do_job(job);
            let mut shared = self.lock();
            let (outcome, again) = match done {
                Ok(Done { outcome, again }) => (outcome, again),
                Err(error) => {
                    shared.error.get_or_insert(error);
                    (Outcome::Answered, None)
                }
            };
            shared.queue.finish(&url, Instant::now(), outcome);
            again.into_iter().for_each(|job| shared.queue.again(job));
            if let Err(error) = (self.updater.go_on)(&shared.updated) {
                shared.error.get_or_insert(error);
            }
            self.changed.notify_all();
        }
    }

    /// Waits for the next job; `None` when all is done or something went wrong.
    fn next(&self) -> Option<Job> {
        let mut shared = self.lock();
        loop {
            if let Err(error) = (self.updater.go_on)(&shared.updated) {
                shared.error.get_or_insert(error);
            }
            if shared.error.is_some() {
                self.changed.notify_all();
                return None;
            }
            let now = Instant::now();
            let wait = match shared.queue.next(now) {
                Next::Do(job) => return Some(*job),
                Next::Over => return None,
                Next::Wait(until) => until.saturating_duration_since(now).min(STEP),
                Next::Idle => STEP,
            };
            let waited = self.changed.wait_timeout(shared, wait);
            shared = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn do_job(&self, job: Job) -> Result<Done> {
        let rules = self.rules_of(job.url())?;
        self.lock()
            .queue
            .politeness
            .set_crawl_delay(&host_key(job.url()), rules.robots.crawl_delay());
        if rules.is_fresh {
            self.pause(&rules)?;
        }
        match job {
            Job::Source(source, url) => self.ask_source(&source, url),
            Job::Page(page, url) => self.ask_page(page, url, &rules),
        }
    }

    fn rules_of(&self, url: &Url) -> Result<std::sync::Arc<HostRules>> {
        let Updater { fetcher, now, .. } = self.updater;
        let stored = |host: &str| self.lock().store.robots(host);
        let keep = |host: &str, robots: &_| self.lock().store.set_robots(host, robots);
        self.rules.of(url, fetcher, now(), stored, keep)
    }

    /// Waits as long as the host wants between two requests.
    fn pause(&self, rules: &HostRules) -> Result<()> {
        let own = Duration::try_from_secs_f64(self.updater.params.delay).unwrap_or_default();
        let wanted = rules.robots.crawl_delay().unwrap_or_default().min(LONGEST_PAUSE);
        let end = Instant::now() + own.max(wanted);
        while Instant::now() < end {
            std::thread::sleep(STEP.min(end.saturating_duration_since(Instant::now())));
            (self.updater.go_on)(&self.lock().updated)?;
        }
        Ok(())
    }

    /// Whether robots.txt of its host lets `url` be asked, after a pause.
    fn is_allowed(&self, url: &Url) -> bool {
        let allows = |rules: &HostRules| {
            // The request itself is refused then, and says why.
            rules.reason == Some(Reason::PrivateAddress)
                || !self.updater.params.respect_robots
                || rules.robots.allows(url)
        };
        self.rules_of(url).is_ok_and(|rules| allows(&rules) && self.pause(&rules).is_ok())
    }

    /// Takes over the pages that wait.
    fn load(&self, shared: &mut Shared<'_>) -> Result<()> {
        for page in shared.store.waiting((self.updater.now)(), usize::MAX >> 1)? {
            let Ok(url) = Url::parse(&page.url) else { continue };
            shared.queue.add_page(page, url);
        }
        Ok(())
    }

    fn ask_page(&self, page: Waiting, url: Url, rules: &HostRules) -> Result<Done> {
        let is_refused = rules.reason == Some(Reason::PrivateAddress);
        if self.updater.params.respect_robots && !is_refused && !rules.robots.allows(&url) {
            let (reason, wait) = match rules.is_known {
                true => (Reason::RobotsDisallowed, None),
                false => (Reason::RobotsUnreachable, Some(RULES_WAIT)),
            };
            self.page_failed(&page, reason.name(), wait)?;
            return Ok(Done { outcome: Outcome::Answered, again: None });
        }
        let known = asked(&page.validators);
        match self.updater.fetcher.get(&url, &known, &|url| self.is_allowed(url)) {
            Fetched::New(answer) => self.store(&page, &answer)?,
            Fetched::NotModified => {
                let mut shared = self.lock();
                shared.updated.fetched += 1;
                shared.store.page_unchanged(page.id, (self.updater.now)())?;
            }
            Fetched::Gone => self.page_failed(&page, "gone", None)?,
            Fetched::Failed { code, retry, .. } => {
                return self.may_try_again(page, url, code, retry);
            }
        }
        Ok(Done { outcome: Outcome::Answered, again: None })
    }

    fn may_try_again(
        &self,
        page: Waiting,
        url: Url,
        code: Reason,
        retry: Option<Duration>,
    ) -> Result<Done> {
        let outcome = outcome(code, retry);
        let tries = page.tries + 1;
        if !code.may_pass() || tries >= MOST_TRIES {
            self.page_failed(&page, code.name(), None)?;
            return Ok(Done { outcome, again: None });
        }
        let asked = retry.map_or(0, |wait| wait.as_secs().min(LONGEST_RETRY as u64) as i64);
        let wait = (PAGE_WAIT << tries.min(10)).max(asked);
        self.page_failed(&page, code.name(), Some(wait))?;
        let page = Waiting { tries, ..page };
        let again = (!tries.is_multiple_of(TRIES)).then_some(Job::Page(page, url));
        Ok(Done { outcome, again })
    }

    /// `wait` seconds until the next try; none if it is given up.
    fn page_failed(&self, page: &Waiting, reason: &'static str, wait: Option<i64>) -> Result<()> {
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

    fn lock(&self) -> MutexGuard<'_, Shared<'a>> {
        // Each change of the store is a transaction, so a thread that died left nothing half.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A failure that is the page's own leaves its host in good standing.
fn outcome(code: Reason, retry: Option<Duration>) -> Outcome {
    match code.blames_host() {
        true => Outcome::Failed { retry },
        false => Outcome::Answered,
    }
}

fn asked(validators: &Validators) -> Asked {
    let Validators { etag, last_modified } = validators.clone();
    Asked { etag, last_modified }
}

fn stored(validators: &Asked) -> Validators {
    let Asked { etag, last_modified } = validators.clone();
    Validators { etag, last_modified }
}
