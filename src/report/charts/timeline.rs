//! Periods → slots from left to right.
//!
//! In: periods. Out: where each lies, which are empty or not whole, ticks. Promises: every
//! period has a slot of the same width.

use chrono::NaiveDate;

use super::path::Path;
use super::{Column, Layer, UNITS, calendar};
use crate::report::facts::Period;

/// More periods than this touch each other.
const APART: usize = 120;

/// Periods in order of time.
pub struct Timeline<'a> {
    periods: &'a [Period],
    by: &'a str,
}

impl<'a> Timeline<'a> {
    /// The periods of a report by `by`.
    pub fn new(periods: &'a [Period], by: &'a str) -> Self {
        Timeline { periods, by }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.periods.len()
    }

    /// Their length: `day`, `week`, `month`, `year`.
    pub fn by(&self) -> &'a str {
        self.by
    }

    /// First day of a period.
    pub fn start(&self, place: usize) -> Option<NaiveDate> {
        Some(self.periods.get(place)?.start)
    }

    /// Whether periods touch each other, and lines have to be thin.
    pub fn is_dense(&self) -> bool {
        self.len() > APART
    }

    /// Units of the plot's width that a period has: few digits where periods are many.
    pub fn slot(&self) -> i64 {
        if self.is_dense() { 2 } else { 10 }
    }

    /// Width of the plot.
    pub fn width(&self) -> i64 {
        self.slot() * self.len().max(1) as i64
    }

    /// Left and right end of a bar.
    pub fn bar(&self, place: usize) -> (i64, i64) {
        let gap = if self.is_dense() { 0 } else { 1 };
        let slot = self.slot();
        (slot * place as i64 + gap, slot * (place as i64 + 1) - gap)
    }

    /// The middle of a slot.
    pub fn middle(&self, place: usize) -> i64 {
        self.slot() * place as i64 + self.slot() / 2
    }

    /// Shades the slots of periods without a document.
    pub fn gaps(&self, height: i64) -> Layer {
        self.shade("gap", height, |period| period.counts.documents == 0)
    }

    /// Fades the slots of periods that are not whole.
    pub fn partial(&self, height: i64) -> Layer {
        self.shade("partial", height, |period| period.is_partial)
    }

    /// Names along the bottom.
    pub fn columns(&self) -> Vec<Column> {
        let starts: Vec<NaiveDate> = self.periods.iter().map(|period| period.start).collect();
        calendar::columns(&starts, self.by)
    }

    fn shade(&self, class: &str, height: i64, is_shaded: impl Fn(&Period) -> bool) -> Layer {
        let mut path = Path::default();
        let mut place = 0;
        for run in self.periods.chunk_by(|a, b| is_shaded(a) == is_shaded(b)) {
            let [left, right] = [place, place + run.len()].map(|place| self.slot() * place as i64);
            place += run.len();
            if is_shaded(&run[0]) {
                path.start(left, 0);
                path.line(right, 0);
                path.line(right, height * UNITS);
                path.line(left, height * UNITS);
                path.close();
            }
        }
        Layer { class: class.to_owned(), path: path.finish() }
    }
}
