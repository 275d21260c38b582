//! Settings from the environment and from `--set`.
//!
//! In: `MALMOI_SOURCE__PATH=…` and `source.path=…`. Out: values by path; which
//! keys exist is checked together with the pipeline they change.

use std::ffi::OsString;

use toml::Value;
use toml::de::{DeTable, DeValue};

use super::problems::{Problem, Text};
use super::schema::{self, keys};
use super::settings::{self, Content, Place, Setting};
use super::shape;
use crate::error::{Error, Result};

const PREFIX: &str = "MALMOI_";
/// Longest value of one override.
const MOST_BYTES: usize = 1 << 16;

/// Settings that replace those of `pipeline.toml`; later ones win.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub(super) entries: Vec<Override>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct Override {
    pub path: Vec<String>,
    pub setting: Setting,
}

impl Overrides {
    /// Nothing is replaced.
    pub fn none() -> Self {
        Overrides::default()
    }

    /// First what the environment says, then what `--set` says.
    ///
    /// `MALMOI_ROOM__KEY` is a setting; `MALMOI_STATE` and other names without
    /// `__` are not.
    ///
    /// # Errors
    /// All values that are not `KEY=VALUE` or not UTF-8, at once.
    pub fn new(
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        flags: &[String],
    ) -> Result<Self> {
        let mut variables: Vec<_> = environment.into_iter().collect();
        variables.sort();
        let mut problems = Vec::new();
        let from_environment =
            variables.into_iter().filter_map(|(name, value)| from_variable(&name, value));
        let from_flags = flags.iter().map(|flag| from_flag(flag));
        let entries = from_environment.chain(from_flags);
        let entries: Vec<_> =
            entries.filter_map(|entry| entry.map_err(|one| problems.push(one)).ok()).collect();
        let nowhere = Text::new("", "");
        match Error::all(problems.into_iter().map(|problem| nowhere.show(problem)).collect()) {
            Some(error) => Err(error),
            None => Ok(Overrides { entries }),
        }
    }
}

fn from_variable(name: &OsString, value: OsString) -> Option<Result<Override, Problem>> {
    let name = name.to_str()?;
    let keys = name.strip_prefix(PREFIX).filter(|keys| keys.contains("__"))?;
    let place = Place::Environment(name.to_owned());
    let Ok(value) = value.into_string() else {
        return Some(Err(Problem::new("the value is not UTF-8", place)));
    };
    Some(entry(path_of(keys), &value, place))
}

/// `CLASSIFY__C` → `classify.C`: keys are found whatever their case.
fn path_of(variable: &str) -> Vec<String> {
    let mut path = Vec::new();
    for part in variable.split("__") {
        let here = schema::at(&path);
        let known = here.map(keys).unwrap_or_default();
        let same = known.iter().find(|key| key.eq_ignore_ascii_case(part));
        // The names of a corpus's labels are the user's own and keep their case.
        let is_free = here.is_some_and(|here| here["additionalProperties"].is_object());
        path.push(match same {
            Some(key) => (*key).to_owned(),
            None if is_free => part.to_owned(),
            None => part.to_lowercase(),
        });
    }
    path
}

fn from_flag(flag: &str) -> Result<Override, Problem> {
    let (key, value) = flag.split_once('=').ok_or_else(|| {
        Problem::new("a setting needs a key and a value", Place::Flag(flag.to_owned()))
            .hinted("write --set KEY=VALUE, such as --set source.path=reviews.tsv")
    })?;
    let key = key.trim();
    let place = Place::Flag(key.to_owned());
    let path = dotted(key).ok_or_else(|| {
        Problem::new(format!("{} is no key", shape::quoted(key)), place.clone())
            .hinted("write ROOM.KEY=VALUE, such as vectorize.min_df=2")
    })?;
    entry(path, value.trim(), place)
}

/// A dotted key as TOML reads it, quoted parts too.
fn dotted(key: &str) -> Option<Vec<String>> {
    let line = format!("{key} = 0");
    let parsed = DeTable::parse(&line).ok()?;
    let (mut table, mut path) = (parsed.get_ref(), Vec::new());
    loop {
        let (key, value) = table.iter().next().filter(|_| table.len() == 1)?;
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => return Some(path),
        }
    }
}

fn entry(path: Vec<String>, value: &str, place: Place) -> Result<Override, Problem> {
    if value.len() > MOST_BYTES {
        return Err(Problem::new(format!("the value is longer than {MOST_BYTES} bytes"), place));
    }
    let mut problems = Vec::new();
    let content = content_of(&path, value, &place, &mut problems);
    match problems.pop() {
        Some(problem) => Err(problem),
        None => Ok(Override { path, setting: Setting { key: place.clone(), place, content } }),
    }
}

/// A TOML value; a bare word, and anything where only text is wanted, is text.
fn content_of(path: &[String], value: &str, place: &Place, problems: &mut Vec<Problem>) -> Content {
    let text = || Content::One(Value::String(value.to_owned()));
    let Ok(parsed) = DeValue::parse(value) else { return text() };
    let wants_text = schema::at(path).is_some_and(shape::is_text);
    let is_text = matches!(parsed.get_ref(), DeValue::String(_));
    if wants_text && !is_text {
        return text();
    }
    settings::content(parsed.get_ref(), place, &|_| place.clone(), problems)
}
