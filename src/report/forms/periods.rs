//! Periods → what of them is written row by row.
//!
//! In: periods and their counts. Out: the same by year, and sums of years. Promises: no
//! period is lost; a list too long to read is summed up by year, and says so.

use std::ops::Range;

use chrono::Datelike;

use crate::report::facts::{Counts, Period, Share};

/// So many rows are read as one table; more are cut or summed up by year.
pub const FEW: usize = 60;

/// The years of periods, each with the places of those that begin in it.
pub fn years(periods: &[Period]) -> Vec<(i32, Range<usize>)> {
    let mut years: Vec<(i32, Range<usize>)> = Vec::new();
    for (place, period) in periods.iter().enumerate() {
        match years.last_mut() {
            Some((year, places)) if *year == period.start.year() => places.end = place + 1,
            _ => years.push((period.start.year(), place..place + 1)),
        }
    }
    years
}

/// Rows of a list beside `periods`: the periods themselves if they are few, years else.
/// A sum has shares without a band.
pub fn rows(periods: &[Period], counts: &[Counts], by: &str) -> Vec<(String, Counts)> {
    if periods.len() <= FEW {
        let name = |period| super::sentences::period(by, period);
        return periods.iter().map(name).zip(counts.iter().cloned()).collect();
    }
    let row = |(year, places): (i32, Range<usize>)| {
        let places = places.start..places.end.min(counts.len());
        (year.to_string(), sum(counts.get(places).unwrap_or_default()))
    };
    years(periods).into_iter().map(row).collect()
}

/// All of them together.
pub fn sum(counts: &[Counts]) -> Counts {
    let mut sum = Counts::default();
    for counts in counts {
        sum.documents += counts.documents;
        sum.trained_on += counts.trained_on;
        sum.sides.resize(sum.sides.len().max(counts.sides.len()), 0);
        sum.sides.iter_mut().zip(&counts.sides).for_each(|(sum, count)| *sum += count);
    }
    let counted = sum.counted();
    let share = |count: &u64| {
        let value = *count as f64 / counted as f64;
        Share { value, low: f64::NAN, high: f64::NAN }
    };
    if counted > 0 {
        sum.shares = sum.sides.iter().map(share).collect();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn long_lists_are_summed_up_by_year() {
        let facts = sample::large();
        let counts: Vec<Counts> = facts.periods.iter().map(|one| one.counts.clone()).collect();
        let rows = rows(&facts.periods, &counts, "week");
        assert_eq!(rows.len(), years(&facts.periods).len());
        let documents: u64 = rows.iter().map(|(_, counts)| counts.documents).sum();
        assert_eq!(documents, counts.iter().map(|one| one.documents).sum::<u64>());
        assert!(rows.iter().flat_map(|(_, row)| &row.shares).all(|share| share.low.is_nan()));
    }

    #[test]
    fn short_lists_stay_and_shorter_counts_are_no_panic() {
        let facts = sample::small();
        assert_eq!(rows(&facts.periods, &[], "week"), []);
        let counts: Vec<Counts> = facts.periods.iter().map(|one| one.counts.clone()).collect();
        assert_eq!(rows(&facts.periods, &counts, "week").len(), facts.periods.len());
        assert_eq!(sum(&[]), Counts::default());
    }
}
