//! robots.txt after RFC 9309.
//!
//! In: what a host answered. Out: whether an address may be asked. The answer is kept
//! as it came, so that the rules can be made of it again.

mod pattern;

use std::time::Duration;

use self::pattern::{Pattern, comparable};
use super::fetch::Fetched;
use super::reason::Reason;
use crate::error::Result;
use crate::net::Url;

/// What a host answered to `/robots.txt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RobotsFile {
    /// The file, up to 500 KiB of it.
    File(Vec<u8>),
    /// There is none (4xx): everything may be asked.
    Missing,
    /// It could not be had (5xx, no answer): nothing may be asked.
    Unreachable,
}

impl RobotsFile {
    /// The most of the file that is read.
    pub const LIMIT: u64 = LIMIT as u64;

    /// What the answer to a request for it means.
    ///
    /// # Errors
    /// Why the host could not be asked.
    pub fn of(fetched: Fetched) -> Result<Self, Reason> {
        match fetched {
            Fetched::New(answer) => Ok(RobotsFile::File(answer.body)),
            Fetched::Gone => Ok(RobotsFile::Missing),
            Fetched::Failed { code, .. } if is_missing(code) => Ok(RobotsFile::Missing),
            Fetched::Failed { code, .. } => Err(code),
            Fetched::NotModified | Fetched::Moved(_) => Err(Reason::BadAnswer),
        }
    }

    /// How long the answer serves before it is asked for again; a host in trouble may
    /// be well within the hour.
    pub fn max_age(&self) -> Duration {
        match self {
            RobotsFile::File(_) | RobotsFile::Missing => Duration::from_secs(24 * 60 * 60),
            RobotsFile::Unreachable => Duration::from_secs(60 * 60),
        }
    }

    /// The rules for a crawler.
    pub fn rules(&self, agent: &str) -> Robots {
        match self {
            RobotsFile::File(bytes) => Robots::parse(bytes, agent),
            RobotsFile::Missing => Robots::everything(),
            RobotsFile::Unreachable => Robots::nothing(),
        }
    }
}

/// RFC 9309 lets a crawler take redirects without end for a missing file.
fn is_missing(code: Reason) -> bool {
    matches!(
        code,
        Reason::Forbidden
            | Reason::ClientError
            | Reason::Empty
            | Reason::RedirectLoop
            | Reason::TooManyRedirects
    )
}

/// Rules of a host for one crawler.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    /// What decides first stands first.
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
    sitemaps: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    pattern: Pattern,
    allows: bool,
}

/// The standard asks for at least this much, and nobody reads more.
const LIMIT: usize = 500 * 1024;
const MOST_SITEMAPS: usize = 1000;

impl Robots {
    /// Reads the file for a crawler that calls itself `agent`; of `malmoi/1.0 (…)` the
    /// name counts. Any bytes are accepted.
    pub fn parse(bytes: &[u8], agent: &str) -> Self {
        let lines: Vec<Line> = whole_lines(bytes).filter_map(line).collect();
        let name = product(agent.as_bytes());
        let is_named =
            lines.iter().any(|line| matches!(line, Line::Agent(agent) if *agent == name));
        let mut robots = Robots::default();
        robots.collect(lines, if is_named { &name } else { "*" });
        // The longest pattern decides, and of two that are as long the one that allows.
        robots.rules.sort_by_key(|rule| (rule.pattern.length(), rule.allows));
        robots.rules.reverse();
        robots
    }

    /// Everything may be asked.
    pub fn everything() -> Self {
        Robots::default()
    }

    /// Nothing may be asked.
    pub fn nothing() -> Self {
        Robots::parse(b"user-agent: *\ndisallow: /", "")
    }

    /// Whether this address of the host may be asked.
    pub fn allows(&self, url: &Url) -> bool {
        let path = comparable(url);
        let decisive = self.rules.iter().find(|rule| rule.pattern.fits(&path));
        path == b"/robots.txt" || decisive.is_none_or(|rule| rule.allows)
    }

    /// The pause between two requests that the host asks for.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    /// Sitemaps that the file names, as written; some are relative.
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    /// Takes what is said to `agent`, in however many groups, and to everybody.
    fn collect(&mut self, lines: Vec<Line>, agent: &str) {
        let (mut names_agents, mut applies) = (false, false);
        for line in lines {
            match line {
                Line::Agent(name) => {
                    applies = name == agent || names_agents && applies;
                    names_agents = true;
                    continue;
                }
                Line::Rule(rule) if applies => self.rules.extend(rule),
                Line::Delay(delay) if applies => self.crawl_delay = self.crawl_delay.max(delay),
                Line::Rule(_) | Line::Delay(_) => {}
                Line::Sitemap(address) => {
                    let is_new = !self.sitemaps.contains(&address);
                    if is_new && self.sitemaps.len() < MOST_SITEMAPS {
                        self.sitemaps.push(address);
                    }
                    // It belongs to no group and ends none.
                    continue;
                }
            }
            names_agents = false;
        }
    }
}

/// What a line says.
enum Line {
    /// The name of a crawler, in lower case.
    Agent(String),
    /// A rule; an empty one says nothing, and ends the names of crawlers all the same.
    Rule(Option<Rule>),
    /// Seconds between two requests.
    Delay(Option<Duration>),
    Sitemap(String),
}

/// Lines up to the limit; one that is cut would say something else.
fn whole_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let end = match bytes.len() > LIMIT {
        true => bytes[..LIMIT].iter().rposition(is_end).unwrap_or_default(),
        false => bytes.len(),
    };
    let bytes = &bytes[..end];
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).split(is_end)
}

/// Misspelt keys are read as they are meant: who wrote them wanted to be left alone.
fn line(line: &[u8]) -> Option<Line> {
    let said = line.split(|byte| *byte == b'#').next()?.trim_ascii();
    let end = said.iter().position(|byte| *byte == b':');
    let end = end.or_else(|| said.iter().position(u8::is_ascii_whitespace))?;
    let value = said[end + 1..].trim_ascii();
    let key = said[..end].trim_ascii().to_ascii_lowercase();
    let rule = |allows| Pattern::new(value).map(|pattern| Rule { pattern, allows });
    match key.as_slice() {
        b"user-agent" | b"useragent" | b"user agent" => Some(Line::Agent(product(value))),
        b"allow" => Some(Line::Rule(rule(true))),
        b"disallow" | b"dissallow" | b"dissalow" | b"disalow" | b"diasllow" | b"disallaw" => {
            Some(Line::Rule(rule(false)))
        }
        b"crawl-delay" | b"crawldelay" | b"crawl delay" => Some(Line::Delay(delay(value))),
        b"sitemap" | b"site-map" if !value.is_empty() => {
            Some(Line::Sitemap(String::from_utf8_lossy(value).into_owned()))
        }
        _ => None,
    }
}

/// The name without version and comment; `*` is everybody.
fn product(agent: &[u8]) -> String {
    if agent.starts_with(b"*") {
        return "*".to_owned();
    }
    let letters = agent.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'));
    letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

fn delay(value: &[u8]) -> Option<Duration> {
    let seconds = str::from_utf8(value).ok()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(robots: &str, path: &str) -> bool {
        let url = Url::parse("https://example.org").unwrap().join(path).unwrap();
        Robots::parse(robots.as_bytes(), "malmoi/0.1 (+https://example.org)").allows(&url)
    }

    /// Each path, and whether it is allowed.
    fn check(robots: &str, paths: &[(&str, bool)]) {
        for (path, expected) in paths {
            assert_eq!(allows(robots, path), *expected, "{path} by\n{robots}");
        }
    }

    /// Section 5.1 of RFC 9309, for three crawlers and for one that is not named.
    #[test]
    fn the_simple_example_of_the_standard() {
        let file = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\n\
            Allow: /publications/\n\nUser-Agent: foobot\nDisallow:/\nAllow:/example/page.html\n\
            Allow:/example/allowed.gif\n\nUser-Agent: barbot\nUser-Agent: bazbot\n\
            Disallow: /example/page.html\n\nUser-Agent: quxbot\n";
        for (agent, path, expected) in [
            ("malmoi", "/a.gif", false),
            ("malmoi", "/a.gif?b", true),
            ("malmoi", "/example/x", false),
            ("malmoi", "/publications/", true),
            ("foobot", "/", false),
            ("FooBot/2.0", "/example/page.html", true),
            ("foobot", "/example/allowed.gif", true),
            ("foobot", "/publications/", false),
            ("barbot", "/example/page.html", false),
            ("bazbot", "/example/page.html", false),
            ("bazbot", "/a.gif", true),
            ("quxbot", "/example/", true),
        ] {
            let url = Url::parse("https://example.org").unwrap().join(path).unwrap();
            assert_eq!(
                Robots::parse(file.as_bytes(), agent).allows(&url),
                expected,
                "{agent} {path}"
            );
        }
    }

    /// Section 5.2, and the rule for ties of 2.2.2.
    #[test]
    fn the_longest_match_wins() {
        let file =
            "user-agent: malmoi\nallow: /example/page/\ndisallow: /example/page/disallowed.gif";
        check(file, &[("/example/page/disallowed.gif", false), ("/example/page/", true)]);
        check("user-agent: *\ndisallow: /a\nallow: /a", &[("/a", true), ("/ab", true)]);
        check("user-agent: *\nallow: /p\ndisallow: /", &[("/page", true), ("/other", false)]);
    }

    /// The table of section 2.2.2 and the special characters of 2.2.3.
    #[test]
    fn paths_are_compared_as_the_standard_says() {
        for (rule, path) in [
            ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
            ("/foo/bar?baz=http://foo.bar", "/foo/bar?baz=http%3A%2F%2Ffoo.bar"),
            ("/foo/bar/\u{1F7E6}", "/foo/bar/%F0%9F%9F%A6"),
            ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
            ("/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84"),
            ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
            ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html"),
            ("/path/foo-%24", "/path/foo-$"),
            ("/a*c*e", "/abcde"),
            ("/*.php$", "/x/y.php"),
        ] {
            check(&format!("user-agent: *\ndisallow: {rule}"), &[(path, false), ("/", true)]);
        }
        check("user-agent: *\ndisallow: /*.php$", &[("/x.php?a", true), ("/x.php5", true)]);
        check("user-agent: *\ndisallow: /private", &[("/Private", true), ("/privately", false)]);
    }

    #[test]
    fn groups_are_found_and_merged() {
        let file = "\u{feff}User-agent: a\r\nUser-agent: MALMOI\r\nDisallow: /x # why\r\n\r\n\
            User-agent: malmoi\rDisallow: /y\n\nUser-agent: *\nDisallow: /\n";
        check(file, &[("/x", false), ("/y", false), ("/z", true), ("/robots.txt", true)]);
        check("disallow: /\n", &[("/", true)]);
        check("user-agent: malmoibot\ndisallow: /", &[("/", true)]);
        check("User-agent: *\nFoo: bar\nSitemap: /s\nDisallow: /a", &[("/a", false)]);
        check("<html>not found</html>", &[("/", true)]);
    }

    #[test]
    fn delay_and_sitemaps_are_read() {
        let file = "User-agent: other\nCrawl-delay: 60\n\nUser-agent: *\nCrawl-delay: 2.5\n\
            Disallow:\nSitemap: https://example.org/s.xml\nsitemap: /news.xml # new\nSitemap:\n";
        let robots = Robots::parse(file.as_bytes(), "malmoi");
        assert_eq!(robots.crawl_delay(), Some(Duration::from_millis(2500)));
        assert_eq!(robots.sitemaps(), ["https://example.org/s.xml", "/news.xml"]);
        for absurd in ["-1", "nan", "inf", "1e400", "soon", ""] {
            let file = format!("User-agent: *\nCrawl-delay: {absurd}");
            assert_eq!(Robots::parse(file.as_bytes(), "malmoi").crawl_delay(), None, "{absurd}");
        }
    }

    #[test]
    fn large_and_odd_files_are_read() {
        let filler = "# filler\n".repeat(LIMIT / 9);
        check(
            &format!("user-agent: *\ndisallow: /a\n{filler}disallow: /b"),
            &[("/a", false), ("/b", true)],
        );
        let stars = format!("user-agent: *\ndisallow: /{}x", "*a".repeat(2000));
        check(&stars, &[(&format!("/{}", "a".repeat(4000)), true)]);
        Robots::parse(&[0xff; 1000], "malmoi");
        Robots::parse(b"", "");
    }

    #[test]
    fn the_answer_decides_without_a_file() {
        let url = Url::parse("https://example.org/a").unwrap();
        let file = RobotsFile::File(b"user-agent: *\ndisallow: /a".to_vec());
        assert!(!file.rules("malmoi").allows(&url));
        assert!(RobotsFile::Missing.rules("malmoi").allows(&url));
        assert!(!RobotsFile::Unreachable.rules("malmoi").allows(&url));
        assert!(RobotsFile::Unreachable.max_age() < file.max_age());
    }
}
