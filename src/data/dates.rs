//! Dates of documents, as corpora write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

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
        // Less than RFC 3339 asks for: no seconds, a short zone, a blank before it.
        let forms = ["%H:%M:%S%.f%#z", "%H:%M%#z"];
        let zoned = forms.iter().find_map(|form| {
            let form = format!("%Y-%m-%d{}{form}", text.get(10..11)?);
            DateTime::parse_from_str(text, &form).ok()
        });
        if let Some(time) = zoned {
            return Some(WrittenDate::Instant(time.timestamp()));
        }
        local(text).map(WrittenDate::Local)
    }

    /// The day that it is in `zone`; a date without a zone is taken as one of there.
    pub fn day(self, zone: Zone) -> Option<NaiveDate> {
        match self {
            WrittenDate::Instant(seconds) => zone.day_of(seconds),
            WrittenDate::Local(time) => Some(time.date()),
        }
    }
}

/// A day, and what the clock showed if a time stands behind it.
fn local(text: &str) -> Option<NaiveDateTime> {
    let between = |character: char| character.is_whitespace() || character == 'T';
    let with_time = text.rsplit_once(between).and_then(|(before, last)| {
        let time = time(last)?;
        let before = before.trim_end();
        let morning = before.strip_suffix("오전").map(|day| (day, time.hour() % 12));
        let evening = before.strip_suffix("오후").map(|day| (day, time.hour() % 12 + 12));
        let (day_of, hour) = morning.or(evening).unwrap_or((before, time.hour()));
        Some(day(day_of)?.and_time(time.with_hour(hour)?))
    });
    with_time.or_else(|| Some(day(text)?.and_time(NaiveTime::MIN)))
}

/// `10:00`, `10:00:00`, `100000`.
fn time(text: &str) -> Option<NaiveTime> {
    let forms = ["%H:%M:%S%.f", "%H:%M", "%H%M%S"];
    forms.iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

/// Year, month and day with any of `-`, `.`, `/` and `년 월 일` between, blanks or none; a year
/// of two digits is one of 1969 to 2068, as POSIX has it.
fn day(text: &str) -> Option<NaiveDate> {
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(&text, "%Y%m%d").ok();
    }
    let text = text.strip_suffix(['.', '일']).unwrap_or(&text);
    let mut parts = text.split(['-', '.', '/', '년', '월']);
    let mut number = |lengths: &[usize]| {
        let part = parts.next()?;
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        let number = part.parse::<u32>().ok()?;
        (is_number && lengths.contains(&part.len())).then_some((number, part.len()))
    };
    let (year, digits) = number(&[2, 4])?;
    let ((month, _), (day, _)) = (number(&[1, 2])?, number(&[1, 2])?);
    let century = match (digits, year) {
        (4, _) => 0,
        (_, 69..) => 1900,
        _ => 2000,
    };
    parts.next().is_none().then(|| NaiveDate::from_ymd_opt((century + year) as i32, month, day))?
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
    fn times_may_stand_behind_a_day_of_any_form() {
        let days = ["26.11.24", "2026.11.24", "2026.11.24.", "2026. 11. 24.", "2026/11/24"];
        let more = ["20261124", "2026년 11월 24일", "2026년11월24일", "26-11-24", "2026-11-24"];
        for day in days.iter().chain(&more) {
            check(day, "UTC", Some("2026-11-24"));
            for time in ["10:00", "10:00:00", "10:00:00.5", "100000", "오전 10:00", "오후 9:05"]
            {
                check(&format!("{day} {time}"), "UTC", Some("2026-11-24"));
            }
            check(&format!("{day}T10:00:00"), "UTC", Some("2026-11-24"));
        }
        let evening = WrittenDate::read("2026. 11. 24. 오후 9:05").unwrap();
        let shown = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(21, 5, 0).unwrap();
        assert_eq!(evening, WrittenDate::Local(shown));
        check("99.12.31", "UTC", Some("1999-12-31"));
        let zoned = ["2026-11-24T20:00Z", "2026-11-24T20:00+00:00", "2026-11-24 20:00:00+0000"];
        for text in zoned.iter().chain(&["2026-11-24T20:00:00+00"]) {
            check(text, "Asia/Seoul", Some("2026-11-25"));
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["2026.11", "1.2.3", "2026.11.24.1", "2026-11-24 25:00", "11/24/2026", "+6.1.1"]
        {
            check(text, "UTC", None);
        }
        for text in ["", "2026-13-01", "2026-02-30", "abcd-ef-gh", "2026-1-1x", "0", "--", "1e9"] {
            check(text, "UTC", None);
        }
        check("2024-02-29", "UTC", Some("2024-02-29"));
    }
}
