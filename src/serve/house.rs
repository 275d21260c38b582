//! What all requests share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::Semaphore;

use super::analysis::Korean;
use super::desk::Crew;
use super::guard::Guard;
use super::jobs::Jobs;
use super::judge::Judge;
use super::metrics::Metrics;
use super::problem::Problem;
use super::stock::{Entry, Indexed, Stock};

/// Requests that are worked on at once.
pub const MOST_AT_ONCE: usize = 128;
/// Bytes of a body: a text of [`MOST_CHARACTERS`] of four bytes each, written as a form.
pub const MOST_BYTES: usize = 256 << 10;
/// Characters of a text to analyse.
pub const MOST_CHARACTERS: usize = 20_000;
/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Everything that is served.
pub struct House {
    /// Indexes and models.
    pub stock: Arc<Stock>,
    /// Who may ask.
    pub guard: Guard,
    /// What was done.
    pub metrics: Arc<Metrics>,
    /// Threads for what asks no index.
    pub crew: Crew,
    /// The Korean analyzer.
    pub korean: Korean,
    /// The folder of reports.
    pub reports: PathBuf,
    /// Jobs of the schedule.
    pub jobs: Jobs,
    /// Permits of requests.
    pub permits: Semaphore,
}

/// What handlers get of it.
pub type Shared = Arc<House>;

impl House {
    /// The index of a pipeline; of the first one if none is named.
    ///
    /// # Errors
    /// If there is none.
    pub fn index(&self, name: Option<&str>) -> Result<(&Entry, Arc<Indexed>), Problem> {
        self.stock.find(name).ok_or_else(|| self.no_index(name))
    }

    /// The models that label documents of a pipeline; they are opened if they are not yet.
    ///
    /// # Errors
    /// If too much is asked at once.
    pub async fn judge(&self, entry: &Entry) -> Result<Judge, Problem> {
        if let Some(judge) = self.stock.open_judge(&entry.pipeline) {
            return Ok(judge);
        }
        let (stock, pipeline) = (Arc::clone(&self.stock), entry.pipeline.clone());
        self.crew.run(move || stock.judge(&pipeline)).await
    }

    fn no_index(&self, name: Option<&str>) -> Problem {
        let known: Vec<&str> =
            self.stock.searched().map(|(entry, _)| entry.pipeline.name.as_str()).collect();
        let problem = match name {
            Some(name) => {
                let name: String = name.chars().take(100).collect();
                Problem::missing(format!("no pipeline `{name}` with an index is served"))
            }
            None => Problem::missing("no pipeline with an index is served"),
        };
        problem.hinted(match known.is_empty() {
            true => "`malmoi run` or `malmoi index` builds one".to_owned(),
            false => format!("there are {}", known.join(", ")),
        })
    }
}

/// The body of a request, if it is not too large and comes in time.
///
/// # Errors
/// If it is or does not.
pub async fn body(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let too_large = || {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        Problem::with_status(status, "the request is too large")
            .hinted(format!("at most {} KiB are taken", MOST_BYTES >> 10))
    };
    let told = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if told.is_some_and(|bytes: u64| bytes > MOST_BYTES as u64) {
        return Err(too_large());
    }
    let whole = tokio::time::timeout(BODY_TIME, Limited::new(body, MOST_BYTES).collect()).await;
    match whole {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::wrong("the body of the request cannot be read")),
        Err(_) => {
            let status = StatusCode::REQUEST_TIMEOUT;
            Err(Problem::with_status(status, "the body of the request did not come in time"))
        }
    }
}
