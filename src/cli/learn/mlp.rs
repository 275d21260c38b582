//! `malmoi learn mlp`: dense layers over a table's columns, or over a pipeline's text.

use std::path::PathBuf;

use clap::ValueEnum;
use malmoi::{Error, Result};

use super::super::Context;
use super::network::{ActivationName, TextBody, TextNet, TextOptions, learn_text};
use super::table::ColumnOptions;

/// From what, and how.
#[derive(clap::Args)]
pub struct Arguments {
    /// Learn from a table instead of a pipeline: CSV or TSV, packed with gzip or not
    #[arg(long, value_name = "FILE", requires = "target", conflicts_with = "name")]
    pub data: Option<PathBuf>,
    /// The column of the table that is learned
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// The target is a number, not a class
    #[arg(long)]
    pub number: bool,
    #[command(flatten)]
    pub columns: ColumnOptions,
    /// Predict a row `a,b,…` (repeatable)
    #[arg(long, value_name = "ROW", allow_hyphen_values = true)]
    pub predict: Vec<String>,
    /// Share of the table's rows that say when to end
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub validation: f64,
    /// What a text is to the network
    #[arg(long, value_name = "NAME", default_value = "embedding", conflicts_with = "data")]
    pub features: FeaturesName,
    /// Widths of the hidden layers
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "64")]
    pub hidden: Vec<usize>,
    /// What follows each of them [default: tanh for tables, relu for text]
    #[arg(long, value_name = "NAME")]
    pub activation: Option<ActivationName>,
    #[command(flatten)]
    pub text: TextOptions,
}

/// What a text is to a network of dense layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FeaturesName {
    /// The mean of its tokens' vectors.
    Embedding,
    /// Its TF-IDF row in few dimensions.
    Svd,
}

/// Trains the network, and says what it is worth.
///
/// # Errors
/// If the input cannot be learned from, or the training diverges.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    if !(0.0..0.9).contains(&arguments.validation) {
        return Err(Error::usage(format!("--validation is {}", arguments.validation))
            .hinted("give a share from 0 to less than 0.9"));
    }
    if arguments.data.is_some() {
        refuse(&arguments.of_texts(), "a pipeline's texts, not for a table")?;
        return learn_table(arguments, context);
    }
    refuse(&arguments.of_tables(), "a table (--data), not for a pipeline's texts")?;
    let activation = arguments.activation.unwrap_or(ActivationName::Relu);
    let hidden = &arguments.hidden;
    let body = match arguments.features {
        FeaturesName::Embedding => TextBody::Mean,
        FeaturesName::Svd => TextBody::Reduced,
    };
    let kind = match arguments.features {
        FeaturesName::Embedding => "mlp",
        FeaturesName::Svd => "mlp-svd",
    };
    if arguments.features == FeaturesName::Svd {
        refuse(&arguments.of_tokens(), "vectors of tokens, which `--features svd` has not")?;
    }
    let asked = TextNet { kind, body, hidden, activation };
    learn_text(&arguments.text, asked, context)
}

/// Options by name, and whether they are given.
type Given = [(&'static str, bool)];

impl Arguments {
    fn of_texts(&self) -> [(&'static str, bool); 5] {
        [
            ("--name", self.text.kept_as.is_some()),
            ("--embedding", self.text.embedding.is_some()),
            ("--dimensions", self.text.dimensions.is_some()),
            ("--no-test", self.text.no_test),
            ("--set", !self.text.selection.set.is_empty()),
        ]
    }

    fn of_tables(&self) -> [(&'static str, bool); 5] {
        [
            ("--target", self.target.is_some()),
            ("--number", self.number),
            ("--predict", !self.predict.is_empty()),
            ("--validation", self.validation > 0.0),
            ("--standardize", self.columns.standardize),
        ]
    }

    fn of_tokens(&self) -> [(&'static str, bool); 2] {
        [
            ("--embedding", self.text.embedding.is_some()),
            ("--token-dropout", self.text.training.token_dropout.is_some()),
        ]
    }
}

/// Refuses options that would have no effect.
fn refuse(given: &Given, only_for: &str) -> Result<()> {
    match given.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Error::usage(format!("{name} is for {only_for}")).hinted("leave it out"))
        }
    }
}

#[cfg(not(feature = "neural"))]
fn learn_table(_: &Arguments, _: &Context) -> Result<()> {
    Err(super::network::no_networks())
}

#[cfg(feature = "neural")]
use super::mlp_run::learn_table;
