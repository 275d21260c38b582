//! A document: its text, the words that decided, and its nearest neighbours.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};

use super::marked::{self, Piece, harmless};
use super::search::{self, Hit};
use super::words::date;
use super::{Page, look, shown};
use crate::serve::document::{self, Document};
use crate::serve::found::Wanted;
use crate::serve::house::Shared;
use crate::serve::look::Look;
use crate::serve::pages::analyse::Opinion;
use crate::serve::parameters::Values;

/// Bytes of a text that are shown.
const MOST_SHOWN: usize = 60_000;
/// Neighbours that are shown.
const NEIGHBOURS: usize = 8;

#[derive(Template)]
#[template(path = "serve/document.html")]
struct Shown<'a> {
    look: &'a Look,
    document: &'a Document,
    title: String,
    pieces: Vec<Piece>,
    opinion: Option<Opinion>,
    is_cut: bool,
    neighbours: Vec<Hit>,
}

/// `GET /documents/{pipeline}/{id}`
pub async fn show(
    State(house): State<Shared>,
    Path((pipeline, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Page {
    let look = look(&house, &uri, &headers);
    let (entry, index) = house.index(Some(&pipeline))?;
    let judge = house.judge(entry).await?;
    let document = document::document(entry, &index, &id, judge).await?;
    let wanted = Wanted { top: NEIGHBOURS, ..Wanted::of(&Values::default(), &index) };
    let neighbours = document::neighbours(entry, &index, &id, wanted).await?;
    let text = match &document.sentiment {
        Some(verdict) => marked::verdict(verdict, MOST_SHOWN),
        None => marked::snippet(&document.text[..cut(&document.text)], &[]),
    };
    let pieces = without_title(text, &document.about.title);
    Ok(shown(
        StatusCode::OK,
        &Shown {
            look: &look,
            title: title(&document),
            pieces,
            opinion: document.sentiment.as_ref().map(Opinion::of),
            is_cut: document.text.len() > MOST_SHOWN,
            neighbours: search::similar(&neighbours),
            document: &document,
        },
    ))
}

fn cut(text: &str) -> usize {
    let most = MOST_SHOWN.min(text.len());
    (0..=most).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

/// Its title, else its first words.
fn title(document: &Document) -> String {
    let title = match document.about.title.is_empty() {
        true => document.text.lines().next().unwrap_or_default(),
        false => document.about.title.as_str(),
    };
    let short: String = title.chars().take(90).collect();
    let is_cut = short.len() < title.len();
    harmless(&format!("{short}{}", if is_cut { "…" } else { "" }))
}

/// News have their title as the first line of their text; the page shows it above, unless
/// a word of it decided.
fn without_title(mut pieces: Vec<Piece>, title: &str) -> Vec<Piece> {
    let first = pieces.first_mut();
    if let Some(first) = first.filter(|first| first.mark.is_empty() && !title.is_empty())
        && let Some(rest) = first.text.strip_prefix(title)
        && rest.starts_with('\n')
    {
        first.text = rest.trim_start().to_owned();
    }
    pieces
}
