//! First days of periods → names along the bottom of a chart.
//!
//! In: days in order. Out: a dozen names at most, some of which a narrow page leaves out.
//! Promises: years, months or days, as the length asks for; names do not touch.

use chrono::{Datelike, NaiveDate};

use super::Column;

/// As many names fit side by side on a wide page, and on a narrow one.
const WIDE: usize = 12;
const NARROW: usize = 4;

/// Names along the bottom.
pub fn columns(starts: &[NaiveDate], by: &str) -> Vec<Column> {
    let (Some(first), Some(last)) = (starts.first(), starts.last()) else { return Vec::new() };
    let months = months(*last) - months(*first);
    let unit = match by {
        "year" => Unit::Year,
        _ if months >= 30 => Unit::Year,
        "month" => Unit::Month,
        _ if months >= 4 => Unit::Month,
        _ => Unit::Period,
    };
    let mut places: Vec<usize> =
        (0..starts.len()).filter(|place| unit.begins(starts, *place)).collect();
    let step = unit.step(places.len());
    places.retain({
        let mut number = 0;
        move |place| {
            let key = unit.key(starts[*place]).unwrap_or(number);
            number += 1;
            key.rem_euclid(step) == 0
        }
    });
    // A slot of the unit's own length is named in its middle, a longer one at its begin.
    let is_middle = unit == Unit::Period || unit.name() == by;
    let every = places.len().div_ceil(NARROW).max(1);
    let column = |(number, place): (usize, &usize)| {
        let middle = if is_middle { 0.5 } else { 0.0 };
        let at = (*place as f64 + middle) / starts.len() as f64 * 100.0;
        let is_wide = number % every != 0;
        let class = match at {
            at if at < 4.0 => ["s", "s w"],
            at if at > 96.0 => ["e", "e w"],
            _ => ["m", "m w"],
        };
        let label = unit.label(starts[*place], number == 0);
        Column { at: format!("{at:.2}"), label, class: class[usize::from(is_wide)] }
    };
    places.iter().enumerate().map(column).collect()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    Year,
    Month,
    Period,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Unit::Year => "year",
            Unit::Month => "month",
            Unit::Period => "",
        }
    }

    /// Whether a period is the first one of a year or month.
    fn begins(self, starts: &[NaiveDate], place: usize) -> bool {
        let day = starts[place];
        let before = place.checked_sub(1).map(|place| starts[place]);
        match (self, before) {
            (Unit::Period, _) => true,
            // The first one has its name if its year or month does begin there.
            (Unit::Year, None) => day.ordinal() <= 7,
            (Unit::Month, None) => day.day() <= 7,
            (Unit::Year, Some(before)) => day.year() != before.year(),
            (Unit::Month, Some(before)) => months(day) != months(before),
        }
    }

    /// What has to divide by the step for a name to be kept; nothing: its number.
    fn key(self, day: NaiveDate) -> Option<i32> {
        match self {
            Unit::Year => Some(day.year()),
            Unit::Month => Some(months(day)),
            Unit::Period => None,
        }
    }

    fn step(self, names: usize) -> i32 {
        let steps: &[i32] = match self {
            Unit::Year => &[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
            Unit::Month => &[1, 2, 3, 6, 12],
            Unit::Period => &[1, 2, 3, 4, 5, 7, 10, 14],
        };
        let fits = |step: &&i32| names.div_ceil(**step as usize) <= WIDE;
        *steps.iter().find(fits).or(steps.last()).expect("there are steps")
    }

    fn label(self, day: NaiveDate, is_first: bool) -> String {
        let form = match self {
            Unit::Year => "%Y",
            Unit::Month if day.month() == 1 => "%Y",
            Unit::Month if is_first => "%b %Y",
            Unit::Month => "%b",
            Unit::Period => "%-d %b",
        };
        day.format(form).to_string()
    }
}

fn months(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first: &str, step_days: u64, number: usize, by: &str, expected: &str) {
        let first: NaiveDate = first.parse().unwrap();
        let day = |place| first + chrono::Days::new(step_days * place as u64);
        let starts: Vec<NaiveDate> = (0..number).map(day).collect();
        let columns = columns(&starts, by);
        assert!(columns.len() <= WIDE + 1, "{columns:?}");
        let narrow = columns.iter().filter(|column| !column.class.ends_with('w')).count();
        assert!(narrow <= NARROW, "{columns:?}");
        let labels: Vec<&str> = columns.iter().map(|column| column.label.as_str()).collect();
        assert_eq!(labels.join(" "), expected);
    }

    #[test]
    fn names_fit_the_length() {
        check("2013-01-07", 7, 700, "week", "2014 2016 2018 2020 2022 2024 2026");
        check("2024-02-05", 7, 40, "week", "Feb 2024 Mar Apr May Jun Jul Aug Sep Oct Nov");
        check(
            "2024-11-04",
            7,
            9,
            "week",
            "4 Nov 11 Nov 18 Nov 25 Nov 2 Dec 9 Dec 16 Dec 23 Dec 30 Dec",
        );
        check("2024-11-04", 1, 1, "day", "4 Nov");
        check(
            "2024-11-01",
            1,
            30,
            "day",
            "1 Nov 4 Nov 7 Nov 10 Nov 13 Nov 16 Nov 19 Nov 22 Nov 25 Nov 28 Nov",
        );
        check("2024-01-01", 7, 0, "week", "");
    }
}
