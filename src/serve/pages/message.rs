//! A page that says what went wrong.

use askama::Template;
use axum::http::HeaderMap;
use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::Response;

use super::shown;
use crate::serve::look::Look;
use crate::serve::problem::Problem;

#[derive(Template)]
#[template(path = "serve/message.html")]
struct Page<'a> {
    look: &'a Look,
    problem: &'a Problem,
    heading: String,
}

/// The page of a problem; what the answer to a program says to programs, it says too.
pub fn of(look: &Look, problem: &Problem, answer: &HeaderMap) -> Response {
    let heading = format!("status.{}", problem.status.as_u16());
    let mut response = shown(problem.status, &Page { look, problem, heading });
    for name in [RETRY_AFTER, WWW_AUTHENTICATE, ALLOW] {
        if let Some(value) = answer.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}
