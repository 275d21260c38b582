//! Which days a report is of, and its periods.

use chrono::{Datelike, NaiveDate};

use crate::error::{Error, Result};
use crate::trends::By;

/// The calendar of a report is no longer than this: by days, some 27 years.
const MOST_PERIODS: i64 = 10_000;

/// The days that are asked for, before anything is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub today: NaiveDate,
    pub by: By,
}

/// The days of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub since: NaiveDate,
    pub until: NaiveDate,
    pub today: NaiveDate,
    pub by: By,
}

/// A period of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PeriodDays {
    pub number: i32,
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub is_partial: bool,
}

/// Two periods that are compared; the later one is the last whole one of the report, the
/// earlier one may lie before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Compared {
    pub before: (NaiveDate, NaiveDate),
    pub after: (NaiveDate, NaiveDate),
}

impl Asked {
    /// # Errors
    /// If the last day is before the first.
    pub fn check(self) -> Result<Self> {
        match (self.since, self.until) {
            (Some(since), Some(until)) if until < since => {
                let message = format!("the report ends on {until}, before it begins on {since}");
                Err(Error::usage(message).hinted("--until names the last day, --since the first"))
            }
            _ => Ok(self),
        }
    }

    /// The last day that documents are looked at.
    pub fn last(&self) -> NaiveDate {
        self.until.unwrap_or(self.today.max(self.since.unwrap_or(self.today)))
    }

    /// Whether documents of this day are looked at: those of the report, and those of the
    /// periods that its first ones are compared with.
    pub fn wants(&self, day: NaiveDate) -> bool {
        let first = self.since.map(|since| {
            let before = self.by.span(self.by.number(since).saturating_sub(1));
            before.map_or(since, |(start, _)| start)
        });
        first.is_none_or(|first| first <= day) && day <= self.last()
    }

    /// The days of the report, once the days that have documents are known.
    pub fn settled(&self, days: impl Iterator<Item = NaiveDate>) -> Span {
        let inside =
            |day: &NaiveDate| self.since.is_none_or(|since| since <= *day) && *day <= self.last();
        let ends = days.filter(inside).fold(None, |ends: Option<(_, _)>, day| match ends {
            None => Some((day, day)),
            Some((first, last)) => Some((day.min(first), day.max(last))),
        });
        let until = self.until.or(ends.map(|(_, last)| last)).unwrap_or(self.last());
        let since = self.since.or(ends.map(|(first, _)| first)).unwrap_or(until);
        Span { since, until, today: self.today, by: self.by }
    }
}

impl Span {
    /// Whether a day is of the report.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.since <= day && day <= self.until
    }

    /// All periods, empty ones too.
    ///
    /// # Errors
    /// If there are too many to look at.
    pub fn periods(&self) -> Result<Vec<PeriodDays>> {
        let (first, last) = (self.by.number(self.since), self.by.number(self.until));
        let count = i64::from(last) - i64::from(first) + 1;
        let too_many = || {
            let by = self.by.name();
            let message = format!(
                "from {} to {} there are {count} periods of a {by}, and {MOST_PERIODS} at most can be shown",
                self.since, self.until
            );
            Error::usage(message).hinted(
                "say --by month or year; or --since and --until, if some dates are mistakes",
            )
        };
        if count > MOST_PERIODS {
            return Err(too_many());
        }
        let period = |number| {
            let (start, end) = self.by.span(number)?;
            let is_outside = start < self.since || self.until < end;
            // A day that is not over may still bring documents.
            Some(PeriodDays { number, start, end, is_partial: is_outside || self.today <= end })
        };
        // At the ends of the calendar a week may not be whole.
        (first..=last).map(period).collect::<Option<_>>().ok_or_else(too_many)
    }

    /// The last whole period, and the one before it.
    pub fn compared(&self, periods: &[PeriodDays]) -> Option<Compared> {
        let after = periods.iter().rev().find(|period| !period.is_partial)?;
        let before = self.by.span(after.number.checked_sub(1)?)?;
        Some(Compared { before, after: (after.start, after.end) })
    }
}

/// The day with this number.
pub(super) fn day(number: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(number).unwrap_or_default()
}

/// The number of a day.
pub(super) fn number(day: NaiveDate) -> i32 {
    day.num_days_from_ce()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn asked(since: Option<&str>, until: Option<&str>, by: By) -> Asked {
        let (since, until) = (since.map(day), until.map(day));
        Asked { since, until, today: day("2026-11-24"), by }
    }

    #[test]
    fn a_report_is_of_the_days_that_have_documents() {
        let days = || ["2026-11-10", "2026-11-20", "2099-01-01"].map(day).into_iter();
        let span = asked(None, None, By::Week).settled(days());
        assert_eq!((span.since, span.until), (day("2026-11-10"), day("2026-11-20")));
        let span = asked(Some("2026-11-15"), None, By::Week).settled(days());
        assert_eq!((span.since, span.until), (day("2026-11-15"), day("2026-11-20")));
        let span = asked(Some("2026-11-21"), None, By::Week).settled(days());
        assert_eq!((span.since, span.until), (day("2026-11-21"), day("2026-11-24")));
        let span = asked(None, Some("2099-12-31"), By::Year).settled(days());
        assert_eq!((span.since, span.until), (day("2026-11-10"), day("2099-12-31")));
        let span = asked(None, None, By::Day).settled(std::iter::empty());
        assert_eq!((span.since, span.until), (day("2026-11-24"), day("2026-11-24")));
        let span = asked(Some("2027-01-01"), None, By::Day).settled(std::iter::empty());
        assert_eq!((span.since, span.until), (day("2027-01-01"), day("2027-01-01")));
        assert!(asked(Some("2026-11-15"), Some("2026-11-14"), By::Day).check().is_err());
    }

    #[test]
    fn periods_that_are_cut_or_not_over_are_partial() {
        let span = asked(Some("2026-11-01"), Some("2026-11-24"), By::Week).settled([].into_iter());
        let periods = span.periods().unwrap();
        let partial: Vec<bool> = periods.iter().map(|period| period.is_partial).collect();
        assert_eq!(partial, [true, false, false, false, true]);
        assert_eq!(periods[0].start, day("2026-10-26"));
        let compared = span.compared(&periods).unwrap();
        assert_eq!(compared.after, (day("2026-11-16"), day("2026-11-22")));
        assert_eq!(compared.before, (day("2026-11-09"), day("2026-11-15")));
        // What yesterday is compared with lies before the report.
        let span =
            asked(Some("2026-11-23"), None, By::Day).settled([day("2026-11-24")].into_iter());
        let compared = span.compared(&span.periods().unwrap()).unwrap();
        assert_eq!(compared.before.0, day("2026-11-22"));
        let today = asked(Some("2026-11-24"), None, By::Day).settled([].into_iter());
        assert_eq!(today.compared(&today.periods().unwrap()), None);
    }

    #[test]
    fn what_is_compared_is_read() {
        let asked = asked(Some("2026-11-18"), Some("2026-11-30"), By::Week);
        assert!(asked.wants(day("2026-11-09")) && !asked.wants(day("2026-11-08")));
        assert!(asked.wants(day("2026-11-30")) && !asked.wants(day("2026-12-01")));
    }

    #[test]
    fn endless_calendars_are_refused() {
        let all = |by| {
            let span = Asked {
                since: Some(NaiveDate::MIN),
                until: Some(NaiveDate::MAX),
                ..asked(None, None, by)
            };
            span.settled([].into_iter()).periods()
        };
        assert!(By::ALL.into_iter().all(|by| all(by).is_err()));
        let edge = Asked { since: Some(NaiveDate::MIN), ..asked(None, None, By::Week) };
        assert!(edge.wants(NaiveDate::MIN));
        let first = Asked { since: Some(NaiveDate::MIN), until: Some(NaiveDate::MIN), ..edge };
        assert!(first.settled([].into_iter()).periods().is_err(), "its week began before time");
    }
}
