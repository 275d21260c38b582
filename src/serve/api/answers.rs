//! Answers of the API that no page shares.

use schemars::JsonSchema;
use serde::Serialize;

use crate::search::FIELDS;
use crate::serve::analysis::Analysis;
use crate::serve::found::Found;
use crate::serve::jobs::Job;
use crate::serve::reports::Report;
use crate::serve::stock::{Entry, Indexed};

/// What a text consists of, and documents like it.
#[derive(Serialize, JsonSchema)]
pub struct Analysed {
    /// What it consists of.
    #[serde(flatten)]
    pub analysis: Analysis,
    /// Documents like it; absent if no index is served.
    pub similar: Option<Found>,
}

/// What is served.
#[derive(Serialize, JsonSchema)]
pub struct Pipelines {
    /// Pipelines whose documents can be searched.
    pub pipelines: Vec<Searched>,
    /// Names of pipelines that have a trained model.
    pub models: Vec<String>,
}

/// A pipeline whose documents can be searched.
#[derive(Serialize, JsonSchema)]
pub struct Searched {
    /// Its name.
    pub pipeline: String,
    /// Documents that can be found.
    pub documents: u64,
    /// Commits of its index.
    pub generation: u64,
    /// How documents are compared unless a request says.
    pub measure: &'static str,
    /// Whether documents have dates.
    pub has_dates: bool,
    /// Values to filter by, the most frequent first.
    pub filters: Filters,
    /// Whether it has a model of its own.
    pub has_model: bool,
}

/// Values to filter by; the most frequent ones if there are very many.
#[derive(Serialize, JsonSchema)]
pub struct Filters {
    /// Sources.
    pub source: Vec<String>,
    /// Labels of the corpus.
    pub label: Vec<String>,
    /// Languages.
    pub language: Vec<String>,
}

/// The reports.
#[derive(Serialize, JsonSchema)]
pub struct Reports {
    /// The newest first.
    pub reports: Vec<Report>,
}

/// The jobs of the schedule.
#[derive(Serialize, JsonSchema)]
pub struct Jobs {
    /// All jobs.
    pub jobs: Vec<Job>,
    /// Names of those that were started here and are not done.
    pub running: Vec<String>,
}

impl Searched {
    /// What is told of an index.
    pub fn of(entry: &Entry, index: &Indexed) -> Self {
        const { assert!(FIELDS.len() == 3) };
        let [source, label, language] = index.values.clone();
        Searched {
            pipeline: entry.pipeline.name.clone(),
            documents: index.documents,
            generation: index.generation,
            measure: index.measure.name(),
            has_dates: index.has_dates,
            filters: Filters { source, label, language },
            has_model: entry.model.is_there(),
        }
    }
}
