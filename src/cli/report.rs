//! `malmoi report`: documents over time, to read and to work with.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use malmoi::config::Pipeline;
use malmoi::data::Zone;
use malmoi::files::AtomicFile;
use malmoi::pipeline::now;
use malmoi::report::facts::Facts;
use malmoi::report::forms::{Form, written};
use malmoi::report::{Request, gather, zone_of};
use malmoi::trends::By;
use malmoi::{Error, Result};

use super::Context;
use super::dates::day_in;
use super::outdated;
use super::progress::Progress;
use super::selection::Selection;

/// Say how many documents there were, how they sound, and what moved.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// First day: today, yesterday, 7d, 2026-11-01 [default: that of the first document]
    #[arg(long, value_name = "DAY")]
    since: Option<String>,
    /// Last day [default: that of the last document, but no later than today]
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Length of a period [default: `report.by`, which is a week]
    #[arg(long, value_name = "PERIOD")]
    by: Option<Period>,
    /// Words with a section each, with commas between [default: `report.watch`]
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    watch: Option<Vec<String>>,
    /// Forms, with commas between: html, json, csv, md [default: that of the output's name,
    /// else html]
    #[arg(long, value_name = "FORMS", value_delimiter = ',')]
    format: Vec<Format>,
    /// A file; for several forms a folder, or how their names begin [default: one form that
    /// was named goes to standard output, others to report-NAME.html, …]
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Time zone of all days, such as Asia/Seoul [default: `report.zone`]
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

/// Length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Period {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One page that needs nothing else.
    Html,
    /// Everything, as one JSON object.
    Json,
    /// One table.
    Csv,
    /// Text with tables.
    Md,
}

/// Makes the report and writes it.
///
/// # Errors
/// What is asked makes no sense, the report cannot be made, or a file cannot be written.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let pipeline = arguments.selection.effective(context)?.pipeline;
    let targets = targets(arguments, &pipeline.name)?;
    let state = context.state()?;
    spare(&targets, &pipeline, &context.config()?.path, &state)?;
    let now = now();
    let request = request(arguments, &pipeline, now)?;
    let progress = Progress::start(context.is_quiet())?;
    let facts = gather(&pipeline, &state, &request, now, &progress)?;
    progress.finish();
    let mut warned: Vec<&str> = Vec::new();
    for model in &facts.model.models {
        if !warned.contains(&model.pipeline.as_str()) {
            outdated::warn_of_reference(&model.pipeline, context);
            warned.push(&model.pipeline);
        }
    }
    write(&targets, &facts, context)
}

/// No file is replaced that the report is made of, or that the state folder keeps.
fn spare(targets: &[Target], pipeline: &Pipeline, config: &Path, state: &Path) -> Result<()> {
    let real = |path: &Path| path.canonicalize().ok();
    let (config, source) = (real(config), pipeline.source.path.as_deref().and_then(real));
    let state = real(state);
    for path in targets.iter().filter_map(|(_, path)| path.as_deref()) {
        let Some(found) = real(path) else { continue };
        let is_made_of = [&config, &source].into_iter().flatten().any(|one| *one == found);
        if is_made_of || state.as_ref().is_some_and(|state| found.starts_with(state)) {
            let message = format!("`{}` is no report, so it is not replaced", path.display());
            return Err(Error::usage(message).hinted("name another file with --output"));
        }
    }
    Ok(())
}

fn request(arguments: &Arguments, pipeline: &Pipeline, now: i64) -> Result<Request> {
    let zone = match &arguments.zone {
        Some(name) => Zone::named(name)?,
        None => zone_of(pipeline)?,
    };
    let day =
        |text: &Option<String>| text.as_deref().map(|text| day_in(text, zone, now)).transpose();
    Ok(Request {
        since: day(&arguments.since)?,
        until: day(&arguments.until)?,
        by: arguments.by.map(By::from),
        zone: Some(zone),
        watch: arguments.watch.clone(),
    })
}

/// Where a form goes; `None` is standard output.
type Target = (Format, Option<PathBuf>);

fn targets(arguments: &Arguments, name: &str) -> Result<Vec<Target>> {
    let mut formats = arguments.format.clone();
    let mut seen = Vec::new();
    formats.retain(|format| {
        let is_new = !seen.contains(format);
        seen.push(*format);
        is_new
    });
    let Some(output) = &arguments.output else {
        return Ok(match formats.as_slice() {
            [] => vec![(Format::Html, Some(PathBuf::from(format!("report-{name}.html"))))],
            [only] => vec![(*only, None)],
            _ => formats
                .iter()
                .map(|form| (*form, Some(form.beside(&format!("report-{name}")))))
                .collect(),
        });
    };
    let is_folder = output.is_dir() || output.as_os_str().to_string_lossy().ends_with('/');
    let by_name = Format::of(output);
    if is_folder {
        let formats = if formats.is_empty() { vec![Format::Html] } else { formats };
        let file = |form: Format| output.join(form.beside(name));
        return Ok(formats.into_iter().map(|form| (form, Some(file(form)))).collect());
    }
    match (formats.as_slice(), by_name) {
        ([], Some(form)) => Ok(vec![(form, Some(output.clone()))]),
        ([], None) => Err(unknown_form(output)),
        ([only], Some(form)) if *only != form => {
            Err(Error::usage("--format and the name of the output contradict each other")
                .at(output.display().to_string())
                .hinted("leave --format away, or give the file another name"))
        }
        ([only], _) => Ok(vec![(*only, Some(output.clone()))]),
        (several, by_name) => {
            let stem = if by_name.is_some() { output.with_extension("") } else { output.clone() };
            let stem = stem.to_string_lossy().into_owned();
            Ok(several.iter().map(|form| (*form, Some(form.beside(&stem)))).collect())
        }
    }
}

fn unknown_form(output: &Path) -> Error {
    let shown = output.display();
    Error::usage(format!("cannot tell the form of `{shown}` by its name"))
        .hinted("name it .html, .json, .csv or .md, or say --format; a folder ends with `/`")
}

impl Format {
    const ALL: [(Format, &str); 4] =
        [(Format::Html, "html"), (Format::Json, "json"), (Format::Csv, "csv"), (Format::Md, "md")];

    /// That of a file with this name.
    fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let extension = match extension.as_str() {
            "htm" => "html",
            "markdown" => "md",
            other => other,
        };
        Format::ALL.into_iter().find(|(_, name)| *name == extension).map(|(form, _)| form)
    }

    fn name(self) -> &'static str {
        Format::ALL.into_iter().find(|(form, _)| *form == self).map_or("", |(_, name)| name)
    }

    fn beside(self, stem: &str) -> PathBuf {
        PathBuf::from(format!("{stem}.{}", self.name()))
    }
}

impl From<Format> for Form {
    fn from(format: Format) -> Self {
        match format {
            Format::Html => Form::Html,
            Format::Json => Form::Json,
            Format::Csv => Form::Csv,
            Format::Md => Form::Markdown,
        }
    }
}

impl From<Period> for By {
    fn from(period: Period) -> Self {
        match period {
            Period::Day => By::Day,
            Period::Week => By::Week,
            Period::Month => By::Month,
            Period::Year => By::Year,
        }
    }
}

fn write(targets: &[Target], facts: &Facts, context: &Context) -> Result<()> {
    let mut files = Vec::new();
    for (format, target) in targets {
        let text = written((*format).into(), facts);
        match target {
            None => context.output().result(&text)?,
            Some(path) => {
                AtomicFile::write(path, text.as_bytes())?;
                files.push(path.display().to_string());
            }
        }
    }
    if !files.is_empty() && !context.is_quiet() {
        anstream::eprintln!("wrote {}", super::output::harmless(&files.join(", ")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        arguments: Arguments,
    }

    /// Names of the files; `-` is standard output.
    fn check(arguments: &[&str], expected: &[&str]) {
        let program = Program::try_parse_from([&["report"], arguments].concat()).unwrap();
        let targets = targets(&program.arguments, "news").unwrap();
        let shown = |(_, path): &Target| {
            path.as_ref().map_or("-".to_owned(), |path| path.display().to_string())
        };
        assert_eq!(targets.iter().map(shown).collect::<Vec<_>>(), expected, "{arguments:?}");
    }

    #[test]
    fn every_form_has_its_place() {
        check(&[], &["report-news.html"]);
        check(&["--format", "json"], &["-"]);
        check(&["--format", "html,md"], &["report-news.html", "report-news.md"]);
        check(&["--format", "md,md"], &["-"]);
        check(&["--output", "a.b.md"], &["a.b.md"]);
        check(&["--output", "A.HTM"], &["A.HTM"]);
        check(&["--output", "x", "--format", "csv"], &["x"]);
        check(&["--output", "x", "--format", "csv,json"], &["x.csv", "x.json"]);
        check(&["--output", "x.html", "--format", "csv,html"], &["x.csv", "x.html"]);
        check(&["--output", "v1.2", "--format", "csv,html"], &["v1.2.csv", "v1.2.html"]);
        check(&["--output", "out/"], &["out/news.html"]);
        check(&["--output", "out/", "--format", "json"], &["out/news.json"]);
    }

    #[test]
    fn contradictions_are_told() {
        for arguments in [&["--output", "x.html", "--format", "csv"][..], &["--output", "x"]] {
            let program = Program::try_parse_from([&["report"], arguments].concat()).unwrap();
            assert_eq!(targets(&program.arguments, "news").unwrap_err().exit_code(), 2);
        }
    }
}
