//! Bytes of a page → its article.
//!
//! In: what a server sent or a file holds. Out: the article with all that the page says
//! of it, or in one word why there is none. A rule for the publisher is tried first;
//! where it finds nothing, the page is read without it.

use super::metadata::{Metadata, metadata};
use super::publishers::{Publishers, Rule};
use super::{BodyParams, Selected, charset, extract_body};
use crate::net::Url;
use crate::news::page::{Element, Page};
use crate::news::store::Article;

/// Makes articles of pages.
#[derive(Debug, Clone)]
pub struct Extractor {
    /// What belongs to a body.
    pub body: BodyParams,
    /// Rules for publishers, by their domains.
    pub publishers: Publishers,
    /// A rule for all pages, before any publisher's.
    pub rule: Option<Rule>,
    /// Whether a text has a paragraph a line where a rule finds it; else it is what
    /// BeautifulSoup's `get_text(strip=True)` gives.
    pub paragraphs: bool,
}

/// What a feed or sitemap said of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Listed<'a> {
    /// Its title.
    pub title: Option<&'a str>,
    /// Its date.
    pub date: Option<&'a str>,
}

/// What was made of a page.
#[derive(Debug, Clone)]
pub struct Made {
    /// The article, or in one word why there is none.
    pub article: std::result::Result<Article, &'static str>,
    /// Links of the page, as written.
    pub links: Vec<String>,
    /// Whether the page was too dense to be read to its end.
    pub is_cut: bool,
}

impl Default for Extractor {
    /// With the bundled rules for publishers.
    fn default() -> Self {
        let publishers = Publishers::bundled();
        Extractor { body: BodyParams::default(), publishers, rule: None, paragraphs: true }
    }
}

impl Extractor {
    /// The article of a page; `url` is where it was found, `content_type` what the
    /// server said of it.
    pub fn article(
        &self,
        body: &[u8],
        content_type: Option<&str>,
        url: Option<&str>,
        listed: &Listed<'_>,
    ) -> Made {
        let host = url.and_then(host_of);
        let html = charset::decode_from(body, content_type, host.as_deref()).text;
        let page = Page::parse(&html);
        let links = page.elements(Element::A).filter_map(|link| link.attribute("href"));
        let links = links.map(|href| href.into_owned()).collect();
        let is_cut = page.is_cut();
        let about = metadata(&page, url);
        // A saved page says itself where it is from.
        let host = host.or_else(|| about.canonical.as_deref().and_then(host_of));
        if let Some(Err(unfit)) =
            self.rule.as_ref().map(|rule| rule.extract_from(&html, &page, url, true))
        {
            return Made { article: Err(unfit.code()), links, is_cut };
        }
        let selected = self.selected(&html, &page, url, host.as_deref());
        Made { article: self.joined(&page, about, selected, url, listed), links, is_cut }
    }

    /// What a rule finds, and the rule's name.
    fn selected(
        &self,
        html: &str,
        page: &Page<'_>,
        url: Option<&str>,
        host: Option<&str>,
    ) -> Option<(Selected, String)> {
        let publisher = host.and_then(|host| self.publishers.rule_for(host));
        let mut rules = self.rule.iter().chain(publisher);
        rules.find_map(|rule| {
            let name = match rule.domain.as_str() {
                "" => "selectors".to_owned(),
                domain => domain.to_owned(),
            };
            rule.extract_from(html, page, url, self.paragraphs).ok().map(|found| (found, name))
        })
    }

    /// The rule's parts, and the page's own where it found none.
    fn joined(
        &self,
        page: &Page<'_>,
        about: Metadata,
        selected: Option<(Selected, String)>,
        url: Option<&str>,
        listed: &Listed<'_>,
    ) -> std::result::Result<Article, &'static str> {
        let (selected, rule) = selected.unzip();
        let selected = selected.unwrap_or_default();
        let text = match selected.text {
            Some(text) => text,
            None => extract_body(page, &self.body).map_err(|refusal| refusal.code())?.text,
        };
        let title = selected.title.or(about.title).or(listed.title.map(str::to_owned));
        let authors = if selected.authors.is_empty() { about.authors } else { selected.authors };
        Ok(Article {
            url: about.canonical.or(url.map(str::to_owned)).unwrap_or_default(),
            title: title.unwrap_or_default(),
            text,
            // A page's head tells seconds, what readers see does not.
            date: about.date.or(selected.date).or(listed.date.map(str::to_owned)),
            authors,
            language: about.language,
            site: about.site,
            image: about.image,
            publisher_rule: rule,
        })
    }
}

fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Every page of the bundled site, beside what it says (corpora/news/expected.json).
    #[test]
    fn the_bundled_articles_are_read_whole() {
        let folder = Path::new("corpora/news");
        let expected = std::fs::read(folder.join("expected.json")).unwrap();
        let expected: Vec<serde_json::Value> = serde_json::from_slice(&expected).unwrap();
        assert!(expected.len() >= 12);
        let extractor = Extractor::default();
        for article in expected {
            let url = article["url"].as_str().unwrap();
            let body = std::fs::read(folder.join(&url["http://".len()..])).unwrap();
            let made = extractor.article(&body, None, Some(url), &Listed::default());
            let found = made.article.unwrap_or_else(|reason| panic!("{url}: {reason}"));
            assert_eq!(found.text, article["text"], "{url}");
            assert_eq!(found.title, article["title"], "{url}");
            assert_eq!(found.language.as_deref(), article["language"].as_str(), "{url}");
            let authors: Vec<&str> = article["authors"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|one| one.as_str())
                .collect();
            assert_eq!(found.authors, authors, "{url}");
            let date = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap();
            let found_date = date(&found.date.unwrap_or_else(|| panic!("{url}: no date")));
            assert_eq!(found_date, date(article["date"].as_str().unwrap()), "{url}");
        }
    }

    #[test]
    fn a_rule_of_the_user_comes_first() {
        let page = "<h1>가</h1><div class=t>나</div><article><p>다다.</p><p>라라.</p></article>";
        let rule = Rule::of_selectors(Some("div.t"), Some("article")).unwrap();
        let article = |paragraphs| {
            let extractor =
                Extractor { rule: Some(rule.clone()), paragraphs, ..Extractor::default() };
            extractor.article(page.as_bytes(), None, None, &Listed::default()).article.unwrap()
        };
        assert_eq!(article(true).text, "다다.\n라라.");
        assert_eq!(article(false).text, "다다.라라.");
        assert_eq!(article(true).title, "나");
        assert_eq!(article(true).publisher_rule.as_deref(), Some("selectors"));
    }
}
