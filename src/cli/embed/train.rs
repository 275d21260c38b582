//! `malmoi embed train [NAME]`

use clap::ValueEnum;
use malmoi::Result;
use malmoi::config::Overrides;
use malmoi::learn::embed::{EmbedParams, Method, SubwordKind};
use malmoi::pipeline::{self, EmbedReport};
use serde_json::json;

use super::super::Context;
use super::super::learn::curve::CurveOptions;
use super::super::progress::Progress;
use super::super::selection::Selection;

/// What to train, and on what.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Keep it by this name [default: that of the pipeline]
    #[arg(long = "name", value_name = "OTHER")]
    kept_as: Option<String>,
    /// Leave out documents whose text stands in the test part of this pipeline too
    #[arg(long, value_name = "PIPELINE")]
    leave_out: Option<String>,
    /// What is told from what
    #[arg(long, value_enum, default_value_t = MethodName::SkipGram)]
    method: MethodName,
    /// Parts of words that have vectors of their own; unknown words are made of them
    #[arg(long, value_enum, default_value_t = SubwordName::None)]
    subwords: SubwordName,
    /// Numbers of a vector
    #[arg(long, value_name = "N", default_value_t = 100)]
    dimensions: usize,
    /// Words on each side that count, at most
    #[arg(long, value_name = "N", default_value_t = 5)]
    window: usize,
    /// Words drawn against each that stands there
    #[arg(long, value_name = "N", default_value_t = 5)]
    negative: usize,
    /// Leave words that make up more than this share out now and then; 0: never
    #[arg(long, value_name = "SHARE", default_value_t = 1e-3)]
    sample: f64,
    /// Words that occur less often get no vector
    #[arg(long, value_name = "N", default_value_t = 5)]
    min_count: u64,
    /// Passes over the documents
    #[arg(long, value_name = "N", default_value_t = 5)]
    epochs: usize,
    /// Size of the first steps; it falls evenly to 0.0001
    #[arg(long, value_name = "RATE", default_value_t = 0.025)]
    learning_rate: f32,
    /// Vectors that parts of words share
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    buckets: usize,
    /// Of all that is drawn; with --threads 1 the same seed gives the same file
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    curve: CurveOptions,
    /// Say what was made as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MethodName {
    /// A word from each word around it
    SkipGram,
    /// A word from the mean of those around it; faster, for large corpora
    Cbow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SubwordName {
    /// None
    None,
    /// Runs of 3 to 6 characters, as fastText has them
    Characters,
    /// Runs of 1 to 4 characters, for Korean
    Syllables,
    /// Those, and runs of 3 to 5 letters of the syllables
    Jamo,
}

impl Arguments {
    fn params(&self) -> EmbedParams {
        EmbedParams {
            method: match self.method {
                MethodName::SkipGram => Method::SkipGram,
                MethodName::Cbow => Method::Cbow,
            },
            subwords: match self.subwords {
                SubwordName::None => SubwordKind::None,
                SubwordName::Characters => SubwordKind::Characters,
                SubwordName::Syllables => SubwordKind::Syllables,
                SubwordName::Jamo => SubwordKind::Jamo,
            },
            dimensions: self.dimensions,
            window: self.window,
            negative: self.negative,
            sample: self.sample,
            min_count: self.min_count,
            epochs: self.epochs,
            learning_rate: self.learning_rate,
            buckets: self.buckets,
            seed: self.seed,
        }
    }
}

/// Trains and keeps.
///
/// # Errors
/// A setting out of bounds, the source's, or a training that diverges.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let params = arguments.params();
    params.check()?;
    arguments.curve.check()?;
    let pipeline = arguments.selection.effective(context)?.pipeline;
    let other = match &arguments.leave_out {
        Some(name) => {
            let overrides = Overrides::new(std::env::vars_os(), &[])?;
            Some(context.config()?.pipeline(Some(name), &overrides)?)
        }
        None => None,
    };
    let name = arguments.kept_as.as_ref().unwrap_or(&pipeline.name);
    let progress = Progress::start(context.is_quiet())?;
    let state = context.state()?;
    let report =
        pipeline::train_embedding(&pipeline, other.as_ref(), &state, name, &params, &progress)?;
    progress.finish();
    if arguments.json {
        arguments.curve.write(&report.curve)?;
        return context.output().json(&json!(report));
    }
    context.output().note(&shown(&report))?;
    arguments.curve.show(&report.curve, context)
}

fn shown(report: &EmbedReport) -> String {
    let losses = report.curve.series.first().map_or(&[][..], |losses| &losses.points[..]);
    let losses: String = losses
        .iter()
        .map(|(epoch, loss)| format!("  epoch {epoch:>3}  loss {loss:.4}\n"))
        .collect();
    let left_out = match report.left_out {
        0 => String::new(),
        count => format!(", {count} of test parts left out"),
    };
    format!(
        "{losses}{} terms × {} numbers from {} documents{left_out}\n\
         {} words, {} times, in {:.1} s: {:.0} a second, {} threads\n  {}\n",
        report.terms,
        report.dimensions,
        report.documents,
        report.words,
        report.epochs,
        report.seconds,
        report.words_per_second,
        report.threads,
        report.file.display(),
    )
}
