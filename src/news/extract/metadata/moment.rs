//! A written date → day, time and zone.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use regex::{Captures, Regex};

/// A date as far as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub day: NaiveDate,
    pub time: Option<NaiveTime>,
    pub offset: Option<FixedOffset>,
}

/// No more of a text is looked at; a date with all its labels has some sixty letters.
const LONGEST: usize = 200;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

macro_rules! pattern {
    ($name:ident, $pattern:expr) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($pattern).expect("the pattern is tested"));
    };
}

const MONTH: &str = r"(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?";
const YEAR: &str = r"(?<year>(?:19|20)\d\d)";
const DAY: &str = r"(?<day>\d{1,2})(?:st|nd|rd|th)?";

pattern!(
    NUMERIC,
    r"\b(?<year>(?:19|20)\d\d)\s*[-./년]\s*(?<month>\d{1,2})\s*[-./월]\s*(?<day>\d{1,2})(?:\s*일|\.)?"
);
pattern!(
    COMPACT,
    r"^(?<year>(?:19|20)\d\d)(?<month>\d\d)(?<day>\d\d)(?:[T ]?(?<clock>\d\d:?\d\d(?::?\d\d)?))?(?<zone>Z|[+-]\d\d:?\d\d)?$"
);
pattern!(SLASHED, r"\b(?<month>\d{1,2})(?<mark>[/.])(?<day>\d{1,2})[/.](?<year>(?:19|20)\d\d)\b");
pattern!(MONTH_FIRST, &format!(r"(?i)\b{MONTH}\s+{DAY},?\s+{YEAR}\b"));
pattern!(DAY_FIRST, &format!(r"(?i)\b{DAY}[\s-]+(?:of\s+)?{MONTH},?[\s-]+{YEAR}\b"));
pattern!(
    YEAR_LAST,
    &format!(
        r"(?i)\b{MONTH}\s+{DAY}\s+(?<clock>\d\d:\d\d:\d\d)\s+(?<zone>[a-z]{{2,4}})?\s*{YEAR}\b"
    )
);
pattern!(
    TIME,
    r"(?ix)^ [\sT,|·]* (?:\([^)]{1,9}\))? [\sT,|·]* (?:at\s+|-\s+)?
      (?<half>오전|오후|am\b|pm\b)? \s* (?<hour>\d{1,2}) (?: \s*(?::|시)\s*(?<minute>\d{1,2})?
      (?:\s*(?::|분)\s*(?<second>\d{2})?)? (?:[.,]\d+)? \s*(?:초|분)? | \s*(?<bare>[ap]\.?m\b\.?) )
      \s* (?<after>[ap]\.?m\b\.?)? [\s(]* (?<zone>Z\b|[A-Z]{2,5}\b|[+-]\d{1,2}:?(?:\d\d)?)?"
);
pattern!(
    TIME_BEFORE,
    r"(?ix)\b (?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d))? \s* (?<after>[ap]\.?m\b\.?)?
      [\s(]* (?<zone>[A-Z]{2,4}\b)? [)\s,|·-]* (?:on\s+)? (?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s*)? $"
);

impl Moment {
    /// The first date in `text`.
    pub fn read(text: &str) -> Option<Moment> {
        let text = text.trim();
        let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
        let text = &text[..end];
        if text.bytes().filter(u8::is_ascii_digit).count() < 5 {
            return None;
        }
        of_seconds(text).or_else(|| compact(text)).or_else(|| written(text))
    }

    /// Whether the text is a date and nothing else but a day of the week.
    pub fn is_whole(text: &str) -> bool {
        const BESIDE: [&str; 4] = ["on", "at", "am", "pm"];
        const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let text = text.trim();
        let found = [&NUMERIC, &MONTH_FIRST, &DAY_FIRST, &COMPACT]
            .into_iter()
            .find_map(|date| date.find(text));
        let Some(found) = found else { return false };
        let behind = TIME.replace(&text[found.end()..], "");
        let before = TIME_BEFORE.replace(&text[..found.start()], "");
        let words = |text: &str| {
            let words = text
                .split(|letter: char| !letter.is_alphanumeric())
                .filter(|word| !word.is_empty());
            words.map(str::to_lowercase).collect::<Vec<_>>()
        };
        let is_beside = |word: &String| {
            BESIDE.contains(&word.as_str())
                || word.get(..3).is_some_and(|start| {
                    WEEKDAYS.contains(&start) && word.ends_with("day")
                        || WEEKDAYS.contains(&word.as_str())
                })
                || word.chars().count() == 1 && "월화수목금토일".contains(word.as_str())
        };
        words(&before).iter().chain(&words(&behind)).all(is_beside)
    }

    /// As RFC 3339; `offset` is taken if none is written.
    pub fn show(&self, offset: FixedOffset) -> String {
        let local = NaiveDateTime::new(self.day, self.time.unwrap_or_default());
        let offset = self.offset.unwrap_or(offset);
        match local.and_local_timezone(offset).single() {
            Some(moment) => moment.to_rfc3339(),
            None => format!("{}T00:00:00+00:00", self.day),
        }
    }
}

/// Seconds or milliseconds since 1970.
fn of_seconds(text: &str) -> Option<Moment> {
    if !matches!(text.len(), 10 | 13) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let moment = DateTime::from_timestamp(text[..10].parse().ok()?, 0)?;
    let offset = FixedOffset::east_opt(0);
    Some(Moment { day: moment.date_naive(), time: Some(moment.time()), offset })
}

fn compact(text: &str) -> Option<Moment> {
    let found = COMPACT.captures(text)?;
    let day = day_of(&found, number(&found, "month")?)?;
    Some(Moment { day, time: clock_of(&found), offset: zone_of(&found, day) })
}

/// `09:05:12` or `090512`.
fn clock_of(found: &Captures) -> Option<NaiveTime> {
    let digits = found.name("clock")?.as_str().replace(':', "");
    let part = |at: usize| digits.get(at..at + 2).and_then(|part| part.parse().ok());
    NaiveTime::from_hms_opt(part(0)?, part(2)?, part(4).unwrap_or(0))
}

fn written(text: &str) -> Option<Moment> {
    let numeric = NUMERIC.captures_iter(text).find_map(|found| numeric(text, &found));
    numeric.or_else(|| year_last(text)).or_else(|| named(text)).or_else(|| slashed(text))
}

fn numeric(text: &str, found: &Captures) -> Option<Moment> {
    let is_longer_number = text[end(found)..].starts_with(|next: char| next.is_ascii_digit());
    let month = number(found, "month")?;
    (!is_longer_number).then(|| with_time(text, found, day_of(found, month)?))?
}

fn year_last(text: &str) -> Option<Moment> {
    let found = YEAR_LAST.captures(text)?;
    let day = day_of(&found, month_of(&found)?)?;
    Some(Moment { day, time: clock_of(&found), offset: zone_of(&found, day) })
}

fn named(text: &str) -> Option<Moment> {
    let found = MONTH_FIRST.captures(text).or_else(|| DAY_FIRST.captures(text))?;
    let day = day_of(&found, month_of(&found)?)?;
    with_time(text, &found, day)
}

/// `11/23/2026` has the month first, as in America, if it can; `23.11.2026` the day.
fn slashed(text: &str) -> Option<Moment> {
    let found = SLASHED.captures(text)?;
    let (first, second) = (number(&found, "month")?, number(&found, "day")?);
    let is_day_first = first > 12 || &found["mark"] == ".";
    let (month, day) = if is_day_first { (second, first) } else { (first, second) };
    with_time(text, &found, date(number(&found, "year")?, month, day)?)
}

fn with_time(text: &str, found: &Captures, day: NaiveDate) -> Option<Moment> {
    let start = found.get(0).map_or(0, |all| all.start());
    let behind = TIME.captures(&text[end(found)..]);
    let Some(time) = behind.or_else(|| TIME_BEFORE.captures(&text[..start])) else {
        return Some(Moment { day, time: None, offset: None });
    };
    let clock = time_of(&time);
    let offset = clock.and_then(|_| zone_of(&time, day));
    Some(Moment { day, time: clock, offset })
}

fn end(found: &Captures) -> usize {
    found.get(0).map_or(0, |all| all.end())
}

fn time_of(found: &Captures) -> Option<NaiveTime> {
    let half = ["half", "bare", "after"].into_iter().find_map(|name| found.name(name));
    let half = half.map(|half| half.as_str().to_lowercase());
    let is_after_noon = half.as_deref().map(|half| half.starts_with('p') || half == "오후");
    let hour = match (number(found, "hour")?, is_after_noon) {
        (12, Some(false)) => 0,
        (hour @ 1..=11, Some(true)) => hour + 12,
        (hour, _) => hour,
    };
    let part = |name: &str| number(found, name).unwrap_or(0);
    NaiveTime::from_hms_opt(hour, part("minute"), part("second").min(59))
}

fn day_of(found: &Captures, month: u32) -> Option<NaiveDate> {
    date(number(found, "year")?, month, number(found, "day")?)
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn month_of(found: &Captures) -> Option<u32> {
    let name = found.name("month")?.as_str().to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == name)?;
    u32::try_from(at + 1).ok()
}

fn number(found: &Captures, name: &str) -> Option<u32> {
    found.name(name)?.as_str().parse().ok()
}

fn zone_of(found: &Captures, day: NaiveDate) -> Option<FixedOffset> {
    let zone = found.name("zone")?.as_str();
    match zone.strip_prefix(['+', '-']) {
        Some(digits) => {
            let digits = digits.replace(':', "");
            let (hours, minutes) =
                digits.split_at(if digits.len() > 2 { digits.len() - 2 } else { digits.len() });
            let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse().unwrap_or(0);
            minutes_east(if zone.starts_with('-') { -minutes } else { minutes })
        }
        None => minutes_east(named_zone(&zone.to_ascii_uppercase(), day)?),
    }
}

fn minutes_east(minutes: i32) -> Option<FixedOffset> {
    FixedOffset::east_opt(minutes * 60).filter(|_| minutes.abs() <= 14 * 60)
}

/// Minutes east of Greenwich of the zones that English and Korean pages name.
#[rustfmt::skip]
fn named_zone(name: &str, day: NaiveDate) -> Option<i32> {
    let american = |hours: i32| Some((hours + i32::from(is_american_summer(day))) * 60);
    match name {
        "Z" | "UTC" | "GMT" | "WET" => Some(0),
        "KST" | "JST" => Some(540),
        "EST" => Some(-300), "EDT" => Some(-240), "ET" => american(-5),
        "CST" => Some(-360), "CDT" => Some(-300), "CT" => american(-6),
        "MST" => Some(-420), "MDT" => Some(-360), "MT" => american(-7),
        "PST" => Some(-480), "PDT" => Some(-420), "PT" => american(-8),
        "BST" | "CET" => Some(60), "CEST" | "EET" | "SAST" => Some(120), "EEST" | "MSK" => Some(180),
        "IST" => Some(330), "HKT" | "SGT" | "AWST" => Some(480), "AEST" => Some(600), "AEDT" => Some(660),
        "NZST" => Some(720), "NZDT" => Some(780),
        _ => None,
    }
}

/// From the second Sunday of March to the first of November.
fn is_american_summer(day: NaiveDate) -> bool {
    let sunday = |month: u32, number: u8| {
        NaiveDate::from_weekday_of_month_opt(day.year(), month, Weekday::Sun, number)
    };
    let end = sunday(11, 1).and_then(|day| day.checked_sub_days(Days::new(1)));
    sunday(3, 2).zip(end).is_some_and(|(start, end)| (start..=end).contains(&day))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The date as written: `?` stands for a zone that is not.
    fn check(text: &str, expected: &str) {
        let found = Moment::read(text).map(|moment| {
            let time = moment.time.map_or(String::new(), |time| format!(" {time}"));
            let zone = moment.offset.map_or("?".to_owned(), |offset| offset.to_string());
            format!("{}{time} {zone}", moment.day)
        });
        assert_eq!(found.as_deref().unwrap_or("none"), expected, "{text:?}");
    }

    #[test]
    fn korean_dates_are_read() {
        check("2026.11.23. 오전 9:05", "2026-11-23 09:05:00 ?");
        check("2026.11.23. 오후 12:05", "2026-11-23 12:05:00 ?");
        check("입력 2026-11-23 09:05:12", "2026-11-23 09:05:12 ?");
        check("기사입력 : 2026/11/23", "2026-11-23 ?");
        check("2026년 11월 23일", "2026-11-23 ?");
        check("2026년 1월 3일 오후 3시 7분", "2026-01-03 15:07:00 ?");
        check("2026년 11월 23일(월) 09:05", "2026-11-23 09:05:00 ?");
        check("2026.11.23 (월) 오후 09시 05분", "2026-11-23 21:05:00 ?");
        check("등록 2026.11.23 09:05:12 / 수정 2026.11.24 10:00:00", "2026-11-23 09:05:12 ?");
        check("20261123", "2026-11-23 ?");
        check("20261123090512", "2026-11-23 09:05:12 ?");
    }

    #[test]
    fn dates_of_machines_are_read() {
        check("2026-11-23T09:05:12+09:00", "2026-11-23 09:05:12 +09:00");
        check("2026-11-23T09:05:12.000+0900", "2026-11-23 09:05:12 +09:00");
        check("2026-11-23T09:05-05:00", "2026-11-23 09:05:00 -05:00");
        check("2026-11-23T09:05:12.123456789Z", "2026-11-23 09:05:12 +00:00");
        check("2026-11-23 3:15:00 -0800", "2026-11-23 03:15:00 -08:00");
        check("20261123T090512Z", "2026-11-23 09:05:12 +00:00");
        check("Mon, 23 Nov 2026 09:05:12 +0000", "2026-11-23 09:05:12 +00:00");
        check("Mon Nov 23 09:05:12 EST 2026", "2026-11-23 09:05:12 -05:00");
        check("1795424712", "2026-11-23 09:05:12 +00:00");
        check("1795424712000", "2026-11-23 09:05:12 +00:00");
    }

    #[test]
    fn english_dates_are_read() {
        check("November 23, 2026 9:05 AM EST", "2026-11-23 09:05:00 -05:00");
        check("Nov. 23rd, 2026 at 9:05 p.m. ET", "2026-11-23 21:05:00 -05:00");
        check("July 3, 2026, 9 p.m. PT", "2026-07-03 21:00:00 -07:00");
        check("23 November 2026", "2026-11-23 ?");
        check("Published 09:05, 23 Nov 2026", "2026-11-23 09:05:00 ?");
        check("9:05 AM EST, Mon November 23, 2026", "2026-11-23 09:05:00 -05:00");
        check("11/23/2026 09:05", "2026-11-23 09:05:00 ?");
        check("23/11/2026", "2026-11-23 ?");
        check("3.11.2026", "2026-11-03 ?");
    }

    #[test]
    fn other_numbers_are_no_dates() {
        for text in [
            "",
            "12345",
            "2026-13-45",
            "1.2.3",
            "192.168.2026.1",
            "T2026",
            "02-2026-1234567",
            "2026.11.2345",
        ] {
            check(text, "none");
        }
    }

    #[test]
    fn zones_are_added() {
        let show = |text: &str| {
            Moment::read(text)
                .map(|moment| moment.show(FixedOffset::east_opt(32400).expect("it is one")))
        };
        assert_eq!(show("2026.11.23 09:05").as_deref(), Some("2026-11-23T09:05:00+09:00"));
        assert_eq!(show("2026.11.23").as_deref(), Some("2026-11-23T00:00:00+09:00"));
        assert_eq!(show("2026-11-23T09:05Z").as_deref(), Some("2026-11-23T09:05:00+00:00"));
    }

    #[test]
    fn whole_dates_are_told_from_sentences() {
        assert!(Moment::is_whole("2026.11.23 (월) 09:05:12"));
        assert!(Moment::is_whole("| 2026-11-23"));
        assert!(Moment::is_whole("on Monday, November 23rd, 2026 at 11:04 a.m."));
        assert!(!Moment::is_whole("at a rally on Nov. 6, 2026"));
        assert!(!Moment::is_whole("2026.11.23 개관한 도서관"));
    }

    proptest! {
        #[test]
        fn any_text_may_be_a_date(text in "([0-9]{1,4}|[-./: TZ+]|년|월|일|Nov|am|오후|\\PC){0,16}") {
            if let Some(moment) = Moment::read(&text) {
                moment.show(FixedOffset::east_opt(0).expect("it is one"));
            }
            Moment::is_whole(&text);
        }
    }
}
