//! Rows → counts: in all, over time, by name.

use std::collections::HashMap;

use super::Plan;
use super::reading::{NONE, Reading, Row};
use super::span::{Compared, PeriodDays, Span};
use crate::data::Interner;
use crate::report::facts::{Counts, Group, Groups, Keyword, Period, Quote, Share};
use crate::trends::band;

/// Documents of a kind, counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    pub trained_on: u64,
    /// By side; empty while there is none.
    pub sides: Vec<u64>,
}

impl Cell {
    pub fn add(&mut self, row: &Row, sides: usize) {
        self.sides.resize(sides, 0);
        match row.is_trained_on {
            true => self.trained_on += 1,
            false => self.sides[usize::from(row.side)] += 1,
        }
    }

    pub fn counted(&self) -> u64 {
        self.sides.iter().sum()
    }

    fn documents(&self) -> u64 {
        self.trained_on + self.counted()
    }

    pub fn counts(mut self, sides: usize) -> Counts {
        self.sides.resize(sides, 0);
        let all = self.counted();
        let shares = self.sides.iter().filter_map(|&part| share(part, all)).collect();
        Counts {
            documents: self.documents(),
            trained_on: self.trained_on,
            shares,
            sides: self.sides,
        }
    }
}

/// A share with its band.
pub(super) fn share(part: u64, all: u64) -> Option<Share> {
    band(part, all).map(|band| Share { value: band.value, low: band.low, high: band.high })
}

/// Counts the rows of a report.
pub(super) struct Tally<'a> {
    pub plan: &'a Plan<'a>,
    pub reading: &'a Reading<'a>,
    pub span: &'a Span,
}

impl Tally<'_> {
    /// The rows of the report; of a story that was copied, the first.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.reading.rows.iter().filter(|row| !row.is_copy && self.span.holds(row.date()))
    }

    /// Copies of what is counted.
    pub fn copies(&self) -> u64 {
        let copies = self.reading.rows.iter().filter(|row| row.is_copy);
        copies.filter(|row| self.span.holds(row.date())).count() as u64
    }

    fn sides(&self) -> usize {
        self.plan.sides.len()
    }

    /// All documents.
    pub fn total(&self) -> Group {
        let mut cell = Cell::default();
        self.rows().for_each(|row| cell.add(row, self.sides()));
        Group { name: "all".to_owned(), counts: cell.counts(self.sides()) }
    }

    /// All periods.
    pub fn periods(&self, periods: &[PeriodDays]) -> Vec<Period> {
        let counts = self.over_time(periods, |_| true);
        let both = periods.iter().zip(counts);
        let period = |(days, counts): (&PeriodDays, Counts)| Period {
            start: days.start,
            end: days.end,
            is_partial: days.is_partial,
            counts,
        };
        both.map(period).collect()
    }

    fn over_time(&self, periods: &[PeriodDays], is_wanted: impl Fn(&Row) -> bool) -> Vec<Counts> {
        let mut cells = vec![Cell::default(); periods.len()];
        let first = periods.first().map_or(0, |period| period.number);
        for row in self.rows().filter(|row| is_wanted(row)) {
            let place = self.plan.by.number(row.date()) - first;
            cells[place as usize].add(row, self.sides());
        }
        cells.into_iter().map(|cell| cell.counts(self.sides())).collect()
    }

    /// By a name that rows have a number of.
    pub fn groups(
        &self,
        names: &Interner,
        of: impl Fn(&Row) -> u32,
        is_wanted: impl Fn(&Row) -> bool,
    ) -> Groups {
        let mut cells = vec![Cell::default(); names.len()];
        for row in self.rows().filter(|row| of(row) != NONE && is_wanted(row)) {
            cells[of(row) as usize].add(row, self.sides());
        }
        let mut found: Vec<(&str, Cell)> = cells
            .into_iter()
            .enumerate()
            .filter(|(_, cell)| cell.documents() > 0)
            .map(|(number, cell)| (names.resolve(number as u32), cell))
            .collect();
        found.sort_by(|(one, a), (other, b)| {
            b.documents().cmp(&a.documents()).then_with(|| one.cmp(other))
        });
        let count = found.len() as u64;
        found.truncate(self.plan.pipeline.report.top as usize);
        let group = |(name, cell): (&str, Cell)| Group {
            name: name.to_owned(),
            counts: cell.counts(self.sides()),
        };
        Groups { found: count, shown: found.into_iter().map(group).collect() }
    }

    /// A section for each watched word; `quotes` gives the documents to show.
    pub fn keywords(
        &self,
        periods: &[PeriodDays],
        quotes: impl Fn(usize) -> Vec<Quote>,
    ) -> Vec<Keyword> {
        let keyword = |(place, word): (usize, &String)| {
            let uses = |row: &Row| row.keywords >> place & 1 == 1;
            let mut cell = Cell::default();
            self.rows().filter(|row| uses(row)).for_each(|row| cell.add(row, self.sides()));
            Keyword {
                group: Group { name: word.clone(), counts: cell.counts(self.sides()) },
                periods: self.over_time(periods, uses),
                sources: self.groups(&self.reading.sources, |row| row.source, uses),
                quotes: quotes(place),
            }
        };
        self.plan.keywords.words.iter().enumerate().map(keyword).collect()
    }

    /// Documents before and after, by a number that `of` gives; those that were trained on
    /// are left out.
    pub fn stretches(
        &self,
        compared: Compared,
        of: impl Fn(&Row) -> Vec<u32>,
    ) -> HashMap<u32, [Cell; 2]> {
        let mut cells: HashMap<u32, [Cell; 2]> = HashMap::new();
        for row in self.reading.rows.iter().filter(|row| row.counts()) {
            let day = row.date();
            let is_in = |(start, end): (_, _)| start <= day && day <= end;
            let stretch = match (is_in(compared.before), is_in(compared.after)) {
                (true, _) => 0,
                (_, true) => 1,
                _ => continue,
            };
            for number in of(row) {
                cells.entry(number).or_default()[stretch].add(row, self.sides());
            }
        }
        cells
    }
}
