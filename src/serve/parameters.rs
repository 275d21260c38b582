//! What a request may say, and within which bounds: one table reads it and describes it.

use axum::http::Uri;

use super::problem::Problem;

/// A parameter of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means, for the description of the API.
    pub what: &'static str,
    /// What it may be.
    pub kind: Kind,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text of at most so many characters.
    Text(usize),
    /// The same, as often as [`MOST_VALUES`].
    Texts(usize),
    /// A whole number from the first to the second.
    Count(u32, u32),
    /// One of these.
    Choice(&'static [&'static str]),
    /// A day such as `2026-11-01`.
    Day,
    /// `true` or `false`.
    Flag,
}

/// How often a parameter that may be repeated is.
pub const MOST_VALUES: usize = 10;

/// The parameters of a request, each checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, String)>);

impl Values {
    /// What the address of a request says.
    ///
    /// # Errors
    /// A parameter is unknown, said twice, or out of its bounds.
    pub fn read(uri: &Uri, known: &[Parameter]) -> Result<Self, Problem> {
        Self::of(uri.query().unwrap_or_default(), known)
    }

    /// The same of a form on a page, where what was left empty was not said.
    ///
    /// # Errors
    /// The same.
    pub fn read_form(query: &str, known: &[Parameter]) -> Result<Self, Problem> {
        let filled = pairs(query).filter(|(_, value)| !value.is_empty());
        Self::from_pairs(filled, known)
    }

    fn of(query: &str, known: &[Parameter]) -> Result<Self, Problem> {
        Self::from_pairs(pairs(query), known)
    }

    fn from_pairs(
        pairs: impl Iterator<Item = (String, String)>,
        known: &[Parameter],
    ) -> Result<Self, Problem> {
        let mut values: Vec<(&'static str, String)> = Vec::new();
        for (name, value) in pairs {
            let parameter = known.iter().find(|one| one.name == name);
            let parameter = parameter.ok_or_else(|| unknown(&name, known))?;
            let before = values.iter().filter(|(name, _)| *name == parameter.name).count();
            let most = if matches!(parameter.kind, Kind::Texts(_)) { MOST_VALUES } else { 1 };
            if before >= most {
                return Err(Problem::wrong(format!("`{name}` is said too often"))
                    .hinted(format!("at most {most} times")));
            }
            parameter.check(&value)?;
            values.push((parameter.name, value));
        }
        Ok(Values(values))
    }

    /// The value of a parameter, if it was said.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter that may be repeated.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let said = self.0.iter().filter(|(known, _)| *known == name);
        said.map(|(_, value)| value.clone()).collect()
    }

    /// A number.
    pub fn count(&self, name: &str) -> Option<usize> {
        self.text(name)?.parse().ok()
    }

    /// Whether something is wanted.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|value| value == "true")
    }
}

impl Parameter {
    fn check(&self, value: &str) -> Result<(), Problem> {
        let (is_right, hint) = match self.kind {
            Kind::Text(most) | Kind::Texts(most) => {
                (value.chars().count() <= most, format!("a text of at most {most} characters"))
            }
            Kind::Count(least, most) => (
                is_count(value) && value.parse().is_ok_and(|one| (least..=most).contains(&one)),
                format!("a whole number from {least} to {most}"),
            ),
            Kind::Choice(choices) => {
                (choices.contains(&value), format!("one of {}", choices.join(", ")))
            }
            Kind::Day => (day(value).is_some(), "a day such as 2026-11-01".to_owned()),
            Kind::Flag => (matches!(value, "true" | "false"), "true or false".to_owned()),
        };
        match is_right {
            true => Ok(()),
            false => Err(Problem::wrong(format!("`{}` is out of its bounds", self.name))
                .hinted(format!("it has to be {hint}"))),
        }
    }
}

/// The day that `2026-11-01` names.
pub fn day(text: &str) -> Option<chrono::NaiveDate> {
    // chrono takes signs and single digits too.
    let is_formed = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    is_formed.then(|| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

/// Names and values of a query or a form; what is no UTF-8 is replaced.
pub fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, value)| (name.into_owned(), value.into_owned()))
}

/// `+5` and `05` are no numbers of ours.
fn is_count(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit()) && (value == "0" || !value.starts_with('0'))
}

fn unknown(name: &str, known: &[Parameter]) -> Problem {
    let name: String = name.chars().take(50).collect();
    let names: Vec<&str> = known.iter().map(|one| one.name).collect();
    let hint = match names.is_empty() {
        true => "this address has no parameters".to_owned(),
        false => format!("there are {}", names.join(", ")),
    };
    Problem::wrong(format!("there is no parameter `{name}`")).hinted(hint)
}

/// The first second of a day in this computer's time zone, as dates without a zone were
/// taken when they were indexed.
pub fn start_of(day: chrono::NaiveDate) -> Option<i64> {
    use chrono::TimeZone;
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    // Where clocks are put forward at midnight, the day begins an hour later.
    let later = midnight + chrono::TimeDelta::hours(1);
    let local = |time| chrono::Local.from_local_datetime(&time).earliest();
    local(midnight).or_else(|| local(later)).map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Parameter; 5] = [
        Parameter { name: "q", what: "", kind: Kind::Text(5) },
        Parameter { name: "source", what: "", kind: Kind::Texts(5) },
        Parameter { name: "top", what: "", kind: Kind::Count(1, 100) },
        Parameter { name: "by", what: "", kind: Kind::Choice(&["a", "b"]) },
        Parameter { name: "since", what: "", kind: Kind::Day },
    ];

    fn check(query: &str) -> Option<String> {
        Values::of(query, &KNOWN).err().map(|problem| problem.hint.unwrap_or_default())
    }

    #[test]
    fn what_is_within_its_bounds_is_taken() {
        let values = Values::of("q=%ED%95%99+a&source=x&source=y&top=100&by=b", &KNOWN).unwrap();
        assert_eq!(values.text("q"), Some("학 a"));
        assert_eq!(values.texts("source"), ["x", "y"]);
        assert_eq!((values.count("top"), values.text("since")), (Some(100), None));
        assert_eq!(check("since=2024-02-29"), None);
        assert!(Values::read_form("q=&top=&since=", &KNOWN).unwrap().0.is_empty());
    }

    #[test]
    fn what_is_not_is_refused_with_a_hint() {
        for wrong in [
            "q=abcdef",
            "q=a&q=b",
            "top=0",
            "top=101",
            "top=+5",
            "top=05",
            "top=",
            "top=1e1",
            "by=c",
            "by=",
            "since=2023-02-29",
            "since=1-1-1",
            "since=+024-1-01",
            "since=",
            "other=1",
            "=",
        ] {
            assert!(check(wrong).is_some_and(|hint| !hint.is_empty()), "{wrong}");
        }
        let many = "source=a&".repeat(MOST_VALUES + 1);
        assert!(check(&many).is_some());
    }
}
