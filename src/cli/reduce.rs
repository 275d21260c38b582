//! `malmoi reduce`: the documents of a pipeline along a few axes.

mod text;
mod written;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use malmoi::Result;
use malmoi::pipeline::{self, ReduceOptions, Reduced, Reduction, RowsOf};
use serde_json::json;

use super::Context;
use super::progress::Progress;
use super::selection::Selection;
use written::Target;

/// How the axes are found.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// The axes along which documents differ most (principal components)
    Pca(Common),
    /// The axes that tell the labels apart best (linear discriminant analysis); where two
    /// labels give one axis only, the next is that of most variance in what it leaves
    Lda(Lda),
    /// The directions of the truncated singular value decomposition as they are
    Svd(Common),
}

#[derive(clap::Args)]
struct Lda {
    #[command(flatten)]
    common: Common,
    /// Draw the spread within the labels towards a ball, 0 to 1: helps with few documents
    #[arg(long, value_name = "SHARE")]
    shrinkage: Option<f64>,
}

#[derive(clap::Args)]
struct Common {
    #[command(flatten)]
    selection: Selection,
    /// How many axes; a map shows the first two
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=500))]
    dimensions: u16,
    /// A map (.svg), or the coordinates as a table (.tsv, .csv, .jsonl)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Whose documents are laid along the axes, which the training part alone defines
    #[arg(long, value_name = "PART", default_value = "all")]
    part: Part,
    /// Dimensions that the TF-IDF rows are first reduced to
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=500))]
    svd_dimensions: u16,
    /// Only so many terms, the most frequent ones
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    terms: u32,
    /// How many terms to show for each end of an axis
    #[arg(long, value_name = "N", default_value_t = 8)]
    top: usize,
    /// No more documents on a map, each label with its share
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    points: u32,
    /// No more terms on a map
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u8).range(0..=60))]
    arrows: u8,
    /// Of the directions that are begun with, and of the documents on a map
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Parts of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// What the axes are learned from.
    Train,
    /// What is only laid onto them.
    Test,
    /// Train, then test.
    All,
}

/// Reduces the documents, says what the axes are worth and writes the file asked for.
///
/// # Errors
/// The source's, if the labels or documents do not give so many axes, or if the file
/// cannot be written.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.action {
        Action::Pca(common) => reduce(common, Reduction::Pca, context),
        Action::Svd(common) => reduce(common, Reduction::Svd, context),
        Action::Lda(lda) => {
            reduce(&lda.common, Reduction::Lda { shrinkage: lda.shrinkage }, context)
        }
    }
}

fn reduce(arguments: &Common, reduction: Reduction, context: &Context) -> Result<()> {
    let pipeline = arguments.selection.effective(context)?.pipeline;
    let state = context.state()?;
    let target = arguments.output.as_deref();
    let target = target.map(|path| Target::of(path, arguments.dimensions)).transpose()?;
    if let Some(target) = &target {
        target.spare(&pipeline, &context.config()?.path, &state)?;
    }
    let options = ReduceOptions {
        reduction,
        dimensions: arguments.dimensions.into(),
        svd_dimensions: arguments.svd_dimensions.into(),
        terms: arguments.terms as usize,
        part: arguments.part.into(),
        top: arguments.top,
        seed: arguments.seed,
    };
    let progress = Progress::start(context.is_quiet())?;
    let reduced = pipeline::reduce(&pipeline, &state, &options, &progress)?;
    progress.finish();
    let analyzer = pipeline.analyze.analyzer;
    if let Some(target) = &target {
        let drawing = written::Drawing {
            name: &pipeline.name,
            reduction,
            analyzer,
            points: arguments.points as usize,
            arrows: arguments.arrows.into(),
            seed: arguments.seed,
        };
        target.write(&reduced, &drawing)?;
    }
    if arguments.json {
        return context.output().json(&as_json(&pipeline.name, &options, &reduced, &target));
    }
    context.output().result(&text::table(&reduced, analyzer))?;
    match target {
        Some(target) => context.output().note(&format!("\nwritten to {}\n", target.shown())),
        None => Ok(()),
    }
}

fn as_json(
    name: &str,
    options: &ReduceOptions,
    reduced: &Reduced,
    target: &Option<Target>,
) -> serde_json::Value {
    json!({
        "pipeline": name,
        "method": written::method(options.reduction),
        "learned_from": reduced.learned_from,
        "terms": reduced.terms.0.len(),
        "svd_dimensions": reduced.svd_dimensions,
        "svd_explained_variance_ratio": reduced.svd_variance,
        "axes": reduced.axes,
        "documents": reduced.documents.len(),
        "output": target.as_ref().map(Target::shown),
    })
}

impl From<Part> for RowsOf {
    fn from(part: Part) -> Self {
        match part {
            Part::Train => RowsOf::Train,
            Part::Test => RowsOf::Test,
            Part::All => RowsOf::All,
        }
    }
}
