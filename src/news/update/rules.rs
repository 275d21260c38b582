//! Which addresses hosts let be asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Result;
use crate::net::Url;
use crate::news::crawl::{Fetcher, Reason, Robots, RobotsFile};
use crate::news::store::HostRobots;

/// The rules of the hosts that were asked so far.
#[derive(Default)]
pub(super) struct Rules(Mutex<HashMap<String, Arc<HostRules>>>);

/// The rules of one host.
pub(super) struct HostRules {
    pub robots: Robots,
    /// Whether it said them; one that could not be asked may say more later.
    pub is_known: bool,
    /// Why it could not be asked just now.
    pub reason: Option<Reason>,
    /// Whether it was asked just now.
    pub is_fresh: bool,
}

/// `404`, as the store keeps it.
const MISSING: u16 = 404;
const OK: u16 = 200;
const UNREACHABLE: u16 = 0;

impl Rules {
    /// The rules of the host of `url`: remembered, stored, or fetched and then given to `keep`.
    pub fn of(
        &self,
        url: &Url,
        fetcher: &Fetcher,
        now: i64,
        stored: impl FnOnce(&str) -> Result<Option<HostRobots>>,
        keep: impl FnOnce(&str, &HostRobots) -> Result<()>,
    ) -> Result<Arc<HostRules>> {
        let origin = url.origin().ascii_serialization();
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = known().get(&origin) {
            return Ok(rules.clone());
        }
        let stored = stored(&origin)?.filter(|robots| is_fresh(robots, now));
        let is_fresh = stored.is_none();
        let asked = stored.map_or_else(|| fetcher.try_robots(url), |robots| Ok(file(robots)));
        let reason = asked.as_ref().err().copied();
        let file = asked.unwrap_or(RobotsFile::Unreachable);
        let is_refused = matches!(reason, Some(Reason::PrivateAddress | Reason::BadAddress));
        // What we refuse ourselves is no answer of the host.
        if is_fresh && !is_refused {
            keep(&origin, &kept(&file, now))?;
        }
        let is_known = !matches!(file, RobotsFile::Unreachable);
        let robots = file.rules(fetcher.agent());
        let rules = Arc::new(HostRules { robots, is_known, reason, is_fresh });
        let later = HostRules { is_fresh: false, ..clone(&rules) };
        known().insert(origin, Arc::new(later));
        Ok(rules)
    }
}

fn clone(rules: &HostRules) -> HostRules {
    HostRules { robots: rules.robots.clone(), ..*rules }
}

fn is_fresh(robots: &HostRobots, now: i64) -> bool {
    let age = u64::try_from(now - robots.fetched);
    age.is_ok_and(|age| age < file(robots.clone()).max_age().as_secs())
}

fn file(robots: HostRobots) -> RobotsFile {
    match robots.status {
        OK => RobotsFile::File(robots.body),
        MISSING => RobotsFile::Missing,
        _ => RobotsFile::Unreachable,
    }
}

fn kept(file: &RobotsFile, fetched: i64) -> HostRobots {
    let (body, status) = match file {
        RobotsFile::File(body) => (body.clone(), OK),
        RobotsFile::Missing => (Vec::new(), MISSING),
        RobotsFile::Unreachable => (Vec::new(), UNREACHABLE),
    };
    HostRobots { body, status, fetched }
}
