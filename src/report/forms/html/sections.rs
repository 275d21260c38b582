//! Facts → the sections of the page that are lists and tables.
//!
//! In: facts. Out: what the template of the page writes, as text. Promises: a section
//! without rows is not made.

use super::counts::CountTable;
use super::graphs::{self, Graph};
use super::page::Part;
use super::quote::Card;
use super::said::Said;
use crate::report::facts::{
    Counts, Facts, Groups, Keyword, ModelFacts, Mover, Quote, RisingTerm, RisingTerms,
};
use crate::report::forms::numbers::{NONE, chance, count, percent, points, signed};
use crate::report::forms::sides::{Side, at};
use crate::report::forms::{card, periods, sentences, visible};

pub struct MoverRow {
    pub kind: String,
    pub name: Option<Said>,
    pub class: &'static str,
    pub side: String,
    pub before: String,
    pub after: String,
    pub points: String,
    pub documents: String,
    pub z: String,
    pub p: String,
    pub q: String,
    pub verdict: &'static str,
    pub is_significant: bool,
}

pub struct Terms {
    pub class: &'static str,
    pub side: String,
    pub rows: Vec<TermRow>,
}

pub struct TermRow {
    pub term: Said,
    pub before: String,
    pub after: String,
    pub log_odds: String,
    pub z: String,
}

pub struct Quotes {
    pub class: &'static str,
    pub side: String,
    pub cards: Vec<Card>,
}

pub struct GroupSection {
    pub id: &'static str,
    pub title: &'static str,
    pub more: Option<String>,
    pub table: CountTable,
}

pub struct KeywordSection {
    pub id: String,
    pub name: Said,
    pub total: CountTable,
    pub graphs: Vec<Graph>,
    pub periods: Part,
    pub more: Option<String>,
    pub sources: Option<CountTable>,
    pub quotes: Vec<Card>,
}

pub struct Model {
    pub name: Said,
    pub about: String,
    pub figures: [(&'static str, String); 9],
}

pub fn mover_row(mover: &Mover, sides: &[Side]) -> MoverRow {
    let side = at(sides, mover.side);
    let (before, after) = (count(mover.documents_before), count(mover.documents_after));
    MoverRow {
        kind: if mover.kind == "all" {
            "all documents".to_owned()
        } else {
            visible::name(&mover.kind)
        },
        name: (mover.kind != "all").then(|| Said::name(&mover.name)),
        class: side.map_or("u", |side| side.class),
        side: side.map_or(NONE.to_owned(), |side| side.name.clone()),
        before: percent(mover.before),
        after: percent(mover.after),
        points: points(mover.before, mover.after),
        documents: format!("{before} → {after}"),
        z: signed(mover.z, 2),
        p: chance(mover.p),
        q: chance(mover.q),
        verdict: sentences::verdict(mover),
        is_significant: mover.is_significant,
    }
}

pub fn terms(facts: &Facts, sides: &[Side]) -> Vec<Terms> {
    let terms = facts.terms.iter().filter(|rising| !rising.terms.is_empty());
    let column = |rising: &RisingTerms| {
        let side = at(sides, rising.side);
        let row = |term: &RisingTerm| TermRow {
            term: Said::name(&term.term),
            before: count(term.before),
            after: count(term.after),
            log_odds: signed(term.log_odds, 2),
            z: signed(term.z, 1),
        };
        Terms {
            class: side.map_or("u", |side| side.class),
            side: side.map_or(NONE.to_owned(), |side| side.name.clone()),
            rows: rising.terms.iter().map(row).collect(),
        }
    };
    terms.map(column).collect()
}

pub fn quotes(quotes: &[Quote], sides: &[Side]) -> Vec<Quotes> {
    let of = |side: &Side| {
        let cards = quotes.iter().filter(|quote| quote.side == side.place);
        let cards: Vec<Card> = cards.map(|quote| Card::new(quote, sides)).collect();
        Quotes { class: side.class, side: side.name.clone(), cards }
    };
    sides.iter().map(of).filter(|quotes| !quotes.cards.is_empty()).collect()
}

pub fn groups(facts: &Facts, sides: &[Side]) -> Vec<GroupSection> {
    let section = |id, title, of: &str, groups: &Groups| {
        let caption = format!("Documents and shares by {of}");
        let table = CountTable::new(sides, caption, of).groups(&groups.shown);
        let more = sentences::more(groups.found, groups.shown.len(), &format!("{of}s"));
        (!groups.shown.is_empty()).then_some(GroupSection { id, title, more, table })
    };
    let sources = section("sources", "By source", "source", &facts.sources);
    let labels = section("labels", "By label", "label", &facts.labels);
    sources.into_iter().chain(labels).collect()
}

pub fn keywords(facts: &Facts, sides: &[Side]) -> Vec<KeywordSection> {
    let section = |(number, keyword): (usize, &Keyword)| {
        let name = visible::name(&keyword.group.name);
        let of = if facts.periods.len() > periods::FEW { "year" } else { &facts.by };
        let caption = format!("Documents with {name} by {of}");
        let rows = periods::rows(&facts.periods, &keyword.periods, &facts.by);
        let row = |table: CountTable, (name, counts): (String, Counts)| {
            table.period(name, false, &counts)
        };
        let table = rows.into_iter().fold(CountTable::new(sides, caption, of), row);
        let summary = format!("The same as a table by {of}");
        let total = CountTable::new(sides, format!("All documents with {name}"), "keyword");
        let sources = &keyword.sources;
        let caption = format!("Sources with most documents with {name}");
        let shown = (!sources.shown.is_empty())
            .then(|| CountTable::new(sides, caption, "source").groups(&sources.shown));
        KeywordSection {
            id: format!("keyword-{number}"),
            name: Said::text(name),
            total: total.groups(std::slice::from_ref(&keyword.group)),
            graphs: graphs::keyword(facts, sides, number),
            periods: Part { summary, table },
            more: sentences::more(sources.found, sources.shown.len(), "sources"),
            sources: shown,
            quotes: keyword.quotes.iter().map(|quote| Card::new(quote, sides)).collect(),
        }
    };
    facts.keywords.iter().enumerate().map(section).collect()
}

pub fn models(facts: &Facts) -> Vec<Model> {
    let model = |model: &ModelFacts| Model {
        name: Said::name(&model.pipeline),
        about: sentences::model(model),
        figures: card::figures(model),
    };
    facts.model.models.iter().map(model).collect()
}
