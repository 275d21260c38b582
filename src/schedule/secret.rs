//! Secrets: read where they are used, shown nowhere.
//!
//! In: where a secret comes from. Out: its text, for the one call that needs it. Promises:
//! it has no form for messages, and [`Secrets::without`] takes it out of those that others
//! write.

use std::io::Read;
use std::path::Path;

use crate::config::{DeliveryParams, SecretSource};
use crate::error::{Error, Result};
use crate::files::open_regular;
use crate::net::Url;

/// More is no secret, but some other file.
const LONGEST: u64 = 4096;
/// What is shorter may stand in a message by chance.
const SHORTEST_HIDDEN: usize = 4;

/// A text that is not to be seen: without `Debug` and `Display`.
pub(super) struct Secret(String);

impl Secret {
    /// Reads what `setting` names; files start at `root`.
    ///
    /// # Errors
    /// There is no such variable or file, or nothing in it.
    pub fn read(setting: &str, root: &Path) -> Result<Self> {
        let source = SecretSource::parse(setting)?;
        let name = source.shown();
        let text = match source {
            SecretSource::Plain(text) => text,
            SecretSource::Environment(variable) => std::env::var(&variable).map_err(|_| {
                Error::usage(format!("the environment variable `{variable}` is not set")).hinted(
                    "set it for the process that runs the schedule; docs/schedule.md says how",
                )
            })?,
            SecretSource::File(path) => read(&root.join(path))?,
        };
        let text = text.lines().next().unwrap_or_default().trim().to_owned();
        match text.is_empty() {
            true => Err(Error::usage(format!("the secret `{name}` is empty"))),
            false => Ok(Secret(text)),
        }
    }

    /// The text, for whom it is meant.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn read(path: &Path) -> Result<String> {
    let mut text = String::new();
    open_regular(path)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .map_err(|error| Error::file("cannot read the secret", path, error))?;
    Ok(text)
}

/// All secrets of a job, to keep them out of what is written down.
#[derive(Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// Those of `deliveries`, as far as they can be read.
    pub fn of(deliveries: &[DeliveryParams], root: &Path) -> Self {
        let read = |setting: &str| Secret::read(setting, root).ok().map(|secret| secret.0);
        let all = settings(deliveries).filter_map(read).flat_map(|secret| with_parts(&secret));
        let mut hidden: Vec<String> = all.filter(|text| text.len() >= SHORTEST_HIDDEN).collect();
        // A part that is taken out first would leave the rest of the whole.
        hidden.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Secrets(hidden)
    }

    /// `text` without them.
    pub fn without(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// A secret; of an address also its parts, because servers quote what they were asked.
fn with_parts(secret: &str) -> Vec<String> {
    let mut parts = vec![secret.to_owned()];
    if let Ok(url) = Url::parse(secret).map_err(drop) {
        parts.extend(url.path_segments().into_iter().flatten().map(str::to_owned));
        let login = [Some(url.username()), url.password(), url.query(), url.fragment()];
        parts.extend(login.into_iter().flatten().map(str::to_owned));
        parts.push(url.path().to_owned());
    }
    parts
}

/// Environment variables that hold secrets of `deliveries`; commands do not need them.
pub(super) fn variables(deliveries: &[DeliveryParams]) -> Vec<String> {
    let variable = |setting: &str| match SecretSource::parse(setting) {
        Ok(SecretSource::Environment(name)) => Some(name),
        _ => None,
    };
    settings(deliveries).filter_map(variable).collect()
}

/// The settings that may name secrets and do not hold them in plain.
fn settings(deliveries: &[DeliveryParams]) -> impl Iterator<Item = &str> {
    let is_elsewhere = |setting: &&str| setting.starts_with("env:") || setting.starts_with("file:");
    deliveries
        .iter()
        .flat_map(|delivery| {
            let mail = delivery.mail.as_ref();
            let user = mail.and_then(|mail| mail.user.as_deref());
            let password = mail.and_then(|mail| mail.password.as_deref());
            [delivery.webhook.as_deref(), user, password]
        })
        .flatten()
        .filter(is_elsewhere)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_hold_secrets_and_messages_do_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("url"), "https://example.org/key-1\n\n").unwrap();
        std::fs::write(folder.path().join("empty"), "\n").unwrap();
        let read = |setting: &str| Secret::read(setting, folder.path());
        assert_eq!(read("file:url").unwrap().expose(), "https://example.org/key-1");
        assert_eq!(read("plain").unwrap().expose(), "plain");
        for (wrong, part) in [
            ("file:empty", "`file:empty` is empty"),
            ("file:none", "cannot read the secret"),
            ("env:MALMOI_NO_SUCH_VARIABLE", "`MALMOI_NO_SUCH_VARIABLE` is not set"),
        ] {
            let error = read(wrong).err().unwrap();
            assert!(error.to_string().contains(part), "{error}");
        }
        let webhook =
            |text: &str| DeliveryParams { webhook: Some(text.to_owned()), ..Default::default() };
        let deliveries = [webhook("file:url"), webhook("file:none"), webhook("env:HOOK")];
        let secrets = Secrets::of(&deliveries, folder.path());
        let told = secrets.without("cannot reach https://example.org/key-1: no");
        assert_eq!(told, "cannot reach ***: no");
        assert_eq!(secrets.without("POST /key-1 HTTP/1.1, key-1"), "POST *** HTTP/1.1, ***");
        assert_eq!(variables(&deliveries), ["HOOK"]);
    }
}
