//! Logs on standard error: text for people, JSON for machines.

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use malmoi::{Error, Result};
use tracing::level_filters::LevelFilter;

use super::context::Globals;

/// The form of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line an event.
    Text,
    /// One JSON object an event.
    Json,
}

/// Starts logging: warnings, more by each `-v`, errors alone by `-q`.
///
/// # Errors
/// When `MALMOI_LOG` is no level.
pub fn start(globals: &Globals) -> Result<()> {
    let colours = AutoStream::choice(&std::io::stderr()) != ColorChoice::Never;
    let logs = tracing_subscriber::fmt()
        .with_max_level(level(globals)?)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false);
    match globals.log_format {
        LogFormat::Text => logs.without_time().init(),
        LogFormat::Json => logs.json().init(),
    }
    Ok(())
}

fn level(globals: &Globals) -> Result<LevelFilter> {
    match (globals.quiet, globals.verbose) {
        (true, _) => Ok(LevelFilter::ERROR),
        (_, 0) => level_of_environment(),
        (_, 1) => Ok(LevelFilter::INFO),
        (_, 2) => Ok(LevelFilter::DEBUG),
        _ => Ok(LevelFilter::TRACE),
    }
}

fn level_of_environment() -> Result<LevelFilter> {
    let Some(level) = std::env::var_os("MALMOI_LOG").filter(|level| !level.is_empty()) else {
        return Ok(LevelFilter::WARN);
    };
    level.to_string_lossy().parse().map_err(|_| {
        Error::usage(format!("`{}` is no level of logs", level.to_string_lossy()))
            .at("environment variable MALMOI_LOG")
            .hinted("use error, warn, info, debug or trace")
    })
}
