//! Dates as feeds and sitemaps write them → RFC 3339.
//!
//! In: `Mon, 23 Nov 2026 09:05:00 +0900`, `2026-11-23T00:05Z`, `2026-11-23 09:05`.
//! Out: `2026-11-23T09:05:00+09:00`, or nothing if it is no date of our time.

/// The zone of dates that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// Universal time.
    Universal,
    /// Korea's, nine hours ahead.
    Korea,
}

/// Any usual form of a date, as RFC 3339; a day alone is its midnight.
pub(super) fn rfc3339(text: &str, zone: Zone) -> Option<String> {
    let mut found = Found::default();
    for word in words(text.get(..text.len().min(100)).unwrap_or_default()) {
        found.take(&word);
    }
    let minutes = found.offset.unwrap_or(match zone {
        Zone::Universal => 0,
        Zone::Korea => 9 * 60,
    });
    found.write(minutes)
}

/// Parts of a date as they are met.
#[derive(Default)]
struct Found {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<[u32; 3]>,
    offset: Option<i32>,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Names of RFC 822, and those of Korean and European feeds; hours from Greenwich.
const ZONES: [(&str, i32); 17] = [
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("kst", 9),
    ("jst", 9),
    ("cet", 1),
    ("cest", 2),
    ("bst", 1),
];

impl Found {
    fn take(&mut self, word: &str) {
        if let Some([year, month, day]) = whole_date(word) {
            (self.year, self.month, self.day) = (Some(year), Some(month), Some(day));
        } else if word.starts_with(['+', '-']) && self.time.is_some() {
            self.offset = offset(word).or(self.offset);
        } else if word.contains(':') {
            self.time = time(word);
        } else if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.take_name(word);
        } else if let Ok(number) = word.parse() {
            self.take_number(number, word.len());
        }
    }

    fn take_name(&mut self, word: &str) {
        let month = word.get(..3).and_then(|start| MONTHS.iter().position(|month| *month == start));
        if let Some(&(_, hours)) = ZONES.iter().find(|(name, _)| *name == word) {
            // `GMT+0900` has both; the number counts.
            self.offset = self.offset.or(Some(hours * 60));
        } else if let Some(month) = month {
            self.month = self.month.or(Some(month as u32 + 1));
        }
    }

    fn take_number(&mut self, number: u32, digits: usize) {
        match digits {
            1 | 2 if self.day.is_none() => self.day = Some(number),
            // RFC 2822, section 4.3.
            2 => self.year = self.year.or(Some(number + if number < 50 { 2000 } else { 1900 })),
            4 => self.year = self.year.or(Some(number)),
            _ => {}
        }
    }

    fn write(&self, minutes: i32) -> Option<String> {
        let (year, month, day) = (self.year?, self.month?, self.day?);
        let [hour, minute, second] = self.time.unwrap_or_default();
        let real = (1900..=2200).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60;
        let zone = match minutes {
            0 => "Z".to_owned(),
            _ => {
                let sign = if minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        };
        // A leap second is told as the one before it; many readers know no 60.
        let second = second.min(59);
        real.then(|| {
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
        })
    }
}

/// Words in lower case; a `T` between digits parts, and so does the sign of a zone
/// behind a time or a name.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = ' ';
    for character in text.to_lowercase().chars() {
        let word = words.last_mut().expect("there is always one");
        let timed = word.contains(':') || last.is_ascii_alphabetic();
        match character {
            ',' | '(' | ')' | ' ' | '\t' | '\n' | '\r' | '\u{a0}' => words.push(String::new()),
            't' if last.is_ascii_digit() => words.push(String::new()),
            '+' | '-' if timed => words.push(character.to_string()),
            'z' if last.is_ascii_digit() => words.push("z".to_owned()),
            _ => word.push(character),
        }
        last = character;
    }
    words
}

/// `2026-11-23`, `2026.11.23.` or `2026/11/23`.
fn whole_date(word: &str) -> Option<[u32; 3]> {
    let mut parts = word.trim_end_matches('.').split(['-', '.', '/']);
    let date = [parts.next()?, parts.next()?, parts.next()?];
    let fits = date[0].len() == 4 && date[1..].iter().all(|part| part.len() <= 2);
    let [year, month, day] = date.map(|part| part.parse().ok());
    (fits && parts.next().is_none()).then_some([year?, month?, day?])
}

/// `9:05`, `09:05:00` or `09:05:00.123`.
fn time(word: &str) -> Option<[u32; 3]> {
    let whole = word.split(['.', ',']).next()?;
    let mut parts = whole.split(':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let second = parts.next().map_or(Some(0), |second| second.parse().ok())?;
    parts.next().is_none().then_some([hour, minute, second])
}

/// `+0900`, `+09:00` or `+09`, in minutes.
fn offset(word: &str) -> Option<i32> {
    let sign = if word.starts_with('-') { -1 } else { 1 };
    let digits: String = word[1..].chars().filter(|character| *character != ':').collect();
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = match digits.len() {
        1 | 2 => (number, 0),
        3 | 4 => (number / 100, number % 100),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, expected: Option<&str>) {
        assert_eq!(rfc3339(written, Zone::Universal).as_deref(), expected, "{written}");
    }

    #[test]
    fn usual_forms_are_read() {
        for (written, expected) in [
            ("Mon, 23 Nov 2026 09:05:00 +0900", "2026-11-23T09:05:00+09:00"),
            ("23 November 26 9:05 GMT", "2026-11-23T09:05:00Z"),
            ("Mon, 23 Nov 2026 09:05:00 EST", "2026-11-23T09:05:00-05:00"),
            ("Mon Nov 23 2026 09:05:00 GMT+0900 (KST)", "2026-11-23T09:05:00+09:00"),
            ("Mon Nov 23 09:05:00 KST 2026", "2026-11-23T09:05:00+09:00"),
            ("2026-11-23T09:05:00+09:00", "2026-11-23T09:05:00+09:00"),
            ("2026-11-23T09:05:00.123-0530", "2026-11-23T09:05:00-05:30"),
            ("2026-11-23T00:05Z", "2026-11-23T00:05:00Z"),
            ("2026-11-23t00:05:00z", "2026-11-23T00:05:00Z"),
            ("2026-11-23 09:05:00", "2026-11-23T09:05:00Z"),
            ("2026-11-23 09:05:00 +09:00", "2026-11-23T09:05:00+09:00"),
            ("2026.11.23. 9:05", "2026-11-23T09:05:00Z"),
            ("2026-11-23", "2026-11-23T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("Tue, 30 Jun 2015 23:59:60 GMT", "2015-06-30T23:59:59Z"),
        ] {
            check(written, Some(expected));
        }
        let korean = rfc3339("2026-11-23 09:05", Zone::Korea);
        assert_eq!(korean.as_deref(), Some("2026-11-23T09:05:00+09:00"));
        assert_eq!(rfc3339("2026-11-23T00:05Z", Zone::Korea).unwrap(), "2026-11-23T00:05:00Z");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for written in [
            "",
            "yesterday",
            "2026",
            "2026-11",
            "2026-02-29",
            "2026-11-31",
            "2026-13-01",
            "0000-00-00T00:00:00Z",
            "2026-11-23T24:01:00Z",
            "99999999999",
            "Mon, 23 Foo 2026 09:05:00",
            "+++---:::",
            "한국어 날짜 2026년",
        ] {
            check(written, None);
        }
        rfc3339(&"한".repeat(100), Zone::Korea);
    }
}
