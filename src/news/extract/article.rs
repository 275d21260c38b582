//! Bytes of a page → its article.

use super::{BodyParams, extract_body};
use crate::error::Result;
use crate::news::page::{Element, Page};
use crate::news::store::Article;

/// Makes articles of pages.
pub struct Extractor {
    params: BodyParams,
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
}

impl Extractor {
    /// An extractor with the bundled rules for publishers.
    ///
    /// # Errors
    /// If the bundled rules are damaged.
    pub fn bundled() -> Result<Self> {
        Ok(Extractor { params: BodyParams::default() })
    }

    /// The article of a page that was found at `url`.
    pub fn article(
        &self,
        body: &[u8],
        _content_type: Option<&str>,
        url: &str,
        listed: &Listed<'_>,
    ) -> Made {
        let text = String::from_utf8_lossy(body);
        let page = Page::parse(&text);
        let links = page.elements(Element::A).filter_map(|link| link.attribute("href"));
        let links = links.map(|href| href.into_owned()).collect();
        let title = page.elements(Element::Title).next().map(|title| title.text());
        let article = match extract_body(&page, &self.params) {
            Some(body) => Ok(Article {
                url: url.to_owned(),
                title: listed.title.map(str::to_owned).or(title).unwrap_or_default(),
                text: body.text,
                date: listed.date.map(str::to_owned),
                ..Article::default()
            }),
            None => Err("no-body"),
        };
        Made { article, links }
    }
}
