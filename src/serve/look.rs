//! In which language and colours a page is shown.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::{HeaderMap, Uri};

use super::guard::cookie;

/// Cookies that keep what a reader chose.
pub const LANGUAGE: &str = "malmoi_language";
/// The same of colours.
pub const THEME: &str = "malmoi_theme";

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Korean.
    Korean,
}

/// Colours of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Those that the reader's system has.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What every page has.
#[derive(Debug, Clone)]
pub struct Look {
    /// Language of what is ours on it.
    pub language: Language,
    /// Colours.
    pub theme: Theme,
    /// Path and query of the page, to come back to.
    pub here: String,
    /// What forms that change something say.
    pub form: String,
    /// Whether the reader logged in and can log out.
    pub has_session: bool,
}

impl Language {
    /// The language of this code.
    pub fn named(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Language::English),
            "ko" => Some(Language::Korean),
            _ => None,
        }
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Korean => "ko",
        }
    }
}

impl Theme {
    /// The theme of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "system" => Some(Theme::System),
            "light" => Some(Theme::Light),
            "dark" => Some(Theme::Dark),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

impl Look {
    /// What the cookies of a request say, else what its browser prefers.
    pub fn of(uri: &Uri, headers: &HeaderMap, form: &str, has_session: bool) -> Self {
        let language = cookie(headers, LANGUAGE).and_then(Language::named);
        let theme = cookie(headers, THEME).and_then(Theme::named);
        Look {
            language: language.unwrap_or_else(|| preferred(headers)),
            theme: theme.unwrap_or(Theme::System),
            here: uri.path_and_query().map_or("/".to_owned(), ToString::to_string),
            form: form.to_owned(),
            has_session,
        }
    }

    /// The words of `key` in the language of the page; the key itself if there are none.
    pub fn say<'a>(&self, key: &'a str) -> &'a str {
        let words = WORDS.get(key);
        words.map_or(key, |[english, korean]| match self.language {
            Language::English => english,
            Language::Korean => korean,
        })
    }

    /// The same with `value` where they have `{}`.
    pub fn says(&self, key: &str, value: &str) -> String {
        self.say(key).replace("{}", value)
    }

    /// Whether a language is the one of the page.
    pub fn is_in(&self, code: &str) -> bool {
        self.language.code() == code
    }

    /// Whether a theme is the one of the page.
    pub fn has_theme(&self, name: &str) -> bool {
        self.theme.name() == name
    }

    /// Whether the page is below this path.
    pub fn is_at(&self, path: &str) -> bool {
        let here = self.here.split('?').next().unwrap_or_default();
        let below = here.strip_prefix(path);
        below.is_some_and(|rest| rest.is_empty() || (path != "/" && rest.starts_with('/')))
    }
}

/// The first of ours among the languages that a browser names.
fn preferred(headers: &HeaderMap) -> Language {
    let named = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut codes = named.unwrap_or_default().split(',').map(|one| one.trim());
    let ours = codes.find_map(|one| Language::named(one.get(..2)?));
    ours.unwrap_or(Language::English)
}

/// Key, English, Korean: a line each.
const LINES: &str = include_str!("../../templates/serve/words.tsv");

static WORDS: LazyLock<HashMap<&'static str, [&'static str; 2]>> = LazyLock::new(|| {
    let lines = LINES.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let mut columns = line.split('\t');
        Some((columns.next()?, [columns.next()?, columns.next()?]))
    };
    lines.filter_map(row).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn look(pairs: &[(&'static str, &str)]) -> Look {
        let pairs = pairs.iter().map(|(name, value)| {
            (axum::http::HeaderName::from_static(name), value.parse().unwrap())
        });
        Look::of(&"/documents/a/b?c=d".parse().unwrap(), &pairs.collect(), "", false)
    }

    #[test]
    fn a_reader_chooses_and_a_browser_prefers() {
        assert_eq!(look(&[]).language, Language::English);
        assert_eq!(look(&[("accept-language", "de, ko-KR;q=0.9, en")]).language, Language::Korean);
        let chosen =
            look(&[("accept-language", "ko"), ("cookie", "malmoi_language=en; malmoi_theme=dark")]);
        assert_eq!((chosen.language, chosen.theme), (Language::English, Theme::Dark));
        let odd = look(&[("cookie", "malmoi_language=xx; malmoi_theme=<script>")]);
        assert_eq!((odd.language, odd.theme), (Language::English, Theme::System));
    }

    #[test]
    fn a_page_knows_where_it_is() {
        let look = look(&[]);
        assert!(look.is_at("/documents") && !look.is_at("/") && !look.is_at("/doc"));
    }

    /// Keys that templates and code ask for.
    fn asked() -> Vec<String> {
        let mut files = vec![std::path::PathBuf::from("src/serve/pages")];
        files.push("templates/serve".into());
        let mut keys = Vec::new();
        for folder in files {
            for file in std::fs::read_dir(folder).unwrap() {
                let text = std::fs::read_to_string(file.unwrap().path()).unwrap_or_default();
                let parts = text.split("look.say").skip(1);
                let key = |part: &str| {
                    let rest = part.trim_start_matches('s').strip_prefix("(\"")?;
                    Some(rest.split('"').next()?.to_owned())
                };
                keys.extend(parts.filter_map(key));
            }
        }
        keys
    }

    #[test]
    fn every_word_is_there_in_both_languages() {
        let asked = asked();
        assert!(asked.len() > 20, "the templates were not found");
        for key in asked {
            assert!(WORDS.contains_key(key.as_str()), "`{key}` is not in words.tsv");
        }
        for status in [400, 401, 403, 404, 405, 408, 409, 413, 429, 500, 503] {
            assert!(WORDS.contains_key(format!("status.{status}").as_str()), "{status}");
        }
        for line in LINES.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            assert!(columns.len() == 3 && columns.iter().all(|one| !one.is_empty()), "{line}");
        }
    }
}
