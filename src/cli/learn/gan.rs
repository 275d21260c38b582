//! `malmoi learn gan`: rows like those of a table, or of a scarce class of a pipeline.

use std::path::PathBuf;

use malmoi::Result;

use super::super::Context;
use super::super::selection::Selection;
use super::curve::CurveOptions;

/// From what, and how.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub selection: Selection,
    /// Learn from a table: CSV or TSV, packed with gzip or not
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    pub data: Option<PathBuf>,
    /// Learn from these columns [default: all]
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', requires = "data")]
    pub columns: Vec<String>,
    /// Make so many rows
    #[arg(long, value_name = "N", requires = "data")]
    pub samples: Option<usize>,
    /// Write them to this file: .tsv, .csv or .jsonl, packed with `.gz`
    #[arg(long, value_name = "FILE", requires = "data")]
    pub output: Option<PathBuf>,
    /// Ask whether made rows of this label help, if few documents have it
    #[arg(long, value_name = "LABEL", conflicts_with = "data", requires = "scarce")]
    pub augment: Option<String>,
    /// How many documents of the label there are then
    #[arg(long, value_name = "N", requires = "augment")]
    pub scarce: Option<usize>,
    /// Numbers of a reduced row
    #[arg(long, value_name = "N", default_value_t = 50, requires = "augment")]
    pub dimensions: usize,
    /// Number of folds
    #[arg(long, value_name = "N", default_value_t = 5, requires = "augment", value_parser = clap::value_parser!(u8).range(2..=20))]
    pub folds: u8,
    /// Numbers that the generator is given [default: 8]
    #[arg(long, value_name = "N")]
    pub noise: Option<usize>,
    /// Widths of the hidden layers of both networks
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "32,32")]
    pub hidden: Vec<usize>,
    /// How often each network steps
    #[arg(long, value_name = "N", default_value_t = 3_000)]
    pub steps: usize,
    /// Rows of a step
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub batch_size: usize,
    /// Length of a step
    #[arg(long, value_name = "RATE", default_value_t = 0.001)]
    pub learning_rate: f64,
    /// Seed of all that is random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub curve: CurveOptions,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Trains the generator, and says how near its rows are, or whether they help.
///
/// # Errors
/// If the input cannot be learned from, or the training diverges.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    learn(arguments, context)
}

#[cfg(not(feature = "neural"))]
fn learn(_: &Arguments, _: &Context) -> Result<()> {
    Err(super::network::no_networks())
}

#[cfg(feature = "neural")]
use super::gan_run::learn;
