//! `malmoi run`: everything, from the source to the metrics.

use malmoi::pipeline::{self, Learned, Outcome, Status};
use malmoi::source::SourceKind;
use malmoi::{Error, Result};

use super::Context;
use super::news;
use super::progress::Progress;
use super::selection::Selection;
use super::tour;

/// Run a pipeline.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Show which stages would run and why, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Make everything anew, whatever is kept; fetch the source again unless its
    /// sha256 is known
    #[arg(long, conflicts_with = "dry_run")]
    force: bool,
}

/// Runs the pipeline, or plans it.
///
/// # Errors
/// The pipeline's.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let pipeline = arguments.selection.effective(context)?.pipeline;
    let state = context.state()?;
    if arguments.dry_run {
        let plan = pipeline::plan(&pipeline, &state)?;
        return match arguments.json {
            true => {
                context.output().json(&serde_json::to_value(&plan).expect("a plan is plain data"))
            }
            false => context.output().result(&plan.to_string()),
        };
    }
    let progress = Progress::start(context.is_quiet())?;
    if pipeline.source.kind == SourceKind::News {
        news::train_models(&pipeline, context, &progress)?;
    }
    let outcome = pipeline::run(&pipeline, &state, arguments.force, &progress)?;
    if let (None, Some(tour), false) =
        (&arguments.selection.name, &context.config()?.tour, arguments.json)
    {
        return tour::run(tour, &outcome, &pipeline, context, &progress);
    }
    progress.finish();
    warnings(&outcome).iter().for_each(|warning| context.output().warning(warning));
    if arguments.json {
        return context
            .output()
            .json(&serde_json::to_value(&outcome).expect("an outcome is plain data"));
    }
    context.output().result(&table(&outcome, pipeline.classify.enabled, context))
}

fn table(outcome: &Outcome, is_learning: bool, context: &Context) -> String {
    let mut text = format!("pipeline {}\n\n", outcome.pipeline);
    if let Some(update) = &outcome.news {
        text += &news::shown(update, context);
        text.push('\n');
    }
    for stage in &outcome.stages {
        let status = match stage.status {
            Status::Ran => format!("{:>8.2} s", stage.seconds),
            Status::Cached => "    cached".to_owned(),
        };
        text += &format!("  {:<10} {status}  {:>9} documents\n", stage.stage, stage.documents);
    }
    text += &format!(
        "  {:<10} {:>8.2} s wall, {} MB at most\n",
        "all",
        outcome.seconds,
        outcome.peak_rss_bytes >> 20
    );
    if outcome.skipped > 0 {
        text += &format!("\n  {} rows of the source could not be used (see -v)\n", outcome.skipped);
    }
    match (&outcome.metrics, &outcome.news) {
        (Some(evaluation), _) => text + "\n" + &malmoi::report::metrics_table(evaluation),
        // Articles get their labels from the models of other pipelines.
        (None, Some(update)) => text + &news::stored(update, &outcome.pipeline),
        (None, None) if !is_learning => text,
        (None, None) => text + &unmeasured(&outcome.learned),
    }
}

fn unmeasured(learned: &Learned) -> String {
    let Learned { documents, labels, .. } = learned;
    match labels {
        0 => "\n  no labels, so nothing to learn or measure\n".to_owned(),
        _ => format!(
            "\n  learned from {documents} documents, {labels} labels; \
             no test document, so nothing is measured\n"
        ),
    }
}

/// What of the corpus is probably not meant.
fn warnings(outcome: &Outcome) -> Vec<Error> {
    let Learned { documents, labels, official } = outcome.learned;
    let mut warnings = Vec::new();
    if outcome.metrics.is_none() && labels > 0 {
        let hint = match official {
            true => {
                "the corpus has a split of its own; let its `split` column, or the name of \
                a second file, say `test`"
            }
            false => "raise `evaluate.test_size`, or give each label more documents",
        };
        warnings.push(Error::data("the model is not measured").hinted(hint));
    }
    // Of two documents with a label of their own each, one may be right.
    if labels > 2 && labels * 2 > documents {
        let message = format!("there are {labels} labels for {documents} documents to learn from");
        let hint = "a label stands for many documents; is `source.columns.label` the right column?";
        warnings.push(Error::data(message).hinted(hint));
    }
    warnings
}
