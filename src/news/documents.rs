//! Articles of a database as documents of a pipeline.

use std::path::Path;

use super::store::{ArticleFilter, NewsStore, Stored};
use crate::data::{Document, Html};
use crate::error::Result;
use crate::traits::Source;

/// Articles in a batch.
const BATCH: usize = 256;

/// Reads articles, the newest first; copies of others are left out.
pub struct Articles {
    waiting: std::vec::IntoIter<Stored>,
}

impl Articles {
    /// The articles of the database at `path`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        let filter = ArticleFilter { without_duplicates: true, ..ArticleFilter::default() };
        let articles = NewsStore::open_existing(path)?.articles(&filter)?;
        Ok(Articles { waiting: articles.into_iter() })
    }
}

impl Source for Articles {
    fn next_batch(&mut self, batch: &mut Vec<Document<Html>>) -> Result<bool> {
        batch.clear();
        batch.extend(self.waiting.by_ref().take(BATCH).map(document));
        Ok(!batch.is_empty())
    }
}

/// Text has no markup any more, so its `<` and `&` are written as HTML writes them.
fn document(article: Stored) -> Document<Html> {
    let text = format!("{}\n{}", article.article.title, article.article.text);
    let html = text.replace('&', "&amp;").replace('<', "&lt;");
    let language = article.article.language.map(|code| ("language".to_owned(), code.into()));
    Document {
        id: article.id,
        body: Html(html),
        date: article.article.date,
        source: Some(article.source),
        title: Some(article.article.title),
        extra: language.into_iter().collect(),
        ..Document::default()
    }
}
