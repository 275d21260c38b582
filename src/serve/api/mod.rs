//! The JSON API: the same answers as the pages give.
//!
//! In: parameters within the bounds that `/api/openapi.json` describes, from the same table.
//! Out: JSON. Promises: every refusal is JSON with `error` and, where there is one, `hint`.

mod answers;
mod description;
mod parameters;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use answers::{Analysed, Jobs, Pipelines, Reports, Searched};
pub use description::description;
use parameters::LONGEST_VALUE;
pub use parameters::{MOST_TOP, NEIGHBORS, SEARCH};

use super::analysis::{Analysis, analysed};
use super::document;
use super::found::{self, Found, Wanted, What};
use super::house::{House, MOST_CHARACTERS, Shared, body};
use super::judge::Judge;
use super::parameters::Values;
use super::problem::Problem;
use super::stock::{Entry, Indexed};

type Answer = Result<Response, Problem>;

/// `GET /api/v1/search`
pub async fn search(State(house): State<Shared>, uri: Uri) -> Answer {
    let values = Values::read(&uri, &SEARCH)?;
    let (entry, index) = house.index(values.text("pipeline"))?;
    let wanted = Wanted::of(&values, &index);
    let judge = judge_if_wanted(&house, entry, &wanted).await?;
    json_of(&found::search(entry, &index, wanted, judge).await?)
}

/// The models, where documents of a sentiment are wanted.
///
/// # Errors
/// If too much is asked at once.
pub async fn judge_if_wanted(
    house: &House,
    entry: &Entry,
    wanted: &Wanted,
) -> Result<Option<Judge>, Problem> {
    match wanted.sentiment {
        Some(_) => house.judge(entry).await.map(Some),
        None => Ok(None),
    }
}

/// `GET /api/v1/documents/{pipeline}/{id}`
pub async fn document(
    State(house): State<Shared>,
    Path((pipeline, id)): Path<(String, String)>,
    uri: Uri,
) -> Answer {
    Values::read(&uri, &[])?;
    let (entry, index) = house.index(Some(&pipeline))?;
    let judge = house.judge(entry).await?;
    json_of(&document::document(entry, &index, &id, judge).await?)
}

/// `GET /api/v1/documents/{pipeline}/{id}/neighbors`
pub async fn neighbors(
    State(house): State<Shared>,
    Path((pipeline, id)): Path<(String, String)>,
    uri: Uri,
) -> Answer {
    let values = Values::read(&uri, &NEIGHBORS)?;
    let (entry, index) = house.index(Some(&pipeline))?;
    let wanted = Wanted::of(&values, &index);
    json_of(&document::neighbours(entry, &index, &id, wanted).await?)
}

/// The body of `POST /api/v1/analyse`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToAnalyse {
    text: String,
    /// Empty if it was left out.
    #[serde(default)]
    pipeline: String,
}

/// `POST /api/v1/analyse`
pub async fn analyse(
    State(house): State<Shared>,
    headers: HeaderMap,
    uri: Uri,
    sent: Body,
) -> Answer {
    Values::read(&uri, &[])?;
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::with_status(status, "the body has to be JSON")
            .hinted("send `Content-Type: application/json` and {\"text\": \"…\"}"));
    }
    let asked = to_analyse(&body(&headers, sent).await?)?;
    let index = match asked.pipeline.as_str() {
        "" => house.index(None).ok(),
        name => Some(house.index(Some(name))?),
    };
    let similar = similar(index, &asked.text).await?;
    let analysis = analysis(&house, asked.text).await?;
    json_of(&Analysed { analysis, similar })
}

/// The body, if it is JSON and says what it has to.
fn to_analyse(bytes: &[u8]) -> Result<ToAnalyse, Problem> {
    let value: serde_json::Value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::wrong(format!("the body is no JSON: {error}")))?;
    let unfit = |error: String| {
        Problem::with_status(StatusCode::UNPROCESSABLE_ENTITY, error)
            .hinted("send {\"text\": \"…\", \"pipeline\": \"…\"}; the pipeline may be left out")
    };
    let asked: ToAnalyse =
        serde_json::from_value(value).map_err(|error| unfit(error.to_string()))?;
    let is_within = |text: &str, most: usize| text.chars().count() <= most;
    if !is_within(&asked.text, MOST_CHARACTERS) {
        return Err(unfit(format!("`text` is longer than {MOST_CHARACTERS} characters")));
    }
    match is_within(&asked.pipeline, LONGEST_VALUE) {
        true => Ok(asked),
        false => Err(unfit(format!("`pipeline` is longer than {LONGEST_VALUE} characters"))),
    }
}

/// What a text consists of.
///
/// # Errors
/// If too much is asked at once.
pub async fn analysis(house: &Shared, text: String) -> Result<Analysis, Problem> {
    let house_there = std::sync::Arc::clone(house);
    let work = move || {
        let stock = &house_there.stock;
        let models: Vec<String> = stock.trained().map(str::to_owned).collect();
        analysed(&text, &house_there.korean, stock, &models)
    };
    house.crew.run(work).await
}

/// The documents most like a text.
///
/// # Errors
/// If too much is asked at once, or the index is damaged.
pub async fn similar(
    index: Option<(&Entry, std::sync::Arc<Indexed>)>,
    text: &str,
) -> Result<Option<Found>, Problem> {
    let Some((entry, index)) = index else { return Ok(None) };
    let wanted =
        Wanted { what: What::Text(text.to_owned()), ..Wanted::of(&Values::default(), &index) };
    found::search(entry, &index, wanted, None).await.map(Some)
}

/// `GET /api/v1/pipelines`
pub async fn pipelines(State(house): State<Shared>, uri: Uri) -> Answer {
    Values::read(&uri, &[])?;
    let searched = house.stock.searched();
    let pipelines = searched.map(|(entry, index)| Searched::of(entry, &index)).collect();
    let models = house.stock.trained().map(str::to_owned).collect();
    json_of(&Pipelines { pipelines, models })
}

/// `GET /api/v1/reports`
pub async fn reports(State(house): State<Shared>, uri: Uri) -> Answer {
    Values::read(&uri, &[])?;
    json_of(&Reports { reports: listed(&house).await? })
}

/// The reports of the folder.
///
/// # Errors
/// If too much is asked at once, or it cannot be read.
pub async fn listed(house: &Shared) -> Result<Vec<super::reports::Report>, Problem> {
    let folder = house.reports.clone();
    let listed = house.crew.run(move || super::reports::list(&folder)).await?;
    listed.map_err(|error| Problem::inside(&error))
}

/// `GET /api/v1/jobs`
pub async fn jobs(State(house): State<Shared>, uri: Uri) -> Answer {
    Values::read(&uri, &[])?;
    let jobs = jobs_of(&house).await?;
    json_of(&Jobs { jobs, running: house.jobs.running() })
}

/// The jobs, for the API and the page.
///
/// # Errors
/// If too much is asked at once, or their history cannot be read.
pub async fn jobs_of(house: &Shared) -> Result<Vec<super::jobs::Job>, Problem> {
    let asked = Shared::clone(house);
    let listed = house.crew.run(move || asked.jobs.list()).await?;
    listed.map_err(|error| Problem::inside(&error))
}

/// An answer in JSON.
fn json_of(value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).expect("answers are plain data");
    let head = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    Ok((head, body).into_response())
}
