//! A document with what a model says of it and with its nearest neighbours.

use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::found::{About, Found, Wanted, What, place};
use super::judge::{Judge, Verdict};
use super::problem::Problem;
use super::stock::{Entry, Indexed};
use crate::news::store::NewsStore;
use crate::pipeline::{Asker, news_database};

/// All that is told of a document.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Document {
    /// The pipeline that it is of.
    pub pipeline: String,
    /// Its id.
    pub id: String,
    /// What is told of it.
    #[serde(flatten)]
    pub about: About,
    /// Where it can be read, if that is known: an address of `http` or `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its text, as the index keeps it.
    pub text: String,
    /// What a model says of it, and why; absent where none labels it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Verdict>,
}

/// The document with an id.
///
/// # Errors
/// If there is none, too much is asked at once, or the index is damaged.
pub async fn document(
    entry: &Entry,
    index: &Arc<Indexed>,
    id: &str,
    judge: Judge,
) -> Result<Document, Problem> {
    let (name, id) = (entry.pipeline.name.clone(), id.to_owned());
    let database = news_database(&entry.pipeline).ok();
    let work = move |asker: &mut Asker<'_>| {
        let place = place(asker, &id)?;
        let record = asker.record(place).map_err(|error| Problem::inside(&error))?;
        Ok(Document {
            pipeline: name,
            about: About::of(&record),
            url: url(&id, database.as_deref()),
            sentiment: judge.verdict(&record),
            text: record.text,
            id,
        })
    };
    index.desk.ask(work).await?
}

/// The documents most like the one with an id.
///
/// # Errors
/// The same.
pub async fn neighbours(
    entry: &Entry,
    index: &Arc<Indexed>,
    id: &str,
    wanted: Wanted,
) -> Result<Found, Problem> {
    let wanted = Wanted { what: What::Like(id.to_owned()), sentiment: None, ..wanted };
    super::found::search(entry, index, wanted, None).await
}

/// The address of an article; an id may be one itself.
fn url(id: &str, database: Option<&Path>) -> Option<String> {
    let is_web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
    if is_web(id) {
        return Some(id.to_owned());
    }
    let found = NewsStore::open_existing(database?).and_then(|store| store.find_article(id));
    match found {
        Ok(articles) => {
            let article = articles.into_iter().find(|article| article.id == id);
            article.map(|article| article.article.url).filter(|url| is_web(url))
        }
        Err(error) => {
            tracing::warn!("no address of an article can be told: {error}");
            None
        }
    }
}
