//! Sites → articles.
//!
//! In: feeds, sitemaps and pages of news sites. Out: articles in one database,
//! which loses nothing: what was fetched is stored with what came of it, or not
//! at all.

pub mod crawl;
pub mod documents;
pub mod extract;
pub mod page;
pub mod site;
pub mod store;
pub mod update;
pub mod warc;

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[pipeline.NAME.extract]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExtractParams {
    /// Whether captions of pictures belong to an article.
    pub captions: bool,
    /// More rules for publishers, in the form of `dictionaries/publishers.toml`.
    pub publishers: Option<PathBuf>,
}

/// `[pipeline.NAME.score]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScoreParams {
    /// The pipeline whose model labels the documents of a language: `ko = "nsmc"`.
    pub models: BTreeMap<String, String>,
    /// The pipeline whose model labels all others, and those of which no language is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl ScoreParams {
    /// The pipeline whose model labels documents of `language`.
    pub fn of(&self, language: &str) -> Option<&String> {
        self.models.get(language).or(self.model.as_ref())
    }
}
