//! `pipeline.toml` → pipelines.
//!
//! In: the file, the environment and `--set`. Out: checked settings of every
//! room, each value with its origin. All problems of the file are reported at
//! once, before any work starts.

mod calibrated;
mod checks;
mod choice;
mod file;
mod files;
mod origin;
mod overrides;
mod problems;
mod schedule;
mod schema;
mod settings;
mod shape;
mod tour;
mod whole;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::analyze::AnalyzeParams;
use crate::classify::{ClassifyParams, EvaluateParams};
use crate::clean::CleanParams;
use crate::error::{Error, Result};
use crate::news::crawl::CrawlParams;
use crate::news::{ExtractParams, ScoreParams};
use crate::search::SearchParams;
use crate::source::SourceParams;
use crate::trends::ReportParams;
use crate::vectorize::VectorizeParams;
use checks::{Finding, Findings};
use problems::{Problem, Text};
use schedule::{check_schedule, hide_secrets};
use schema::PipelineParams;
use settings::{Place, Setting, Table};
use whole::{check_default, check_file, check_names, default_of, pipelines_of, tour_of};

pub use crate::analyze::BUNDLED_STOP_WORDS;
pub use checks::check_rooms;
pub use choice::write_choice;
pub use file::{FILE_NAME, find};
pub use origin::{Origin, Value};
pub use overrides::Overrides;
pub use schedule::{
    DeliveryParams, JobParams, MailParams, MailTls, Placeholder, ScheduleParams, SecretSource,
    WebhookForm, command_words, fill, host_and_port,
};
pub use schema::{VERSION, schema};
pub use tour::TourParams;

/// A checked `pipeline.toml`.
#[derive(Debug)]
pub struct Config {
    /// Absolute path of the file.
    pub path: PathBuf,
    /// The pipeline that is run when none is named.
    pub default: String,
    /// Every pipeline as it was written, by its name.
    pub pipelines: BTreeMap<String, Written>,
    /// What a run shows when no pipeline is named.
    pub tour: Option<TourParams>,
    /// What runs by itself; absent: nothing does.
    pub schedule: Option<ScheduleParams>,
    text: Text,
    warnings: Vec<Error>,
}

/// The settings of a pipeline as they were written; [`Config::pipeline`] reads them.
#[derive(Debug, Clone)]
pub struct Written {
    table: Table,
    place: Place,
}

/// The settings of one pipeline, with those that were replaced or left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pipeline {
    /// Its name in `pipeline.toml`.
    pub name: String,
    /// The folder of `pipeline.toml`.
    pub root: PathBuf,
    /// Where the documents come from.
    pub source: SourceParams,
    /// How news sites are asked.
    pub crawl: CrawlParams,
    /// What of a page is its article.
    pub extract: ExtractParams,
    /// What becomes of markup and odd characters.
    pub clean: CleanParams,
    /// What a token is.
    pub analyze: AnalyzeParams,
    /// How tokens become rows of numbers.
    pub vectorize: VectorizeParams,
    /// How rows become labels.
    pub classify: ClassifyParams,
    /// How the classifier is measured.
    pub evaluate: EvaluateParams,
    /// Which models label documents that have no label.
    pub score: ScoreParams,
    /// How documents are found again; absent: no index is built by a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchParams>,
    /// What a report says.
    pub report: ReportParams,
}

/// A pipeline, where each of its values comes from, and what is odd about it.
#[derive(Debug)]
pub struct Effective {
    /// The settings to work with.
    pub pipeline: Pipeline,
    /// Every value with its origin, in the order of flow.
    pub values: Vec<Value>,
    /// What is allowed and probably not meant.
    pub warnings: Vec<Error>,
}

impl Config {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// All problems of the file at once, each with line, column and hint.
    pub fn read(path: &Path) -> Result<Self> {
        let here = std::env::current_dir().unwrap_or_default();
        let name = path.strip_prefix(here).unwrap_or(path).display().to_string();
        let text = file::read(path, &name)?;
        let path = std::path::absolute(path)
            .map_err(|error| Error::file("cannot tell the folder of", path, error))?;
        Config::parse(path, text)
    }

    fn parse(path: PathBuf, mut text: Text) -> Result<Self> {
        let mut table = file::parse(&text)?;
        if table.is_empty() {
            return Err(Error::usage(format!("`{}` holds no setting", text.name))
                .hinted("`malmoi init my-project` starts a project with settings that run"));
        }
        let hidden = hide_secrets(&mut table, &mut text);
        let (mut problems, sound) = check_file(&table).map_err(|newer| text.show(newer))?;
        problems.extend(hidden);
        let default = default_of(&table);
        let pipelines = pipelines_of(&table);
        problems.extend(check_default(&table, &default, &pipelines));
        problems.extend(check_names(&pipelines));
        let mut warnings = Vec::new();
        for (name, sound) in pipelines_of(&sound) {
            let (bad, odd) = check_values(&params(&name, &sound)?, &sound, &pipelines[&name]);
            problems.extend(bad);
            warnings.extend(odd.into_iter().map(|problem| text.show(problem)));
        }
        let schedule = schedule_of(&sound)?;
        let (bad, odd) = check_schedule_values(schedule.as_ref(), &table);
        problems.extend(bad);
        warnings.extend(odd.into_iter().map(|problem| text.show(problem)));
        match text.error(problems) {
            Some(error) => Err(error),
            None => {
                let root = path.parent().unwrap_or(Path::new("/"));
                let tour = tour_of(&table)?.map(|tour| tour.placed(root));
                Ok(Config { path, default, pipelines, tour, schedule, text, warnings })
            }
        }
    }

    /// The pipeline `name`, or the default one, with `overrides`.
    ///
    /// Relative paths of the file start at its folder; those of the environment
    /// and of `--set` start at the working directory.
    ///
    /// # Errors
    /// When there is no such pipeline or the overrides do not fit it.
    pub fn pipeline(&self, name: Option<&str>, overrides: &Overrides) -> Result<Pipeline> {
        self.effective(name, overrides).map(|effective| effective.pipeline)
    }

    /// The same with the origin of every value, and with warnings.
    ///
    /// # Errors
    /// As [`Config::pipeline`].
    pub fn effective(&self, name: Option<&str>, overrides: &Overrides) -> Result<Effective> {
        let name = name.unwrap_or(&self.default);
        let mut written = self.written(name)?.clone();
        for one in &overrides.entries {
            settings::put(&mut written.table, &one.path, one.setting.clone());
        }
        let mut problems = Vec::new();
        let mut sound = written.clone();
        let schema = schema::pipeline_schema();
        let has_all = shape::check(&mut sound.table, &sound.place, schema, &[], &mut problems);
        if !has_all {
            self.stop_at(std::mem::take(&mut problems))?;
        }
        let params = params(name, &sound)?;
        let (bad, odd) = check_values(&params, &sound, &written);
        problems.extend(bad);
        self.stop_at(problems)?;
        let pipeline = self.placed(name, params, &written.table);
        let values = origin::values(&pipeline, &written.table, &self.text);
        let warnings = odd.into_iter().map(|problem| self.text.show(problem)).collect();
        Ok(Effective { pipeline, values, warnings })
    }

    /// What is allowed and probably not meant, in all pipelines of the file.
    pub fn warnings(&self) -> &[Error] {
        &self.warnings
    }

    fn stop_at(&self, problems: Vec<Problem>) -> Result<()> {
        self.text.error(problems).map_or(Ok(()), Err)
    }

    fn written(&self, name: &str) -> Result<&Written> {
        self.pipelines.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.pipelines.keys().map(String::as_str).collect();
            Error::usage(format!("there is no pipeline `{}`", shape::label(&[name.to_owned()])))
                .at(self.text.name.clone())
                .hinted(shape::suggestion(name, &known, "the pipelines here are"))
        })
    }

    /// Gives every file its full path.
    fn placed(&self, name: &str, params: PipelineParams, table: &Table) -> Pipeline {
        let root = self.path.parent().unwrap_or(Path::new("/")).to_owned();
        let PipelineParams { mut source, mut extract, mut analyze, .. } = params.clone();
        let PipelineParams {
            crawl,
            clean,
            vectorize,
            classify,
            evaluate,
            score,
            search,
            report,
            ..
        } = params;
        let place = |key: &[&str], file: &Path| {
            let is_in_file = |setting: &Setting| matches!(setting.place, Place::File(_));
            match settings::find(table, key).is_some_and(is_in_file) {
                true => root.join(file),
                false => std::path::absolute(file).unwrap_or_else(|_| file.to_owned()),
            }
        };
        source.path = source.path.map(|path| place(&["source", "path"], &path));
        extract.publishers =
            extract.publishers.map(|path| place(&["extract", "publishers"], &path));
        source.site = source.site.map(|site| place(&["source", "site"], &site));
        for name in &mut analyze.stop_words {
            if !BUNDLED_STOP_WORDS.contains(&name.as_str()) {
                *name = place(&["analyze", "stop_words"], Path::new(name)).display().to_string();
            }
        }
        if let Some(words) = &mut analyze.user_dictionary {
            *words = place(&["analyze", "user_dictionary"], Path::new(words)).display().to_string();
        }
        let name = name.to_owned();
        Pipeline {
            name,
            root,
            source,
            crawl,
            extract,
            clean,
            analyze,
            vectorize,
            classify,
            evaluate,
            score,
            search,
            report,
        }
    }
}

/// Keys and types were compared with the schema; what serde still refuses is
/// refused with its own words.
fn params(name: &str, written: &Written) -> Result<PipelineParams> {
    PipelineParams::deserialize(settings::to_value(&written.table))
        .map_err(|error| Error::usage(error.message().to_owned()).at(format!("pipeline `{name}`")))
}

/// `[schedule]`, if there is one.
fn schedule_of(sound: &Table) -> Result<Option<ScheduleParams>> {
    let Some(setting) = sound.get("schedule") else { return Ok(None) };
    let params = ScheduleParams::deserialize(setting.content.to_value());
    params.map(Some).map_err(|error| Error::usage(error.message().to_owned()).at("`[schedule]`"))
}

/// Problems and warnings of the schedule, where it was written.
fn check_schedule_values(
    schedule: Option<&ScheduleParams>,
    table: &Table,
) -> (Vec<Problem>, Vec<Problem>) {
    let Some(schedule) = schedule else { return Default::default() };
    let mut findings = Findings::default();
    check_schedule(schedule, &mut findings);
    let whole = Written { table: table.clone(), place: Place::File(0..0) };
    let (odd, bad): (Vec<_>, Vec<_>) = findings.0.into_iter().partition(|one| one.is_warning);
    let problems =
        |found: Vec<Finding>| found.into_iter().map(|finding| problem(finding, &whole)).collect();
    (problems(bad), problems(odd))
}

/// Problems and warnings of the values.
///
/// `sound` is what has the right form of what was `written`; a setting that is
/// not sound is reported already, so its absence is no further problem.
fn check_values(
    params: &PipelineParams,
    sound: &Written,
    written: &Written,
) -> (Vec<Problem>, Vec<Problem>) {
    let has = |written: &Written, finding: &Finding| {
        let path: Vec<&str> = finding.key.split('.').collect();
        settings::find(&written.table, &path).is_some()
    };
    let mut findings = checks::check(params);
    findings.extend(checks::check_patterns_of(written, sound));
    findings.retain(|finding| has(sound, finding) || !has(written, finding));
    let (odd, bad): (Vec<_>, Vec<_>) = findings.into_iter().partition(|finding| finding.is_warning);
    let problems = |findings: Vec<Finding>| {
        findings.into_iter().map(|finding| problem(finding, written)).collect()
    };
    (problems(bad), problems(odd))
}

fn problem(finding: Finding, written: &Written) -> Problem {
    let path: Vec<String> = finding.key.split('.').map(str::to_owned).collect();
    let place = settings::nearest(&written.table, &path)
        .map_or(&written.place, |setting| &setting.place)
        .clone();
    Problem::new(finding.message, place).hinted(finding.hint)
}

#[cfg(test)]
mod tests;
