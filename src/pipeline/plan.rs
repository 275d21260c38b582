//! What a run would do, and why, without doing it.

use std::fmt;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use super::fingerprint::{self, Fingerprints};
use super::search;
use super::shelf::{Kept, Shelf};
use crate::config::Pipeline;
use crate::error::Result;
use crate::source;

/// The stages of a pipeline and what would become of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Name of the pipeline.
    pub pipeline: String,
    /// Its stages, in the order of flow.
    pub stages: Vec<PlannedStage>,
}

/// One stage of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedStage {
    /// The room's name.
    pub stage: &'static str,
    /// `run` or `cached`.
    pub would: &'static str,
    /// Why.
    pub why: String,
}

/// Plans a run of `pipeline` with the results kept in `state`.
///
/// # Errors
/// If the manifest or a file to be read is damaged.
pub fn plan(pipeline: &Pipeline, state: &Path) -> Result<Plan> {
    let shelf = Shelf::open(state, &pipeline.name)?;
    let found = match super::download::found(&pipeline.source, state)? {
        Some(path) if path.exists() => path,
        Some(path) => {
            return Ok(everything(pipeline, &format!("`{}` does not exist", path.display())));
        }
        None => return Ok(everything(pipeline, "the source is not downloaded yet")),
    };
    let files = source::inputs(&pipeline.source, &found)?;
    let inputs = fingerprint::inputs(&files, &shelf.manifest.inputs, &AtomicBool::new(false))?;
    let wanted = Fingerprints::new(pipeline, &inputs)?;
    let mut stages = Vec::new();
    let rows = judge(
        &shelf,
        Kept::Rows,
        &wanted.rows,
        "source, clean, analyze, vectorize or the files read",
    );
    for stage in ["source", "clean", "analyze", "vectorize"] {
        stages.push(planned(stage, rows.clone()));
    }
    if pipeline.classify.enabled {
        let model = judge(&shelf, Kept::Model, &wanted.model, "classify or a stage before it");
        stages.push(planned("classify", model));
        stages.push(planned(
            "evaluate",
            judge(&shelf, Kept::Metrics, &wanted.metrics, "evaluate or a stage before it"),
        ));
    }
    if pipeline.search.is_some() {
        stages.push(planned(search::STAGE, judge_index(&shelf, &wanted.rows)));
    }
    Ok(Plan { pipeline: pipeline.name.clone(), stages })
}

type Judged = (&'static str, String);

fn judge(shelf: &Shelf, kept: Kept, fingerprint: &str, depends: &str) -> Judged {
    match (shelf.find(kept, fingerprint), shelf.manifest.kept.get(&kept)) {
        (Some(_), _) => ("cached", "nothing it depends on changed".to_owned()),
        (None, Some(entry)) if entry.fingerprint == fingerprint => {
            ("run", "its file is missing or changed".to_owned())
        }
        (None, Some(_)) => ("run", format!("changed since the last run: {depends}")),
        (None, None) => ("run", "there is no result yet".to_owned()),
    }
}

fn judge_index(shelf: &Shelf, fingerprint: &str) -> Judged {
    match search::built_documents(shelf, fingerprint) {
        Some(_) => ("cached", "nothing it depends on changed".to_owned()),
        None => ("run", "there is no index of these rows".to_owned()),
    }
}

fn planned(stage: &'static str, (would, why): Judged) -> PlannedStage {
    PlannedStage { stage, would, why }
}

fn everything(pipeline: &Pipeline, why: &str) -> Plan {
    let mut stages = vec!["source", "clean", "analyze", "vectorize"];
    if pipeline.classify.enabled {
        stages.extend(["classify", "evaluate"]);
    }
    stages.extend(pipeline.search.as_ref().map(|_| search::STAGE));
    let stages = stages.into_iter().map(|stage| planned(stage, ("run", why.to_owned()))).collect();
    Plan { pipeline: pipeline.name.clone(), stages }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "pipeline {}\n", self.pipeline)?;
        for stage in &self.stages {
            writeln!(f, "  {:<10} {:<7} {}", stage.stage, stage.would, stage.why)?;
        }
        Ok(())
    }
}
