//! Pages that people read: HTML from templates, which escape what they are given.
//!
//! Nothing on them needs JavaScript, and nothing comes from another host.

pub mod analyse;
pub mod assets;
pub mod document;
pub mod jobs;
pub mod login;
mod marked;
pub mod message;
pub mod preferences;
pub mod reports;
pub mod search;
mod words;

use askama::Template;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::guard::SESSION;
use super::house::House;
use super::look::Look;
use super::problem::Problem;

/// What a handler of a page gives; a problem becomes a page as well.
pub type Page = Result<Response, Problem>;

/// In which language and colours the reader wants a page.
pub fn look(house: &House, uri: &Uri, headers: &HeaderMap) -> Look {
    let has_session = house.guard.needs_token() && super::guard::cookie(headers, SESSION).is_some();
    Look::of(uri, headers, house.guard.form(), has_session)
}

/// A page as an answer.
fn shown(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            let head = [
                (CONTENT_TYPE, "text/html; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
                (VARY, "Cookie, Accept-Language"),
            ];
            (status, head, html).into_response()
        }
        Err(error) => {
            tracing::error!("a page cannot be made: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A path of ours to come back to; another site's is none.
fn back(path: Option<&str>) -> String {
    let is_ours = |path: &&str| {
        let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        path.starts_with('/') && !path.starts_with("//") && is_plain && path.len() <= 4000
    };
    path.filter(is_ours).unwrap_or("/").to_owned()
}

/// A part of an address.
fn encoded(text: &str) -> String {
    // `+` is a blank in a query alone.
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_are_come_back_to() {
        assert_eq!(back(Some("/documents/a/%ED%95%99?q=x&y=z")), "/documents/a/%ED%95%99?q=x&y=z");
        for odd in ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nb: c"] {
            assert_eq!(back(Some(odd)), "/", "{odd}");
        }
        assert_eq!(back(None), "/");
    }

    #[test]
    fn ids_are_one_part_of_an_address() {
        assert_eq!(encoded("train/pos 1+2?#학"), "train%2Fpos%201%2B2%3F%23%ED%95%99");
    }
}
