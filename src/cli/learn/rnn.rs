//! `malmoi learn rnn NAME`: a recurrent network that reads a pipeline's texts.

use malmoi::Result;

use super::super::Context;
use super::network::{
    ActivationName, CellName, PoolingName, TextBody, TextNet, TextOptions, learn_text,
};

/// What reads.
#[derive(clap::Args)]
pub struct Arguments {
    /// What it does at each token
    #[arg(long, value_name = "NAME", default_value = "gru")]
    cell: CellName,
    /// Numbers of its state
    #[arg(long, value_name = "N", default_value_t = 128)]
    hidden: usize,
    /// How the states of a text become one row
    #[arg(long, value_name = "NAME", default_value = "max")]
    pooling: PoolingName,
    /// Let a second one read from the end
    #[arg(long)]
    bidirectional: bool,
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
    let body = TextBody::Recurrent {
        cell: arguments.cell,
        hidden: arguments.hidden,
        pooling: arguments.pooling,
        bidirectional: arguments.bidirectional,
    };
    let hidden = &arguments.hidden_layers;
    let asked = TextNet { kind: "rnn", body, hidden, activation: ActivationName::Relu };
    learn_text(&arguments.text, asked, context)
}
