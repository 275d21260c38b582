//! Links of pages → addresses worth asking for.
//!
//! In: the `href`s of a page. Out: addresses in one form each, those that the user's
//! patterns let through. The form is careful: two addresses that may show different
//! pages stay different.

use std::collections::HashSet;

use regex::Regex;

use super::entry::address;
use crate::error::{Error, Result};
use crate::net::Url;

/// Parameters that say where a reader came from, not what is shown.
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "oly_anon_id",
    "oly_enc_id",
    "vero_id",
    "_hsenc",
    "_hsmi",
    "_ga",
    "_gl",
    "s_cid",
    "cmpid",
    "ocid",
    "ns_campaign",
    "ns_mchannel",
    "ns_source",
    "at_medium",
    "at_campaign",
    "__twitter_impression",
    "n_cid",
];
const TRACKING_PREFIXES: &[&str] = &["utm_", "pk_", "piwik_", "mtm_", "hsa_"];
const INDEXES: &[&str] = &["index.html", "index.htm", "index.php"];

/// The form by which two addresses of one page are known as one.
///
/// Without fragment, credentials, tracking parameters and `index.html`; parameters are
/// sorted by name, those of one name keep their order.
pub fn canonical(url: &Url) -> Url {
    let mut canonical = url.clone();
    canonical.set_fragment(None);
    // Both fail only for addresses that have no host.
    let _ = canonical.set_username("");
    let _ = canonical.set_password(None);
    let query = canonical.query().and_then(sorted_query);
    canonical.set_query(query.as_deref());
    let path = upper_escapes(canonical.path());
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_index = query.is_none() && INDEXES.contains(&last);
    canonical.set_path(if is_index { &path[..path.len() - last.len()] } else { &path });
    canonical
}

/// Whether both belong to one site: `www.a.co.kr` and `news.a.co.kr` do.
pub fn is_same_site(one: &Url, other: &Url) -> bool {
    match (one.domain(), other.domain()) {
        (Some(one), Some(other)) => site(one) == site(other),
        // Addresses as numbers.
        _ => one.host_str().is_some() && one.host_str() == other.host_str(),
    }
}

/// Which links of a site are followed.
#[derive(Debug, Clone)]
pub struct Follow {
    include: Vec<Regex>,
    exclude: Vec<Regex>,
    depth: u32,
}

/// Links of one page that are looked at.
const MOST_LINKS: usize = 10_000;
/// Longer addresses are traps.
const LONGEST_ADDRESS: usize = 2_000;
/// A path that repeats itself this often is a trap.
const MOST_REPEATS: usize = 4;
/// Endings of what is no page.
const FILES: &[&str] = &[
    "7z", "aac", "apk", "avi", "bmp", "css", "csv", "dmg", "doc", "docx", "epub", "exe", "gif",
    "gz", "hwp", "hwpx", "ico", "iso", "jpeg", "jpg", "js", "m4a", "m4v", "mov", "mp3", "mp4",
    "mpeg", "mpg", "ogg", "pdf", "png", "ppt", "pptx", "rar", "svg", "tar", "tgz", "tif", "tiff",
    "ttf", "wav", "webm", "webp", "wma", "wmv", "woff", "woff2", "xls", "xlsx", "zip",
];

impl Follow {
    /// Follows links that fit one of `include` (all, if it is empty) and none of
    /// `exclude`, up to `depth` steps from where the crawl began.
    ///
    /// A pattern with `re:` before it is a regular expression, anything else a glob:
    /// `*` stands for any text without `/`, `**` for any text, `?` for one character. It
    /// is held against the path with the query, or, if it has `://`, against the whole
    /// address.
    ///
    /// # Errors
    /// A regular expression cannot be read.
    pub fn new(include: &[String], exclude: &[String], depth: u32) -> Result<Self> {
        let all = |patterns: &[String]| -> Result<Vec<Regex>> {
            patterns.iter().map(|text| pattern(text)).collect()
        };
        Ok(Follow { include: all(include)?, exclude: all(exclude)?, depth })
    }

    /// The links of a page of the site that are worth asking for, in canonical form, each
    /// once, in their order. `depth` counts the steps that led to the page.
    pub fn links<'a>(
        &self,
        page: &Url,
        hrefs: impl IntoIterator<Item = &'a str>,
        depth: u32,
    ) -> Vec<Url> {
        if depth >= self.depth {
            return Vec::new();
        }
        let mut seen = HashSet::from([canonical(page)]);
        let links = hrefs.into_iter().take(MOST_LINKS).filter_map(|href| address(href, page));
        let links = links.map(|link| canonical(&link));
        links.filter(|link| self.leads_on(page, link) && seen.insert(link.clone())).collect()
    }

    /// How many links that it would follow are left out, as too long or too many.
    pub fn left_out(&self, page: &Url, hrefs: &[String], depth: u32) -> u64 {
        if depth >= self.depth {
            return 0;
        }
        // An address is at most three times as long as it is written.
        let may_be = |href: &&String| href.len() * 3 + page.as_str().len() > LONGEST_ADDRESS;
        let read = hrefs.iter().take(MOST_LINKS).filter(may_be);
        let links = read.filter_map(|href| address(href, page)).map(|link| canonical(&link));
        let long = links.filter(|link| link.as_str().len() > LONGEST_ADDRESS);
        let long = long.filter(|link| is_same_site(page, link)).count();
        (long + hrefs.len().saturating_sub(MOST_LINKS)) as u64
    }

    fn leads_on(&self, page: &Url, link: &Url) -> bool {
        let fits = |pattern: &Regex| pattern.is_match(link.as_str());
        is_same_site(page, link)
            && !is_trap(link)
            && !is_file(link)
            && (self.include.is_empty() || self.include.iter().any(fits))
            && !self.exclude.iter().any(fits)
    }
}

/// Drops tracking and sorts by name; `None` if nothing is left.
fn sorted_query(query: &str) -> Option<String> {
    let name = |pair: &&str| pair.split('=').next().unwrap_or_default().to_owned();
    let is_tracking = |name: &str| {
        TRACKING.contains(&name) || TRACKING_PREFIXES.iter().any(|start| name.starts_with(start))
    };
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.retain(|pair| !is_tracking(&name(pair).to_lowercase()));
    // Without names, the order may be the meaning.
    if pairs.iter().all(|pair| pair.contains('=')) {
        pairs.sort_by_key(name);
    }
    (!pairs.is_empty()).then(|| upper_escapes(&pairs.join("&")))
}

/// `%e3` and `%E3` are the same byte.
fn upper_escapes(text: &str) -> String {
    let mut left = 0;
    let upper = |character: char| {
        match character {
            '%' => left = 2,
            _ if left > 0 => {
                left -= 1;
                return character.to_ascii_uppercase();
            }
            _ => {}
        }
        character
    };
    text.chars().map(upper).collect()
}

/// The part of a name that is registered: two labels, or three where a country has
/// `co`, `or`, `com` and the like below it.
fn site(domain: &str) -> String {
    let labels: Vec<&str> = domain.trim_end_matches('.').rsplit('.').collect();
    let is_shared = |label: &str| {
        let known = ["co", "or", "go", "ac", "ne", "re", "pe", "com", "org", "net", "gov", "edu"];
        known.contains(&label)
    };
    let count = match labels[..] {
        [country, second, _, ..] if country.len() == 2 && is_shared(second) => 3,
        _ => 2,
    };
    labels.iter().take(count).copied().collect::<Vec<_>>().join(".")
}

fn is_file(url: &Url) -> bool {
    let last = url.path().rsplit('/').next().unwrap_or_default();
    let ending = last.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| FILES.binary_search(&ending.as_str()).is_ok())
}

/// Calendars and relative links gone wrong make addresses without end.
fn is_trap(url: &Url) -> bool {
    let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    let repeats = |part: &&str| parts.iter().filter(|other| *other == part).count();
    url.as_str().len() > LONGEST_ADDRESS
        || parts.len() > MOST_REPEATS && parts.iter().any(|part| repeats(part) >= MOST_REPEATS)
}

fn pattern(text: &str) -> Result<Regex> {
    let written = text.strip_prefix("re:").map_or_else(|| glob(text), str::to_owned);
    Regex::new(&written).map_err(|error| {
        Error::usage(format!("`{text}` is not a pattern: {error}"))
            .hinted("write a glob such as /news/** or, behind re:, a regular expression")
            .caused_by(error)
    })
}

fn glob(text: &str) -> String {
    let start = if text.contains("://") { "^" } else { "^[a-z]+://[^/]*" };
    let mut out = start.to_owned();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (piece, length) = match character {
            '*' if rest.starts_with("**") => (".*".to_owned(), 2),
            '*' => ("[^/]*".to_owned(), 1),
            '?' => (".".to_owned(), 1),
            _ => (regex::escape(&rest[..character.len_utf8()]), character.len_utf8()),
        };
        out.push_str(&piece);
        rest = &rest[length..];
    }
    out + "$"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn one_page_has_one_address() {
        for (written, expected) in [
            ("HTTP://Example.ORG:80/a/../b?#top", "http://example.org/b"),
            ("https://a.kr/1?utm_source=x&id=3&fbclid=y&UTM_term=z", "https://a.kr/1?id=3"),
            ("https://a.kr/1?b=2&a=1&b=1", "https://a.kr/1?a=1&b=2&b=1"),
            ("https://a.kr/1?b&a", "https://a.kr/1?b&a"),
            ("https://me:secret@a.kr/index.html", "https://a.kr/"),
            ("https://a.kr/n/index.php?no=3", "https://a.kr/n/index.php?no=3"),
            ("https://a.kr/%ec%a0%9c?q=%ea%b0%80a", "https://a.kr/%EC%A0%9C?q=%EA%B0%80a"),
            ("https://a.kr/제목", "https://a.kr/%EC%A0%9C%EB%AA%A9"),
            ("https://a.kr/Page/", "https://a.kr/Page/"),
        ] {
            let canonical = canonical(&url(written));
            assert_eq!(canonical.as_str(), expected, "{written}");
            assert_eq!(super::canonical(&canonical), canonical, "{written}");
        }
    }

    #[test]
    fn links_that_are_too_long_are_counted() {
        let follow = Follow::new(&[], &[], 1).unwrap();
        let page = url("https://a.kr/");
        let long = "x".repeat(LONGEST_ADDRESS);
        let elsewhere = format!("https://b.kr/{long}");
        let mut hrefs = vec!["/1".to_owned(), format!("/{long}"), elsewhere, "한".repeat(300)];
        assert_eq!(follow.left_out(&page, &hrefs, 0), 2);
        assert_eq!(follow.left_out(&page, &hrefs, 1), 0, "nothing is followed from there");
        hrefs.extend(vec!["/1".to_owned(); MOST_LINKS]);
        assert_eq!(follow.left_out(&page, &hrefs, 0), 2 + 4);
    }

    #[test]
    fn sites_are_told_apart() {
        for (one, other, expected) in [
            ("https://www.a.co.kr/", "http://news.a.co.kr/1", true),
            ("https://a.co.kr/", "https://b.co.kr/", false),
            ("https://a.com/", "https://m.a.com/", true),
            ("https://a.com/", "https://nota.com/", false),
            ("http://127.0.0.1:1/", "http://127.0.0.1:2/", true),
            ("http://127.0.0.1/", "http://127.0.0.2/", false),
            ("http://localhost/", "http://localhost/a", true),
        ] {
            assert_eq!(is_same_site(&url(one), &url(other)), expected, "{one} {other}");
        }
    }

    /// The paths of the links of `https://a.kr/news/`.
    fn check(include: &[&str], exclude: &[&str], hrefs: &[&str], expected: &[&str]) {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let follow = Follow::new(&texts(include), &texts(exclude), 2).unwrap();
        let links = follow.links(&url("https://a.kr/news/"), hrefs.iter().copied(), 1);
        let paths: Vec<_> = links.iter().map(|link| link.as_str()[12..].to_owned()).collect();
        assert_eq!(paths, expected);
        assert!(follow.links(&url("https://a.kr/"), hrefs.iter().copied(), 2).is_empty());
    }

    #[test]
    fn links_are_followed_by_pattern() {
        let hrefs = [
            "1",
            "/news/1#top",
            "2?utm_source=a",
            "../photo/3.JPG",
            "https://b.kr/4",
            "mailto:a@b.kr",
            "",
            "#",
            "/news/2026/11/5",
            "/tag/6",
            "javascript:;",
        ];
        check(&[], &[], &hrefs, &["/news/1", "/news/2", "/news/2026/11/5", "/tag/6"]);
        check(&["/news/*"], &[], &hrefs, &["/news/1", "/news/2"]);
        check(&["/news/**"], &["re:/2$"], &hrefs, &["/news/1", "/news/2026/11/5"]);
        check(&["https://a.kr/tag/?"], &[], &hrefs, &["/tag/6"]);
        check(&[r"re:/\d{4}/"], &[], &hrefs, &["/news/2026/11/5"]);
    }

    #[test]
    fn traps_are_left_out() {
        let long = "/x".repeat(2000);
        check(&[], &[], &["/a/b/a/b/a/b/a/b", &long, "/a/a/b"], &["/a/a/b"]);
    }

    #[test]
    fn a_bad_pattern_is_told() {
        let error = Follow::new(&["re:(".to_owned()], &[], 1).unwrap_err();
        assert!(error.to_string().starts_with("`re:(` is not a pattern"), "{error}");
        assert!(FILES.is_sorted());
    }
}
