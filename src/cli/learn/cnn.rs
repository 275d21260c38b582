//! `malmoi learn cnn NAME`: filters over neighbouring tokens of a pipeline's texts.

use malmoi::Result;

use super::super::Context;
use super::network::{ActivationName, TextBody, TextNet, TextOptions, learn_text};

/// What looks.
#[derive(clap::Args)]
pub struct Arguments {
    /// How many neighbours a filter sees
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1,2,3,4")]
    widths: Vec<usize>,
    /// Filters of each width
    #[arg(long, value_name = "N", default_value_t = 128)]
    filters: usize,
    /// Widths of dense layers behind it
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    hidden_layers: Vec<usize>,
    #[command(flatten)]
    text: TextOptions,
}

/// Trains the network, and says what it is worth.
///
/// # Errors
/// If the source cannot be read or learned from, or the training diverges.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let body =
        TextBody::Convolution { widths: arguments.widths.clone(), filters: arguments.filters };
    let hidden = &arguments.hidden_layers;
    let asked = TextNet { kind: "cnn", body, hidden, activation: ActivationName::Relu };
    learn_text(&arguments.text, asked, context)
}
