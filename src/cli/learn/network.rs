//! `malmoi learn rnn`, `cnn` and `mlp` on a pipeline's text: options, and what is shown.

use clap::ValueEnum;

use super::super::selection::Selection;
use super::curve::CurveOptions;

const HEADING: &str = "Training";

/// What all networks over text have.
#[derive(clap::Args)]
pub struct TextOptions {
    #[command(flatten)]
    pub selection: Selection,
    /// Keep it under this name [default: that of the command]
    #[arg(long = "name", value_name = "NAME")]
    pub kept_as: Option<String>,
    /// Length of a token's vector, or of a text's row with `--features svd`
    /// [default: 128]
    #[arg(long, value_name = "N")]
    pub dimensions: Option<usize>,
    /// Leave out terms of fewer training documents
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub min_count: usize,
    /// Read no more tokens of a text
    #[arg(long, value_name = "N", default_value_t = 400)]
    pub longest: usize,
    /// Start from the vectors of this embedding (`malmoi embed`) instead of random ones
    #[arg(long, value_name = "NAME", conflicts_with = "dimensions")]
    pub embedding: Option<String>,
    /// Leave the vectors as they are
    #[arg(long, requires = "embedding")]
    pub frozen: bool,
    /// Leave the test part alone, while settings are chosen by the validation part
    #[arg(long)]
    pub no_test: bool,
    #[command(flatten)]
    pub training: NetworkTraining,
    #[command(flatten)]
    pub curve: CurveOptions,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// How a network is trained.
#[derive(clap::Args)]
pub struct NetworkTraining {
    /// How often each example is shown, at most [default: 10; rows of a table: 1000]
    #[arg(long, value_name = "N", help_heading = HEADING)]
    pub epochs: Option<usize>,
    /// Examples between two steps [default: 64; rows of a table: 32]
    #[arg(long, value_name = "N", help_heading = HEADING)]
    pub batch_size: Option<usize>,
    /// How a step follows from the slope
    #[arg(long, value_name = "NAME", default_value = "adam", help_heading = HEADING)]
    pub optimizer: StepName,
    /// Length of the steps [default: 0.001; for a table: 0.1]
    #[arg(long, value_name = "RATE", help_heading = HEADING)]
    pub learning_rate: Option<f64>,
    /// How that changes from step to step
    #[arg(long, value_name = "NAME", default_value = "constant", help_heading = HEADING)]
    pub schedule: ScheduleName,
    /// Shorten slopes that are longer; 0: never
    #[arg(long, value_name = "LENGTH", default_value_t = 5.0, help_heading = HEADING)]
    pub clip: f64,
    /// End after so many epochs without a better validation loss [default: 2; for a table: 50]
    #[arg(long, value_name = "EPOCHS", help_heading = HEADING)]
    pub patience: Option<usize>,
    /// Share of the numbers between layers that are left out while learning [default: 0.5; for
    /// a table: 0]
    #[arg(long, value_name = "SHARE", help_heading = HEADING)]
    pub dropout: Option<f64>,
    /// The same of the tokens' vectors [default: 0.3]
    #[arg(long, value_name = "SHARE", help_heading = HEADING)]
    pub token_dropout: Option<f64>,
    /// Add this much of a weight to its slope: a penalty on large ones [default: 0; for
    /// a table: 0.003]
    #[arg(long, value_name = "X", help_heading = HEADING)]
    pub weight_decay: Option<f64>,
    /// Share of each target that goes to all classes alike
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, help_heading = HEADING)]
    pub label_smoothing: f64,
    /// Seed of all that is random
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = HEADING)]
    pub seed: u64,
}

/// Optimizers of networks by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepName {
    /// Steps down the slope.
    Sgd,
    /// The same with speed that is kept.
    Momentum,
    /// Each number by the size of its own slopes.
    Adam,
}

/// Courses of the steps' length by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScheduleName {
    /// Not at all.
    Constant,
    /// Evenly to 0 at the end of the last epoch.
    Linear,
}

/// What follows a dense layer, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ActivationName {
    /// max(0, x).
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// 1 / (1 + exp(-x)).
    Sigmoid,
}

/// What makes a row of a text.
#[cfg_attr(not(feature = "neural"), expect(dead_code, reason = "it is asked for in vain"))]
pub enum TextBody {
    /// Its TF-IDF row in few dimensions, without a look at the order of tokens.
    Reduced,
    /// The mean of its tokens' vectors.
    Mean,
    /// Filters over neighbouring tokens.
    Convolution { widths: Vec<usize>, filters: usize },
    /// A recurrent network.
    Recurrent { cell: CellName, hidden: usize, pooling: PoolingName, bidirectional: bool },
}

/// A network over text, as a command asks for it.
#[cfg_attr(not(feature = "neural"), expect(dead_code, reason = "it is asked for in vain"))]
pub struct TextNet<'a> {
    /// What it is kept as, where no name is given.
    pub kind: &'a str,
    /// What makes a row of the tokens.
    pub body: TextBody,
    /// Widths of the dense layers behind it.
    pub hidden: &'a [usize],
    /// What follows each of them.
    pub activation: ActivationName,
}

/// Cells by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CellName {
    /// tanh of the sum.
    Simple,
    /// Gated recurrent unit.
    Gru,
    /// Long short-term memory.
    Lstm,
}

/// Poolings by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PoolingName {
    /// The last state.
    Last,
    /// The largest of each number.
    Max,
    /// The mean of each number.
    Mean,
}

/// What to say where networks are asked for but left out.
#[cfg(not(feature = "neural"))]
pub fn no_networks() -> malmoi::Error {
    malmoi::learn::no_networks()
}

/// Trains, measures, keeps and shows a network over text.
///
/// # Errors
/// If this build has no networks.
#[cfg(not(feature = "neural"))]
pub fn learn_text(_: &TextOptions, _: TextNet, _: &super::super::Context) -> malmoi::Result<()> {
    Err(no_networks())
}

#[cfg(feature = "neural")]
pub use super::network_run::learn_text;
