//! `malmoi terms [NAME]`: the terms that a model goes by.

use std::collections::BTreeMap;

use malmoi::analyze::AnalyzerKind;
use malmoi::pipeline::{self, Kept, LabelTerms};
use malmoi::{Error, Result};
use serde_json::json;

use super::Context;
use super::outdated;
use super::output::{harmless, spelled};
use super::progress::Progress;

/// Whose terms.
#[derive(clap::Args)]
pub struct Arguments {
    /// The pipeline whose model is used [default: the one pipeline.toml names]
    name: Option<String>,
    /// How many terms to show for each label
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Only the terms of this label
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Shows the strongest terms of each label.
///
/// # Errors
/// If there is no model, or it has no such label.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = context.pipeline_name(arguments.name.as_deref())?;
    let progress = Progress::start(context.is_quiet())?;
    let model = pipeline::load_model(&context.state()?, &name, &progress)?;
    progress.finish();
    outdated::warn(&name, Kept::Model, context);
    if let Some(label) = arguments.label.as_ref().filter(|label| !model.labels.contains(label)) {
        let known: Vec<String> = model.labels.iter().map(|known| format!("`{known}`")).collect();
        return Err(Error::usage(format!("the model has no label `{label}`"))
            .hinted(format!("its labels are {}", known.join(", "))));
    }
    let mut terms = pipeline::strongest_terms(&model, arguments.top);
    terms.retain(|one| arguments.label.as_ref().is_none_or(|label| one.label == *label));
    if arguments.json {
        let labels: BTreeMap<_, _> = terms.iter().map(|one| (&one.label, &one.terms)).collect();
        return context.output().json(&json!({ "pipeline": name, "labels": labels }));
    }
    let analyzer = model.encoder.analyze.analyzer;
    let tables: Vec<String> = terms.iter().map(|one| table(one, analyzer)).collect();
    context.output().result(&tables.join("\n"))
}

fn table(terms: &LabelTerms, analyzer: AnalyzerKind) -> String {
    let lines = terms.terms.iter();
    let lines =
        lines.map(|one| format!("  {:>9.4}  {}\n", one.weight, spelled(&one.term, analyzer)));
    format!("{}\n{}", harmless(&terms.label), lines.collect::<String>())
}
