//! Cron expressions, and when they come due in a time zone.
//!
//! In: `0 7 * * MON-FRI`, `@daily`. Out: the instants, one after the other. Promises:
//! a time of day that clocks skip comes due once, when the gap ends; one that they show
//! twice comes due once, the first time. Expressions of a stretch (`*/10 * * * *`) follow
//! the time that passes.

use chrono::DateTime;
use chrono_tz::Tz;
use croner::parser::{CronParser, Seconds, Year};

use super::Zone;
use crate::error::{Error, Result};

/// Longer expressions are a mistake.
const LONGEST: usize = 200;
/// Tells a time that comes every four years from one that never comes.
const HORIZON_YEARS: i64 = 30;

/// A checked cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    cron: croner::Cron,
}

impl Cron {
    /// The expression of five fields, or one of `@hourly`, `@daily`, `@weekly`,
    /// `@monthly` and `@yearly`.
    ///
    /// # Errors
    /// It is none, or its time never comes.
    pub fn parse(text: &str) -> Result<Self> {
        let hint = "five fields say minute, hour, day, month and weekday: `0 7 * * MON-FRI` is \
            seven o'clock from Monday to Friday; @hourly, @daily, @weekly and @monthly are short";
        let wrong = |why: &str| Error::usage(format!("is no cron expression: {why}")).hinted(hint);
        if text.len() > LONGEST {
            return Err(wrong("it is too long"));
        }
        let fields = text.split_whitespace().count();
        if fields != 5 && !text.trim().starts_with('@') {
            return Err(wrong(&format!("it has {fields} fields instead of 5")));
        }
        let mut parser = CronParser::builder().seconds(Seconds::Disallowed);
        parser = parser.year(Year::Disallowed);
        let cron = parser.build().parse(text).map_err(|error| wrong(&reason(&error)))?;
        let cron = Cron { text: text.trim().to_owned(), cron };
        // Any day will do: a time that comes at all comes within the horizon.
        match cron.next_after(Zone::UTC, 1_767_225_600) {
            Some(_) => Ok(cron),
            None => Err(wrong("its day never comes")),
        }
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first time after the instant `seconds` (since 1970) that it comes due.
    pub fn next_after(&self, zone: Zone, seconds: i64) -> Option<i64> {
        let from: DateTime<Tz> = zone.at(seconds)?;
        let next = self.cron.find_next_occurrence(&from, false).ok()?.timestamp();
        (next > seconds && next - seconds < HORIZON_YEARS * 366 * 86_400).then_some(next)
    }
}

/// croner's words, without the name of its type before them.
fn reason(error: &croner::errors::CronError) -> String {
    use croner::errors::CronError::{ComponentError, IllegalCharacters, InvalidPattern};
    match error {
        ComponentError(why) | IllegalCharacters(why) | InvalidPattern(why) => {
            why.trim_end_matches('.').to_owned()
        }
        other => other.to_string().trim_end_matches('.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes due after `from`, as clocks in `zone` show it.
    fn check(text: &str, zone: &str, from: &str, expected: &[&str]) {
        let (cron, zone) = (Cron::parse(text).unwrap(), Zone::named(zone).unwrap());
        let mut at = DateTime::parse_from_rfc3339(from).unwrap().timestamp();
        for expected in expected {
            at = cron.next_after(zone, at).unwrap();
            assert_eq!(&zone.at(at).unwrap().format("%m-%d %H:%M %z").to_string(), expected);
        }
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let from = "2026-11-20T23:00:00Z";
        check("0 7 * * *", "Asia/Seoul", from, &["11-22 07:00 +0900", "11-23 07:00 +0900"]);
        check("0 7 * * MON-FRI", "Asia/Seoul", from, &["11-23 07:00 +0900"]);
        check("@daily", "Asia/Seoul", from, &["11-22 00:00 +0900"]);
        check("30 6 1 * *", "UTC", from, &["12-01 06:30 +0000"]);
        check("0 0 29 2 *", "UTC", from, &["02-29 00:00 +0000"]);
    }

    #[test]
    fn a_time_that_is_skipped_comes_when_the_gap_ends() {
        let expected = ["03-28 02:30 +0100", "03-29 03:00 +0200", "03-30 02:30 +0200"];
        check("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", &expected);
        let expected = ["03-29 01:30 +0100", "03-29 03:00 +0200", "03-29 03:30 +0200"];
        check("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", &expected);
    }

    #[test]
    fn a_time_that_comes_twice_is_due_once() {
        let expected = ["10-24 02:30 +0200", "10-25 02:30 +0200", "10-26 02:30 +0100"];
        check("30 2 * * *", "Europe/Berlin", "2026-10-23T12:00:00Z", &expected);
        let expected = ["10-25 02:00 +0200", "10-25 02:00 +0100", "10-25 03:00 +0100"];
        check("0 * * * *", "Europe/Berlin", "2026-10-24T23:00:00Z", &expected);
        // From the middle of the second time on, nothing is due again.
        check("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", &["10-26 02:30 +0100"]);
    }

    #[test]
    fn what_never_comes_is_refused() {
        for wrong in ["", "7", "0 7 * *", "0 7 * * * *", "61 * * * *", "0 0 31 2 *", "@never", "x"]
        {
            let error = Cron::parse(wrong).unwrap_err();
            assert!(error.to_string().contains("is no cron expression: "), "{wrong}: {error}");
        }
        assert!(Cron::parse(&"*".repeat(1000)).is_err());
    }
}
