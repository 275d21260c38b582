//! Whether the program is alive and ready, and what it did.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::house::Shared;
use super::problem::Problem;

/// Whether it answers at all.
pub async fn is_alive() -> Response {
    told(StatusCode::OK, "application/json", r#"{"status":"ok"}"#.to_owned())
}

/// Whether it has an index to search; `stale` if a newer one cannot be opened.
pub async fn is_ready(
    State(house): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let is_stale = house.stock.entries().iter().any(|one| one.index.is_bad() || one.model.is_bad());
    let is_there = house.stock.searched().next().is_some();
    let (code, status) = match (is_there, is_stale) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "without an index"),
        (true, true) => (StatusCode::OK, "stale"),
        (true, false) => (StatusCode::OK, "ready"),
    };
    let mut body = json!({ "status": status });
    // Who has no token is told no names.
    if house.guard.knows(&headers)? {
        let parts = house.stock.entries().iter().filter(|one| one.is_searched);
        let part = |one: &super::stock::Entry| {
            let index = one.index.get();
            let problem = one.index.is_bad() || one.model.is_bad();
            json!({
                "pipeline": one.pipeline.name,
                "generation": index.as_ref().map(|index| index.generation),
                "problem": problem.then_some(PROBLEM),
            })
        };
        body["pipelines"] = parts.map(part).collect::<Value>();
    }
    Ok(told(code, "application/json", body.to_string()))
}

/// What is told of a newer index or model that is damaged; the log says more.
const PROBLEM: &str =
    "the newest index or model cannot be opened; the one before is used; see the log";

/// What it did, as Prometheus reads it.
pub async fn metrics(State(house): State<Shared>) -> Response {
    let text = house.metrics.text(&house.stock);
    told(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text)
}

fn told(status: StatusCode, kind: &'static str, body: String) -> Response {
    (status, [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")], body).into_response()
}
