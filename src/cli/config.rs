//! `malmoi config`: check the settings, show them, print their schema.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Subcommand;
use malmoi::analyze::dictionary;
use malmoi::config::{Config, Effective, Overrides, Value, schema};
use malmoi::{Error, Result};
use serde_json::json;

use super::selection::Selection;
use super::{Context, dictionary_check};

/// What to do with the settings.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Report every problem of pipeline.toml at once, in all its pipelines
    ///
    /// All pipelines are checked as they are written, and NAME (or the default) once
    /// more with the environment and --set.
    Check(Selection),
    /// Print the settings in force and where each comes from
    Show(Show),
    /// Print the JSON Schema of pipeline.toml, for editors
    Schema,
}

#[derive(clap::Args)]
struct Show {
    #[command(flatten)]
    selection: Selection,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Runs one of the three.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.action {
        Action::Check(selection) => check(selection, context),
        Action::Show(show) => self::show(show, context),
        Action::Schema => context.output().json(schema()),
    }
}

fn check(selection: &Selection, context: &Context) -> Result<()> {
    let config = context.config()?;
    let selected = selection.effective(context)?;
    check_files(&selected, config, context)?;
    let names: Vec<String> = config.pipelines.keys().map(|name| format!("`{name}`")).collect();
    let (path, names) = (config.path.display(), names.join(", "));
    context.output().note(&format!("{path} is valid\npipelines: {names}\n"))
}

/// The files that any pipeline names.
fn check_files(selected: &Effective, config: &Config, context: &Context) -> Result<()> {
    let others = config.pipelines.keys().filter(|name| **name != selected.pipeline.name);
    let others = others.map(|name| config.effective(Some(name), &Overrides::none()));
    let others = others.collect::<Result<Vec<_>>>()?;
    let all = || std::iter::once(selected).chain(&others);
    all().filter_map(Effective::missing_source).for_each(|one| context.output().warning(&one));
    let dictionaries: BTreeSet<&Path> = all().filter_map(Effective::user_dictionary).collect();
    let problems = all().flat_map(Effective::missing_words);
    let problems = problems.chain(wrong_words(&dictionaries, context)).collect();
    Error::all(problems).map_or(Ok(()), Err)
}

/// What is wrong in user dictionaries, each read once.
fn wrong_words(dictionaries: &BTreeSet<&Path>, context: &Context) -> Vec<Error> {
    // The system dictionary is read for its ids alone.
    let ids = if dictionaries.is_empty() { None } else { dictionary_check::installed_ids() };
    let problems = |path: &&Path| {
        let report = dictionary::check(path, ids);
        dictionary_check::warn_of_ids(path, &report, context);
        report.problems
    };
    dictionaries.iter().filter_map(problems).collect()
}

fn show(show: &Show, context: &Context) -> Result<()> {
    let effective = show.selection.effective(context)?;
    match show.json {
        true => context.output().json(&as_json(&effective)),
        false => context.output().result(&as_toml(&effective)),
    }
}

/// The name, the settings as nested tables, and the origin of each path.
fn as_json(effective: &Effective) -> serde_json::Value {
    let origin = |value: &Value| (value.key.join("."), json!(value.origin.to_string()));
    let origins: serde_json::Map<String, _> = effective.values.iter().map(origin).collect();
    json!({ "pipeline": effective.pipeline, "origins": origins })
}

/// Tables that could stand in pipeline.toml, each line with its origin.
fn as_toml(effective: &Effective) -> String {
    let name = &effective.pipeline.name;
    let lines: Vec<String> = effective.values.iter().map(line).collect();
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0).min(48);
    let mut text = String::new();
    let mut room = "";
    for (value, line) in effective.values.iter().zip(lines) {
        if room != value.key[0] {
            let blank = if room.is_empty() { "" } else { "\n" };
            room = &value.key[0];
            text += &format!("{blank}[pipeline.{name}.{room}]\n");
        }
        text += &format!("{line:width$}  # {}\n", value.origin);
    }
    text
}

fn line(value: &Value) -> String {
    format!("{} = {}", value.toml_key(), value.toml_value())
}
