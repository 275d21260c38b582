//! What a run reports.

use serde::{Deserialize, Serialize};

use crate::classify::Metrics;

/// Whether a stage was run or its kept result used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It was run.
    Ran,
    /// Nothing it depends on changed.
    Cached,
}

/// One stage of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageReport {
    /// The room's name.
    pub stage: String,
    /// Run or cached.
    pub status: Status,
    /// Time spent in it, summed over threads where it shares them with other stages.
    pub seconds: f64,
    /// Documents it worked on.
    pub documents: u64,
}

impl StageReport {
    /// A stage that was run.
    pub(super) fn ran(stage: &str, seconds: f64, documents: u64) -> Self {
        StageReport { stage: stage.to_owned(), status: Status::Ran, seconds, documents }
    }

    /// The same stage where its kept result is used.
    pub(super) fn cached(self) -> Self {
        StageReport { status: Status::Cached, seconds: 0.0, ..self }
    }
}

/// Accuracy without the test texts that stand in the training part too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unseen {
    /// Test documents whose text is in the training part.
    pub leaked: u64,
    /// Accuracy on the others.
    pub accuracy: f64,
}

/// What a model is worth on the test part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Over all test documents.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// Without texts seen in training; absent if all were.
    pub unseen: Option<Unseen>,
    /// `official` or `hash`: where the split comes from.
    pub split: String,
    /// Documents learned from.
    pub train_documents: u64,
    /// Columns of the vocabulary.
    pub features: u64,
}

/// What a run learned from, measured or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    /// Labelled documents of the training part.
    pub documents: u64,
    /// Different labels; 0 where no document has one.
    pub labels: u64,
    /// Whether the corpus has a split of its own.
    pub official: bool,
}

/// The whole of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Name of the pipeline.
    pub pipeline: String,
    /// What was fetched from news sites, if they are its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub news: Option<super::news::NewsUpdate>,
    /// Its stages, in the order of flow.
    pub stages: Vec<StageReport>,
    /// What was learned from.
    pub learned: Learned,
    /// Null without labels, and where no document is left for the test.
    pub metrics: Option<Evaluation>,
    /// Wall time of the run.
    pub seconds: f64,
    /// Most memory the process held, 0 where the system does not tell.
    pub peak_rss_bytes: u64,
    /// Rows of the source that could not be used.
    pub skipped: u64,
}

/// Most resident memory of this process so far.
pub fn peak_rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kib.map_or(0, |kib| kib * 1024)
}
