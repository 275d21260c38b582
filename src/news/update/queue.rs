//! What is to be asked, by host.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::time::{Duration, Instant};

use crate::net::Url;
use crate::news::crawl::{CrawlParams, Outcome, Politeness, When, host_key};
use crate::news::store::{NewsSource, Waiting};

/// A request to be made.
#[derive(Debug, Clone)]
pub(super) enum Job {
    Source(NewsSource, Url),
    Page(Waiting, Url),
}

impl Job {
    pub fn url(&self) -> &Url {
        match self {
            Job::Source(_, url) | Job::Page(_, url) => url,
        }
    }
}

/// What a thread does next.
pub(super) enum Next {
    Do(Box<Job>),
    /// Nothing may be asked before.
    Wait(Instant),
    /// Others are at work; what they find may be more.
    Idle,
    /// All is done.
    Over,
}

/// A host that wants a longer pause is asked by the next update.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

pub(super) struct Queue {
    hosts: BTreeMap<String, VecDeque<Job>>,
    pub politeness: Politeness,
    running: usize,
    known: HashSet<i64>,
    /// Hosts that are left to the next update, since they are in trouble.
    pub left: BTreeSet<String>,
}

impl Queue {
    pub fn new(params: &CrawlParams) -> Self {
        let politeness = Politeness::new(params);
        let (hosts, left) = (BTreeMap::new(), BTreeSet::new());
        Queue { hosts, politeness, running: 0, known: HashSet::new(), left }
    }

    /// Adds a source.
    pub fn add_source(&mut self, source: NewsSource, url: Url) {
        self.of(&url).push_back(Job::Source(source, url));
    }

    /// Adds a page, once in an update.
    pub fn add_page(&mut self, page: Waiting, url: Url) {
        if self.known.insert(page.id) {
            self.of(&url).push_back(Job::Page(page, url));
        }
    }

    /// A job that is to be tried again, after all others of its host: one sick page
    /// must not look like a sick host.
    pub fn again(&mut self, job: Job) {
        self.of(&job.url().clone()).push_back(job);
    }

    /// The next job; its host counts as busy until [`Queue::finish`].
    pub fn next(&mut self, now: Instant) -> Next {
        let politeness = &self.politeness;
        let is_too_long = |host: &str| match politeness.next_free(host, now) {
            When::At(free) => free > now + LONGEST_PAUSE,
            _ => false,
        };
        let left = self.hosts.iter().filter(|(host, jobs)| !jobs.is_empty() && is_too_long(host));
        self.left.extend(left.map(|(host, _)| host.clone()));
        self.hosts.retain(|host, jobs| !jobs.is_empty() && !is_too_long(host));
        let free = |host: &&String| matches!(politeness.next_free(host, now), When::Now);
        if let Some(host) = self.hosts.keys().find(free).cloned() {
            let job = self.hosts.get_mut(&host).and_then(VecDeque::pop_front);
            self.politeness.begin(&host);
            self.running += 1;
            return Next::Do(Box::new(job.expect("hosts without jobs were left out")));
        }
        let times = self.hosts.keys().filter_map(|host| match politeness.next_free(host, now) {
            When::At(free) => Some(free),
            _ => None,
        });
        match times.min() {
            Some(free) => Next::Wait(free),
            None if self.running > 0 => Next::Idle,
            None => Next::Over,
        }
    }

    /// A job has ended.
    pub fn finish(&mut self, url: &Url, now: Instant, outcome: Outcome) {
        self.running -= 1;
        self.politeness.finish(&host_key(url), now, outcome);
    }

    fn of(&mut self, url: &Url) -> &mut VecDeque<Job> {
        self.hosts.entry(host_key(url)).or_default()
    }
}
