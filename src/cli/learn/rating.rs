//! `malmoi learn linear NAME`: the ratings of a pipeline's documents.

use std::path::{Path, PathBuf};

use malmoi::analyze::AnalyzerKind;
use malmoi::files::{Format, RowWriter};
use malmoi::learn::Measures;
use malmoi::pipeline::{self, Alpha, Rated, Rater, RatingOptions, WeightedTerm};
use malmoi::{Error, Result};
use serde_json::json;

use super::super::Context;
use super::super::output::{harmless, spelled};
use super::super::progress::Progress;
use super::linear::{Arguments, measured};
use super::table::losses;
use super::training::described;

const HEADING: &str = "Ratings of a pipeline";

/// How ratings are learned.
#[derive(clap::Args)]
pub struct RatingArguments {
    /// Strength of the penalty, as in scikit-learn's Ridge; `auto` chooses it by
    /// cross-validation on the training part [default: 1]
    #[arg(long, value_name = "ALPHA", help_heading = HEADING)]
    alpha: Option<String>,
    /// Number of folds for `--alpha auto` [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=50), help_heading = HEADING)]
    folds: Option<u8>,
    /// Do not keep predictions within the ratings that were seen
    #[arg(long, help_heading = HEADING)]
    no_clip: bool,
    /// How many terms to show on either side [default: 15]
    #[arg(long, value_name = "N", help_heading = HEADING)]
    top: Option<usize>,
    /// Write the weights of all terms: .tsv, .csv or .jsonl, packed with `.gz`
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    output: Option<PathBuf>,
}

impl RatingArguments {
    /// For tables: none of them means anything there.
    ///
    /// # Errors
    /// If one is given.
    pub fn refuse(&self) -> Result<()> {
        let given = [
            ("--alpha", self.alpha.is_some()),
            ("--folds", self.folds.is_some()),
            ("--no-clip", self.no_clip),
            ("--top", self.top.is_some()),
            ("--output", self.output.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Error::usage(format!("{name} is for the ratings of a pipeline"))
                    .hinted("a table has --l2 for a penalty"))
            }
        }
    }

    fn alpha(&self) -> Result<Alpha> {
        let folds = self.folds.unwrap_or(5).into();
        match self.alpha.as_deref().unwrap_or("1") {
            "auto" => Ok(Alpha::Chosen { folds }),
            text => match text.parse::<f64>() {
                Ok(alpha) if alpha.is_finite() && alpha >= 0.0 => Ok(Alpha::Fixed(alpha)),
                _ => Err(Error::usage(format!("--alpha is `{text}`"))
                    .hinted("give a number from 0 on, or `auto`")),
            },
        }
    }
}

/// Learns the ratings and shows what they are worth.
///
/// # Errors
/// If no document has a rating, or the training diverges.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let given = &arguments.rating;
    let descent = arguments.training.params_if_named()?;
    let options = RatingOptions {
        alpha: given.alpha()?,
        descent,
        clip: !given.no_clip,
        top: given.top.unwrap_or(15),
    };
    given.output.as_deref().map(Format::of).transpose()?;
    let pipeline = arguments.selection.effective(context)?.pipeline;
    let progress = Progress::start(context.is_quiet())?;
    let (rated, rater) =
        pipeline::learn_ratings(&pipeline, &context.state()?, &options, &progress)?;
    progress.finish();
    if let Some(path) = &given.output {
        write(path, &rater)?;
    }
    let asked = arguments.predict.iter().map(String::as_str);
    let ratings: Vec<(&str, f64)> = asked.clone().zip(rater.rate(asked)).collect();
    if arguments.json {
        arguments.curve.write(&rated.curve)?;
        let mut shown = serde_json::to_value(&rated).expect("numbers and terms are plain data");
        shown["pipeline"] = json!(pipeline.name);
        shown["intercept"] = json!(rater.intercept());
        let ratings =
            ratings.iter().map(|(text, rating)| json!({ "text": text, "rating": rating }));
        shown["predictions"] = ratings.collect();
        return context.output().json(&shown);
    }
    let how = descent.as_ref().map_or("conjugate gradients".to_owned(), described);
    let mut text = as_text(&rated, &how, pipeline.analyze.analyzer);
    text += &losses(&rated.curve, arguments.training.is_every_asked());
    if !ratings.is_empty() {
        text += "\n  rating\n";
    }
    for (asked, rating) in ratings {
        text += &format!("  {rating:>6.2}  {}\n", harmless(asked));
    }
    context.output().result(&text)?;
    arguments.curve.show(&rated.curve, context)
}

fn write(path: &Path, rater: &Rater) -> Result<()> {
    let header = ["term", "weight"].map(str::to_owned);
    let mut writer = RowWriter::create(Some(path), Format::of(path)?, true, &header)?;
    for (term, weight) in rater.weights() {
        writer.write(&[term, weight.to_string()])?;
    }
    writer.finish()
}

fn as_text(rated: &Rated, how: &str, analyzer: AnalyzerKind) -> String {
    let mut text = format!(
        "learned from {} documents, {} features: {how}, alpha = {}\nmeasured on {} others ({} split)",
        rated.train_documents, rated.features, rated.alpha, rated.test_documents, rated.split
    );
    if rated.left_out > 0 {
        text += &format!("; {} without a rating or a part were left out", rated.left_out);
    }
    text += "\n\n";
    let (low, high) = rated.range;
    let lines = [
        ("as predicted".to_owned(), &rated.test),
        (format!("kept within {low}–{high}"), &rated.clipped),
        ("the mean for all".to_owned(), &rated.baseline),
    ];
    for (name, measures) in lines {
        let measures =
            measures.as_ref().map_or("–".to_owned(), |found: &Measures| measured(found));
        text += &format!("  {name:<19} {measures}\n");
    }
    if rated.converged == Some(false) {
        text += "\n  the solver ran out of steps before the optimum\n";
    }
    if let Some(grouped_by) = rated.grouped_by {
        text += &format!(
            "\n  alpha by cross-validation on the training part, kept together by {grouped_by}\n"
        );
        for one in &rated.tried {
            let mark = if one.alpha == rated.alpha { "  ← chosen" } else { "" };
            text += &format!(
                "    {:<5} RMSE {:.4} ± {:.4}{mark}\n",
                one.alpha, one.rmse, one.standard_error
            );
        }
    }
    for (name, terms) in [("lift a rating", &rated.high), ("lower a rating", &rated.low)] {
        text += &format!("\n  terms that {name} most\n");
        text += &terms.iter().map(|one| term(one, analyzer)).collect::<String>();
    }
    text
}

fn term(one: &WeightedTerm, analyzer: AnalyzerKind) -> String {
    format!("    {:>+9.4}  {}\n", one.weight, spelled(&one.term, analyzer))
}
