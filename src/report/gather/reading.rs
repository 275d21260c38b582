//! Documents as they come → compact rows, and the few texts that are needed later.

use std::rc::Rc;

use chrono::NaiveDate;

use super::Plan;
use super::candidates::Candidates;
use super::look::{Looked, Topic};
use super::recent::RecentTexts;
use super::span::{Span, day};
use crate::data::{Document, Html, Interner, Skipped};
use crate::error::{Error, Result};
use crate::pipeline::{ScoreOutcome, Scored, evidence};

/// A document that has a score: all that counting needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub day: i32,
    pub source: u32,
    pub topic: u32,
    pub side: u16,
    pub scorer: u16,
    pub is_trained_on: bool,
    pub is_copy: bool,
    /// Whether it has a label of its own, and its model gives the same.
    pub agrees: Option<bool>,
    pub evidence: f32,
    pub terms: u32,
    pub unknown: u32,
    pub keywords: u64,
}

/// The number of what is absent.
pub(super) const NONE: u32 = u32::MAX;

impl Row {
    pub fn date(&self) -> NaiveDate {
        day(self.day)
    }

    /// Whether shares are of it.
    pub fn counts(&self) -> bool {
        !self.is_trained_on && !self.is_copy
    }
}

/// What was read.
pub(super) struct Reading<'a> {
    plan: &'a Plan<'a>,
    topic: Topic,
    pub rows: Vec<Row>,
    /// Names by the number in [`Row::source`].
    pub sources: Interner,
    /// Names by the number in [`Row::topic`].
    pub topics: Interner,
    /// All documents that came.
    pub read: u64,
    pub undated: u64,
    /// Documents that no score was wanted of: their day is far from the report.
    pub unwanted: u64,
    /// Days of those that have no score.
    unscored: Vec<i32>,
    without_model: u64,
    unusable: Skipped,
    /// The runs of words of each row, where copies are looked for.
    pub shingles: Vec<Vec<u64>>,
    pub texts: RecentTexts,
    pub quotes: Candidates,
}

impl<'a> Reading<'a> {
    pub fn new(plan: &'a Plan<'a>) -> Self {
        Reading {
            plan,
            topic: Topic::new(plan.pipeline.report.topic.as_deref(), &plan.pipeline.source.columns),
            rows: Vec::new(),
            sources: Interner::default(),
            topics: Interner::default(),
            read: 0,
            undated: 0,
            unwanted: 0,
            unscored: Vec::new(),
            without_model: 0,
            unusable: Skipped::default(),
            shingles: Vec::new(),
            texts: RecentTexts::default(),
            quotes: Candidates::new(plan.keywords.words.len()),
        }
    }

    /// Takes the next document.
    pub fn take(&mut self, scored: Scored<Looked>) {
        let Scored { document, looked, outcome } = scored;
        self.read += 1;
        let Some(day) = looked.day else {
            self.undated += 1;
            return;
        };
        match outcome {
            ScoreOutcome::Unwanted => self.unwanted += 1,
            ScoreOutcome::NoModel => {
                self.without_model += 1;
                self.unscored.push(day);
            }
            ScoreOutcome::Unusable(reason) => {
                self.unusable.add(&format!("document `{}`", document.id), &reason);
                self.unscored.push(day);
            }
            ScoreOutcome::Scored { scorer, score, is_trained_on } => {
                let labels = self.plan.scorers.labels();
                let own = document.label.as_ref().filter(|label| labels.contains(label));
                let source = document.source.as_deref().filter(|name| !name.trim().is_empty());
                let topic = self.topic.of(&document);
                let row = Row {
                    day,
                    source: source.map_or(NONE, |name| self.sources.intern(name)),
                    topic: topic.map_or(NONE, |name| self.topics.intern(&name)),
                    side: self.plan.sides.of(score) as u16,
                    scorer: scorer as u16,
                    is_trained_on,
                    is_copy: false,
                    agrees: own.map(|label| *label == labels[score.class as usize]),
                    evidence: evidence(score.class as usize, score.probability, labels.len()),
                    terms: score.terms,
                    unknown: score.unknown,
                    keywords: looked.keywords,
                };
                self.keep(row, score.probability, document);
                self.shingles.extend(looked.shingles);
            }
        }
    }

    fn keep(&mut self, row: Row, probability: f32, document: Document<Html>) {
        let place = self.rows.len() as u32;
        let period = self.plan.by.number(row.date());
        self.rows.push(row);
        if row.is_trained_on {
            return;
        }
        let document = Rc::new(document);
        self.quotes.offer(place, &row, period, probability, &self.plan.sides, &document);
        self.texts.offer(place, period, document);
    }

    /// The days of all rows.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.rows.iter().map(|row| row.day).chain(self.unscored.iter().copied()).map(day)
    }

    /// How many documents of the report have no score.
    pub fn unscored(&self, span: &Span) -> u64 {
        self.unscored.iter().filter(|one| span.holds(day(**one))).count() as u64
    }

    /// How many have a day that is not of the report.
    pub fn outside(&self, span: &Span) -> u64 {
        let days = self.rows.iter().map(|row| row.day).chain(self.unscored.iter().copied());
        self.unwanted + days.filter(|one| !span.holds(day(*one))).count() as u64
    }

    /// A report of documents without dates would be empty, and nobody would know why.
    ///
    /// # Errors
    /// If there are documents, and none of them has a date.
    pub fn check_dates(&self) -> Result<()> {
        if self.read == 0 || self.undated < self.read {
            return Ok(());
        }
        let message = format!("none of the {} documents has a date that can be read", self.read);
        Err(Error::data(message)
            .at(format!("pipeline `{}`", self.plan.pipeline.name))
            .hinted("name their column: --set source.columns.date=…, written as 2026-11-24"))
    }

    /// What a reader has to know of what was read.
    pub fn notes(&self, skipped: &Skipped) -> Vec<String> {
        let mut notes = Vec::new();
        if self.without_model > 0 {
            let languages = self.plan.scorers.untrained.iter().map(|(language, name)| {
                let language = if language.is_empty() { "other languages" } else { language };
                format!("{language}: `malmoi run {name}`")
            });
            let languages: Vec<String> = languages.collect();
            let way = match languages.is_empty() {
                true => "`score.model` names one for all others".to_owned(),
                false => format!("train one for {}", languages.join(", ")),
            };
            let count = self.without_model;
            notes.push(format!("{count} documents are in a language that no model labels; {way}"));
        }
        let mut unusable = skipped.clone();
        unusable.join(self.unusable.clone());
        if let Some(example) = unusable.examples.first() {
            let count = unusable.count;
            notes.push(format!("{count} documents cannot be used, the first because of {example}"));
        }
        if self.topic != Topic::Label && self.topics.is_empty() && !self.rows.is_empty() {
            let name = self.plan.pipeline.report.topic.as_deref().unwrap_or_default();
            notes.push(format!("no document has a value in `{name}`, which `report.topic` names"));
        }
        notes
    }
}
