//! Counts → tables: a row a period, source or label.
//!
//! In: names and counts. Out: a table that a template writes. Promises: every row has a
//! cell a side, and a bar of its shares if the table has bars.

use askama::Template;
use askama::filters::HtmlSafe;

use super::said::Said;
use crate::report::facts::{Counts, Group};
use crate::report::forms::numbers::{NONE, band, count, percent};
use crate::report::forms::sides::Side;

/// A table of counts.
#[derive(Template)]
#[template(path = "report/counts.html", whitespace = "minimize")]
pub struct CountTable {
    sides: Vec<Side>,
    caption: String,
    of: String,
    has_trained: bool,
    rows: Vec<Row>,
}

impl HtmlSafe for CountTable {}

struct Row {
    name: Said,
    is_partial: bool,
    documents: String,
    trained_on: String,
    cells: Vec<Cell>,
    bar: Option<Bar>,
}

struct Cell {
    count: String,
    share: Option<String>,
    band: Option<String>,
}

/// Shares side by side, in thousandths.
#[derive(Template)]
#[template(path = "report/bar.html", whitespace = "minimize")]
pub struct Bar {
    parts: Vec<(&'static str, u64, u64)>,
}

impl HtmlSafe for Bar {}

impl CountTable {
    /// An empty one; `of` heads the column of names.
    pub fn new(sides: &[Side], caption: impl Into<String>, of: &str) -> Self {
        let (caption, of, sides) = (caption.into(), of.to_owned(), sides.to_vec());
        CountTable { sides, caption, of, has_trained: false, rows: Vec::new() }
    }

    /// With these groups, each with a bar.
    pub fn groups(mut self, groups: &[Group]) -> Self {
        for group in groups {
            let bar = Bar::new(&self.sides, &group.counts);
            self.push(Said::name(&group.name), false, &group.counts, bar);
        }
        self
    }

    /// With a row more, of a period.
    pub fn period(mut self, name: String, is_partial: bool, counts: &Counts) -> Self {
        // A date is no text to find the language of.
        self.push(Said { text: name, language: "en" }, is_partial, counts, None);
        self
    }

    fn push(&mut self, name: Said, is_partial: bool, counts: &Counts, bar: Option<Bar>) {
        let cell = |side: &Side| {
            let share = side.share(counts);
            let band = share.filter(|share| share.low.is_finite()).map(|share| band(&share));
            let share = share.map(|share| percent(share.value));
            Cell { count: count(side.count(counts)), share, band }
        };
        let cells = self.sides.iter().map(cell).collect();
        let trained_on = count(counts.trained_on);
        self.has_trained |= counts.trained_on > 0;
        let documents = count(counts.documents);
        self.rows.push(Row { name, is_partial, documents, trained_on, cells, bar });
    }
}

impl Bar {
    /// The bar of counts, if anything counts.
    pub fn new(sides: &[Side], counts: &Counts) -> Option<Self> {
        let all = u128::from(counts.counted());
        let mut end = 0_u128;
        let mut part = |side: &Side| {
            let start = end;
            end += u128::from(side.count(counts));
            let [start, end] = [start, end].map(|count| (count * 1_000 / all) as u64);
            (side.class, start, end - start)
        };
        (all > 0).then(|| Bar { parts: sides.iter().map(&mut part).collect() })
    }
}
