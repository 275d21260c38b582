//! Dates of documents, as corpora write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use super::Zone;

/// A date that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenDate {
    /// With a time zone: seconds since 1970, UTC.
    Instant(i64),
    /// Without one: what clocks and calendars showed, wherever that was.
    Local(NaiveDateTime),
}

impl WrittenDate {
    /// What `text` says; `None` if it is no date.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        // Most corpora write days so, and trying all forms takes a microsecond.
        if let Some(day) = plain_day(text.as_bytes()) {
            return Some(WrittenDate::Local(day.and_time(NaiveTime::MIN)));
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Some(WrittenDate::Instant(time.timestamp()));
        }
        if let Ok(time) = DateTime::parse_from_rfc2822(text) {
            return Some(WrittenDate::Instant(time.timestamp()));
        }
        let times = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y.%m.%d %H:%M"];
        let time = times.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
        let days = ["%y.%m.%d", "%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d"];
        let day = || days.iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
        let time = time.or_else(|| day().map(|day| day.and_time(NaiveTime::MIN)))?;
        Some(WrittenDate::Local(time))
    }

    /// The day that it is in `zone`; a date without a zone is taken as one of there.
    pub fn day(self, zone: Zone) -> Option<NaiveDate> {
        match self {
            WrittenDate::Instant(seconds) => zone.day_of(seconds),
            WrittenDate::Local(time) => Some(time.date()),
        }
    }
}

/// `2026-11-01`.
fn plain_day(text: &[u8]) -> Option<NaiveDate> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0u32, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let year = number(&[y1, y2, y3, y4])?;
    NaiveDate::from_ymd_opt(year as i32, number(&[m1, m2])?, number(&[d1, d2])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, zone: &str, expected: Option<&str>) {
        let day = WrittenDate::read(text).and_then(|date| date.day(Zone::named(zone).unwrap()));
        assert_eq!(day.map(|day| day.to_string()).as_deref(), expected, "{text} in {zone}");
    }

    #[test]
    fn an_instant_is_another_day_elsewhere() {
        let late = "2026-10-31T23:30:00+09:00";
        check(late, "Asia/Seoul", Some("2026-10-31"));
        check(late, "UTC", Some("2026-10-31"));
        check(late, "Pacific/Kiritimati", Some("2026-11-01"));
        check("2026-10-31T15:00:00Z", "Asia/Seoul", Some("2026-11-01"));
        // Berlin's clocks are put back on this night: 00:30 is still summer time.
        check("2026-10-24T22:30:00Z", "Europe/Berlin", Some("2026-10-25"));
        check("2026-10-25T22:30:00Z", "Europe/Berlin", Some("2026-10-25"));
        check("2026-10-25T23:30:00Z", "Europe/Berlin", Some("2026-10-26"));
    }

    #[test]
    fn a_day_is_that_day_everywhere() {
        for text in ["2026-11-01", " 2026-11-01 ", "2026.11.01", "20261101", "26.11.01"] {
            check(text, "Pacific/Kiritimati", Some("2026-11-01"));
            check(text, "Pacific/Pago_Pago", Some("2026-11-01"));
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "2026-13-01", "2026-02-30", "abcd-ef-gh", "2026-1-1x", "0", "--", "1e9"] {
            check(text, "UTC", None);
        }
        check("2024-02-29", "UTC", Some("2024-02-29"));
    }
}
