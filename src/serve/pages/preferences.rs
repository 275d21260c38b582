//! Language and colours that a reader chose, kept in cookies.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect};

use super::{Page, back};
use crate::serve::house::{Shared, body};
use crate::serve::look::{LANGUAGE, Language, THEME, Theme};
use crate::serve::parameters::{Kind, Parameter, Values};

const KNOWN: [Parameter; 3] = [
    Parameter { name: "language", what: "", kind: Kind::Choice(&["en", "ko"]) },
    Parameter { name: "theme", what: "", kind: Kind::Choice(&["system", "light", "dark"]) },
    Parameter { name: "back", what: "", kind: Kind::Text(4000) },
];

/// `POST /preferences`
pub async fn keep(State(_house): State<Shared>, headers: HeaderMap, sent: Body) -> Page {
    let sent = body(&headers, sent).await?;
    let values = Values::read_form(&String::from_utf8_lossy(&sent), &KNOWN)?;
    let mut response = Redirect::to(&back(values.text("back"))).into_response();
    let language = values.text("language").and_then(Language::named).map(Language::code);
    let theme = values.text("theme").and_then(Theme::named).map(Theme::name);
    for (name, value) in [(LANGUAGE, language), (THEME, theme)] {
        if let Some(value) = value {
            let cookie =
                format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly");
            let cookie = cookie.parse().expect("names of ours are a header");
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(response)
}
