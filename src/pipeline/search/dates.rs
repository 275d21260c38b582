//! Dates of documents as seconds.

use chrono::{Local, TimeZone};

use crate::data::WrittenDate;

/// Seconds since 1970 of a date as corpora write it; `None` if it is no date.
///
/// One without a time zone is taken as this computer's, as are the days that a user
/// asks for: documents of a day are then found by that day.
pub(super) fn seconds(text: &str) -> Option<i64> {
    seconds_in(text, &Local)
}

fn seconds_in(text: &str, zone: &impl TimeZone) -> Option<i64> {
    match WrittenDate::read(text)? {
        WrittenDate::Instant(seconds) => Some(seconds),
        WrittenDate::Local(time) => {
            zone.from_local_datetime(&time).earliest().map(|time| time.timestamp())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_corpora_are_read() {
        let korea = chrono::FixedOffset::east_opt(9 * 3600).unwrap();
        let seconds = |text: &str| seconds_in(text, &korea);
        let midnight = 1_793_458_800;
        for text in ["2026-11-01", "2026.11.01", "20261101", "26.11.01", " 2026/11/01 "] {
            assert_eq!(seconds(text), Some(midnight), "{text}");
        }
        assert_eq!(seconds("2026-11-01T00:00:00+09:00"), Some(midnight));
        assert_eq!(seconds("2026-10-31T15:00:00Z"), Some(midnight));
        assert_eq!(seconds("2026-11-01 00:05"), Some(midnight + 300));
        assert_eq!(seconds("Sat, 31 Oct 2026 15:00:00 +0000"), Some(midnight));
        for text in ["", "yesterday", "2026-13-01", "12"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
