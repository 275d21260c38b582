//! When a host may be asked again.
//!
//! In: what was asked and how it ended, with the time passed in. Out: when the next
//! request may go. Promises: one request at a time a host, a pause between two, longer
//! pauses after failures, and none but one probe while a host is down. What is kept of a
//! clock and restored later holds, within the same bounds.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use super::params::CrawlParams;
use crate::net::Url;

/// A pause that robots.txt asks for is no longer than this.
const LONGEST_CRAWL_DELAY: Duration = Duration::from_secs(60);
/// No `Retry-After` keeps a host waiting longer.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);
/// Longest wait after the first failure; doubled with each further one.
const BACK_OFF: Duration = Duration::from_secs(2);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(120);
/// Failures in a row after which a host is left alone.
const MOST_FAILURES: u32 = 5;
/// Pages refused in a row (403), with no other answer between, after which it is taken
/// that the host refuses us and not the pages.
const MOST_REFUSALS: u32 = 10;
/// How long it is left alone at first; doubled after each probe that fails.
const REST: Duration = Duration::from_secs(5 * 60);
const LONGEST_REST: Duration = Duration::from_secs(60 * 60);

/// When a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Now.
    Now,
    /// Not before.
    At(Instant),
    /// The host answers another one; ask again when that one has ended.
    Busy,
}

/// How a request ended, as far as the host is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The host answered, be it that there is no such page.
    Answered,
    /// The host says that this page is not for us.
    Refused {
        /// `Retry-After`.
        retry: Option<Duration>,
    },
    /// The host is in trouble, or asks for a wait.
    Failed {
        /// `Retry-After`.
        retry: Option<Duration>,
    },
}

/// The clocks of all hosts.
#[derive(Debug)]
pub struct Politeness {
    delay: Duration,
    hosts: HashMap<String, Host>,
    random: RandomState,
}

#[derive(Debug, Default)]
struct Host {
    busy: bool,
    /// What robots.txt asks for.
    crawl_delay: Option<Duration>,
    /// No request goes before.
    free: Option<Instant>,
    failures: u32,
    /// In a row.
    refusals: u32,
}

/// By which name a host is counted: with the port, if it is not the usual one.
pub fn host_key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
}

impl Politeness {
    /// No host was asked so far.
    pub fn new(params: &CrawlParams) -> Self {
        let delay = Duration::try_from_secs_f64(params.delay).unwrap_or(Duration::from_secs(1));
        Politeness { delay, hosts: HashMap::new(), random: RandomState::new() }
    }

    /// Takes over the pause that the host's robots.txt asks for.
    pub fn set_crawl_delay(&mut self, host: &str, delay: Option<Duration>) {
        self.host(host).crawl_delay = delay.map(|delay| delay.min(LONGEST_CRAWL_DELAY));
    }

    /// Takes over what was known of the host before: no clock that was wrong, and nothing
    /// else that was kept, lets it wait longer than a host can ask for.
    pub fn restore(&mut self, host: &str, now: Instant, wait: Duration, failures: u32) {
        let wait = wait.min(LONGEST_REST.max(LONGEST_RETRY_AFTER).max(self.delay));
        let host = self.host(host);
        host.failures = failures;
        host.free = now.checked_add(wait);
    }

    /// How long no other request goes to the host, as far as is known now.
    pub fn remaining(&self, host: &str, now: Instant) -> Duration {
        match self.next_free(host, now) {
            When::Now => Duration::ZERO,
            When::At(free) => free - now,
            When::Busy => self.pause(host),
        }
    }

    /// How often the host failed in a row.
    pub fn failures(&self, host: &str) -> u32 {
        self.hosts.get(host).map_or(0, |host| host.failures)
    }

    /// The pause between two requests to the host.
    pub fn pause(&self, host: &str) -> Duration {
        let asked = self.hosts.get(host).and_then(|host| host.crawl_delay);
        asked.unwrap_or_default().max(self.delay)
    }

    /// When the host may be asked.
    pub fn next_free(&self, host: &str, now: Instant) -> When {
        match self.hosts.get(host) {
            Some(host) if host.busy => When::Busy,
            Some(Host { free: Some(free), .. }) if *free > now => When::At(*free),
            _ => When::Now,
        }
    }

    /// A request goes out.
    pub fn begin(&mut self, host: &str) {
        self.host(host).busy = true;
    }

    /// It did not go out after all.
    pub fn cancel(&mut self, host: &str) {
        self.host(host).busy = false;
    }

    /// It has ended.
    pub fn finish(&mut self, host: &str, now: Instant, outcome: Outcome) {
        let fraction = self.random.hash_one((host, now)) as f64 / u64::MAX as f64;
        let pause = self.pause(host);
        let host = self.host(host);
        host.busy = false;
        let wait = match outcome {
            Outcome::Answered => {
                host.failures = 0;
                host.refusals = 0;
                pause
            }
            Outcome::Refused { retry } => {
                host.refusals = host.refusals.saturating_add(1);
                pause.max(wait_refused(host, retry))
            }
            Outcome::Failed { retry } => {
                host.failures = host.failures.saturating_add(1);
                pause.max(wait(host.failures, retry, fraction))
            }
        };
        host.free = now.checked_add(wait);
    }

    /// Whether the host is left alone: it failed again and again, and no probe has
    /// succeeded since. The probe may go when [`Politeness::next_free`] says so.
    pub fn is_open(&self, host: &str) -> bool {
        self.hosts.get(host).is_some_and(|host| host.failures >= MOST_FAILURES)
    }

    fn host(&mut self, host: &str) -> &mut Host {
        self.hosts.entry(host.to_owned()).or_default()
    }
}

/// One refused page is the page's matter; many, or one instead of a probe, are a block.
fn wait_refused(host: &mut Host, retry: Option<Duration>) -> Duration {
    if host.refusals < MOST_REFUSALS && host.failures < MOST_FAILURES {
        return retry.unwrap_or_default().min(LONGEST_RETRY_AFTER);
    }
    host.failures = host.failures.saturating_add(1).max(MOST_FAILURES);
    wait(host.failures, retry, 1.0)
}

/// The wait after so many failures; `fraction` keeps crawlers from coming back together.
fn wait(failures: u32, retry: Option<Duration>, fraction: f64) -> Duration {
    let asked = retry.unwrap_or_default().min(LONGEST_RETRY_AFTER);
    let own = match failures.checked_sub(MOST_FAILURES) {
        Some(probes) => doubled(REST, probes).min(LONGEST_REST),
        None => doubled(BACK_OFF, failures - 1).min(LONGEST_BACK_OFF).mul_f64(fraction),
    };
    // What the host asks for is enough, unless it is down.
    if retry.is_some() && failures < MOST_FAILURES { asked } else { own.max(asked) }
}

fn doubled(first: Duration, times: u32) -> Duration {
    first.saturating_mul(1 << times.min(20))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Outcome = Outcome::Failed { retry: None };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// The wait after the last of these outcomes, each at the time when it may go.
    fn wait_after(politeness: &mut Politeness, outcomes: &[Outcome]) -> Duration {
        let mut now = Instant::now();
        let mut waited = Duration::ZERO;
        for outcome in outcomes {
            assert_eq!(politeness.next_free("a", now), When::Now);
            politeness.begin("a");
            assert_eq!(politeness.next_free("a", now + seconds(9999)), When::Busy);
            politeness.finish("a", now, *outcome);
            let When::At(next) = politeness.next_free("a", now) else { panic!("no pause") };
            waited = next - now;
            now = next;
        }
        waited
    }

    fn polite() -> Politeness {
        Politeness::new(&CrawlParams::default())
    }

    #[test]
    fn a_host_gets_a_pause_and_others_do_not() {
        let mut politeness = polite();
        assert_eq!(wait_after(&mut politeness, &[Outcome::Answered]), seconds(1));
        assert_eq!(politeness.next_free("b", Instant::now()), When::Now);
        for (asked, expected) in [(0, 1), (5, 5), (100_000, 60)] {
            politeness = polite();
            politeness.set_crawl_delay("a", Some(seconds(asked)));
            assert_eq!(wait_after(&mut politeness, &[Outcome::Answered]), seconds(expected));
        }
    }

    #[test]
    fn what_the_server_asks_for_is_obeyed_within_reason() {
        for (retry, expected) in [(0, 1), (30, 30), (u64::MAX, 3600)] {
            let outcome = Outcome::Failed { retry: Some(seconds(retry)) };
            assert_eq!(wait_after(&mut polite(), &[outcome]), seconds(expected));
        }
    }

    #[test]
    fn waits_grow_until_the_host_is_left_alone() {
        let mut politeness = polite();
        assert!(wait_after(&mut politeness, &[FAILED; 4]) <= seconds(16));
        assert!(!politeness.is_open("a"));
        let mut politeness = polite();
        assert_eq!(wait_after(&mut politeness, &[FAILED; 5]), REST);
        assert!(politeness.is_open("a") && !politeness.is_open("b"));
        let expected = [10, 20, 40, 60, 60].map(|minutes| seconds(minutes * 60));
        for (probes, expected) in expected.into_iter().enumerate() {
            assert_eq!(wait_after(&mut polite(), &vec![FAILED; probes + 6]), expected);
        }
        assert!(wait(u32::MAX, None, 1.0) == LONGEST_REST);
    }

    #[test]
    fn refused_pages_are_a_block_when_there_is_nothing_else() {
        const REFUSED: Outcome = Outcome::Refused { retry: None };
        let check = |outcomes: &[&[Outcome]], expected| {
            let mut politeness = polite();
            assert_eq!(wait_after(&mut politeness, &outcomes.concat()), expected);
            assert_eq!(politeness.is_open("a"), expected >= REST);
        };
        check(&[&[REFUSED; 9]], seconds(1));
        check(&[&[REFUSED; 10]], REST);
        check(&[&[REFUSED; 11]], REST * 2);
        check(&[&[REFUSED; 9], &[Outcome::Answered], &[REFUSED; 9]], seconds(1));
        check(&[&[REFUSED; 10], &[Outcome::Answered, REFUSED]], seconds(1));
        check(&[&[FAILED; 5], &[REFUSED]], REST * 2);
        check(&[&[Outcome::Refused { retry: Some(seconds(30)) }]], seconds(30));
    }

    #[test]
    fn one_good_probe_closes_the_circuit() {
        let mut politeness = polite();
        let mut outcomes = vec![FAILED; 7];
        outcomes.push(Outcome::Answered);
        assert_eq!(wait_after(&mut politeness, &outcomes), seconds(1));
        assert!(!politeness.is_open("a"));
    }

    #[test]
    fn what_is_restored_holds_within_bounds() {
        let now = Instant::now();
        let hour = seconds(3600);
        for (wait, expected) in [(0, 0), (30, 30), (3600, 3600), (u64::MAX, 3600)] {
            let mut politeness = polite();
            politeness.restore("a", now, seconds(wait), 4);
            assert_eq!(politeness.remaining("a", now), seconds(expected));
            assert_eq!(politeness.next_free("a", now + hour), When::Now);
        }
        // The fifth failure is the one too many.
        let mut politeness = polite();
        politeness.restore("a", now, Duration::ZERO, 4);
        assert_eq!(wait_after(&mut politeness, &[FAILED]), REST);
        assert_eq!(politeness.failures("a"), 5);
    }

    #[test]
    fn hosts_are_counted_with_their_port() {
        for (url, expected) in [
            ("https://News.Example:443/a", "news.example"),
            ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ] {
            assert_eq!(host_key(&Url::parse(url).unwrap()), expected);
        }
    }
}
