//! The form of `pipeline.toml`, taken from the rooms' own parameters.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::schedule::ScheduleParams;
use super::tour::TourParams;
use crate::analyze::AnalyzeParams;
use crate::classify::{ClassifyParams, EvaluateParams};
use crate::clean::CleanParams;
use crate::news::crawl::CrawlParams;
use crate::news::{ExtractParams, ScoreParams};
use crate::search::SearchParams;
use crate::source::SourceParams;
use crate::trends::ReportParams;
use crate::vectorize::VectorizeParams;

/// The format of `pipeline.toml` that this program reads.
pub const VERSION: u32 = 1;

/// Settings of Malmoi: named pipelines from a source of texts to a classifier.
#[derive(JsonSchema)]
#[schemars(title = "pipeline.toml", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct PipelineFile {
    /// Version of this format: 1.
    version: u32,
    /// The pipeline that is run when none is named.
    default: String,
    /// Every pipeline, by its name.
    pipeline: BTreeMap<String, PipelineParams>,
    /// What `malmoi run` shows when no pipeline is named.
    #[serde(default)]
    tour: Option<TourParams>,
    /// What runs by itself, when, and where its results go.
    schedule: Option<ScheduleParams>,
}

/// `[pipeline.NAME]`: one table a room, in the order of flow.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PipelineParams {
    /// Where the documents come from.
    pub source: SourceParams,
    /// How news sites are asked.
    #[serde(default)]
    pub crawl: CrawlParams,
    /// What of a page is its article.
    #[serde(default)]
    pub extract: ExtractParams,
    /// What becomes of markup and odd characters.
    #[serde(default)]
    pub clean: CleanParams,
    /// What a token is.
    #[serde(default)]
    pub analyze: AnalyzeParams,
    /// How tokens become rows of numbers.
    #[serde(default)]
    pub vectorize: VectorizeParams,
    /// How rows become labels.
    #[serde(default)]
    pub classify: ClassifyParams,
    /// How the classifier is measured.
    #[serde(default)]
    pub evaluate: EvaluateParams,
    /// Which models label documents that have no label.
    #[serde(default)]
    pub score: ScoreParams,
    /// How documents are found again; with this table, `run` builds the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchParams>,
    /// What a report says.
    #[serde(default)]
    pub report: ReportParams,
}

/// JSON Schema of the whole file, for editors and for the check of keys and types.
pub fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> =
        LazyLock::new(|| schemars::schema_for!(PipelineFile).to_value());
    &SCHEMA
}

/// The schema of one `[pipeline.NAME]`.
pub(super) fn pipeline_schema() -> &'static Value {
    resolve(&schema()["$defs"]["PipelineParams"])
}

/// Follows references, and takes the one form of what may also be absent.
pub(super) fn resolve(schema: &'static Value) -> &'static Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return resolve(&self::schema()["$defs"][name]);
    }
    match forms(schema).as_slice() {
        [only] => resolve(only),
        _ => schema,
    }
}

/// What `anyOf` offers, without the absence of a value: TOML has no null.
pub(super) fn forms(schema: &'static Value) -> Vec<&'static Value> {
    let forms = schema["anyOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    forms.iter().filter(|form| form["type"] != "null").collect()
}

/// The schema at `path` below `[pipeline.NAME]`, if such a setting exists.
pub(super) fn at(path: &[String]) -> Option<&'static Value> {
    path.iter().try_fold(pipeline_schema(), |schema, key| {
        let known = schema["properties"].get(key);
        known
            .or_else(|| schema.get("additionalProperties").filter(|rest| rest.is_object()))
            .map(resolve)
    })
}

/// The keys of a table with fixed keys, in the order of the code.
pub(super) fn keys(schema: &Value) -> Vec<&str> {
    let properties = schema["properties"].as_object();
    properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_found_by_path() {
        let at = |path: &str| at(&path.split('.').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(at("vectorize.ngram_range").unwrap()["type"], "array");
        assert_eq!(at("source.columns.text").unwrap()["type"][0], "string");
        assert_eq!(at("source.labels.anything").unwrap()["type"], "string");
        assert_eq!(at("classify.calibration.slope").unwrap()["type"], "number");
        assert!(at("source.pth").is_none());
    }

    /// Update by `MALMOI_UPDATE=1 cargo test`.
    #[test]
    fn committed_schema_is_the_schema_of_the_code() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pipeline.schema.json");
        let mut wanted = serde_json::to_string_pretty(schema()).unwrap();
        wanted.push('\n');
        if std::env::var_os("MALMOI_UPDATE").is_some() {
            std::fs::write(&file, &wanted).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
        assert!(committed == wanted, "update pipeline.schema.json by MALMOI_UPDATE=1 cargo test");
    }
}
