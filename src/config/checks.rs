//! Values that have the right type and still make no sense.
//!
//! Pure: no file is read, no connection made. Rooms are checked one by one;
//! every finding names the key it is about.

mod analyze;
mod report;

use std::collections::BTreeMap;

use regex::Regex;

use self::analyze::check_analyze;
use self::report::check_report;
use super::Written;
use super::calibrated::settings_sum;
use super::schema::PipelineParams;
use super::settings::{self, Content};
use super::shape::quoted;
use crate::analyze::AnalyzeParams;
use crate::classify::{ClassifyParams, EvaluateParams};
use crate::clean::CleanParams;
use crate::error::{Error, Result};
use crate::files::check_label;
use crate::news::ExtractParams;
use crate::news::crawl::CrawlParams;
use crate::source::{Columns, SourceKind, SourceParams};
use crate::vectorize::{DocumentFrequency, VectorizeParams, Weighting};

/// One value that makes no sense, or is worth a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// Path of the key below `[pipeline.NAME]`.
    pub key: String,
    pub message: String,
    pub hint: String,
    pub is_warning: bool,
}

/// More words than this in an n-gram fill the memory with what occurs once.
const LONGEST_NGRAM: u32 = 16;

/// Checks all rooms of a pipeline.
pub(super) fn check(params: &PipelineParams) -> Vec<Finding> {
    let mut findings = Findings::default();
    check_source(&params.source, &mut findings);
    check_crawl(params, &mut findings);
    check_clean(&params.clean, &mut findings);
    check_analyze(&params.analyze, &mut findings);
    check_vectorize(&params.vectorize, &mut findings);
    check_classify(&params.classify, &mut findings);
    check_unlabelled_weights(params, &mut findings);
    check_evaluate(&params.evaluate, &mut findings);
    check_search(params, &mut findings);
    check_report(&params.report, &mut findings);
    warn_of_stale_calibration(params, &mut findings);
    findings.0
}

/// Checks settings that were built in memory instead of being read from a file.
///
/// # Errors
/// All problems at once.
pub fn check_rooms(
    clean: &CleanParams,
    analyze: &AnalyzeParams,
    vectorize: &VectorizeParams,
    classify: &ClassifyParams,
) -> Result<()> {
    let mut findings = Findings::default();
    check_clean(clean, &mut findings);
    check_analyze(analyze, &mut findings);
    check_vectorize(vectorize, &mut findings);
    check_classify(classify, &mut findings);
    let bad = findings.0.into_iter().filter(|finding| !finding.is_warning);
    let problems = bad.map(|finding| Error::usage(finding.message).hinted(finding.hint));
    Error::all(problems.collect()).map_or(Ok(()), Err)
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Findings {
    /// `setting KEY is VALUE, but must be RULE`, unless `holds`.
    pub(super) fn need(
        &mut self,
        holds: bool,
        key: &str,
        is: &dyn std::fmt::Display,
        must: &str,
        hint: &str,
    ) {
        if !holds {
            self.push(key, format!("setting `{key}` is {is}, but must be {must}"), hint, false);
        }
    }

    pub(super) fn warn(&mut self, key: &str, message: &str, hint: &str) {
        self.push(key, message.to_owned(), hint, true);
    }

    pub(super) fn push(&mut self, key: &str, message: String, hint: &str, is_warning: bool) {
        let (key, hint) = (key.to_owned(), hint.to_owned());
        self.0.push(Finding { key, message, hint, is_warning });
    }
}

fn check_source(params: &SourceParams, findings: &mut Findings) {
    let empty = params.path.as_ref().is_some_and(|path| path.as_os_str().is_empty());
    findings.need(!empty, "source.path", &"\"\"", "a file or folder", "such as \"reviews.tsv\"");
    if params.path.is_none() && params.url.is_none() {
        let message = "setting `source.path` is missing, and there is no `source.url` either";
        findings.push(
            "source.path",
            message.to_owned(),
            "name a file: path = \"reviews.tsv\"",
            false,
        );
    }
    check_download(params, findings);
    if let Some(problem) = params.encoding.as_deref().and_then(|label| check_label(label).err()) {
        let message = format!("setting `source.encoding`: {problem}");
        findings.push("source.encoding", message, problem.hint().unwrap_or_default(), false);
    }
    warn_of_kind(params, findings);
    check_columns(&params.columns, findings);
}

/// Values of the crawler, which knows itself what makes sense.
fn check_crawl(params: &PipelineParams, findings: &mut Findings) {
    let hint = "docs/pipeline.md lists the settings of the crawler";
    if let Err(error) = params.crawl.check() {
        for problem in std::iter::once(&error).chain(error.also()) {
            findings.push("crawl", format!("table `crawl`: {problem}"), hint, false);
        }
    }
    if params.source.kind != SourceKind::News {
        let is_named = !params.source.feeds.is_empty() || params.source.site.is_some();
        let is_set =
            params.crawl != CrawlParams::default() || params.extract != ExtractParams::default();
        if is_named || is_set {
            let message =
                "`crawl`, `extract`, `source.feeds` and `source.site` are for the kind news alone";
            findings.warn("crawl", message, "remove them, or say `kind = \"news\"`");
        }
    }
}

fn check_download(params: &SourceParams, findings: &mut Findings) {
    if let Some(url) = &params.url {
        let known = url.starts_with("https://") || url.starts_with("http://");
        let hint = "a file on this machine is named by `source.path`";
        findings.need(known, "source.url", &quoted(url), "an http or https address", hint);
    }
    if let Some(sum) = &params.sha256 {
        let hexadecimal = sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hint = "it is what `sha256sum FILE` prints before the file's name";
        findings.need(hexadecimal, "source.sha256", &quoted(sum), "64 hexadecimal digits", hint);
    }
}

fn warn_of_kind(params: &SourceParams, findings: &mut Findings) {
    use SourceKind::{Csv, Folder, Jsonl, Parquet, Tsv};
    let kind = params.kind;
    let is_table = matches!(kind, Tsv | Csv);
    let has_columns = is_table || matches!(kind, Jsonl | Parquet);
    let is_encoded = is_table || matches!(kind, Jsonl | Folder);
    let mut unread = |is: bool, key: &str, kinds: &str| {
        if is {
            let message = format!("setting `source.{key}` is read by the {kinds} alone");
            findings.warn(&format!("source.{key}"), &message, "remove it");
        }
    };
    unread(!params.quoting && !is_table, "quoting", "kinds tsv and csv");
    let named = params.columns != Columns::default();
    unread(named && !has_columns, "columns", "kinds tsv, csv, jsonl and parquet");
    let is_named = params.encoding.is_some();
    unread(is_named && !is_encoded, "encoding", "kinds tsv, csv, jsonl and folder");
    unread(params.unlabelled && kind != SourceKind::Imdb, "unlabelled", "kind imdb");
    if kind == Parquet && !cfg!(feature = "parquet") {
        let message = "this build cannot read `kind = \"parquet\"`";
        findings.warn("source.kind", message, "build with --features parquet");
    }
}

/// One column cannot be two things: a model must not read its own answer.
fn check_columns(columns: &Columns, findings: &mut Findings) {
    let named = [
        ("id", &columns.id),
        ("text", &columns.text),
        ("label", &columns.label),
        ("rating", &columns.rating),
        ("date", &columns.date),
        ("source", &columns.source),
        ("title", &columns.title),
        ("split", &columns.split),
        ("group", &columns.group),
    ];
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, column) in named.iter().filter_map(|(key, name)| Some((*key, name.as_deref()?))) {
        let path = format!("source.columns.{key}");
        findings.need(!column.is_empty(), &path, &"\"\"", "a column's name", "remove it");
        if let Some(other) = seen.insert(column, key) {
            let must = format!("another column than `source.columns.{other}`");
            findings.need(false, &path, &quoted(column), &must, "remove one of the two");
        }
    }
}

fn check_clean(params: &CleanParams, findings: &mut Findings) {
    for (index, rule) in params.replace.iter().enumerate() {
        let key = format!("clean.replace.{index}.pattern");
        check_pattern(&rule.pattern, &key, findings);
    }
}

/// The patterns of replacements that have something else wrong with them, which
/// keeps them out of the parameters.
pub(super) fn check_patterns_of(written: &Written, sound: &Written) -> Vec<Finding> {
    let mut findings = Findings::default();
    let rules = settings::find(&written.table, &["clean", "replace"]);
    let is_sound = settings::find(&sound.table, &["clean", "replace"]).is_some();
    let Some(Content::List(rules)) = rules.filter(|_| !is_sound).map(|rules| &rules.content) else {
        return findings.0;
    };
    for (index, rule) in rules.iter().enumerate() {
        let Content::Table(rule) = &rule.content else { continue };
        let pattern = rule.get("pattern").map(|pattern| &pattern.content);
        if let Some(Content::One(toml::Value::String(pattern))) = pattern {
            check_pattern(pattern, &format!("clean.replace.{index}.pattern"), &mut findings);
        }
    }
    findings.0
}

fn check_pattern(pattern: &str, key: &str, findings: &mut Findings) -> Option<Regex> {
    match Regex::new(pattern) {
        Ok(regex) => Some(regex),
        Err(error) => {
            // The first lines repeat the pattern; the reason stands on the last.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let message = format!("setting `{key}` is no regular expression: {reason}");
            let hint = "look-around and back-references are not supported; write patterns in '…'";
            findings.push(key, message, hint, false);
            None
        }
    }
}

fn check_vectorize(params: &VectorizeParams, findings: &mut Findings) {
    let (low, high) = params.ngram_range;
    let rises = 1 <= low && low <= high && high <= LONGEST_NGRAM;
    let must = format!("two rising numbers from 1 to {LONGEST_NGRAM}");
    let hint = "[1, 2] takes single words and pairs";
    findings.need(rises, "vectorize.ngram_range", &format!("[{low}, {high}]"), &must, hint);
    check_document_frequencies(params, findings);
    if let Some(most) = params.max_features {
        findings.need(
            most > 0,
            "vectorize.max_features",
            &0,
            "at least 1",
            "without it, all terms stay",
        );
    }
    let hint = "1.0 is usual; smaller values trust rare words more";
    let positive = params.alpha.is_finite() && params.alpha > 0.0;
    findings.need(positive, "vectorize.alpha", &params.alpha, "greater than 0", hint);
    if params.sublinear_tf && params.weighting == Weighting::NaiveBayesRatio {
        let message = "settings `vectorize.sublinear_tf` and `weighting = \"naive_bayes_ratio\"` \
            contradict each other";
        let hint = "the ratio weighs terms, not their counts; remove `sublinear_tf`";
        findings.push("vectorize.sublinear_tf", message.to_owned(), hint, false);
    }
}

fn check_document_frequencies(params: &VectorizeParams, findings: &mut Findings) {
    let (least, most) = (params.min_df, params.max_df);
    let hint =
        "2 drops what occurs in one document alone, 0.01 what is in less than one of a hundred";
    check_frequency(least, "vectorize.min_df", hint, findings);
    let hint = "1.0 keeps every term; \
        to drop terms found in more than half of the documents use 0.5";
    check_frequency(most, "vectorize.max_df", hint, findings);
    if most == DocumentFrequency::Count(1) {
        let message =
            "`vectorize.max_df` is the count 1: every term that two documents share is dropped";
        findings.warn("vectorize.max_df", message, "the share 1.0 keeps every term");
    }
    let crossed = match (least, most) {
        (DocumentFrequency::Count(least), DocumentFrequency::Count(most)) => least > most,
        (DocumentFrequency::Share(least), DocumentFrequency::Share(most)) => least > most,
        // How many documents a share is, only the corpus knows.
        _ => false,
    };
    let must = format!("at most `vectorize.max_df`, {}", written(most));
    let hint = "no term could be kept";
    findings.need(!crossed, "vectorize.min_df", &written(least), &must, hint);
}

fn check_frequency(frequency: DocumentFrequency, key: &str, hint: &str, findings: &mut Findings) {
    match frequency {
        DocumentFrequency::Count(count) => {
            findings.need(count > 0, key, &count, "at least 1", hint)
        }
        DocumentFrequency::Share(share) => {
            let holds = (0.0..=1.0).contains(&share);
            let is_whole = share.fract() == 0.0 && share.abs() < 1e15;
            match is_whole {
                // A whole number that is no share was meant as a count.
                true if share > 1.0 => {
                    let hint = format!("write {share} (a count) or a share such as 0.01");
                    findings.need(holds, key, &written(frequency), "between 0.0 and 1.0", &hint);
                }
                true => {
                    let must = "a count from 1 or a share between 0.0 and 1.0";
                    findings.need(holds, key, &share, must, hint);
                }
                false => findings.need(holds, key, &share, "between 0.0 and 1.0", hint),
            }
        }
    }
}

fn written(frequency: DocumentFrequency) -> String {
    match frequency {
        DocumentFrequency::Count(count) => count.to_string(),
        DocumentFrequency::Share(share) => format!("{share:?}"),
    }
}

fn check_classify(params: &ClassifyParams, findings: &mut Findings) {
    let positive = |number: f64| number.is_finite() && number > 0.0;
    let hint = "1.0 is usual; smaller values make a simpler model";
    findings.need(positive(params.c), "classify.C", &params.c, "greater than 0", hint);
    let hint = "0.1 is usual; smaller values take longer";
    findings.need(positive(params.tol), "classify.tol", &params.tol, "greater than 0", hint);
    let hint = "100 is usual";
    findings.need(params.max_iter > 0, "classify.max_iter", &0, "at least 1", hint);
    let Some(calibration) = params.calibration else { return };
    let hint = "`malmoi tune` writes both numbers";
    for (key, number) in [("slope", calibration.slope), ("offset", calibration.offset)] {
        let key = format!("classify.calibration.{key}");
        findings.need(number.is_finite(), &key, &number, "a finite number", hint);
    }
}

/// Where labels are set aside, nothing can be weighed by them.
fn check_unlabelled_weights(params: &PipelineParams, findings: &mut Findings) {
    let PipelineParams { vectorize, classify, .. } = params;
    if !classify.enabled && vectorize.weighting == Weighting::NaiveBayesRatio {
        let message = "settings `classify.enabled = false` and \
            `vectorize.weighting = \"naive_bayes_ratio\"` contradict each other";
        let hint = "the ratio needs labels, which are set aside; remove `weighting`";
        findings.push("classify.enabled", message.to_owned(), hint, false);
    }
}

/// A calibration written by hand says nothing of its settings and is believed.
fn warn_of_stale_calibration(params: &PipelineParams, findings: &mut Findings) {
    let PipelineParams { clean, analyze, vectorize, classify, .. } = params;
    let Some(fitted) = classify.calibrated_for.as_ref().filter(|_| classify.calibration.is_some())
    else {
        return;
    };
    if *fitted != settings_sum(clean, analyze, vectorize, classify) {
        let message = "the calibration was fitted for other settings than these";
        let hint = "probabilities mislead; `malmoi tune` fits it again, or remove \
            `calibration` and `calibrated_for`";
        findings.warn("classify.calibration", message, hint);
    }
}

fn check_evaluate(params: &EvaluateParams, findings: &mut Findings) {
    let holds = params.test_size > 0.0 && params.test_size < 1.0;
    let hint = "0.2 keeps a fifth of the documents for the test";
    let must = "greater than 0 and less than 1";
    findings.need(holds, "evaluate.test_size", &params.test_size, must, hint);
}

/// More hits than this are a list that nobody reads, and are held in memory.
const MOST_HITS: u32 = 10_000;

fn check_search(params: &PipelineParams, findings: &mut Findings) {
    let Some(search) = &params.search else { return };
    let must = format!("from 1 to {MOST_HITS}");
    let holds = (1..=MOST_HITS).contains(&search.top);
    findings.need(holds, "search.top", &search.top, &must, "10 fit on a screen");
}
