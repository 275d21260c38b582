//! Dated documents with labels → what moved, and whether it is more than noise.
//!
//! In: days, counts and terms. Out: periods, shares with their confidence bands, tests,
//! terms that rise. Pure: numbers in, numbers out; [`report`](crate::report) brings them
//! together.

mod calendar;
mod false_discovery;
mod log_odds;
mod proportions;
mod stability;
mod wilson;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use calendar::By;
pub use false_discovery::adjusted;
pub use log_odds::{LogOdds, TermCounts, log_odds};
pub use proportions::{Move, moved, two_sided};
pub use stability::{Histogram, stability_index};
pub use wilson::{Band, band};

/// `[pipeline.NAME.report]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReportParams {
    /// Length of a period.
    pub by: By,
    /// Time zone of all days; `Asia/Seoul` if the settings name Korean, else `UTC`.
    pub zone: Option<String>,
    /// Below this probability of its label a document is unsure.
    pub unsure_below: f64,
    /// How many sources, labels, movers and rising terms are shown.
    pub top: u32,
    /// The accepted share of false alarms among moves called more than noise.
    pub false_discovery_rate: f64,
    /// Fewest documents before and after of what is tested for a move.
    pub fewest: u32,
    /// Words with a section each.
    pub watch: Vec<String>,
    /// The column whose values are shown beside sources; the label if absent.
    pub topic: Option<String>,
    /// The label that rises when things get better; `positive`, else the last one.
    pub positive: Option<String>,
    /// The label that rises when things get worse; `negative`, else the first other one.
    pub negative: Option<String>,
}

impl Default for ReportParams {
    fn default() -> Self {
        ReportParams {
            by: By::Week,
            zone: None,
            unsure_below: 0.65,
            top: 20,
            false_discovery_rate: 0.05,
            fewest: 30,
            watch: Vec::new(),
            topic: None,
            positive: None,
            negative: None,
        }
    }
}

/// More watched words than this are no watching.
pub const MOST_WATCHED: usize = 64;
