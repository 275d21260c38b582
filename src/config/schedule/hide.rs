//! Secrets that stand in `pipeline.toml` in plain.
//!
//! In: the settings as they were written. Out: a problem each. Promises: neither this nor
//! any other message shows one: the value is replaced, and so are its letters in the text
//! that messages quote.

use toml::Value;

use super::secret::is_secret_address;
use crate::config::problems::{Problem, Text};
use crate::config::settings::{Content, Place, Setting, Table};
use crate::config::shape;

/// Keys whose value is a secret, wherever in the schedule somebody puts them.
const SECRET_KEYS: [&str; 4] = ["password", "secret", "token", "passwd"];
/// Keys of a delivery whose values no message has to hide.
const OPEN_KEYS: [&str; 12] = [
    "folder",
    "feed",
    "title",
    "link",
    "webhook",
    "form",
    "to",
    "from",
    "server",
    "user",
    "tls",
    "allow_private",
];
/// What stands in the place of a secret: a source that passes all checks.
const HIDDEN: &str = "env:HIDDEN";

/// Hides the secrets of `[schedule]` in `table` and in `text`.
pub fn hide_secrets(table: &mut Table, text: &mut Text) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(schedule) = table.get_mut("schedule") {
        walk(schedule, &mut vec!["schedule".to_owned()], text, &mut problems);
    }
    problems
}

fn walk(
    setting: &mut Setting,
    path: &mut Vec<String>,
    text: &mut Text,
    problems: &mut Vec<Problem>,
) {
    let mut each = |key: String, inner: &mut Setting| {
        path.push(key);
        walk(inner, path, text, problems);
        path.pop();
    };
    match &mut setting.content {
        Content::Table(inner) => inner.iter_mut().for_each(|(key, one)| each(key.clone(), one)),
        Content::List(items) => {
            items.iter_mut().enumerate().for_each(|(at, one)| each(at.to_string(), one));
        }
        Content::One(value) => {
            let key = path.last().map(String::as_str).unwrap_or_default();
            let hint = reason(key, value);
            if hint.is_none() && !is_misspelt(path, value) {
                return;
            }
            setting.content = Content::One(Value::String(HIDDEN.to_owned()));
            if let Place::File(range) = &setting.place {
                blot(&mut text.text, range.clone());
            }
            // A misspelt key is a problem already.
            let Some(hint) = hint else { return };
            let message = format!("setting `{}` is a secret that stands here", shape::label(path));
            problems.push(Problem::new(message, setting.place.clone()).hinted(hint));
        }
    }
}

/// Whether it is the text of a delivery under a key that there is not: `webhok`, `passwort`.
fn is_misspelt(path: &[String], value: &Value) -> bool {
    let is_number = |key: &&String| key.bytes().all(|byte| byte.is_ascii_digit());
    let key = path.iter().rev().find(|key| !is_number(key)).map_or("", String::as_str);
    let is_delivery = path.get(1).is_some_and(|one| one == "job") && path.len() > 4;
    is_delivery && path[3] == "deliver" && value.is_str() && !OPEN_KEYS.contains(&key)
}

/// Why a value is a secret, as a hint.
fn reason(key: &str, value: &Value) -> Option<&'static str> {
    let text = value.as_str().unwrap_or_default();
    let is_elsewhere = text.starts_with("env:") || text.starts_with("file:");
    if SECRET_KEYS.contains(&key) && !is_elsewhere {
        return Some(
            "write `env:NAME` and set that variable, or `file:PATH` of a file that only \
            you may read",
        );
    }
    let has_login = || {
        let rest = text.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
        rest.split('/').next().is_some_and(|host| host.contains('@'))
    };
    // Of a mistake nobody knows what it was to be.
    if key == "webhook" && !is_elsewhere && !text.starts_with("http") {
        return Some(
            "an address begins with `https://`; if who knows it may use it, write `env:NAME` and \
            set that variable, or `file:PATH`",
        );
    }
    let is_secret = match key {
        "webhook" => !is_elsewhere && is_secret_address(text),
        "server" => text.contains('@'),
        _ => has_login(),
    };
    is_secret.then_some(
        "who knows the address may use it; write `env:NAME` and set that variable, or `file:PATH`",
    )
}

/// Stars for letters; places in the text stay where they are.
fn blot(text: &mut String, range: std::ops::Range<usize>) {
    let Some(secret) = text.get(range.clone()) else { return };
    let stars: String = secret.bytes().map(|one| if one == b'\n' { '\n' } else { '*' }).collect();
    text.replace_range(range, &stars);
}
