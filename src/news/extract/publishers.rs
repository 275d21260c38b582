//! Rules of publishers: CSS selectors that say where the parts of an article are.
//!
//! In: a page, and the rule for its host. Out: what the selectors find. A rule that finds
//! nothing says so, and the page is read automatically.

use std::collections::BTreeMap;
use std::path::Path;

use scraper::Selector;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::selected::{self, Selected, Unfit};
use crate::error::{Error, Result};
use crate::news::page::Page;

const BUNDLED: &str = include_str!("../../../dictionaries/publishers.toml");
const KEYS: [&str; 5] = ["title", "text", "date", "author", "drop"];

/// The rules of several publishers by their domains.
///
/// # Examples
/// ```
/// use malmoi::news::extract::publishers::Publishers;
///
/// let publishers = Publishers::bundled();
/// let rule = publishers.rule_for("www.etnews.com").expect("it is bundled");
/// let page = "<div class=article_title>새 소식</div><div class=article_txt><p>하나.<p>둘.</div>";
/// let found = rule.extract(page, None, true).expect("both are there");
/// assert_eq!(found.title.as_deref(), Some("새 소식"));
/// assert_eq!(found.text.as_deref(), Some("하나.\n둘."));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Publishers {
    rules: BTreeMap<String, Rule>,
}

/// The selectors of one publisher; each list is tried in turn.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// The domain it is for; empty for selectors of the command line.
    pub domain: String,
    pub(super) title: Vec<Selector>,
    pub(super) text: Vec<Selector>,
    pub(super) date: Vec<Selector>,
    pub(super) author: Vec<Selector>,
    pub(super) drop: Vec<Selector>,
}

impl Publishers {
    /// The rules that come with the program.
    pub fn bundled() -> Self {
        Self::parse(BUNDLED, "publishers.toml").expect("a test reads the bundled rules")
    }

    /// Reads rules from a file.
    ///
    /// # Errors
    /// If it cannot be read, is not TOML, or holds an unknown key or a wrong selector;
    /// all problems at once, each with its line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::file("cannot read", path, error))?;
        Self::parse(&text, &path.display().to_string())
    }

    /// The rules in `text`, which errors call `name`.
    fn parse(text: &str, name: &str) -> Result<Self> {
        let mut reader = Reader { text, name, problems: Vec::new() };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors.iter().take(1) {
            let at = error.span().map_or(0, |span| span.start);
            reader.problem(at, format!("not TOML: {}", error.message()), "");
        }
        let mut publishers = Publishers::default();
        for (domain, rule) in table.get_ref() {
            if let Some(rule) = reader.rule(domain, rule) {
                publishers.rules.insert(rule.domain.clone(), rule);
            }
        }
        Error::all(reader.problems).map_or(Ok(publishers), Err)
    }

    /// These rules, and those of `others`, which win for the same domain.
    #[must_use]
    pub fn with(mut self, others: Publishers) -> Self {
        self.rules.extend(others.rules);
        self
    }

    /// The rule of the nearest domain that `host` belongs to.
    pub fn rule_for(&self, host: &str) -> Option<&Rule> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let parents = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
        std::iter::once(host.as_str()).chain(parents).find_map(|domain| self.rules.get(domain))
    }
}

impl Rule {
    /// A rule from selectors of the command line.
    ///
    /// # Errors
    /// If one of them is no CSS selector.
    pub fn of_selectors(title: Option<&str>, text: Option<&str>) -> Result<Self> {
        let read = |option: &str, selector: Option<&str>| match selector.map(parsed) {
            Some(Ok(parsed)) => Ok(vec![parsed]),
            None => Ok(Vec::new()),
            Some(Err(message)) => {
                Err(Error::usage(message).at(format!("option `{option}`")).hinted(HINT))
            }
        };
        Ok(Rule { title: read("--title", title)?, text: read("--text", text)?, ..Rule::default() })
    }

    /// What the selectors find on a page fetched from `url`. The text has a paragraph a
    /// line, or with `paragraphs` off is what BeautifulSoup's `get_text(strip=True)` gives.
    ///
    /// # Errors
    /// The reason why the page has to be read automatically.
    pub fn extract(
        &self,
        html: &str,
        url: Option<&str>,
        paragraphs: bool,
    ) -> Result<Selected, Unfit> {
        self.extract_from(html, &Page::parse(html), url, paragraphs)
    }

    /// The same for a page whose tree is there already.
    pub(super) fn extract_from(
        &self,
        html: &str,
        page: &Page<'_>,
        url: Option<&str>,
        paragraphs: bool,
    ) -> Result<Selected, Unfit> {
        selected::select(self, html, page, url, paragraphs)
    }
}

const HINT: &str =
    "write it as in a style sheet: `div.article_txt`, `#body p`, `[itemprop=articleBody]`";

/// The selector, or what is wrong with it.
fn parsed(selector: &str) -> std::result::Result<Selector, String> {
    Selector::parse(selector).map_err(|error| {
        let what = match error.to_string() {
            // The parser has no words for what it knows and does not allow there.
            what if what.contains("report this") => {
                "a part of it may not stand where it does, such as `:has()` within `:has()`".into()
            }
            what => what,
        };
        format!("`{selector}` is no CSS selector: {what}")
    })
}

struct Reader<'a> {
    text: &'a str,
    name: &'a str,
    problems: Vec<Error>,
}

impl Reader<'_> {
    fn problem(&mut self, at: usize, message: String, hint: &str) {
        let line = self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        let error = Error::usage(message).at(format!("{}, line {line}", self.name));
        self.problems.push(if hint.is_empty() { error } else { error.hinted(hint) });
    }

    fn rule(
        &mut self,
        domain: &Spanned<impl AsRef<str>>,
        value: &Spanned<DeValue>,
    ) -> Option<Rule> {
        let (name, at) = (domain.get_ref().as_ref().to_ascii_lowercase(), domain.span().start);
        let DeValue::Table(table) = value.get_ref() else {
            let hint =
                "rules stand below their domain: `[\"news.example.com\"]`, then `title = \"h1\"`";
            self.problem(at, format!("`{name}` is not below a domain"), hint);
            return None;
        };
        if name.contains(['/', ':', ' ']) || name.is_empty() {
            self.problem(
                at,
                format!("`{name}` is no domain"),
                "write it without `https://` and path",
            );
            return None;
        }
        let mut rule = Rule { domain: name, ..Rule::default() };
        for (key, value) in table {
            self.entry(&mut rule, key.get_ref(), key.span().start, value);
        }
        Some(rule)
    }

    fn entry(&mut self, rule: &mut Rule, key: &str, at: usize, value: &Spanned<DeValue>) {
        let selectors = self.selectors(key, value);
        match key {
            "title" => rule.title = selectors,
            "text" => rule.text = selectors,
            "date" => rule.date = selectors,
            "author" => rule.author = selectors,
            "drop" => rule.drop = selectors,
            _ => {
                let hint = format!("the keys are `{}`", KEYS.join("`, `"));
                self.problem(at, format!("unknown key `{key}`"), &hint);
            }
        }
    }

    fn selectors(&mut self, key: &str, value: &Spanned<DeValue>) -> Vec<Selector> {
        match value.get_ref() {
            DeValue::String(selector) => {
                self.selector(selector, value.span().start).into_iter().collect()
            }
            DeValue::Array(values) => {
                values.iter().flat_map(|value| self.selectors(key, value)).collect()
            }
            _ => {
                let message = format!("`{key}` is neither a selector nor a list of selectors");
                self.problem(value.span().start, message, HINT);
                Vec::new()
            }
        }
    }

    fn selector(&mut self, selector: &str, at: usize) -> Option<Selector> {
        parsed(selector).map_err(|message| self.problem(at, message, HINT)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundled_rules_are_right() {
        let publishers = Publishers::bundled();
        assert!(publishers.rules.len() > 30);
        assert!(
            publishers.rules.values().all(|rule| !rule.text.is_empty() && !rule.title.is_empty())
        );
    }

    /// What the bundled rule for `host` finds: title, text, date, authors.
    fn check(host: &str, html: &str, expected: (&str, &str, Option<&str>, &[&str])) {
        let publishers = Publishers::bundled();
        let rule = publishers.rule_for(host).expect("it is bundled");
        let found = rule.extract(html, None, true).expect("the selectors find something");
        let authors: Vec<&str> = found.authors.iter().map(String::as_str).collect();
        let text = |part: &'_ Option<String>| part.clone().unwrap_or_default();
        let (title, body) = (text(&found.title), text(&found.text));
        assert_eq!(
            (title.as_str(), body.as_str(), found.date.as_deref(), authors.as_slice()),
            expected
        );
    }

    #[test]
    fn pages_in_the_markup_of_publishers_are_read() {
        let etnews = "<div class=article_title><h2>로봇 팔, 귤을 딴다</h2></div><time class=date>발행일 : 2026-11-23 09:05</time>
            <div class=article_txt><p>바람골 농장에 로봇이 왔다.</p><figure><figcaption>귤 따는 로봇</figcaption></figure>
            <p>하루에 귤 천 개를 딴다.</p></div>";
        let text = "바람골 농장에 로봇이 왔다.\n하루에 귤 천 개를 딴다.";
        let date = Some("2026-11-23T09:05:00+09:00");
        check("www.etnews.com", etnews, ("로봇 팔, 귤을 딴다", text, date, &[]));
        let naver = "<h2 id=title_area><span>로봇 팔, 귤을 딴다</span></h2><span class=media_end_head_info_datestamp_time
            data-date-time='2026-11-23 09:05:00'>2026.11.23. 오전 9:05</span><em class=media_end_head_journalist_name>홍길동 기자</em>
            <article id=dic_area><strong class=media_end_summary>요약</strong>바람골 농장에 로봇이 왔다.<br><br>
            <span class=end_photo_org><em class=img_desc>귤</em></span>하루에 귤 천 개를 딴다.</article>";
        check("n.news.naver.com", naver, ("로봇 팔, 귤을 딴다", text, date, &["홍길동"]));
        let yna = "<h1 class=tit01>로봇 팔, 귤을 딴다</h1><p class=update-time>송고 2026-11-23 09:05</p>
            <article class=story-news><p>바람골 농장에 로봇이 왔다.</p><aside>광고</aside><p>하루에 귤 천 개를 딴다.</p>
            <p class=txt-copyright>저작권자</p></article><div class=writer-zone01><strong class=tit-name>홍길동</strong></div>";
        check("www.yna.co.kr", yna, ("로봇 팔, 귤을 딴다", text, date, &["홍길동"]));
    }

    #[test]
    fn the_nearest_domain_counts() {
        let rules = "['a.example']\ntitle='h1'\n['b.a.example']\ntitle='h2'";
        let publishers = Publishers::parse(rules, "x").expect("it is right");
        let domain = |host: &str| publishers.rule_for(host).map(|rule| rule.domain.as_str());
        assert_eq!(domain("www.A.example."), Some("a.example"));
        assert_eq!(domain("c.b.a.example"), Some("b.a.example"));
        assert_eq!(domain("ba.example"), None);
        assert_eq!(domain(""), None);
        let more = Publishers::parse("['a.example']\ntext='p'", "x").expect("it is right");
        let both = publishers.clone().with(more);
        assert!(both.rule_for("a.example").is_some_and(|rule| rule.title.is_empty()));
        assert_eq!(both.rules.len(), 2);
    }

    #[test]
    fn problems_have_their_line() {
        let check = |text: &str, place: &str, message: &str| {
            let error = Publishers::parse(text, "p.toml").expect_err("it is wrong");
            assert_eq!(error.place(), Some(place), "{error}");
            assert!(error.to_string().contains(message), "{error}");
        };
        check("\n['a.example']\ntext = 'div['", "p.toml, line 3", "`div[` is no CSS selector");
        check("['a.example']\ntext = ['p',\n'>>']", "p.toml, line 3", "`>>`");
        check("['a.example']\ntext = ':has(:has())'", "p.toml, line 2", "within `:has()`");
        check("['a.example']\ntxt = 'p'", "p.toml, line 2", "unknown key `txt`");
        check("['a.example']\ntext = 1", "p.toml, line 2", "neither");
        check("['https://a.example/']\ntext = 'p'", "p.toml, line 1", "no domain");
        check("text = 'p'", "p.toml, line 1", "not below a domain");
        check("['a.example'\n", "p.toml, line 1", "not TOML");
    }

    #[test]
    fn selectors_of_the_command_line_are_checked() {
        assert!(Rule::of_selectors(Some("h1"), None).is_ok());
        let error = Rule::of_selectors(None, Some("div[")).expect_err("it is wrong");
        assert_eq!(error.place(), Some("option `--text`"));
    }
}
