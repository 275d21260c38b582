//! Who may ask: the host that was asked for, where a form comes from, and the token.
//!
//! Promises: a page of another site can neither read an answer (its name is no host of
//! ours, even if it leads here) nor have a form sent; secrets are compared in a time that
//! tells nothing of them.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::error::{Error, Result};

/// Cookie of who is logged in.
pub const SESSION: &str = "malmoi_session";
/// Shorter tokens can be guessed.
const SHORTEST_TOKEN: usize = 16;
/// Longer ones are files that were not meant.
const LONGEST_TOKEN: usize = 1024;
/// Wrong tokens a minute, from all together.
const MOST_WRONG: usize = 10;
const MINUTE: Duration = Duration::from_secs(60);

/// What is asked of who asks.
pub struct Guard {
    /// Who listens on loopback alone is asked by names of this computer alone.
    is_loopback: bool,
    /// Sum of the token; none is needed if absent.
    token: Option<[u8; 32]>,
    session: String,
    form: String,
    wrong: Mutex<Vec<Instant>>,
}

impl Guard {
    /// With `token`, nothing is answered without it.
    ///
    /// # Errors
    /// If the token is too short, too long or cannot stand in a header, or the system has
    /// no random numbers.
    pub fn new(is_loopback: bool, token: Option<&str>) -> Result<Self> {
        if let Some(token) = token {
            check_token(token)?;
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| Error::io(format!("the system gives no random numbers: {error}")))?;
        let made = |purpose: &str| {
            let token = token.unwrap_or_default().as_bytes();
            hex(&sum(&[&secret, purpose.as_bytes(), token]))
        };
        Ok(Guard {
            is_loopback,
            token: token.map(|token| sum(&[token.as_bytes()])),
            session: made("session"),
            form: made("form"),
            wrong: Mutex::default(),
        })
    }

    /// Whether a token is needed.
    pub fn needs_token(&self) -> bool {
        self.token.is_some()
    }

    /// Refuses requests by a name that is none of this computer: a page whose name was made
    /// to lead here asks by its own.
    pub fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let said = headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = uri.authority().map(|one| one.as_str()).or(said);
        let has_one = headers.get_all(HOST).iter().count() <= 1;
        match host.filter(|_| has_one) {
            Some(host) if !self.is_loopback || is_ours(host) => Ok(()),
            _ => Err(Problem::forbidden("the Host header names another computer")
                .hinted("ask by localhost, 127.0.0.1 or [::1]")),
        }
    }

    /// Refuses what the page of another site sends. Programs, which send neither header,
    /// have no cookies that another could use.
    pub fn check_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let is_ours = match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => {
                let authority = origin.split_once("://").map(|(_, authority)| authority);
                authority.is_some() && authority == text(HOST.as_str())
            }
            (None, None) => true,
        };
        match is_ours {
            true => Ok(()),
            false => Err(Problem::forbidden("the form was sent by a page of another site")),
        }
    }

    /// Whether the request carries the token, or the cookie of who logged in with it.
    ///
    /// # Errors
    /// If too many wrong tokens were sent lately.
    pub fn knows(&self, headers: &HeaderMap) -> Result<bool, Problem> {
        if self.token.is_none() || cookie(headers, SESSION).is_some_and(|one| self.is_session(one))
        {
            return Ok(true);
        }
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.split_once(' '));
        match given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
            Some((_, token)) => self.is_token(token.trim()),
            None => Ok(false),
        }
    }

    /// Whether `given` is the token.
    ///
    /// # Errors
    /// If too many wrong ones were given lately.
    pub fn is_token(&self, given: &str) -> Result<bool, Problem> {
        let Some(token) = &self.token else { return Ok(true) };
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.retain(|time| time.elapsed() < MINUTE);
        // The right one is let in all the same: nobody can lock its owner out.
        if is_equal(&sum(&[given.as_bytes()]), token) {
            return Ok(true);
        }
        if wrong.len() >= MOST_WRONG {
            let status = axum::http::StatusCode::TOO_MANY_REQUESTS;
            return Err(Problem::with_status(status, "too many wrong tokens")
                .hinted("try again in a minute"));
        }
        wrong.push(Instant::now());
        Ok(false)
    }

    /// What the cookie of who is logged in says.
    pub fn session(&self) -> &str {
        &self.session
    }

    fn is_session(&self, given: &str) -> bool {
        is_equal(&sum(&[given.as_bytes()]), &sum(&[self.session.as_bytes()]))
    }

    /// What a form that changes something says, so that nobody sends it unasked.
    pub fn form(&self) -> &str {
        &self.form
    }

    /// Refuses a form without it.
    pub fn check_form(&self, given: Option<&str>) -> Result<(), Problem> {
        let given = sum(&[given.unwrap_or_default().as_bytes()]);
        match is_equal(&given, &sum(&[self.form.as_bytes()])) {
            true => Ok(()),
            false => Err(Problem::forbidden("the form is out of date")
                .hinted("load the page again and send it once more")),
        }
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).map(|pair| pair.trim());
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn check_token(token: &str) -> Result<()> {
    let is_plain = token.bytes().all(|byte| byte.is_ascii_graphic());
    match (SHORTEST_TOKEN..=LONGEST_TOKEN).contains(&token.len()) && is_plain {
        true => Ok(()),
        false => Err(Error::usage("the token is none that can be used").hinted(format!(
            "it has {SHORTEST_TOKEN} to {LONGEST_TOKEN} letters, digits and signs of ASCII and no \
             blank; `openssl rand -hex 32` makes one"
        ))),
    }
}

/// `localhost`, or an address of loopback, with or without a port.
fn is_ours(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) if is_port(port) => name,
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) if is_port(&format!(":{port}")) => name,
            Some(_) => return false,
            None => host,
        },
    };
    let address = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn is_port(text: &str) -> bool {
    let digits = text.strip_prefix(':');
    text.is_empty() || digits.is_some_and(|digits| digits.parse::<u16>().is_ok())
}

fn sum(parts: &[&[u8]]) -> [u8; 32] {
    let mut sum = Sha256::new();
    for part in parts {
        // Lengths keep parts apart.
        sum.update((part.len() as u64).to_le_bytes());
        sum.update(part);
    }
    sum.finalize().into()
}

/// In the same time wherever they differ. They are sums, so that their length tells nothing.
fn is_equal(left: &[u8; 32], right: &[u8; 32]) -> bool {
    let different = left.iter().zip(right).fold(0, |all, (left, right)| all | (left ^ right));
    std::hint::black_box(different) == 0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            (axum::http::HeaderName::from_static(name), value.parse().unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn names_of_this_computer_are_taken_on_loopback() {
        let guard = Guard::new(true, None).unwrap();
        let check = |host: &str| {
            guard.check_host(&Uri::from_static("/"), &headers(&[("host", host)])).is_ok()
        };
        for ours in ["localhost", "LOCALHOST:7777", "127.0.0.1:1", "127.8.9.1", "[::1]:7777"] {
            assert!(check(ours), "{ours}");
        }
        for other in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "",
            "localhost:99999",
            "localhost:80:80",
            "[::1",
            "[::1]x",
            "0.0.0.0",
            "[::]",
        ] {
            assert!(!check(other), "{other}");
        }
        assert!(guard.check_host(&Uri::from_static("/"), &HeaderMap::new()).is_err());
        let absolute = Uri::from_static("http://evil.example/");
        assert!(guard.check_host(&absolute, &headers(&[("host", "localhost")])).is_err());
        let open = Guard::new(false, Some(TOKEN)).unwrap();
        assert!(open.check_host(&absolute, &HeaderMap::new()).is_ok());
    }

    #[test]
    fn forms_of_other_sites_are_refused() {
        let guard = Guard::new(true, None).unwrap();
        let check = |pairs: &[(&'static str, &str)]| guard.check_origin(&headers(pairs)).is_ok();
        assert!(check(&[]) && check(&[("sec-fetch-site", "same-origin")]));
        assert!(check(&[("origin", "http://localhost:1"), ("host", "localhost:1")]));
        for site in ["cross-site", "same-site", "?"] {
            assert!(!check(&[("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["null", "http://localhost:2", "http://evil.example", "localhost:1"] {
            assert!(!check(&[("origin", origin), ("host", "localhost:1")]), "{origin}");
        }
        assert!(guard.check_form(Some(guard.form())).is_ok());
        assert!(guard.check_form(Some("")).is_err() && guard.check_form(None).is_err());
    }

    #[test]
    fn only_the_token_and_its_session_are_known() {
        let guard = Guard::new(false, Some(TOKEN)).unwrap();
        let check = |pairs: &[(&'static str, &str)]| guard.knows(&headers(pairs)).unwrap();
        assert!(check(&[("authorization", &format!("Bearer {TOKEN}"))]));
        let session = format!("a=b; {SESSION}={}", guard.session());
        assert!(check(&[("cookie", &session)]));
        assert!(!check(&[]) && !check(&[("authorization", TOKEN)]));
        assert!(!check(&[("cookie", &format!("{SESSION}={TOKEN}"))]));
        assert!(!check(&[("cookie", &format!("{SESSION}="))]));
        let other = Guard::new(false, Some(TOKEN)).unwrap();
        assert_ne!(other.session(), guard.session());
    }

    #[test]
    fn guessing_is_slowed_down_and_the_owner_is_not() {
        let guard = Guard::new(false, Some(TOKEN)).unwrap();
        for _ in 0..MOST_WRONG {
            assert_eq!(guard.is_token("wrong"), Ok(false));
        }
        assert_eq!(guard.is_token("wrong").unwrap_err().status.as_u16(), 429);
        assert_eq!(guard.is_token(TOKEN), Ok(true));
    }

    #[test]
    fn weak_tokens_are_refused() {
        for weak in ["", "short", "0123456789abcde ", "0123456789abcdé가"] {
            assert!(Guard::new(false, Some(weak)).is_err(), "{weak}");
        }
    }
}
