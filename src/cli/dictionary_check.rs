//! `malmoi dictionary check`: user dictionaries, all problems at once.

use std::path::{Path, PathBuf};

use malmoi::analyze::dictionary::{self, IdCounts, Report};
use malmoi::{Error, Result};
use serde_json::json;

use super::Context;

/// What to check.
#[derive(clap::Args)]
pub struct Arguments {
    /// User dictionaries
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Checks every file, counts its words and shows what is odd.
///
/// # Errors
/// All problems of all files.
pub fn check(arguments: &Arguments, context: &Context) -> Result<()> {
    let ids = installed_ids();
    let check = |path: &PathBuf| (path.clone(), dictionary::check(path, ids));
    let reports: Vec<(PathBuf, Report)> = arguments.files.iter().map(check).collect();
    reports.iter().for_each(|(path, report)| warn_of_ids(path, report, context));
    match arguments.json {
        true => {
            let files = reports.iter().map(|(path, report)| as_json(path, report));
            context.output().json(&json!({ "files": files.collect::<Vec<_>>() }))?;
        }
        false => show(&reports, context)?,
    }
    let problems = reports.into_iter().filter_map(|(_, report)| report.problems).collect();
    Error::all(problems).map_or(Ok(()), Err)
}

/// How many ids the installed dictionary has, if there is one that can be read.
pub fn installed_ids() -> Option<IdCounts> {
    dictionary::installed().ok().map(|dictionary| IdCounts::of(&dictionary))
}

/// Says that ids were not checked, where there are any.
pub fn warn_of_ids(path: &Path, report: &Report, context: &Context) {
    if report.has_unchecked_ids {
        let path = path.display();
        let message = format!("{path}: ids were not checked: no Korean dictionary is installed");
        context.output().warning(&Error::usage(message));
    }
}

fn show(reports: &[(PathBuf, Report)], context: &Context) -> Result<()> {
    for (path, report) in reports.iter().filter(|(_, report)| report.problems.is_none()) {
        report.warnings.iter().for_each(|warning| context.output().warning(warning));
        let (words, forced) = (report.words, report.forced);
        let warnings = report.warnings.len();
        let path = path.display();
        let counts = format!("{path}: words: {words}, forced: {forced}, warnings: {warnings}\n");
        context.output().note(&counts)?;
    }
    Ok(())
}

fn as_json(path: &Path, report: &Report) -> serde_json::Value {
    let also = |problem: &'_ Error| problem.also().iter().map(one).collect::<Vec<_>>();
    let problems =
        report.problems.iter().flat_map(|first| [vec![one(first)], also(first)].concat());
    json!({
        "file": path.display().to_string(),
        "words": report.words,
        "forced": report.forced,
        "ids_checked": !report.has_unchecked_ids,
        "warnings": report.warnings.iter().map(one).collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
    })
}

fn one(error: &Error) -> serde_json::Value {
    json!({ "message": error.to_string(), "place": error.place(), "hint": error.hint() })
}
