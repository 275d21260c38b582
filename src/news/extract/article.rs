//! Bytes of a page → its article.
//!
//! In: what a server sent or a file holds. Out: the article with all that the page says
//! of it, or in one word why there is none. A rule for the publisher is tried first;
//! where it finds nothing, the page is read without it.

use super::metadata::metadata;
use super::{BodyParams, charset, extract_body};
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

    /// The article of a page; `url` is where it was found, `content_type` what the
    /// server said of it.
    pub fn article(
        &self,
        body: &[u8],
        content_type: Option<&str>,
        url: Option<&str>,
        listed: &Listed<'_>,
    ) -> Made {
        let text = charset::decode_from(body, content_type, url).text;
        let page = Page::parse(&text);
        let links = page.elements(Element::A).filter_map(|link| link.attribute("href"));
        let links = links.map(|href| href.into_owned()).collect();
        Made { article: self.article_of(&page, url, listed), links }
    }

    fn article_of(
        &self,
        page: &Page<'_>,
        url: Option<&str>,
        listed: &Listed<'_>,
    ) -> std::result::Result<Article, &'static str> {
        let body = extract_body(page, &self.params).map_err(|refusal| refusal.code())?;
        let about = metadata(page, url);
        let title = about.title.or(listed.title.map(str::to_owned)).unwrap_or_default();
        Ok(Article {
            url: about.canonical.or(url.map(str::to_owned)).unwrap_or_default(),
            title,
            text: body.text,
            date: about.date.or(listed.date.map(str::to_owned)),
            authors: about.authors,
            language: about.language,
            site: about.site,
            image: about.image,
            publisher_rule: None,
        })
    }
}
