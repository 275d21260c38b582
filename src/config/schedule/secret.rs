//! Where a secret comes from, and which addresses are secrets themselves.

use std::path::PathBuf;

use reqwest::Url;

use crate::error::{Error, Result};

/// Where a setting that may be secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// `env:NAME`: an environment variable.
    Environment(String),
    /// `file:PATH`: the first line of a file.
    File(PathBuf),
    /// What stands there in plain, which is no secret.
    Plain(String),
}

impl SecretSource {
    /// Reads what a setting says.
    ///
    /// # Errors
    /// `env:` or `file:` with nothing that could be a name behind it.
    pub fn parse(text: &str) -> Result<Self> {
        let is_name = |name: &str| {
            let known = |one: char| one.is_ascii_alphanumeric() || one == '_';
            !name.is_empty() && name.chars().all(known)
        };
        match text.split_once(':') {
            Some(("env", name)) if is_name(name) => Ok(SecretSource::Environment(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(SecretSource::File(path.into())),
            Some(("env" | "file", _)) => Err(Error::usage("names no secret")
                .hinted("write `env:` and a variable's name, or `file:` and a file's path")),
            _ => Ok(SecretSource::Plain(text.to_owned())),
        }
    }

    /// How messages and the history call it: never by the secret itself.
    pub fn shown(&self) -> String {
        match self {
            SecretSource::Environment(name) => format!("env:{name}"),
            SecretSource::File(path) => format!("file:{}", path.display()),
            SecretSource::Plain(text) => text.clone(),
        }
    }
}

/// A part of an address's path that is as long as this and mixes letters and digits is
/// taken for a key.
const KEY_LENGTH: usize = 16;

/// Whether who knows the address may use it: it holds a password, a query, or a part that
/// looks like a key, as the addresses of Slack's and Discord's webhooks do.
pub(super) fn is_secret_address(text: &str) -> bool {
    // What only looks like an address is judged by its letters.
    let Ok(url) = Url::parse(text) else { return text.contains('@') };
    let is_key = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
        part.len() >= KEY_LENGTH && digits > 0 && letters > 0
    };
    let has_login = !url.username().is_empty() || url.password().is_some();
    let is_slack = url.host_str().is_some_and(|host| host == "hooks.slack.com");
    has_login
        || is_slack
        || url.query().is_some()
        || url.fragment().is_some()
        || url.path_segments().is_some_and(|mut parts| parts.any(is_key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart() {
        let check = |text, expected| assert_eq!(SecretSource::parse(text).unwrap(), expected);
        check("env:SLACK_URL", SecretSource::Environment("SLACK_URL".to_owned()));
        check("file:secrets/url", SecretSource::File("secrets/url".into()));
        check("https://a.example", SecretSource::Plain("https://a.example".to_owned()));
        check("environment", SecretSource::Plain("environment".to_owned()));
        for wrong in ["env:", "env:A B", "env:A=B", "file:"] {
            assert!(SecretSource::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_that_are_keys_are_known() {
        for secret in [
            "https://user:word@example.org/hook",
            "https://word@example.org/hook",
            "https://example.org/hook?token=1",
            "https://example.org/hook#1",
            "https://hooks.slack.com/services/T/B/x",
            "https://discord.example/api/webhooks/1/aZ09aZ09aZ09aZ09aZ09",
            "word@example.org",
        ] {
            assert!(is_secret_address(secret), "{secret}");
        }
        for plain in ["https://example.org/hooks/malmoi", "http://127.0.0.1:8080/", "nonsense"] {
            assert!(!is_secret_address(plain), "{plain}");
        }
    }
}
