//! Settings of `report` that make no sense.

use super::super::shape::quoted;
use super::Findings;
use crate::data::Zone;
use crate::trends::{MOST_WATCHED, ReportParams};

/// Longer lists are read by nobody, and make a report that is slow to open.
const MOST_SHOWN: u32 = 1000;

/// Checks one room.
pub(super) fn check_report(params: &ReportParams, findings: &mut Findings) {
    if let Some(problem) = params.zone.as_deref().and_then(|zone| Zone::named(zone).err()) {
        let message = format!("setting `report.zone`: {problem}");
        findings.push("report.zone", message, problem.hint().unwrap_or_default(), false);
    }
    let share = |number: f64| (0.0..=1.0).contains(&number);
    let hint = "0.65 sets a tenth of film reviews aside; 0 sets none";
    let is = &params.unsure_below;
    findings.need(share(*is), "report.unsure_below", is, "between 0 and 1", hint);
    let is = &params.false_discovery_rate;
    let hint = "0.05 accepts one false alarm in twenty";
    findings.need(share(*is), "report.false_discovery_rate", is, "between 0 and 1", hint);
    let holds = (1..=MOST_SHOWN).contains(&params.top);
    let must = format!("from 1 to {MOST_SHOWN}");
    findings.need(holds, "report.top", &params.top, &must, "20 fit on a page");
    let hint = "30 is usual: of fewer documents the test says too much";
    findings.need(params.fewest > 0, "report.fewest", &0, "at least 1", hint);
    check_watch(&params.watch, findings);
    if params.positive.is_some() && params.positive == params.negative {
        let is = quoted(params.negative.as_deref().unwrap_or_default());
        let hint = "name two different labels of the model";
        findings.need(false, "report.negative", &is, "another label than `positive`", hint);
    }
}

fn check_watch(words: &[String], findings: &mut Findings) {
    let must = format!("at most {MOST_WATCHED} words");
    let is = format!("a list of {}", words.len());
    let hint = "each has a section of its own; make two pipelines of them";
    findings.need(words.len() <= MOST_WATCHED, "report.watch", &is, &must, hint);
    let is_blank = words.iter().any(|word| word.trim().is_empty());
    let message = "setting `report.watch` holds an empty word".to_owned();
    if is_blank {
        findings.push("report.watch", message, "write [\"삼성전자\", \"battery\"]", false);
    }
}
