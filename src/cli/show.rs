//! `malmoi show NAME --id ID`: one document, and what each room makes of it.

use malmoi::Result;
use malmoi::analyze::AnalyzerKind;
use malmoi::config::Pipeline;
use malmoi::data::{Document, Html};
use malmoi::pipeline::{self, Features, Kept, Model, Stages};
use serde_json::json;

use super::Context;
use super::outdated;
use super::output::{harmless, spelled};
use super::progress::Progress;
use super::selection::Selection;

/// Which document.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// The document's id
    #[arg(long)]
    id: String,
    /// Also show the text after each step, its tokens and its row
    #[arg(long)]
    stages: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Finds the document and shows it.
///
/// # Errors
/// If there is no such document, or a setting, source or model cannot be used.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let pipeline = arguments.selection.effective(context)?.pipeline;
    let state = context.state()?;
    let progress = Progress::start(context.is_quiet())?;
    let document = pipeline::find_document(&pipeline, &state, &arguments.id, &progress)?;
    let stages = match arguments.stages {
        true => {
            pipeline::dictionary::ensure_for(&pipeline.analyze, &progress)?;
            let model = pipeline::find_model(&state, &pipeline.name, &progress)?;
            // The row is the model's; texts and tokens are those of the settings.
            outdated::warn_of(&pipeline, Kept::Model, context);
            let stages = pipeline::stages(&pipeline, model.as_ref(), &document.body.0)?;
            Some((stages, analyzers(&pipeline, model.as_ref())))
        }
        false => None,
    };
    progress.finish();
    if arguments.json {
        return context.output().json(&as_json(&document, stages.map(|(one, _)| one)));
    }
    let shown = match stages {
        Some((stages, analyzers)) => in_rooms(&stages, analyzers),
        None => body(&document),
    };
    let text = fields(&document) + &shown;
    context.output().result(&text)
}

/// What the terms shown are made of: those of `analyze`, and those of the row.
type Analyzers = (AnalyzerKind, AnalyzerKind);

fn analyzers(pipeline: &Pipeline, model: Option<&Model>) -> Analyzers {
    let of_settings = pipeline.analyze.analyzer;
    (of_settings, model.map_or(of_settings, |model| model.encoder.analyze.analyzer))
}

fn as_json(document: &Document<Html>, stages: Option<Stages>) -> serde_json::Value {
    let mut shown = json!({
        "id": document.id,
        "label": document.label,
        "rating": document.rating,
        "split": document.split,
        "group": document.group,
        "date": document.date,
        "source": document.source,
        "title": document.title,
        "text": document.body.0,
        "extra": document.extra,
    });
    if let Some(stages) = stages {
        shown["stages"] = serde_json::to_value(stages).expect("stages are plain data");
    }
    shown
}

fn fields(document: &Document<Html>) -> String {
    let split = document.split.map(|split| format!("{split:?}").to_lowercase());
    let rating = document.rating.map(|rating| rating.to_string());
    let fields = [
        ("id", Some(&document.id)),
        ("label", document.label.as_ref()),
        ("rating", rating.as_ref()),
        ("split", split.as_ref()),
        ("group", document.group.as_ref()),
        ("date", document.date.as_ref()),
        ("source", document.source.as_ref()),
        ("title", document.title.as_ref()),
    ];
    let known = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let mut text: String =
        known.map(|(name, value)| format!("{name:<7} {}\n", harmless(value))).collect();
    for (name, value) in &document.extra {
        text += &format!("{:<7} {value}\n", harmless(name));
    }
    text
}

fn body(document: &Document<Html>) -> String {
    format!("\n{}\n", harmless(&document.body.0))
}

fn in_rooms(stages: &Stages, (of_settings, of_model): Analyzers) -> String {
    let mut text = format!("\nsource\n{}\n", harmless(&stages.raw));
    for stage in &stages.clean {
        text += &format!("\nclean.{}\n{}\n", stage.step, harmless(&stage.text));
    }
    let terms: Vec<String> =
        stages.tokens.iter().map(|token| spelled(&token.term, of_settings)).collect();
    text += &format!("\nanalyze: {} tokens\n{}\n", terms.len(), terms.join(" | "));
    match &stages.features {
        Some(features) => text + &row(features, of_model),
        None => text + "\nvectorize: no model is trained yet\n",
    }
}

fn row(features: &Features, analyzer: AnalyzerKind) -> String {
    let mut text = format!("\nvectorize: {} features\n    value   weight\n", features.row.len());
    for one in &features.row {
        let term = spelled(&one.term, analyzer);
        text += &format!("  {:>7.4}  {:>+7.4}  {term}\n", one.value, one.weight);
    }
    text + &format!("\nclassify: {}  {:.4}\n", harmless(&features.label), features.probability)
}
