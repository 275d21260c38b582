//! What a report needs of a document, taken where many are looked at side by side.

use super::Plan;
use super::span::number;
use crate::data::{Document, Html, WrittenDate};
use crate::search::duplicates::Shingles;
use crate::source::Columns;

/// What was seen of a document.
pub(super) struct Looked {
    /// Number of its day; `None` if it has none.
    pub day: Option<i32>,
    /// A bit for each watched word.
    pub keywords: u64,
    /// Its runs of words, where copies are looked for.
    pub shingles: Option<Vec<u64>>,
}

/// Words of a run, and least share of common runs, that make stories near-duplicates.
/// Runs mind the order, and are the same for every language; one dictionary's morphemes
/// are not.
pub(super) const RUN: u32 = 3;
/// Least share of common runs.
pub(super) const ALIKE: f64 = 0.5;

impl Plan<'_> {
    /// What is needed of a document, and whether it needs a score.
    pub fn look(&self, document: &Document<Html>) -> (Looked, bool) {
        let written = document.date.as_deref().and_then(WrittenDate::read);
        let Some(day) = written.and_then(|date| date.day(self.zone)) else {
            return (Looked { day: None, keywords: 0, shingles: None }, false);
        };
        let is_wanted = self.asked.wants(day);
        let keywords = if is_wanted { self.keywords.of(document) } else { 0 };
        let runs = || Shingles::new(RUN).of_terms(document.body.0.split_whitespace());
        let shingles = (self.is_news && is_wanted).then(runs);
        (Looked { day: Some(number(day)), keywords, shingles }, is_wanted)
    }
}

/// Where the topic of a document stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Topic {
    Label,
    Rating,
    Source,
    Title,
    Group,
    Extra(String),
}

impl Topic {
    /// The column that the settings name, by its own name or that of its role.
    pub fn new(name: Option<&str>, columns: &Columns) -> Self {
        let Some(name) = name else { return Topic::Label };
        let roles = [
            (Topic::Label, "label", &columns.label),
            (Topic::Rating, "rating", &columns.rating),
            (Topic::Source, "source", &columns.source),
            (Topic::Title, "title", &columns.title),
            (Topic::Group, "group", &columns.group),
        ];
        let is = |role: &str, column: &Option<String>| match column {
            Some(column) => column == name,
            None => role == name,
        };
        let found = roles.into_iter().find(|(_, role, column)| is(role, column));
        found.map_or(Topic::Extra(name.to_owned()), |(topic, ..)| topic)
    }

    /// The topic of a document.
    pub fn of(&self, document: &Document<Html>) -> Option<String> {
        let topic = match self {
            Topic::Label => document.label.clone(),
            Topic::Rating => document.rating.map(|rating| rating.to_string()),
            Topic::Source => document.source.clone(),
            Topic::Title => document.title.clone(),
            Topic::Group => document.group.clone(),
            Topic::Extra(name) => document.extra.get(name).and_then(|value| match value {
                serde_json::Value::String(text) => Some(text.clone()),
                serde_json::Value::Number(number) => Some(number.to_string()),
                serde_json::Value::Bool(value) => Some(value.to_string()),
                _ => None,
            }),
        };
        topic.filter(|topic| !topic.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_a_column_by_its_name() {
        let columns = Columns { rating: Some("stars".to_owned()), ..Columns::default() };
        assert_eq!(Topic::new(None, &columns), Topic::Label);
        assert_eq!(Topic::new(Some("stars"), &columns), Topic::Rating);
        assert_eq!(Topic::new(Some("rating"), &columns), Topic::Extra("rating".to_owned()));
        assert_eq!(Topic::new(Some("label"), &columns), Topic::Label);
        let mut document = Document { rating: Some(8.0), ..Document::default() };
        document.extra.insert("section".to_owned(), "경제".into());
        document.extra.insert("deep".to_owned(), serde_json::json!([1]));
        assert_eq!(Topic::Rating.of(&document).as_deref(), Some("8"));
        assert_eq!(Topic::new(Some("section"), &columns).of(&document).as_deref(), Some("경제"));
        assert_eq!(Topic::new(Some("deep"), &columns).of(&document), None);
        assert_eq!(Topic::Label.of(&document), None);
    }
}
