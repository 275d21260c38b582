//! Threads that take what may be asked, and store what comes of it.

mod pages;
mod sources;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::clocks;
use super::queue::{Job, Next, Queue, Task, origin};
use super::rules::HostRules;
use super::{Updated, Updater};
use crate::error::{Error, Result};
use crate::net::Url;
use crate::news::crawl::{Fetched, Outcome, Reason, RobotsFile, Validators as Asked, host_key};
use crate::news::store::{NewsSource, NewsStore, Validators};

/// A host that did not say what it allows may say it then.
const RULES_WAIT: i64 = 60 * 60;
/// How soon a stop is noticed.
const STEP: Duration = Duration::from_millis(50);

/// One update.
pub(super) struct Crawl<'a> {
    updater: &'a Updater<'a>,
    sources: Vec<NewsSource>,
    /// Those whose pages are asked.
    chosen: HashSet<i64>,
    shared: Mutex<Shared<'a>>,
    changed: Condvar,
}

/// What its threads share.
struct Shared<'a> {
    store: &'a mut NewsStore,
    queue: Queue,
    /// By origin, as far as they are known.
    rules: HashMap<String, Arc<HostRules>>,
    updated: Updated,
    /// What ended it.
    error: Option<Error>,
}

/// How a job ended.
struct Done {
    /// How the request did, if there was one.
    outcome: Option<Outcome>,
    then: Then,
}

/// What comes of a job.
enum Then {
    Nothing,
    /// It goes on.
    First(Job),
    /// It is tried again, after all others of its host: one sick page must not look like
    /// a sick host.
    Last(Job),
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
        clocks::restore(&mut queue, store, (updater.now)())?;
        let is_chosen = |one: &&NewsSource| only.is_empty() || only.contains(&one.name);
        let chosen = sources.iter().filter(is_chosen).map(|source| source.id).collect();
        for source in sources.iter().filter(is_chosen) {
            match Url::parse(&source.url) {
                Ok(url) => queue.add_source(source.clone(), url),
                Err(error) => {
                    let why = format!("`{}` is no address: {error}", source.url);
                    updated.failed_sources.insert(source.name.clone(), why);
                }
            }
        }
        let shared = Shared { store, queue, rules: HashMap::new(), updated, error: None };
        Ok(Crawl { updater, sources, chosen, shared: Mutex::new(shared), changed: Condvar::new() })
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
        let Shared { store, queue, mut updated, error, .. } = shared;
        updated.left_alone = queue.left.into_iter().collect();
        updated.waiting = store.counts()?.waiting as u64;
        error.map_or(Ok(updated), Err)
    }

    /// Takes jobs until there are none.
    fn work(&self) {
        while let Some((job, may_ask)) = self.next() {
            let host = host_key(job.url());
            let done = if may_ask { self.do_job(job) } else { self.give_up(job) };
            let mut shared = self.lock();
            let Done { outcome, then } = done.unwrap_or_else(|error| {
                shared.error.get_or_insert(error);
                Done { outcome: None, then: Then::Nothing }
            });
            shared.queue.finish(&host, Instant::now(), outcome);
            self.keep_clock(&mut shared, &host);
            match then {
                Then::Nothing => {}
                Then::First(job) => shared.queue.push_front(job),
                Then::Last(job) => shared.queue.push_back(job),
            }
            if let Err(error) = (self.updater.go_on)(&shared.updated) {
                shared.error.get_or_insert(error);
            }
            self.changed.notify_all();
        }
    }

    /// Waits for the next job, and says whether its host may be asked; `None` when all is
    /// done or something went wrong.
    fn next(&self) -> Option<(Job, bool)> {
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
                Next::Do(job) => {
                    self.keep_clock(&mut shared, &host_key(job.url()));
                    return Some((*job, true));
                }
                Next::GiveUp(job) => return Some((*job, false)),
                Next::Over => return None,
                Next::Wait(until) => until.saturating_duration_since(now).min(STEP),
                Next::Idle => STEP,
            };
            let waited = self.changed.wait_timeout(shared, wait);
            shared = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn keep_clock(&self, shared: &mut Shared<'_>, host: &str) {
        let Shared { queue, store, error, .. } = shared;
        if let Err(failed) = clocks::keep(queue, store, host, (self.updater.now)()) {
            error.get_or_insert(failed);
        }
    }

    fn do_job(&self, job: Job) -> Result<Done> {
        if matches!(job.task, Task::Robots(_)) {
            return self.ask(job);
        }
        let Some(rules) = self.rules_of(job.url())? else {
            let file = job.url().join("/robots.txt").unwrap_or_else(|_| job.url().clone());
            let robots = Job::new(Task::Robots(origin(job.url())), file);
            self.lock().queue.park(job);
            return self.ask(robots);
        };
        let (host, delay) = (host_key(job.url()), rules.robots.crawl_delay());
        self.lock().queue.politeness.set_crawl_delay(&host, delay);
        // The user named the sources, so robots.txt of their hosts does not speak of them.
        let is_named =
            matches!(job.task, Task::Source(_)) && origin(&job.seen[0]) == origin(job.url());
        match is_named || rules.allow(job.url(), self.updater.params) {
            true => self.ask(job),
            false => Ok(Done { outcome: None, then: self.disallowed(job, &rules)? }),
        }
    }

    /// The rules of the host of `url`, unless it has to be asked for them.
    fn rules_of(&self, url: &Url) -> Result<Option<Arc<HostRules>>> {
        let origin = origin(url);
        let mut shared = self.lock();
        if let Some(rules) = shared.rules.get(&origin) {
            return Ok(Some(rules.clone()));
        }
        let Some(robots) = shared.store.robots(&origin)? else { return Ok(None) };
        let (agent, now) = (self.updater.fetcher.agent(), (self.updater.now)());
        let rules = HostRules::stored(robots, agent, now).map(Arc::new);
        shared.rules.extend(rules.clone().map(|rules| (origin, rules)));
        Ok(rules)
    }

    /// Makes the request of a job.
    fn ask(&self, job: Job) -> Result<Done> {
        let fetcher = self.updater.fetcher;
        let fetched = match &job.task {
            Task::Robots(_) => fetcher.request_robots(job.url()),
            Task::Source(source) => fetcher.request_list(job.url(), &asked(&source.validators)),
            Task::Sitemap(_) => fetcher.request_list(job.url(), &Asked::default()),
            Task::Page(page) => fetcher.request(job.url(), &asked(&page.validators)),
        };
        let outcome = Some(fetched.outcome());
        let fetched = match fetcher.checked(&job.seen, fetched) {
            Fetched::Moved(next) => {
                return Ok(Done { outcome, then: Then::First(job.moved(next)) });
            }
            fetched => fetched,
        };
        let Job { task, seen } = job;
        let then = match task {
            Task::Robots(origin) => self.robots_answered(origin, &seen, RobotsFile::of(fetched))?,
            Task::Source(source) => self.source_answered(*source, fetched)?,
            Task::Sitemap(index) => self.sitemap_answered(*index, &seen, fetched)?,
            Task::Page(page) => self.page_answered(*page, seen, fetched)?,
        };
        Ok(Done { outcome, then })
    }

    fn robots_answered(
        &self,
        origin: String,
        seen: &[Url],
        asked: Result<RobotsFile, Reason>,
    ) -> Result<Then> {
        let (agent, now) = (self.updater.fetcher.agent(), (self.updater.now)());
        let (rules, kept) = HostRules::answered(asked, seen.len() > 1, agent, now);
        let mut shared = self.lock();
        if let Some(url) = seen.first() {
            // Holds from the first request after this one on.
            let (host, delay) = (host_key(url), rules.robots.crawl_delay());
            shared.queue.politeness.set_crawl_delay(&host, delay);
        }
        if let Some(robots) = kept {
            shared.store.set_robots(&origin, &robots)?;
        }
        shared.queue.unpark(&origin);
        shared.rules.insert(origin, Arc::new(rules));
        Ok(Then::Nothing)
    }

    /// What comes of a job that robots.txt forbids.
    fn disallowed(&self, job: Job, rules: &HostRules) -> Result<Then> {
        let (reason, wait) = match rules.is_known {
            true => (Reason::RobotsDisallowed, None),
            false => (Reason::RobotsUnreachable, Some(RULES_WAIT)),
        };
        match job.task {
            Task::Page(page) => self.page_failed(&page, reason.name(), wait)?,
            Task::Sitemap(index) => {
                let why = "robots.txt does not allow it".to_owned();
                return self.sitemap_failed(*index, &job.seen, why);
            }
            Task::Source(source) => {
                let why = format!(
                    "robots.txt of the host it moved to does not allow `{}`",
                    job.seen[job.seen.len() - 1]
                );
                self.source_failed(&source, reason.name(), why)?;
            }
            Task::Robots(_) => {}
        }
        Ok(Then::Nothing)
    }

    /// What comes of a job whose host is left to the next update.
    fn give_up(&self, job: Job) -> Result<Done> {
        let host = host_key(job.url());
        let wait = self.lock().queue.politeness.remaining(&host, Instant::now());
        let minutes = wait.as_secs().div_ceil(60);
        let why = format!(
            "`{host}` was in trouble or asked for a pause: it is left alone for {minutes} minutes"
        );
        let mut then = Then::Nothing;
        match job.task {
            // It waits in the store.
            Task::Page(_) => {}
            Task::Source(source) => {
                self.lock().updated.failed_sources.insert(source.name, why);
            }
            Task::Sitemap(index) => then = self.sitemap_failed(*index, &job.seen, why)?,
            Task::Robots(origin) => {
                let mut shared = self.lock();
                shared.queue.unpark(&origin);
                shared.rules.insert(origin, Arc::new(HostRules::unknown()));
            }
        }
        Ok(Done { outcome: None, then })
    }

    /// Takes over the pages that wait.
    fn load(&self, shared: &mut Shared<'_>) -> Result<()> {
        for page in shared.store.waiting((self.updater.now)(), usize::MAX >> 1)? {
            let Some(url) =
                Url::parse(&page.url).ok().filter(|_| self.chosen.contains(&page.source))
            else {
                continue;
            };
            shared.queue.add_page(page, url);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Shared<'a>> {
        // Each change of the store is a transaction, so a thread that died left nothing half.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
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
