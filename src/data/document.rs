//! A document and the state of its body.

use serde::{Deserialize, Serialize};

/// The body as the source gave it: text that may hold markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(pub String);

/// The body after `clean`: text without markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(pub String);

/// The part of an official split that a document belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// What a model may learn from.
    Train,
    /// What it is measured on, once.
    Test,
}

/// One document; the body's type says which room it has left.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document<B> {
    /// Unique within its corpus.
    pub id: String,
    /// The text, in the state that `B` names.
    pub body: B,
    /// The class, by its configured name.
    pub label: Option<String>,
    /// A grade, in the corpus's own scale.
    pub rating: Option<f32>,
    /// The official split, if the corpus has one.
    pub split: Option<Split>,
    /// Documents of one group (reviews of one film) stay together in cross-validation.
    pub group: Option<String>,
    /// The date as the corpus writes it.
    pub date: Option<String>,
    /// Publisher, site or file it came from.
    pub source: Option<String>,
    /// Title of the document, or of what it is about.
    pub title: Option<String>,
    /// Columns of the source that have no place above.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl<B> Document<B> {
    /// A document with nothing but an id and a body.
    pub fn new(id: impl Into<String>, body: B) -> Self
    where
        B: Default,
    {
        Document { id: id.into(), body, ..Document::default() }
    }

    /// The same document with another body.
    pub fn with_body<C>(self, body: C) -> Document<C> {
        Document {
            id: self.id,
            body,
            label: self.label,
            rating: self.rating,
            split: self.split,
            group: self.group,
            date: self.date,
            source: self.source,
            title: self.title,
            extra: self.extra,
        }
    }
}
