//! Days as people name them, in this computer's time zone or another.

use chrono::{DateTime, Days, Local, NaiveDate, NaiveTime, TimeZone};
use malmoi::data::Zone;
use malmoi::{Error, Result};

/// The first second of what `text` names, since 1970: `today`, `yesterday`, `7d`,
/// `2026-11-01`, or a time as RFC 3339 writes it.
///
/// # Errors
/// If it names nothing.
pub fn seconds(text: &str) -> Result<i64> {
    seconds_from(text, Local::now()).ok_or_else(|| no_day(text))
}

/// The day of `zone` that `text` names, where it is `now` (seconds since 1970).
///
/// # Errors
/// If it names nothing.
pub fn day_in(text: &str, zone: Zone, now: i64) -> Result<NaiveDate> {
    let day = match DateTime::parse_from_rfc3339(text) {
        Ok(time) => zone.day_of(time.timestamp()),
        Err(_) => zone.day_of(now).and_then(|today| day_from(text, today)),
    };
    day.ok_or_else(|| no_day(text))
}

fn no_day(text: &str) -> Error {
    Error::usage(format!("`{text}` is no day"))
        .hinted("write today, yesterday, 7d, 2026-11-01 or 2026-11-01T09:00:00+09:00")
}

fn seconds_from(text: &str, now: DateTime<Local>) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp());
    }
    let day = day_from(text, now.date_naive())?;
    let midnight = Local.from_local_datetime(&day.and_time(NaiveTime::MIN));
    midnight.earliest().map(|time| time.timestamp())
}

fn day_from(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    match text {
        "today" => Some(today),
        "yesterday" => today.pred_opt(),
        _ => match text.strip_suffix('d').and_then(|days| days.parse().ok()) {
            Some(days) => today.checked_sub_days(Days::new(days)),
            None => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
        },
    }
}

/// A time in this computer's zone.
pub fn shown_time(seconds: i64) -> String {
    let time = DateTime::from_timestamp(seconds, 0).map(|time| time.with_timezone(&Local));
    time.map_or(String::new(), |time| time.format("%Y-%m-%d %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight() {
        let now = Local.with_ymd_and_hms(2026, 11, 24, 15, 0, 0).unwrap();
        let day = |day: u32| Local.with_ymd_and_hms(2026, 11, day, 0, 0, 0).unwrap().timestamp();
        assert_eq!(seconds_from("today", now), Some(day(24)));
        assert_eq!(seconds_from("yesterday", now), Some(day(23)));
        assert_eq!(seconds_from("7d", now), Some(day(17)));
        assert_eq!(seconds_from("2026-11-01", now), Some(day(1)));
        assert_eq!(seconds_from("1970-01-01T00:00:05Z", now), Some(5));
        for wrong in ["", "d", "tomorrowish", "2026-13-01", "99999999999d", "-1d"] {
            assert_eq!(seconds_from(wrong, now), None, "{wrong}");
        }
    }

    #[test]
    fn today_is_another_day_elsewhere() {
        // Half past midnight in Seoul, the day before in London.
        let now = DateTime::parse_from_rfc3339("2026-11-24T00:30:00+09:00").unwrap().timestamp();
        let check = |text: &str, zone: &str, expected: &str| {
            let day = day_in(text, Zone::named(zone).unwrap(), now).unwrap();
            assert_eq!(day.to_string(), expected, "{text} in {zone}");
        };
        check("today", "Asia/Seoul", "2026-11-24");
        check("today", "UTC", "2026-11-23");
        check("1d", "Europe/London", "2026-11-22");
        check("2026-11-01", "UTC", "2026-11-01");
        check("2026-11-01T23:00:00Z", "Asia/Seoul", "2026-11-02");
        assert!(day_in("someday", Zone::UTC, now).is_err());
        assert!(day_in("today", Zone::UTC, i64::MAX).is_err());
    }
}
