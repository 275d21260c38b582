//! `malmoi show NAME --id ID`: one document, and what each room makes of it.

use malmoi::data::{Document, Html};
use malmoi::pipeline::{self, Features, Model, Stages};
use malmoi::{Error, Result, config};
use serde_json::json;

use super::Context;
use super::output::harmless;
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
    progress.finish();
    let stages = match arguments.stages {
        true => {
            let model = pipeline::find_model(&state, &pipeline.name)?;
            model.iter().for_each(|model| warn(model, &pipeline, context));
            Some(pipeline::stages(&pipeline, model.as_ref(), &document.body.0)?)
        }
        false => None,
    };
    if arguments.json {
        return context.output().json(&as_json(&document, stages.as_ref()));
    }
    let text = fields(&document) + &stages.map_or_else(|| body(&document), |one| in_rooms(&one));
    context.output().result(&text)
}

/// The row is the model's; texts and tokens are those of the settings.
fn warn(model: &Model, pipeline: &config::Pipeline, context: &Context) {
    if model.encoder.clean != pipeline.clean || model.encoder.analyze != pipeline.analyze {
        let warning = Error::usage("the model was trained with other settings than these")
            .hinted("the features shown are the model's; to learn again use `malmoi run`");
        context.output().warning(&warning);
    }
}

fn as_json(document: &Document<Html>, stages: Option<&Stages>) -> serde_json::Value {
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

fn in_rooms(stages: &Stages) -> String {
    let mut text = format!("\nsource\n{}\n", harmless(&stages.raw));
    for stage in &stages.clean {
        text += &format!("\nclean.{}\n{}\n", stage.step, harmless(&stage.text));
    }
    let terms: Vec<String> = stages.tokens.iter().map(|token| harmless(&token.term)).collect();
    text += &format!("\nanalyze: {} tokens\n{}\n", terms.len(), terms.join(" | "));
    match &stages.features {
        Some(features) => text + &row(features),
        None => text + "\nvectorize: no model is trained yet\n",
    }
}

fn row(features: &Features) -> String {
    let mut text = format!("\nvectorize: {} features\n    value   weight\n", features.row.len());
    for one in &features.row {
        text += &format!("  {:>7.4}  {:>+7.4}  {}\n", one.value, one.weight, harmless(&one.term));
    }
    text + &format!("\nclassify: {}  {:.4}\n", harmless(&features.label), features.probability)
}
