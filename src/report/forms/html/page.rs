//! Facts → the page: what stands in which section.
//!
//! In: facts. Out: what the template of the page writes. Promises: sections in the order
//! that a person reads in the morning; one that has nothing to show is left out.

use askama::Template;

use super::counts::CountTable;
use super::graphs::{self, Graph, Key};
use super::said::{Prose, Said};
use super::sections;
use super::style::{STYLE, policy};
use crate::report::charts::Chart;
use crate::report::facts::{Facts, Mover};
use crate::report::forms::numbers::{NONE, band, count, percent, points};
use crate::report::forms::sides::{Side, at, sides};
use crate::report::forms::{card, periods, sentences, visible};

/// Everything that the template needs.
#[derive(Template)]
#[template(path = "report/page.html", whitespace = "minimize")]
pub struct Page {
    style: &'static str,
    policy: String,
    title: String,
    pipeline: Said,
    days: String,
    about: Prose,
    headline: String,
    change: Prose,
    trained_on: Option<String>,
    figures: Vec<Figure>,
    contents: Vec<(String, Said)>,
    volume: Option<Chart>,
    keys: Vec<Key>,
    shares: Vec<Graph>,
    periods: Vec<Part>,
    movers_about: Prose,
    movers: Vec<sections::MoverRow>,
    terms: Vec<sections::Terms>,
    quotes: Vec<sections::Quotes>,
    groups: Vec<sections::GroupSection>,
    positive: String,
    negative: String,
    keywords: Vec<sections::KeywordSection>,
    left_out: [(&'static str, String); 7],
    models: Vec<sections::Model>,
    notes: Vec<Said>,
    unsure: Option<(String, String)>,
    by: String,
}

/// A number to see from afar.
struct Figure {
    class: &'static str,
    name: String,
    value: String,
    notes: Vec<String>,
    moved: Option<(String, &'static str)>,
}

/// A table that opens on demand.
pub struct Part {
    /// What is in it.
    pub summary: String,
    /// The table.
    pub table: CountTable,
}

impl Page {
    /// The page of a report.
    pub fn new(facts: &Facts) -> Self {
        let sides = sides(facts);
        let mut page = Page {
            style: STYLE,
            policy: policy(),
            title: sentences::title(facts),
            pipeline: Said::name(&facts.pipeline),
            days: sentences::stretch((facts.since, facts.until)),
            about: Prose::new(&sentences::about(facts)),
            headline: sentences::headline(facts),
            change: Prose::new(&sentences::change(facts)),
            trained_on: sentences::trained_on(facts),
            figures: figures(facts, &sides),
            contents: Vec::new(),
            volume: graphs::volumes(facts, &sides),
            keys: graphs::keys(facts, &sides),
            shares: graphs::shares(facts, &sides),
            periods: period_tables(facts, &sides),
            movers_about: Prose::new(&sentences::movers(facts)),
            movers: facts
                .movers
                .shown
                .iter()
                .map(|mover| sections::mover_row(mover, &sides))
                .collect(),
            terms: sections::terms(facts, &sides),
            quotes: sections::quotes(&facts.quotes, &sides),
            groups: sections::groups(facts, &sides),
            positive: side_name(&sides, facts.positive),
            negative: side_name(&sides, facts.negative),
            keywords: sections::keywords(facts, &sides),
            left_out: card::left_out(facts).map(|(name, number)| (name, count(number))),
            models: sections::models(facts),
            notes: facts.notes.iter().map(|note| Said::text(visible::line(note))).collect(),
            unsure: sentences::unsure(facts),
            by: visible::name(&facts.by),
        };
        page.contents = page.contents();
        page
    }

    fn contents(&self) -> Vec<(String, Said)> {
        let mut contents = Vec::new();
        let mut add = |id: &str, title: &str| contents.push((id.to_owned(), Said::name(title)));
        add("time", "Over time");
        add("movers", "Movers");
        if !self.terms.is_empty() {
            add("terms", "Rising terms");
        }
        if !self.quotes.is_empty() {
            add("quotes", "Quotes");
        }
        self.groups.iter().for_each(|group| add(group.id, group.title));
        self.keywords.iter().for_each(|keyword| add(&keyword.id, &keyword.name.text));
        add("left-out", "What was left out");
        add("model", "Model");
        if !self.notes.is_empty() {
            add("notes", "Notes");
        }
        add("reading", "How to read it");
        contents
    }
}

fn side_name(sides: &[Side], place: usize) -> String {
    at(sides, place).map_or(NONE.to_owned(), |side| side.name.clone())
}

fn figures(facts: &Facts, sides: &[Side]) -> Vec<Figure> {
    let counts = &facts.total.counts;
    let trained =
        (counts.trained_on > 0).then(|| format!("{} trained on", count(counts.trained_on)));
    let documents = Figure {
        class: "v",
        name: "documents".to_owned(),
        value: count(counts.documents),
        notes: trained.into_iter().collect(),
        moved: None,
    };
    let figure = |side: &Side| {
        let share = side.share(counts);
        let number = sentences::plural(side.count(counts), "document");
        let is_move = |mover: &&Mover| mover.kind == "all" && mover.side == side.place;
        let found = facts.movers.shown.iter().find(is_move);
        let text = |mover: &Mover| {
            let points = points(mover.before, mover.after);
            (format!("{points} points against the {} before", facts.by), sentences::verdict(mover))
        };
        Figure {
            class: side.class,
            name: side.name.clone(),
            value: share.map_or(NONE.to_owned(), |share| percent(share.value)),
            notes: share.map(|share| band(&share)).into_iter().chain([number]).collect(),
            moved: found.map(text),
        }
    };
    std::iter::once(documents).chain(sides.iter().map(figure)).collect()
}

/// All periods, a table a year if they are many.
fn period_tables(facts: &Facts, sides: &[Side]) -> Vec<Part> {
    let by = &facts.by;
    let table = |caption: String, places: std::ops::Range<usize>| {
        let table = CountTable::new(sides, caption, &format!("{by} from"));
        let rows = facts.periods.get(places).unwrap_or_default().iter();
        rows.fold(table, |table, period| {
            table.period(sentences::period(by, period), period.is_partial, &period.counts)
        })
    };
    if facts.periods.len() <= periods::FEW {
        let caption = format!("Documents and shares by {by}");
        let table = table(caption, 0..facts.periods.len());
        return vec![Part { summary: "The same as a table".to_owned(), table }];
    }
    let part = |(year, places): (i32, std::ops::Range<usize>)| {
        let documents: u64 =
            facts.periods[places.clone()].iter().map(|period| period.counts.documents).sum();
        let number = sentences::plural(places.len() as u64, by);
        let documents = sentences::plural(documents, "document");
        let summary = format!("{year}: {number}, {documents}");
        Part { summary, table: table(format!("Documents and shares by {by}, {year}"), places) }
    };
    periods::years(&facts.periods).into_iter().map(part).collect()
}
