//! Days → periods.

use chrono::{Datelike, Days, Months, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Length of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// A day.
    Day,
    /// A week, from Monday.
    #[default]
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl By {
    /// All of them, the shortest first.
    pub const ALL: [By; 4] = [By::Day, By::Week, By::Month, By::Year];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            By::Day => "day",
            By::Week => "week",
            By::Month => "month",
            By::Year => "year",
        }
    }

    /// The number of the period that `day` is in: neighbours have numbers that follow
    /// each other.
    pub fn number(self, day: NaiveDate) -> i32 {
        let days = day.num_days_from_ce();
        match self {
            By::Day => days,
            // The first day of the year 1 was a Monday.
            By::Week => (days - 1).div_euclid(7),
            By::Month => day.year() * 12 + day.month0() as i32,
            By::Year => day.year(),
        }
    }

    /// First and last day of the period with this number; `None` beyond the calendar.
    pub fn span(self, number: i32) -> Option<(NaiveDate, NaiveDate)> {
        let first = match self {
            By::Day => NaiveDate::from_num_days_from_ce_opt(number)?,
            By::Week => {
                NaiveDate::from_num_days_from_ce_opt(number.checked_mul(7)?.checked_add(1)?)?
            }
            By::Month => {
                let month = number.rem_euclid(12) as u32 + 1;
                NaiveDate::from_ymd_opt(number.div_euclid(12), month, 1)?
            }
            By::Year => NaiveDate::from_ymd_opt(number, 1, 1)?,
        };
        let last = match self {
            By::Day => first,
            By::Week => first.checked_add_days(Days::new(6))?,
            By::Month => first.checked_add_months(Months::new(1))?.pred_opt()?,
            By::Year => NaiveDate::from_ymd_opt(number, 12, 31)?,
        };
        Some((first, last))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn check(by: By, inside: &str, first: &str, last: &str) {
        assert_eq!(by.span(by.number(day(inside))), Some((day(first), day(last))));
    }

    #[test]
    fn periods_begin_where_calendars_say() {
        check(By::Day, "2026-11-24", "2026-11-24", "2026-11-24");
        check(By::Week, "2026-11-24", "2026-11-23", "2026-11-29");
        check(By::Week, "2026-11-29", "2026-11-23", "2026-11-29");
        check(By::Week, "2027-01-01", "2026-12-28", "2027-01-03");
        check(By::Month, "2024-02-10", "2024-02-01", "2024-02-29");
        check(By::Year, "2026-11-24", "2026-01-01", "2026-12-31");
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        for by in By::ALL {
            assert_eq!(by.span(i32::MAX), None);
            assert_eq!(by.span(i32::MIN), None);
            let _ = (by.number(NaiveDate::MAX), by.number(NaiveDate::MIN));
            let _ = (by.span(by.number(NaiveDate::MAX)), by.span(by.number(NaiveDate::MIN)));
        }
    }

    proptest! {
        #[test]
        fn every_day_is_in_one_period(days in -700_000i32..3_000_000) {
            let day = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
            for by in By::ALL {
                let number = by.number(day);
                let (first, last) = by.span(number).unwrap();
                prop_assert!(first <= day && day <= last);
                prop_assert_eq!(by.span(number + 1).unwrap().0, last.succ_opt().unwrap());
            }
        }
    }
}
