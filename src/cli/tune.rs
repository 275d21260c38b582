//! `malmoi tune`: cross-validation on the training part, written to pipeline.toml.

use malmoi::Result;
use malmoi::config;
use malmoi::pipeline::{self, TuneOptions, Tuned};

use super::Context;
use super::progress::Progress;
use super::selection::Selection;

/// Choose recipe, C and calibration.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Number of folds
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u8).range(2..=50))]
    folds: u8,
    /// Keep the recipe; choose C and calibration only
    #[arg(long)]
    keep_recipe: bool,
    /// Show the choice and leave pipeline.toml as it is
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Tunes the pipeline and writes the choice down.
///
/// # Errors
/// The source's, or if pipeline.toml cannot be written.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let pipeline = arguments.selection.effective(context)?.pipeline;
    let options = TuneOptions { folds: arguments.folds.into(), recipes: !arguments.keep_recipe };
    let progress = Progress::start(context.is_quiet())?;
    let tuned = pipeline::tune(&pipeline, &context.state()?, options, &progress)?;
    progress.finish();
    let path = &context.config()?.path;
    if !arguments.dry_run {
        config::write_choice(path, &pipeline, &tuned.analyze, &tuned.vectorize, &tuned.classify)?;
    }
    if arguments.json {
        return context
            .output()
            .json(&serde_json::to_value(&tuned).expect("a choice is plain data"));
    }
    let written = match arguments.dry_run {
        true => format!("{} stays as it is (--dry-run)", path.display()),
        false => format!("written to {}", path.display()),
    };
    context.output().result(&format!("{}\n{written}\n", table(&tuned, arguments.folds)))
}

fn table(tuned: &Tuned, folds: u8) -> String {
    let mut text = format!(
        "accuracy ± standard error in {folds} folds of the training part, kept together by {}\n\
         chosen: of the best recipe, the smallest C within half a standard error of its best\n\n",
        tuned.grouped_by
    );
    let mut last = "";
    for one in &tuned.candidates {
        if one.recipe != last {
            text += &format!("  {}\n", one.recipe);
            last = &one.recipe;
        }
        let mark = if *one == tuned.chosen { "  ← chosen" } else { "" };
        text += &format!(
            "    C = {:<6} {:.4} ± {:.4}{mark}\n",
            one.c, one.accuracy, one.standard_error
        );
    }
    if let Some(calibration) = &tuned.classify.calibration {
        text += &format!(
            "\n  calibration: slope {:.4}, offset {:.4}\n",
            calibration.slope, calibration.offset
        );
    }
    text
}
