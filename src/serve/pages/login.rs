//! The form that takes the token, and the way out.

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect};

use super::{Page, back, look, shown};
use crate::serve::guard::SESSION;
use crate::serve::house::{Shared, body};
use crate::serve::look::Look;
use crate::serve::parameters::{Kind, Parameter, Values};

const KNOWN: [Parameter; 2] = [
    Parameter { name: "token", what: "", kind: Kind::Text(2000) },
    Parameter { name: "back", what: "", kind: Kind::Text(4000) },
];

#[derive(Template)]
#[template(path = "serve/login.html")]
struct Form<'a> {
    look: &'a Look,
    back: String,
    is_wrong: bool,
}

/// `GET /login`
pub async fn ask(State(house): State<Shared>, uri: Uri, headers: HeaderMap) -> Page {
    let values = Values::read_form(uri.query().unwrap_or_default(), &KNOWN)?;
    let back = back(values.text("back"));
    if house.guard.knows(&headers)? {
        return Ok(Redirect::to(&back).into_response());
    }
    let look = look(&house, &uri, &headers);
    Ok(shown(StatusCode::OK, &Form { look: &look, back, is_wrong: false }))
}

/// `POST /login`
pub async fn enter(State(house): State<Shared>, uri: Uri, headers: HeaderMap, sent: Body) -> Page {
    let sent = body(&headers, sent).await?;
    let values = Values::read_form(&String::from_utf8_lossy(&sent), &KNOWN)?;
    let back = back(values.text("back"));
    if !house.guard.is_token(values.text("token").unwrap_or_default().trim())? {
        let look = look(&house, &uri, &headers);
        return Ok(shown(StatusCode::UNAUTHORIZED, &Form { look: &look, back, is_wrong: true }));
    }
    Ok(with_cookie(&back, &format!("{}; Max-Age=2592000", house.guard.session())))
}

/// `POST /logout`
pub async fn leave() -> Page {
    Ok(with_cookie("/login", "; Max-Age=0"))
}

fn with_cookie(to: &str, value: &str) -> axum::response::Response {
    let mut response = Redirect::to(to).into_response();
    let cookie = format!("{SESSION}={value}; Path=/; SameSite=Strict; HttpOnly");
    let cookie = cookie.parse().expect("digits are a header");
    response.headers_mut().insert(SET_COOKIE, cookie);
    response
}
