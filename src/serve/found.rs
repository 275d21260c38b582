//! A search → hits, as the API and the page show them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::judge::{Judge, Sentiment};
use super::parameters::{Values, day, start_of};
use super::problem::Problem;
use super::stock::{Entry, Indexed};
use crate::error::Result as OurResult;
use crate::pipeline::{Answer, Asker, Question};
use crate::search::{FIELDS, Filter, Hit, Measure, Place, Record};

/// Characters of a text that are shown of a hit.
const SNIPPET: usize = 160;
/// Hits that are looked through for those of a sentiment.
const MOST_LABELLED: usize = 300;

/// What is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// A text, or the id of a document.
    pub what: What,
    /// How to compare.
    pub measure: Measure,
    /// How many documents.
    pub top: usize,
    /// Which documents.
    pub filter: Filter,
    /// Only documents to which the model gives this label.
    pub sentiment: Option<String>,
    /// Whether parts of the texts are shown.
    pub has_snippets: bool,
}

/// What documents are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A text.
    Text(String),
    /// The document with this id.
    Like(String),
}

/// Documents that were found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Found {
    /// The pipeline whose documents were searched.
    pub pipeline: String,
    /// Generation of its index.
    pub generation: u64,
    /// How documents were compared.
    pub measure: &'static str,
    /// Whether the index knows a word of what was looked for.
    pub is_known: bool,
    /// The nearest documents, nearest first.
    pub hits: Vec<FoundHit>,
}

/// A document that was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct FoundHit {
    /// Its id.
    pub id: String,
    /// How near it is, as the measure says.
    pub score: f64,
    /// What is told of it.
    #[serde(flatten)]
    pub about: About,
    /// The label that the model gives it, where a sentiment was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Sentiment>,
    /// The part of its text that matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<String>,
    /// Bytes of the snippet that match: start and end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlights: Option<Vec<[usize; 2]>>,
}

/// What is told of a document; absent where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct About {
    /// Its title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Its date, as the corpus writes it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// Where it is from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The label that the corpus gives it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Its language.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub language: String,
}

impl About {
    /// What an index keeps of a document.
    pub fn of(record: &Record) -> Self {
        let [source, label, language] = record.fields.clone();
        let (title, date) = (record.title.clone(), record.date_text.clone());
        About { title, date, source, label, language }
    }
}

impl Wanted {
    /// What the parameters of a search say.
    pub fn of(values: &Values, index: &Indexed) -> Self {
        let text = || values.text("q").unwrap_or_default().to_owned();
        let like = values.text("like").map(|id| What::Like(id.to_owned()));
        Wanted {
            what: like.unwrap_or_else(|| What::Text(text())),
            measure: measure(values).unwrap_or(index.measure),
            top: values.count("top").unwrap_or(index.top.min(100)),
            filter: filter(values),
            sentiment: values.text("sentiment").map(str::to_owned),
            has_snippets: values.flag("snippet").unwrap_or(true),
        }
    }
}

/// The measure that a request names.
pub fn measure(values: &Values) -> Option<Measure> {
    Measure::ALL.into_iter().find(|one| Some(one.name()) == values.text("measure"))
}

fn filter(values: &Values) -> Filter {
    let seconds = |name| values.text(name).and_then(day).and_then(start_of);
    Filter {
        since: seconds("since"),
        until: seconds("until"),
        values: FIELDS.map(|field| values.texts(field)),
    }
}

/// Looks for it in the index of a pipeline; `judge` gives sentiments where they are asked for.
///
/// # Errors
/// If there is no such document, too much is asked at once, or the index is damaged.
pub async fn search(
    entry: &Entry,
    index: &Arc<Indexed>,
    wanted: Wanted,
    judge: Option<Judge>,
) -> Result<Found, Problem> {
    let measure = wanted.measure.name();
    let work = move |asker: &mut Asker<'_>| answered(asker, &wanted, judge.as_ref());
    let (is_known, hits) = index.desk.ask(work).await??;
    let pipeline = entry.pipeline.name.clone();
    Ok(Found { pipeline, generation: index.generation, measure, is_known, hits })
}

fn answered(
    asker: &mut Asker<'_>,
    wanted: &Wanted,
    judge: Option<&Judge>,
) -> Result<(bool, Vec<FoundHit>), Problem> {
    let inside = |error| Problem::inside(&error);
    let (question, itself) = match &wanted.what {
        What::Text(text) => (asker.question(text), None),
        What::Like(id) => {
            let place = place(asker, id)?;
            (asker.like(place).map_err(inside)?, Some(place))
        }
    };
    let is_known = !question.columns.is_empty();
    if !is_known {
        return Ok((false, Vec::new()));
    }
    let hits = hits(asker, &question, wanted, itself, judge.is_some()).map_err(inside)?;
    let hits = shown(asker, &question, hits, wanted, judge).map_err(inside)?;
    Ok((true, hits))
}

/// Where the document with an id stands.
///
/// # Errors
/// If there is none.
pub fn place(asker: &Asker<'_>, id: &str) -> Result<Place, Problem> {
    let place = asker.engine().index.find(id).map_err(|error| Problem::inside(&error))?;
    place.ok_or_else(|| {
        let shown: String = id.chars().take(100).collect();
        Problem::missing(format!("the index has no document `{shown}`"))
            .hinted("search for it; ids are those of the corpus")
    })
}

/// A document is the one most like itself, and left out.
fn hits(
    asker: &mut Asker<'_>,
    question: &Question,
    wanted: &Wanted,
    itself: Option<Place>,
    is_labelled: bool,
) -> OurResult<Vec<Hit>> {
    let wanted_top = if is_labelled { MOST_LABELLED } else { wanted.top };
    let top = wanted_top + usize::from(itself.is_some());
    let mut hits = asker.search(question, wanted.measure, top, &wanted.filter)?;
    hits.retain(|hit| Some(hit.place) != itself);
    hits.truncate(wanted_top);
    Ok(hits)
}

fn shown(
    asker: &mut Asker<'_>,
    question: &Question,
    hits: Vec<Hit>,
    wanted: &Wanted,
    judge: Option<&Judge>,
) -> OurResult<Vec<FoundHit>> {
    let mut found = Vec::new();
    for hit in hits {
        let sentiment = match judge {
            Some(judge) => judge.label(&asker.record(hit.place)?),
            None => None,
        };
        if judge.is_some() {
            let label = sentiment.as_ref().map(|one| one.label.as_str());
            if label.is_none() || label != wanted.sentiment.as_deref() {
                continue;
            }
        }
        let one = match wanted.has_snippets {
            true => with_snippet(asker.answer(question, hit, SNIPPET)?),
            false => without_snippet(asker, hit)?,
        };
        found.push(FoundHit { sentiment, ..one });
        if found.len() == wanted.top {
            break;
        }
    }
    Ok(found)
}

fn with_snippet(answer: Answer) -> FoundHit {
    let Answer { hit, record, snippet } = answer;
    let highlights = snippet.highlights.iter().map(|one| [one.start, one.end]).collect();
    FoundHit {
        id: hit.id,
        score: hit.score,
        about: About::of(&record),
        snippet: Some(snippet.text),
        highlights: Some(highlights),
        sentiment: None,
    }
}

/// Without its title too: that is packed with the text.
fn without_snippet(asker: &Asker<'_>, hit: Hit) -> OurResult<FoundHit> {
    let facts = asker.engine().index.facts(hit.place)?;
    Ok(FoundHit { id: hit.id, score: hit.score, about: About::of(&facts), ..FoundHit::default() })
}
