//! What is to be asked, by host.
//!
//! Promises: a job is one request, and no request goes but by [`Queue::next`]. What a
//! redirect or a sitemap leads to is a job of the host that it leads to, so no thread
//! ever waits for a host while it keeps another one busy.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use super::sitemaps::Index;
use crate::net::Url;
use crate::news::crawl::{CrawlParams, Outcome, Politeness, When, host_key};
use crate::news::store::{NewsSource, Waiting};

/// A request to be made.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub task: Task,
    /// What redirected here, and the address to ask, which is the last.
    pub seen: Vec<Url>,
}

/// What a request is for.
#[derive(Debug, Clone)]
pub(super) enum Task {
    /// To know what this origin lets be asked.
    Robots(String),
    Source(Box<NewsSource>),
    Sitemap(Box<Index>),
    Page(Box<Waiting>),
}

impl Job {
    pub fn new(task: Task, url: Url) -> Self {
        Job { task, seen: vec![url] }
    }

    /// What is asked.
    pub fn url(&self) -> &Url {
        self.seen.last().expect("a job has an address")
    }

    /// The same job at the address that it was redirected to.
    pub fn moved(mut self, url: Url) -> Self {
        self.seen.push(url);
        self
    }
}

/// Where robots.txt is read for `url`: scheme, host and port.
pub(super) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// What a thread does next.
pub(super) enum Next {
    Do(Box<Job>),
    /// Its host is left to the next update.
    GiveUp(Box<Job>),
    /// Nothing may be asked before.
    Wait(Instant),
    /// Others are at work; what they find may be more.
    Idle,
    /// All is done.
    Over,
}

/// A host that wants a longer pause is asked by the next update, unless it is the pause that
/// every host is given.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

pub(super) struct Queue {
    hosts: BTreeMap<String, VecDeque<Job>>,
    /// Jobs that wait for the robots.txt of their origin.
    parked: HashMap<String, VecDeque<Job>>,
    pub politeness: Politeness,
    running: usize,
    known: HashSet<i64>,
    /// Hosts that are left to the next update, since they are in trouble.
    pub left: BTreeSet<String>,
}

impl Queue {
    pub fn new(params: &CrawlParams) -> Self {
        Queue {
            hosts: BTreeMap::new(),
            parked: HashMap::new(),
            politeness: Politeness::new(params),
            running: 0,
            known: HashSet::new(),
            left: BTreeSet::new(),
        }
    }

    /// Adds a source.
    pub fn add_source(&mut self, source: NewsSource, url: Url) {
        self.push_back(Job::new(Task::Source(Box::new(source)), url));
    }

    /// Adds a page, once in an update.
    pub fn add_page(&mut self, page: Waiting, url: Url) {
        if self.known.insert(page.id) {
            self.push_back(Job::new(Task::Page(Box::new(page)), url));
        }
    }

    /// Adds a job after all others of its host.
    pub fn push_back(&mut self, job: Job) {
        self.line_of(&job).push_back(job);
    }

    /// Adds a job that goes on with what was begun, before all others of its host.
    pub fn push_front(&mut self, job: Job) {
        self.line_of(&job).push_front(job);
    }

    /// Keeps `job` and all others of its origin back until [`Queue::unpark`].
    pub fn park(&mut self, job: Job) {
        let origin = origin(job.url());
        let line = self.hosts.entry(host_key(job.url())).or_default();
        let is_held = |one: &Job| self::origin(one.url()) == origin && !one.is_robots();
        let (held, others) = line.drain(..).partition::<VecDeque<Job>, _>(is_held);
        *line = others;
        let parked = self.parked.entry(origin).or_default();
        parked.push_back(job);
        parked.extend(held);
    }

    /// Lets the jobs of an origin be done.
    pub fn unpark(&mut self, origin: &str) {
        let jobs = self.parked.remove(origin).unwrap_or_default();
        jobs.into_iter().rev().for_each(|job| self.push_front(job));
    }

    /// The next job; its host counts as busy until [`Queue::finish`].
    pub fn next(&mut self, now: Instant) -> Next {
        self.hosts.retain(|_, jobs| !jobs.is_empty());
        let mut first_free: Option<Instant> = None;
        let mut found = None;
        for host in self.hosts.keys() {
            let longest = LONGEST_PAUSE.max(self.politeness.pause(host));
            match self.politeness.next_free(host, now) {
                When::Now => found = Some((host.clone(), true)),
                When::At(free) if free > now + longest => found = Some((host.clone(), false)),
                When::At(free) => {
                    first_free = Some(first_free.map_or(free, |first| first.min(free)));
                }
                When::Busy => {}
            }
            if found.is_some() {
                break;
            }
        }
        match (found, first_free) {
            (Some((host, may_ask)), _) => self.take(&host, may_ask),
            (None, Some(free)) => Next::Wait(free),
            (None, None) if self.running > 0 => Next::Idle,
            (None, None) => Next::Over,
        }
    }

    fn take(&mut self, host: &str, may_ask: bool) -> Next {
        let jobs = self.hosts.get_mut(host).and_then(VecDeque::pop_front);
        let job = Box::new(jobs.expect("hosts without jobs were left out"));
        self.running += 1;
        if may_ask {
            self.politeness.begin(host);
            return Next::Do(job);
        }
        self.left.insert(host.to_owned());
        Next::GiveUp(job)
    }

    /// A job has ended: how the request did, if there was one.
    pub fn finish(&mut self, host: &str, now: Instant, outcome: Option<Outcome>) {
        self.running -= 1;
        match outcome {
            Some(outcome) => self.politeness.finish(host, now, outcome),
            None => self.politeness.cancel(host),
        }
    }

    fn line_of(&mut self, job: &Job) -> &mut VecDeque<Job> {
        match self.parked.get_mut(&origin(job.url())) {
            Some(_) if job.is_robots() => self.hosts.entry(host_key(job.url())).or_default(),
            Some(parked) => parked,
            None => self.hosts.entry(host_key(job.url())).or_default(),
        }
    }
}

impl Job {
    fn is_robots(&self) -> bool {
        matches!(self.task, Task::Robots(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a host with a job gets `wait` after it was asked, with this pause between two.
    fn after(delay: f64, wait: Duration) -> Next {
        let mut queue = Queue::new(&CrawlParams { delay, ..CrawlParams::default() });
        let url = Url::parse("http://a.example/1").unwrap();
        let now = Instant::now();
        queue.push_back(Job::new(Task::Robots(origin(&url)), url));
        queue.politeness.restore("a.example", now, wait, 0);
        queue.next(now)
    }

    #[test]
    fn the_own_pause_is_waited_for_however_long() {
        let seconds = Duration::from_secs;
        assert!(matches!(after(1.0, seconds(0)), Next::Do(_)));
        assert!(matches!(after(1.0, seconds(119)), Next::Wait(_)));
        assert!(matches!(after(1.0, seconds(121)), Next::GiveUp(_)));
        assert!(matches!(after(600.0, seconds(600)), Next::Wait(_)));
        assert!(matches!(after(600.0, seconds(601)), Next::GiveUp(_)));
    }
}
