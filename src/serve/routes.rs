//! Addresses → what answers them, and what holds for every answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::house::Shared;
use super::problem::Problem;
use super::{api, health, pages};

/// Longest time that an answer is worked on.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// Of every answer but reports, which have their own.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All addresses.
pub fn router(house: Shared) -> Router {
    Router::new()
        .route("/", get(pages::search::show))
        .route("/documents/{pipeline}/{id}", get(pages::document::show))
        .route("/analyse", get(pages::analyse::ask).post(pages::analyse::show))
        .route("/reports", get(pages::reports::show))
        .route("/reports/{name}", get(pages::reports::one))
        .route("/reports/{folder}/{name}", get(pages::reports::one_below))
        .route("/jobs", get(pages::jobs::show))
        .route("/jobs/run", post(pages::jobs::run))
        .route("/login", get(pages::login::ask).post(pages::login::enter))
        .route("/logout", post(pages::login::leave))
        .route("/preferences", post(pages::preferences::keep))
        .route("/style.css", get(pages::assets::style))
        .route("/icon.svg", get(pages::assets::icon))
        .route("/api/v1/search", get(api::search))
        .route("/api/v1/documents/{pipeline}/{id}", get(api::document))
        .route("/api/v1/documents/{pipeline}/{id}/neighbors", get(api::neighbors))
        .route("/api/v1/analyse", post(api::analyse))
        .route("/api/v1/pipelines", get(api::pipelines))
        .route("/api/v1/reports", get(api::reports))
        .route("/api/v1/jobs", get(api::jobs))
        .route("/api/openapi.json", get(api::description))
        .route("/healthz", get(health::is_alive))
        .route("/readyz", get(health::is_ready))
        .route("/metrics", get(health::metrics))
        .fallback(nothing)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(Arc::clone(&house), watched))
        .with_state(house)
}

/// What holds for every request: it is counted, bounded in number and time, and let in.
async fn watched(State(house): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let in_flight = house.metrics.begin();
    let is_page = is_page(request.uri());
    let look = is_page.then(|| pages::look(&house, request.uri(), request.headers()));
    let answer = match house.permits.try_acquire() {
        Ok(_permit) => admitted(&house, request, next).await,
        Err(_) => Err(Problem::busy()),
    };
    let mut response = answer.unwrap_or_else(Problem::into_response);
    if let (Some(look), Some(problem)) = (look, response.extensions().get::<Problem>()) {
        response = pages::message::of(&look, problem, response.headers());
    }
    secure(response.headers_mut());
    drop(in_flight);
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    house.metrics.answered(route, response.status().as_u16(), began.elapsed());
    response
}

async fn admitted(house: &Shared, request: Request, next: Next) -> Result<Response, Problem> {
    house.guard.check_host(request.uri(), request.headers())?;
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        house.guard.check_origin(request.headers())?;
    }
    let path = request.uri().path();
    if !is_open(path) && !house.guard.knows(request.headers())? {
        let is_asked_by_a_browser = is_page(request.uri()) && request.method() == Method::GET;
        return match is_asked_by_a_browser {
            true => Ok(to_login(request.uri())),
            false => Err(Problem::unauthorized()),
        };
    }
    let answer = tokio::time::timeout(ANSWER_TIME, next.run(request)).await;
    answer.map_err(|_| Problem::busy())
}

/// What is told to everybody.
fn is_open(path: &str) -> bool {
    ["/login", "/preferences", "/style.css", "/icon.svg", "/healthz", "/readyz"].contains(&path)
}

/// Whether people read what stands there.
fn is_page(uri: &Uri) -> bool {
    let path = uri.path();
    !path.starts_with("/api/") && !["/healthz", "/readyz", "/metrics"].contains(&path)
}

fn to_login(uri: &Uri) -> Response {
    let here = uri.path_and_query().map_or("/", |one| one.as_str());
    let back: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    Redirect::to(&format!("/login?back={back}")).into_response()
}

/// What a browser may do with an answer. A report has said so itself.
fn secure(headers: &mut HeaderMap) {
    let has_policy = headers.contains_key("content-security-policy");
    if !has_policy {
        headers.insert("content-security-policy", HeaderValue::from_static(POLICY));
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

async fn nothing(uri: Uri) -> Problem {
    let problem = Problem::missing("there is nothing at this address");
    problem.hinted(match is_page(&uri) {
        true => "begin at /",
        false => "/api/openapi.json says what there is",
    })
}

async fn no_such_method() -> Problem {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Problem::with_status(status, "the address takes another method")
        .hinted("the header Allow says which")
}
