//! `malmoi serve [NAME…]`: the web page and its JSON API.

use std::net::SocketAddr;
use std::path::PathBuf;

use malmoi::Result;

use super::Context;

/// What to serve, and to whom.
#[derive(clap::Args)]
#[cfg_attr(not(feature = "serve"), allow(dead_code))]
pub struct Arguments {
    /// Pipelines whose documents are searched [default: all that have an index]
    name: Vec<String>,
    /// The address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7777")]
    listen: SocketAddr,
    /// Read from this file the token without which nothing is answered, or from
    /// MALMOI_SERVE_TOKEN; needed for an address that others can reach
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The folder of reports [default: reports beside the settings]
    #[arg(long, value_name = "DIR")]
    reports: Option<PathBuf>,
}

/// Serves until it is told to end.
///
/// # Errors
/// If the address cannot be listened at or needs a token, or an index is missing.
#[cfg(feature = "serve")]
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    use malmoi::config::Overrides;
    use malmoi::serve::{ServeOptions, serve};

    use super::progress::Progress;

    let overrides = Overrides::new(std::env::vars_os(), &[])?;
    let config = context.config()?;
    let root = config.path.parent().map(PathBuf::from).unwrap_or_default();
    let state = context.state()?;
    let options = ServeOptions {
        names: arguments.name.clone(),
        listen: arguments.listen,
        token: token(arguments)?,
        reports: arguments.reports.clone().unwrap_or_else(|| root.join("reports")),
        program: program(&config.path, &state)?,
        state,
    };
    let progress = Progress::start(context.is_quiet())?;
    let output = context.output();
    let begun = |address: SocketAddr, indexes: usize| {
        progress.finish();
        // Who reads standard output no more does not need to be told.
        let _ = output.result(&format!("http://{address}\n"));
        if indexes == 0 {
            let hint = "`malmoi run NAME` or `malmoi index NAME` builds one, and it is noticed";
            output.warning(&malmoi::Error::data("no pipeline has a search index yet").hinted(hint));
        }
    };
    serve(options, config, &overrides, &progress, begun)
}

/// Of the file, else of the environment; blanks and line ends around it do not count.
#[cfg(feature = "serve")]
fn token(arguments: &Arguments) -> Result<Option<String>> {
    use malmoi::Error;

    const VARIABLE: &str = "MALMOI_SERVE_TOKEN";
    const LONGEST_TOKEN: u64 = 1 << 20;
    let token = match &arguments.token_file {
        Some(path) => Some(malmoi::files::read_dictionary(path, "the token", LONGEST_TOKEN)?),
        None => match std::env::var_os(VARIABLE) {
            Some(token) => Some(token.into_string().map_err(|_| {
                Error::usage("the token is no UTF-8").at(format!("environment variable {VARIABLE}"))
            })?),
            None => None,
        },
    };
    Ok(token.map(|token| token.trim().to_owned()))
}

/// This program, with the settings and the state folder that it was given.
#[cfg(feature = "serve")]
fn program(config: &std::path::Path, state: &std::path::Path) -> Result<(PathBuf, Vec<String>)> {
    let program = std::env::current_exe().map_err(|error| {
        malmoi::Error::io(format!("cannot tell where malmoi is: {error}")).caused_by(error)
    })?;
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let arguments = ["--config".to_owned(), text(config), "--state".to_owned(), text(state)];
    Ok((program, arguments.to_vec()))
}

/// Says how to get it.
///
/// # Errors
/// Always: this program was built without it.
#[cfg(not(feature = "serve"))]
pub fn run(_arguments: &Arguments, _context: &Context) -> Result<()> {
    Err(malmoi::Error::usage("this malmoi was built without the web page").hinted(
        "build it with the feature `serve`, which is on by default: cargo install --path .",
    ))
}
