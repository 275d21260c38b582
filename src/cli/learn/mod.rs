//! `malmoi learn`: models that are learned by watching a loss fall.

mod classes;
pub mod curve;
mod drawing;
mod linear;
mod rating;
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
    }
}
