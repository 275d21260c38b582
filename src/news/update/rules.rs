//! Which addresses hosts let be asked.

use crate::net::Url;
use crate::news::crawl::{CrawlParams, Reason, Robots, RobotsFile};
use crate::news::store::HostRobots;

/// The rules of one origin.
#[derive(Debug, Clone)]
pub(super) struct HostRules {
    pub robots: Robots,
    /// Whether it said them; one that could not be asked may say more later.
    pub is_known: bool,
    /// Its address is one that we refuse to ask; each request says so itself.
    is_refused: bool,
}

/// `404`, as the store keeps it.
const MISSING: u16 = 404;
const OK: u16 = 200;
const UNREACHABLE: u16 = 0;

impl HostRules {
    /// What was stored, if it still holds.
    pub fn stored(robots: HostRobots, agent: &str, now: i64) -> Option<Self> {
        let age = u64::try_from(now - robots.fetched).ok()?;
        let file = file(robots);
        (age < file.max_age().as_secs()).then(|| HostRules::new(&file, false, agent))
    }

    /// What was answered just now, and what of it is to be stored; `is_moved` if the host
    /// itself redirected to where it was asked for.
    pub fn answered(
        asked: Result<RobotsFile, Reason>,
        is_moved: bool,
        agent: &str,
        now: i64,
    ) -> (Self, Option<HostRobots>) {
        // That we refuse to ask the host is no answer of it; that it leads us to an address
        // which we refuse is, and says nothing of what it allows.
        let is_private = matches!(asked, Err(Reason::PrivateAddress | Reason::BadAddress));
        let is_refused = is_private && !is_moved;
        let file = asked.unwrap_or(RobotsFile::Unreachable);
        let rules = HostRules::new(&file, is_refused, agent);
        (rules, (!is_refused).then(|| kept(&file, now)))
    }

    /// For an origin whose robots.txt cannot be asked for at present.
    pub fn unknown() -> Self {
        HostRules { robots: RobotsFile::Unreachable.rules(""), is_known: false, is_refused: false }
    }

    /// Whether `url` may be asked.
    pub fn allow(&self, url: &Url, params: &CrawlParams) -> bool {
        self.is_refused || !params.respect_robots || self.robots.allows(url)
    }

    fn new(file: &RobotsFile, is_refused: bool, agent: &str) -> Self {
        let is_known = !matches!(file, RobotsFile::Unreachable);
        HostRules { robots: file.rules(agent), is_known, is_refused }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_robots_file_behind_a_refused_redirect_allows_nothing() {
        let url = Url::parse("http://a.example/1").unwrap();
        for reason in [Reason::PrivateAddress, Reason::BadAddress] {
            let allows = |is_moved| {
                let (rules, kept) = HostRules::answered(Err(reason), is_moved, "malmoi", 0);
                (rules.allow(&url, &CrawlParams::default()), kept.is_some())
            };
            assert_eq!(allows(true), (false, true));
            // Each request to the host itself is refused on its own.
            assert_eq!(allows(false), (true, false));
        }
    }
}
