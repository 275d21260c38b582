//! A text of the reader: morphemes, what each model says, documents like it.

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};

use super::marked::{self, Piece, harmless};
use super::search::{self, Hit};
use super::words::{percent, term};
use super::{Page, look, shown};
use crate::serve::analysis::Analysis;
use crate::serve::api::{analysis, similar};
use crate::serve::house::{MOST_CHARACTERS, Shared, body};
use crate::serve::judge::Verdict;
use crate::serve::look::Look;
use crate::serve::parameters::{Kind, Parameter, Values};

const KNOWN: [Parameter; 2] = [
    Parameter { name: "text", what: "", kind: Kind::Text(MOST_CHARACTERS) },
    Parameter { name: "pipeline", what: "", kind: Kind::Text(200) },
];

/// What a model says, as a page shows it.
pub struct Opinion {
    /// The pipeline of the model.
    pub model: String,
    /// The likeliest label.
    pub label: String,
    /// Its probability in hundredths.
    pub percent: u32,
    /// Whether the model knows a term of the text.
    pub is_known: bool,
    /// All labels with their probabilities in hundredths, and the class of their bars.
    pub labels: Vec<(String, u32, &'static str)>,
    /// What words may speak for.
    pub sides: [Side; 2],
    /// The text with its deciding words.
    pub pieces: Vec<Piece>,
}

/// What words may speak for.
pub struct Side {
    /// Its class.
    pub class: &'static str,
    /// A label.
    pub label: String,
    /// Whether words speak for the label, or against it.
    pub is_for: bool,
    /// Terms that spoke most, with the widths of their bars in hundredths.
    pub terms: Vec<(String, u32)>,
}

impl Opinion {
    /// Of a verdict.
    pub fn of(verdict: &Verdict) -> Self {
        let sign = marked::sign(verdict);
        let strongest = verdict.terms.iter().map(|one| one.part.abs()).fold(0.0, f64::max);
        let side = |wanted: f64| {
            let terms = verdict.terms.iter().filter(|one| one.part * sign * wanted > 0.0);
            let width = |part: f64| ((part.abs() / strongest * 100.0).round() as u32).max(1);
            terms.map(|one| (term(&one.term), width(one.part))).collect()
        };
        let labels: Vec<&String> = verdict.probabilities.keys().collect();
        let (up, down) = match labels[..] {
            [first, second] => (second, first),
            _ => (&verdict.label, &verdict.label),
        };
        let (are_two, [up_terms, down_terms]) = (labels.len() == 2, [side(1.0), side(-1.0)]);
        let share = |(label, share): (&String, &f64)| {
            let class = match are_two {
                true if label == up => "up",
                true => "down",
                false => "plain",
            };
            (label.clone(), percent(*share), class)
        };
        Opinion {
            model: verdict.pipeline.clone(),
            label: verdict.label.clone(),
            percent: percent(verdict.probability),
            is_known: verdict.is_known,
            labels: verdict.probabilities.iter().map(share).collect(),
            sides: [
                Side { class: "up", label: up.clone(), is_for: true, terms: up_terms },
                Side { class: "down", label: down.clone(), is_for: are_two, terms: down_terms },
            ],
            pieces: marked::verdict(verdict, 60_000),
        }
    }
}

#[derive(Template)]
#[template(path = "serve/analyse.html")]
struct Shown<'a> {
    look: &'a Look,
    text: String,
    most: usize,
    pipelines: Vec<String>,
    pipeline: String,
    analysis: Option<Analysis>,
    opinions: Vec<Opinion>,
    similar: Vec<Hit>,
}

/// `GET /analyse`
pub async fn ask(State(house): State<Shared>, uri: Uri, headers: HeaderMap) -> Page {
    let look = look(&house, &uri, &headers);
    Ok(shown(StatusCode::OK, &empty(&house, &look)))
}

/// `POST /analyse`
pub async fn show(State(house): State<Shared>, uri: Uri, headers: HeaderMap, sent: Body) -> Page {
    let sent = body(&headers, sent).await?;
    let look = look(&house, &uri, &headers);
    let values = Values::read_form(&String::from_utf8_lossy(&sent), &KNOWN)?;
    let text = values.text("text").unwrap_or_default().replace("\r\n", "\n");
    let page = empty(&house, &look);
    if text.trim().is_empty() {
        return Ok(shown(StatusCode::OK, &page));
    }
    let index = match values.text("pipeline") {
        Some(name) => Some(house.index(Some(name))?),
        None => house.index(None).ok(),
    };
    let pipeline = index.as_ref().map(|(entry, _)| entry.pipeline.name.clone());
    let similar = similar(index, &text).await?;
    let analysis = analysis(&house, text.clone()).await?;
    let mut opinions: Vec<Opinion> = analysis.sentiments.iter().map(Opinion::of).collect();
    // Models that know a word of it come first.
    opinions.sort_by_key(|one| !one.is_known);
    let page = Shown {
        opinions,
        similar: similar.as_ref().map(search::similar).unwrap_or_default(),
        pipeline: pipeline.unwrap_or_default(),
        analysis: Some(analysis),
        text,
        ..page
    };
    Ok(shown(StatusCode::OK, &page))
}

fn empty<'a>(house: &Shared, look: &'a Look) -> Shown<'a> {
    let pipelines = house.stock.searched().map(|(entry, _)| entry.pipeline.name.clone());
    Shown {
        look,
        text: String::new(),
        most: MOST_CHARACTERS,
        pipelines: pipelines.collect(),
        pipeline: String::new(),
        analysis: None,
        opinions: Vec::new(),
        similar: Vec::new(),
    }
}
