//! What is asked of a report, on top of the settings of its pipeline.

use chrono::NaiveDate;

use crate::analyze::AnalyzerKind;
use crate::config::Pipeline;
use crate::data::Zone;
use crate::error::Result;
use crate::trends::By;

/// What is asked of a report; what is absent is as the settings say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// First day; that of the first document if absent.
    pub since: Option<NaiveDate>,
    /// Last day; that of the last document if absent, but no later than today.
    pub until: Option<NaiveDate>,
    /// Length of a period.
    pub by: Option<By>,
    /// Time zone of all days.
    pub zone: Option<Zone>,
    /// Words with a section each, in the place of those of the settings.
    pub watch: Option<Vec<String>>,
}

/// The time zone of a pipeline's reports: `report.zone`, else Seoul's where the settings
/// name Korean (an analyzer that knows it, or a model for its language), else UTC.
///
/// # Errors
/// If there is no such zone.
pub fn zone_of(pipeline: &Pipeline) -> Result<Zone> {
    let is_korean = matches!(pipeline.analyze.analyzer, AnalyzerKind::Korean | AnalyzerKind::Auto)
        || pipeline.score.models.contains_key("ko");
    match &pipeline.report.zone {
        Some(name) => Zone::named(name),
        None if is_korean => Zone::named("Asia/Seoul"),
        None => Ok(Zone::UTC),
    }
}
