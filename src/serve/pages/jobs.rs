//! What the jobs of the schedule did, with a button to run one.

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect};

use super::words::date;
use super::{Page, look, shown};
use crate::serve::api::jobs_of;
use crate::serve::house::{Shared, body};
use crate::serve::jobs::Job;
use crate::serve::look::Look;
use crate::serve::parameters::{Kind, Parameter, Values};

const KNOWN: [Parameter; 2] = [
    Parameter { name: "job", what: "", kind: Kind::Text(200) },
    Parameter { name: "form", what: "", kind: Kind::Text(200) },
];

#[derive(Template)]
#[template(path = "serve/jobs.html")]
struct Jobs<'a> {
    look: &'a Look,
    jobs: Vec<Job>,
    running: Vec<String>,
}

impl Jobs<'_> {
    fn is_running(&self, job: &Job) -> bool {
        self.running.contains(&job.name)
    }
}

/// `GET /jobs`
pub async fn show(State(house): State<Shared>, uri: Uri, headers: HeaderMap) -> Page {
    let look = look(&house, &uri, &headers);
    let jobs = jobs_of(&house).await?;
    Ok(shown(StatusCode::OK, &Jobs { look: &look, jobs, running: house.jobs.running() }))
}

/// `POST /jobs/run`
pub async fn run(State(house): State<Shared>, headers: HeaderMap, sent: Body) -> Page {
    let sent = body(&headers, sent).await?;
    let values = Values::read_form(&String::from_utf8_lossy(&sent), &KNOWN)?;
    house.guard.check_form(values.text("form"))?;
    house.jobs.start(values.text("job").unwrap_or_default())?;
    Ok(Redirect::to("/jobs").into_response())
}
