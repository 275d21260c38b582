//! `malmoi completions SHELL`: a script that completes commands and flags.

use clap::CommandFactory;
use clap_complete::Shell;
use malmoi::{Error, Result};

use super::{Context, Program};

/// Which shell.
#[derive(clap::Args)]
pub struct Arguments {
    /// The shell to complete in
    shell: Shell,
}

/// Prints the script.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    // Written to memory first: the generator panics on a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Program::command(), "malmoi", &mut script);
    let script = String::from_utf8(script)
        .map_err(|error| Error::data("the script is not UTF-8").caused_by(error))?;
    context.output().result(&script)
}
