//! How the crawler behaves, as a user writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// `[news.crawl]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CrawlParams {
    /// An e-mail address or a page about you, told to every site.
    pub contact: Option<String>,
    /// Seconds between two requests to one host; robots.txt may ask for more.
    pub delay: f64,
    /// Hosts that are asked at the same time.
    pub max_hosts: usize,
    /// Seconds that one page may take from the first byte to the last.
    pub timeout: f64,
    /// Largest page in megabytes, unpacked.
    pub max_size: u64,
    /// Redirects that are followed from one address.
    pub max_redirects: usize,
    /// Whether robots.txt is obeyed (RFC 9309).
    pub respect_robots: bool,
    /// Hosts with a private address that may be asked, such as `intranet:8080`; without
    /// a port, all of its ports.
    pub allow_private: Vec<String>,
}

impl Default for CrawlParams {
    fn default() -> Self {
        CrawlParams {
            contact: None,
            delay: 1.0,
            max_hosts: 16,
            timeout: 30.0,
            max_size: 10,
            max_redirects: 10,
            respect_robots: true,
            allow_private: Vec::new(),
        }
    }
}

/// A day: no pause and no page takes longer.
const LONGEST: f64 = 86_400.0;

impl CrawlParams {
    /// Checks the values; all problems at once.
    ///
    /// # Errors
    /// A value makes no sense.
    pub fn check(&self) -> Result<()> {
        let need = |holds: bool, key: &str, is: String, must: &str| {
            let message = format!("setting `{key}` is {is}, but must be {must}");
            (!holds).then(|| Error::usage(message))
        };
        let seconds = "a number of seconds up to 86400";
        let problems = [
            need((0.0..=LONGEST).contains(&self.delay), "delay", self.delay.to_string(), seconds),
            need(
                self.timeout > 0.0 && self.timeout <= LONGEST,
                "timeout",
                self.timeout.to_string(),
                "above 0 and up to 86400",
            ),
            need(
                (1..=1000).contains(&self.max_hosts),
                "max_hosts",
                self.max_hosts.to_string(),
                "between 1 and 1000",
            ),
            need(
                (1..=1024).contains(&self.max_size),
                "max_size",
                self.max_size.to_string(),
                "between 1 and 1024",
            ),
            need(
                self.max_redirects <= 20,
                "max_redirects",
                self.max_redirects.to_string(),
                "at most 20",
            ),
            need(
                self.contact.as_deref().is_none_or(is_header_text),
                "contact",
                format!("{:?}", self.contact.as_deref().unwrap_or_default()),
                "plain ASCII without `(` and `)`",
            ),
        ];
        Error::all(problems.into_iter().flatten().collect()).map_or(Ok(()), Err)
    }

    /// What is worth a warning before a run.
    pub fn warnings(&self) -> Vec<&'static str> {
        let ignored = "`respect_robots` is off: sites that ask not to be crawled are crawled; \
            do this only where you have the owner's permission";
        let unnamed = "`contact` is not set: a site that has trouble with the crawler cannot reach \
            you, and some refuse nameless ones";
        let warnings = [(!self.respect_robots, ignored), (self.contact.is_none(), unnamed)];
        warnings.into_iter().filter_map(|(holds, warning)| holds.then_some(warning)).collect()
    }

    /// How the crawler introduces itself.
    pub fn user_agent(&self) -> String {
        let name = concat!("malmoi/", env!("CARGO_PKG_VERSION"));
        match &self.contact {
            Some(contact) => format!("{name} (+{contact})"),
            None => name.to_owned(),
        }
    }
}

/// What stands within the comment of a `User-Agent`.
fn is_header_text(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'(' && byte != b')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_told_at_once() {
        assert!(CrawlParams::default().check().is_ok());
        let params = CrawlParams {
            delay: -1.0,
            timeout: f64::NAN,
            max_hosts: 0,
            contact: Some("me\r\nX: y".to_owned()),
            ..CrawlParams::default()
        };
        let error = params.check().unwrap_err();
        assert_eq!(error.also().len(), 3, "{error:?}");
        assert!(error.to_string().contains("`delay` is -1"), "{error}");
    }

    #[test]
    fn the_crawler_says_who_it_is() {
        let contact = Some("https://example.org/about".to_owned());
        let params = CrawlParams { contact, ..CrawlParams::default() };
        let agent = params.user_agent();
        assert!(agent.starts_with("malmoi/") && agent.ends_with(" (+https://example.org/about)"));
        assert!(params.warnings().is_empty());
        let rude = CrawlParams { respect_robots: false, contact: None, ..params };
        assert_eq!(rude.warnings().len(), 2);
    }
}
