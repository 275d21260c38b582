//! What all commands share: global flags, settings read when asked for, output.

use std::cell::OnceCell;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use malmoi::config::{self, Config};
use malmoi::{Error, Result};

use super::logs::{self, LogFormat};
use super::output::Output;

/// What the help of every command calls them.
const GROUP: &str = "Global options";

/// The flags of every command.
#[derive(Args)]
pub struct Globals {
    /// The settings [default: pipeline.toml here or in a folder above]
    #[arg(long, global = true, help_heading = GROUP, value_name = "FILE", env = "MALMOI_CONFIG", hide_env = true)]
    pub config: Option<PathBuf>,
    /// Where results are kept [default: .malmoi beside the settings]
    #[arg(long, global = true, help_heading = GROUP, value_name = "DIR", env = "MALMOI_STATE", hide_env = true)]
    pub state: Option<PathBuf>,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, help_heading = GROUP, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more; twice: say everything
    #[arg(short, long, global = true, help_heading = GROUP, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// The form of logs on standard error
    #[arg(
        long,
        global = true,
        help_heading = GROUP,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = false
    )]
    pub log_format: LogFormat,
    /// How many threads work; no result depends on it but that of `embed train` [default: all cores]
    #[arg(long, global = true, help_heading = GROUP, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// When to use colours
    #[arg(long, global = true, help_heading = GROUP, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Into pipes and files too.
    Always,
    /// Never.
    Never,
}

/// What a command works with.
pub struct Context {
    globals: Globals,
    config: OnceCell<Config>,
    output: Output,
}

impl Context {
    /// Nothing is read before a command asks for it.
    pub fn new(globals: Globals) -> Self {
        let output = Output::new(globals.color, globals.quiet, globals.verbose > 0);
        Context { globals, config: OnceCell::new(), output }
    }

    /// Starts logs and the pool of threads.
    pub fn prepare(&self) -> Result<()> {
        logs::start(&self.globals)?;
        let Some(threads) = self.globals.threads else { return Ok(()) };
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()
            .map_err(|error| Error::io(format!("cannot start {threads} threads: {error}")))
    }

    /// The settings, read once.
    ///
    /// # Errors
    /// When there are none, or with all their problems.
    pub fn config(&self) -> Result<&Config> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let path = self.config_path()?;
        tracing::info!(path = %path.display(), "reading the settings");
        let config = Config::read(&path)?;
        Ok(self.config.get_or_init(|| config))
    }

    /// The folder of results. It need not exist.
    ///
    /// # Errors
    /// When it is not named and the working directory is unknown.
    pub fn state(&self) -> Result<PathBuf> {
        if let Some(state) = &self.globals.state {
            return Ok(state.clone());
        }
        // Outside a project the state of a one-off run stays beside the user.
        let root = match self.config_path() {
            Ok(path) => path.parent().map(PathBuf::from).unwrap_or_default(),
            Err(_) => here()?,
        };
        Ok(root.join(".malmoi"))
    }

    /// The pipeline named, or the default one of the settings.
    ///
    /// # Errors
    /// When none is named and there are no settings.
    pub fn pipeline_name(&self, name: Option<&str>) -> Result<String> {
        match name {
            Some(name) => Ok(name.to_owned()),
            None => Ok(self.config()?.default.clone()),
        }
    }

    /// Whether to say nothing but results and errors.
    pub fn is_quiet(&self) -> bool {
        self.globals.quiet
    }

    /// Standard output and standard error.
    pub fn output(&self) -> &Output {
        &self.output
    }

    fn config_path(&self) -> Result<PathBuf> {
        match &self.globals.config {
            Some(path) => Ok(path.clone()),
            None => config::find(&here()?),
        }
    }
}

fn here() -> Result<PathBuf> {
    std::env::current_dir()
        .map_err(|error| Error::io(format!("cannot tell the working directory: {error}")))
}
