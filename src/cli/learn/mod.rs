//! `malmoi learn`: models that are learned by watching a loss fall.

mod classes;
mod cnn;
pub mod curve;
mod drawing;
mod gan;
#[cfg(feature = "neural")]
mod gan_augment;
#[cfg(feature = "neural")]
mod gan_run;
mod linear;
mod mlp;
#[cfg(feature = "neural")]
mod mlp_run;
mod network;
#[cfg(feature = "neural")]
mod network_run;
mod rating;
mod rnn;
mod table;
mod training;

use clap::Subcommand;
use malmoi::Result;

use super::Context;

/// What to learn.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

/// One variant a model, one line each here and in [`run`].
#[derive(Subcommand)]
enum Action {
    /// Fit a line: of a table's columns, or of a pipeline's ratings on its TF-IDF
    Linear(linear::Arguments),
    /// Tell two classes of a table apart, by a probability
    Logistic(classes::Arguments),
    /// Tell any number of classes of a table apart, each with a probability
    Softmax(classes::Arguments),
    /// Train dense layers on a table, or on a pipeline's text
    Mlp(mlp::Arguments),
    /// Train a recurrent network on a pipeline's text
    Rnn(rnn::Arguments),
    /// Train a convolution over neighbouring tokens of a pipeline's text
    Cnn(cnn::Arguments),
    /// Train a generator of rows like those of a table, or of a scarce label
    Gan(gan::Arguments),
}

/// Learns what is asked for.
///
/// # Errors
/// If the input cannot be learned from, or the training diverges.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.action {
        Action::Linear(arguments) => linear::run(arguments, context),
        Action::Logistic(arguments) => classes::run(arguments, classes::Model::Logistic, context),
        Action::Softmax(arguments) => classes::run(arguments, classes::Model::Softmax, context),
        Action::Mlp(arguments) => mlp::run(arguments, context),
        Action::Rnn(arguments) => rnn::run(arguments, context),
        Action::Cnn(arguments) => cnn::run(arguments, context),
        Action::Gan(arguments) => gan::run(arguments, context),
    }
}
