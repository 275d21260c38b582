//! The web page and its JSON API.
//!
//! In: indexes, models and reports of a project, and requests from browsers and programs
//! that may be hostile. Out: pages without JavaScript, and JSON. Promises: what the command
//! line reads, this reads, and what is newer as soon as it is there, without a request that
//! fails; nobody is answered whom the settings do not let in; every request is bounded in
//! size, time and number.

mod analysis;
mod api;
mod desk;
mod document;
mod found;
mod guard;
mod health;
mod house;
mod jobs;
mod judge;
mod listen;
mod look;
mod metrics;
mod pages;
mod parameters;
mod problem;
mod queue;
mod reports;
mod routes;
mod slot;
mod stock;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::{Config, Overrides, Pipeline};
use crate::error::{Error, Result};
use crate::pipeline::Watch;
use crate::schedule::Project;
use analysis::Korean;
use desk::Crew;
use guard::Guard;
use house::{House, MOST_AT_ONCE};
use jobs::Jobs;
use metrics::Metrics;
use stock::Stock;

/// Threads for analyses and for files.
const CREW: usize = 2;

/// What to serve, and to whom.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Pipelines whose documents are searched; all that have an index if it is empty.
    pub names: Vec<String>,
    /// The address to listen at.
    pub listen: SocketAddr,
    /// Without it nothing is answered; needed where others than this computer may ask.
    pub token: Option<String>,
    /// The state folder.
    pub state: PathBuf,
    /// The folder of reports.
    pub reports: PathBuf,
    /// The program that runs jobs, and what stands before the command.
    pub program: (PathBuf, Vec<String>),
}

/// Serves until `watch` says to stop; `begun` gets the address once it is listened at.
///
/// # Errors
/// If others may ask and there is no token, an index that was named is missing or damaged,
/// or the address cannot be listened at.
pub fn serve(
    options: ServeOptions,
    config: &Config,
    overrides: &Overrides,
    watch: &dyn Watch,
    begun: impl FnOnce(SocketAddr, usize),
) -> Result<()> {
    let is_loopback = options.listen.ip().is_loopback();
    if !is_loopback && options.token.is_none() {
        return Err(Error::usage(format!("`{}` can be reached by others", options.listen)).hinted(
            "give a token with --token-file FILE or MALMOI_SERVE_TOKEN, or listen at 127.0.0.1",
        ));
    }
    let guard = Guard::new(is_loopback, options.token.as_deref())?;
    let listener = TcpListener::bind(options.listen).map_err(|error| {
        Error::io(format!("cannot listen at `{}`: {error}", options.listen))
            .hinted("name another address with --listen ADDRESS:PORT")
            .caused_by(error)
    })?;
    let address = listener
        .local_addr()
        .map_err(|error| Error::io(format!("cannot tell the address: {error}")))?;
    let (searched, others) = pipelines(&options.names, config, overrides)?;
    let are_named = !options.names.is_empty();
    let stock = Arc::new(Stock::open(searched, others, are_named, &options.state, watch)?);
    let metrics = Arc::new(Metrics::default());
    let (program, arguments) = options.program;
    let has_schedule = config.schedule.is_some();
    let project = has_schedule.then(|| Project::new(config, &options.state)).transpose()?;
    let house = Arc::new(House {
        stock: Arc::clone(&stock),
        guard,
        metrics: Arc::clone(&metrics),
        crew: Crew::start(CREW),
        korean: Korean::default(),
        reports: options.reports,
        jobs: Jobs::new(project, program, arguments),
        permits: Semaphore::new(MOST_AT_ONCE),
    });
    begun(address, stock.searched().count());
    std::thread::scope(|scope| {
        scope.spawn(|| stock.keep_up(watch.stop()));
        let listened = listen::listen(listener, routes::router(house), &metrics, watch.stop());
        // Who listens no more looks for nothing newer.
        watch.stop().store(true, std::sync::atomic::Ordering::Relaxed);
        listened
    })
}

/// Those whose documents are searched, and those whose models alone may be used.
fn pipelines(
    names: &[String],
    config: &Config,
    overrides: &Overrides,
) -> Result<(Vec<Pipeline>, Vec<Pipeline>)> {
    let read = |name: &str| config.pipeline(Some(name), overrides);
    let all = || config.pipelines.keys().map(String::as_str);
    if names.is_empty() {
        return Ok((all().map(read).collect::<Result<_>>()?, Vec::new()));
    }
    let searched = names.iter().map(|name| read(name)).collect::<Result<Vec<_>>>()?;
    let is_used = |name: &&str| {
        let is_named = names.iter().any(|one| one == name);
        let scores = searched.iter().any(|one| one.score.models.values().any(|one| one == name));
        !is_named && scores
    };
    let others = all().filter(is_used).map(read).collect::<Result<_>>()?;
    Ok((searched, others))
}
