//! What went wrong, as a status and as words that tell nothing of this computer.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;

/// A refused or failed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its status.
    pub status: StatusCode,
    /// What happened.
    pub error: String,
    /// How to fix it, if known.
    pub hint: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refusal {
    /// What happened.
    pub error: String,
    /// How to fix it, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Problem { status, error: error.into(), hint: None }
    }

    /// The request is wrong.
    pub fn wrong(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// There is no such thing.
    pub fn missing(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    /// Who asks may not.
    pub fn forbidden(error: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, error)
    }

    /// Who asks has not said who it is.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "this address needs a token")
            .hinted("send `Authorization: Bearer TOKEN`, or log in at /login")
    }

    /// Another status.
    pub fn with_status(status: StatusCode, error: impl Into<String>) -> Self {
        Self::new(status, error)
    }

    /// Too much is asked at once.
    pub fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once")
            .hinted("ask again in a second")
    }

    /// A mistake of ours.
    pub fn failed() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the request failed")
            .hinted("the log of `malmoi serve` says why")
    }

    /// A failure of files or of an index: the log says which, the answer does not.
    pub fn inside(error: &Error) -> Self {
        let place = error.place().unwrap_or_default();
        tracing::error!(place, hint = error.hint().unwrap_or_default(), "{error}");
        Self::failed()
    }

    /// Says how to fix it.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let told = Refusal { error: self.error.clone(), hint: self.hint.clone() };
        let body = serde_json::to_vec(&told).expect("texts are plain data");
        let head = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
        let mut response = (self.status, head, body).into_response();
        let wait = match self.status {
            StatusCode::SERVICE_UNAVAILABLE => Some("1"),
            StatusCode::TOO_MANY_REQUESTS => Some("60"),
            _ => None,
        };
        let headers = response.headers_mut();
        if let Some(seconds) = wait {
            headers.insert(RETRY_AFTER, seconds.parse().expect("digits are a header"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, "Bearer".parse().expect("a word is a header"));
        }
        // Who answers a browser makes a page of it.
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_tell_nothing_of_this_computer() {
        let error = Error::io("cannot read `/home/me/secret`").at("/home/me");
        let problem = Problem::inside(&error);
        assert_eq!(problem.status.as_u16(), 500);
        assert!(!format!("{problem:?}").contains("/home"), "{problem:?}");
    }

    #[test]
    fn who_is_refused_for_now_is_told_when_to_come_back() {
        let response = Problem::busy().into_response();
        assert_eq!(response.status().as_u16(), 503);
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(Problem::unauthorized().into_response().headers()["www-authenticate"], "Bearer");
    }
}
