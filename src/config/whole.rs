//! What `pipeline.toml` says beside its pipelines: version, default, names.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Written;
use super::problems::Problem;
use super::schema::{VERSION, schema};
use super::settings::{self, Content, Place, Setting, Table};
use super::shape;
use super::tour::TourParams;
use crate::error::{Error, Result};

/// Compares the whole file with its schema: the problems, and the rest of the
/// file, which has the right form.
///
/// The error is a newer file's alone, because everything else in it may be right.
pub(super) fn check_file(table: &Table) -> Result<(Vec<Problem>, Table), Problem> {
    let mut problems = Vec::new();
    let mut sound = table.clone();
    if let Some(problem) = check_version(table)? {
        problems.push(problem);
        // Said once is enough: the schema would complain again.
        sound.insert("version".to_owned(), version());
    }
    shape::check(&mut sound, &Place::File(0..0), schema(), &[], &mut problems);
    problems.extend(pipelines_of(table).iter().filter_map(|(name, one)| check_name(name, one)));
    Ok((problems, sound))
}

fn check_version(table: &Table) -> Result<Option<Problem>, Problem> {
    let Some(setting) = table.get("version") else {
        let problem = Problem::new("setting `version` is missing", Place::File(0..0));
        return Ok(Some(problem.hinted(format!("begin the file with `version = {VERSION}`"))));
    };
    match &setting.content {
        Content::One(toml::Value::Integer(1)) => Ok(None),
        Content::One(toml::Value::Integer(newer)) if *newer > i64::from(VERSION) => {
            let message =
                format!("the file has version {newer}: it was written for a newer malmoi");
            Err(Problem::new(message, setting.place.clone()).hinted("update malmoi"))
        }
        content => {
            let shown = shape::shown(content);
            let message = format!("setting `version` is {shown}, but must be {VERSION}");
            Ok(Some(Problem::new(message, setting.place.clone())))
        }
    }
}

fn version() -> Setting {
    let place = Place::File(0..0);
    let content = Content::One(toml::Value::Integer(i64::from(VERSION)));
    Setting { key: place.clone(), place, content }
}

/// Names become names of folders in the state, so they hold nothing else.
fn check_name(name: &str, written: &Written) -> Option<Problem> {
    let allowed = |character: char| character.is_alphanumeric() || "-_".contains(character);
    if !name.is_empty() && name.len() <= 64 && name.chars().all(allowed) {
        return None;
    }
    let message = format!("{} cannot be the name of a pipeline", shape::quoted(name));
    let hint = "use up to 64 letters, digits, `-` and `_`";
    Some(Problem::new(message, written.place.clone()).hinted(hint))
}

/// The default must be one of the pipelines.
pub(super) fn check_default(
    table: &Table,
    default: &str,
    pipelines: &BTreeMap<String, Written>,
) -> Option<Problem> {
    // A default that is missing or no text is reported already.
    let setting = table.get("default").filter(|_| !pipelines.contains_key(default))?;
    if !matches!(setting.content, Content::One(toml::Value::String(_))) {
        return None;
    }
    let message =
        format!("setting `default` names {}, which is no pipeline", shape::quoted(default));
    let known: Vec<&str> = pipelines.keys().map(String::as_str).collect();
    let hint = shape::suggestion(default, &known, "the pipelines here are");
    Some(Problem::new(message, setting.place.clone()).hinted(hint))
}

/// What the state folder holds beside the folders of pipelines.
const RESERVED: [&str; 4] = ["downloads", "embeddings", "lock", "schedule"];

/// A pipeline's folder has its name.
pub(super) fn check_names(pipelines: &BTreeMap<String, Written>) -> Vec<Problem> {
    let is_reserved = |name: &str| RESERVED.contains(&name.to_lowercase().as_str());
    let problem = |(name, written): (&String, &Written)| {
        let message = format!("a pipeline cannot be called {}", shape::quoted(name));
        Problem::new(message, written.place.clone())
            .hinted("the state folder has something else of that name; choose another")
    };
    pipelines.iter().filter(|(name, _)| is_reserved(name)).map(problem).collect()
}

/// The default's name, empty where it is missing.
pub(super) fn default_of(table: &Table) -> String {
    match table.get("default").map(|setting| &setting.content) {
        Some(Content::One(toml::Value::String(name))) => name.clone(),
        _ => String::new(),
    }
}

/// Every table of a pipeline, by name.
pub(super) fn pipelines_of(table: &Table) -> BTreeMap<String, Written> {
    let Some(Content::Table(pipelines)) = table.get("pipeline").map(|setting| &setting.content)
    else {
        return BTreeMap::new();
    };
    let written = |(name, setting): (&String, &Setting)| match &setting.content {
        Content::Table(table) => {
            Some((name.clone(), Written { table: table.clone(), place: setting.key.clone() }))
        }
        _ => None,
    };
    pipelines.iter().filter_map(written).collect()
}

/// What `[tour]` says; its form was compared with the schema.
pub(super) fn tour_of(table: &Table) -> Result<Option<TourParams>> {
    let Some(Content::Table(tour)) = table.get("tour").map(|setting| &setting.content) else {
        return Ok(None);
    };
    let tour = TourParams::deserialize(settings::to_value(tour));
    tour.map(Some).map_err(|error| Error::usage(error.message().to_owned()).at("table `tour`"))
}
