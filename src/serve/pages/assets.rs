//! The style and the icon, which are compiled in.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

const STYLE: &str = include_str!("../../../templates/serve/style.css");
const ICON: &str = include_str!("../../../templates/serve/icon.svg");

/// `GET /style.css`
pub async fn style() -> Response {
    kept("text/css; charset=utf-8", STYLE)
}

/// `GET /icon.svg`
pub async fn icon() -> Response {
    kept("image/svg+xml", ICON)
}

/// Not for long: another version of the program may have another.
fn kept(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "private, max-age=300")], text).into_response()
}
