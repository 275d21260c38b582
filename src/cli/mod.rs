//! Arguments → commands → exit code.
//!
//! Each command is one file with its `Arguments` and its `run`; what commands
//! share stands in [`Context`]. Results go to standard output, everything else
//! to standard error.

mod clean;
mod compare;
mod completions;
mod config;
mod context;
mod dates;
mod dictionary;
mod dictionary_check;
mod doctor;
mod duplicates;
mod embed;
mod explain;
mod extract;
mod index;
mod indexed;
mod init;
mod ko;
mod learn;
mod logs;
mod neighbors;
mod news;
mod outdated;
mod output;
mod predict;
mod progress;
mod reduce;
mod report;
mod run;
mod schedule;
mod search;
mod search_filter;
mod selection;
mod serve;
mod show;
mod state;
mod streams;
mod terms;
mod tour;
mod tune;
mod vectors;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use malmoi::Result;

pub use context::{Context, Globals};

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    failed: input, files or the network
  2    called wrongly, or a wrong setting
  130  interrupted

Environment:
  MALMOI_ROOM__KEY  replaces a setting: MALMOI_SOURCE__PATH=reviews.tsv
  MALMOI_CONFIG     as --config
  MALMOI_STATE      as --state
  MALMOI_DATA_DIR   where dictionaries are kept [default: ~/.local/share/malmoi]
  MALMOI_SERVE_TOKEN  the token of `serve`, where --token-file is not given
  MALMOI_LOG        error, warn, info, debug or trace, where neither -q nor -v is given
  NO_COLOR          no colours, unless --color always";

/// Korean and English text to features, sentiment and metrics.
#[derive(Parser)]
#[command(name = "malmoi", version, after_help = EXIT_CODES, max_term_width = 100)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub struct Program {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

/// One variant a command, one line each here and in [`Command::run`].
#[derive(Subcommand)]
enum Command {
    /// Run a pipeline: from the source to a trained, measured model
    Run(run::Arguments),
    /// Choose recipe, C and calibration by cross-validation, and write them down
    Tune(tune::Arguments),
    /// Label texts with a trained model
    Predict(predict::Arguments),
    /// Say why a text gets its label
    Explain(explain::Arguments),
    /// Show the terms that speak most for each label
    Terms(terms::Arguments),
    /// Train regressions and networks, and watch the loss fall
    Learn(Box<learn::Arguments>),
    /// Cut Korean text into morphemes, with tags
    Ko(ko::Arguments),
    /// Find the documents most like a text or a document
    Search(search::Arguments),
    /// Build, change or check a search index
    Index(index::Arguments),
    /// Export the rows of a run
    Vectors(vectors::Arguments),
    /// Lay documents along a few axes, and draw a map of them
    Reduce(reduce::Arguments),
    /// Show one document, and what each room makes of it
    Show(show::Arguments),
    /// Say how alike two texts are, by four measures
    Compare(compare::Arguments),
    /// Find documents that are nearly the same
    Duplicates(duplicates::Arguments),
    /// Write the nearest documents of every document
    Neighbors(neighbors::Arguments),
    /// Show a web page to search and analyse in, with a JSON API
    Serve(serve::Arguments),
    /// Turn markup into text, line by line
    Clean(clean::Arguments),
    /// Unpack an archive that may be hostile
    Extract(extract::Arguments),
    /// Fetch, extract, list and export news
    News(news::Arguments),
    /// Run commands by themselves, and deliver what they write
    Schedule(schedule::Arguments),
    /// Say how documents sound over time, and what moved
    Report(report::Arguments),
    /// List or remove what is kept
    State(state::Arguments),
    /// Train, import and ask vectors of words
    Embed(embed::Arguments),
    /// Install the Korean system dictionary, or show which one is there
    Dictionary(dictionary::Arguments),
    /// Start a project in a new folder
    Init(init::Arguments),
    /// Check or show the settings
    Config(config::Arguments),
    /// Check the machine and the project
    Doctor(doctor::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
}

impl Command {
    fn run(&self, context: &Context) -> Result<()> {
        match self {
            Command::Run(arguments) => run::run(arguments, context),
            Command::Tune(arguments) => tune::run(arguments, context),
            Command::Predict(arguments) => predict::run(arguments, context),
            Command::Explain(arguments) => explain::run(arguments, context),
            Command::Terms(arguments) => terms::run(arguments, context),
            Command::Learn(arguments) => learn::run(arguments, context),
            Command::Ko(arguments) => ko::run(arguments, context),
            Command::Search(arguments) => search::run(arguments, context),
            Command::Index(arguments) => index::run(arguments, context),
            Command::Vectors(arguments) => vectors::run(arguments, context),
            Command::Reduce(arguments) => reduce::run(arguments, context),
            Command::Show(arguments) => show::run(arguments, context),
            Command::Compare(arguments) => compare::run(arguments, context),
            Command::Duplicates(arguments) => duplicates::run(arguments, context),
            Command::Neighbors(arguments) => neighbors::run(arguments, context),
            Command::Serve(arguments) => serve::run(arguments, context),
            Command::Clean(arguments) => clean::run(arguments, context),
            Command::Extract(arguments) => extract::run(arguments, context),
            Command::News(arguments) => news::run(arguments, context),
            Command::Schedule(arguments) => schedule::run(arguments, context),
            Command::Report(arguments) => report::run(arguments, context),
            Command::State(arguments) => state::run(arguments, context),
            Command::Embed(arguments) => embed::run(arguments, context),
            Command::Dictionary(arguments) => dictionary::run(arguments, context),
            Command::Init(arguments) => init::run(arguments, context),
            Command::Config(arguments) => config::run(arguments, context),
            Command::Doctor(arguments) => doctor::run(arguments, context),
            Command::Completions(arguments) => completions::run(arguments, context),
        }
    }
}

/// Runs the program that the arguments ask for.
pub fn main() -> ExitCode {
    let program = Program::parse();
    let context = Context::new(program.globals);
    let result = context.prepare().and_then(|()| program.command.run(&context));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader, such as `head`, has seen enough.
        Err(error) if output::is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            context.output().error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Program::command().debug_assert();
    }
}
