//! The reports of a folder: a list, and each as it was written.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;

use super::marked::harmless;
use super::words::{date, size};
use super::{Page, encoded, look, shown};
use crate::serve::house::Shared;
use crate::serve::look::Look;
use crate::serve::problem::Problem;
use crate::serve::reports::{self, Report};

/// A report is a file of unknown origin: it runs nothing, sends nothing and reads nothing
/// of ours. Its own style and images stand inside it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";

#[derive(Template)]
#[template(path = "serve/reports.html")]
struct Reports<'a> {
    look: &'a Look,
    reports: Vec<Report>,
}

impl Reports<'_> {
    fn href(&self, report: &Report) -> String {
        let parts: Vec<String> = report.name.split('/').map(encoded).collect();
        format!("/reports/{}", parts.join("/"))
    }
}

/// `GET /reports`
pub async fn show(State(house): State<Shared>, uri: Uri, headers: HeaderMap) -> Page {
    let look = look(&house, &uri, &headers);
    let reports = crate::serve::api::listed(&house).await?;
    Ok(shown(StatusCode::OK, &Reports { look: &look, reports }))
}

/// `GET /reports/{name}`
pub async fn one(State(house): State<Shared>, Path(name): Path<String>) -> Page {
    report(&house, name).await
}

/// `GET /reports/{folder}/{name}`
pub async fn one_below(
    State(house): State<Shared>,
    Path((folder, name)): Path<(String, String)>,
) -> Page {
    // An encoded `/` in one of them makes no third part.
    match folder.contains('/') || name.contains('/') {
        true => Err(missing()),
        false => report(&house, format!("{folder}/{name}")).await,
    }
}

async fn report(house: &Shared, name: String) -> Page {
    let folder = house.reports.clone();
    let found = house.crew.run(move || reports::read(&folder, &name)).await?;
    let found = found.map_err(|error| Problem::inside(&error))?;
    let (bytes, kind) = found.ok_or_else(missing)?;
    let head =
        [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache"), (CONTENT_SECURITY_POLICY, POLICY)];
    Ok((head, bytes).into_response())
}

fn missing() -> Problem {
    Problem::missing("there is no such report").hinted("/reports lists those that there are")
}
