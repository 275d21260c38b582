//! Articles and what they said before.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::{NewsStore, hash, json};
use crate::error::Result;

/// An article as it was extracted.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Article {
    /// Its canonical address, which tells it from all others.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its text, a paragraph a line.
    pub text: String,
    /// When it was published, RFC 3339.
    pub date: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Its language, such as `ko`.
    pub language: Option<String>,
    /// The name of its site.
    pub site: Option<String>,
    /// Address of its lead image.
    pub image: Option<String>,
    /// The publisher's rule that found it, if one did.
    pub publisher_rule: Option<String>,
}

/// A stored article.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Stored {
    /// 16 hexadecimal digits, always the same for the same address.
    pub id: String,
    /// What was extracted.
    #[serde(flatten)]
    pub article: Article,
    /// Name of the source through which it was found.
    pub source: String,
    /// How often it was changed, and once.
    pub version: i64,
    /// The first article that says the same.
    pub duplicate_of: Option<String>,
    /// What a model says of it.
    pub sentiment: Option<Sentiment>,
}

/// What a model says of an article.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Sentiment {
    /// The likeliest label.
    pub label: String,
    /// Its probability, 0 to 1.
    pub probability: f64,
    /// The pipeline whose model it was.
    pub model: String,
}

/// Which articles are wanted; what is absent excludes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArticleFilter {
    /// Published at or after, in seconds since 1970.
    pub since: Option<i64>,
    /// Published before.
    pub until: Option<i64>,
    /// Names of sources, or how they begin up to a dot: `etnews` of `etnews.com`.
    pub sources: Vec<String>,
    /// Label that a model gave.
    pub sentiment: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// Whether copies of other articles are left out.
    pub without_duplicates: bool,
    /// Whether only those without a label are wanted.
    pub unlabelled: bool,
    /// At most so many.
    pub limit: Option<usize>,
}

/// The id of the article at a canonical address.
pub fn article_id(url: &str) -> String {
    hash(url.as_bytes())[..16].to_owned()
}

const COLUMNS: &str =
    "SELECT articles.id, articles.url, title, text, date, authors, language, site,
    image, publisher_rule, sources.name, version, duplicate_of, label, probability, model
    FROM articles JOIN sources ON sources.id = articles.source";

impl NewsStore {
    /// Calls `take` with the articles that `filter` lets through, the newest first.
    ///
    /// # Errors
    /// If the database fails, or `take` does.
    pub fn each_article(
        &self,
        filter: &ArticleFilter,
        mut take: impl FnMut(Stored) -> Result<()>,
    ) -> Result<()> {
        let (condition, values) = condition(filter);
        let limit = filter.limit.map_or(-1, |limit| limit as i64);
        let query = format!(
            "{COLUMNS} WHERE {condition} ORDER BY articles.time DESC, articles.id LIMIT {limit}"
        );
        let failed = |error| self.failed(error);
        let mut found = self.connection.prepare_cached(&query).map_err(failed)?;
        let mut rows = found.query(params_from_iter(values)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            take(stored(row).map_err(failed)?)?;
        }
        Ok(())
    }

    /// The articles that `filter` lets through, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn articles(&self, filter: &ArticleFilter) -> Result<Vec<Stored>> {
        let mut all = Vec::new();
        self.each_article(filter, |article| {
            all.push(article);
            Ok(())
        })?;
        Ok(all)
    }

    /// The articles whose id begins with `id`, or whose address it is; two at most.
    ///
    /// # Errors
    /// If the database fails.
    pub fn find_article(&self, id: &str) -> Result<Vec<Stored>> {
        self.read(|one| {
            let query = format!(
                "{COLUMNS} WHERE articles.url = ?1
                 OR substr(articles.id, 1, length(?1)) = ?1 ORDER BY articles.id LIMIT 2"
            );
            one.prepare_cached(&query)?.query_map([id], stored)?.collect()
        })
    }

    /// Keeps what a model says of articles, by their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub fn label_articles(&mut self, labels: &[(String, Sentiment)]) -> Result<()> {
        self.transact(|one| {
            let mut set = one.prepare_cached(
                "UPDATE articles SET label = ?2, probability = ?3, model = ?4 WHERE id = ?1",
            )?;
            for (id, Sentiment { label, probability, model }) in labels {
                set.execute(params![id, label, probability, model])?;
            }
            Ok(())
        })
    }
}

fn condition(filter: &ArticleFilter) -> (String, Vec<Value>) {
    let mut parts = vec!["1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut add = |part: &str, value: Value| {
        parts.push(part.to_owned());
        values.push(value);
    };
    if let Some(since) = filter.since {
        add("articles.time >= ?", since.into());
    }
    if let Some(until) = filter.until {
        add("articles.time < ?", until.into());
    }
    if let Some(label) = &filter.sentiment {
        add("label = ?", label.clone().into());
    }
    if let Some(language) = &filter.language {
        add("language = ?", language.clone().into());
    }
    if !filter.sources.is_empty() {
        let one = "sources.name = ? OR substr(sources.name, 1, length(?) + 1) = ? || '.'";
        parts.push(format!("({})", vec![one; filter.sources.len()].join(" OR ")));
        values.extend(filter.sources.iter().flat_map(|name| [(); 3].map(|()| name.clone().into())));
    }
    if filter.without_duplicates {
        parts.push("duplicate_of IS NULL".to_owned());
    }
    if filter.unlabelled {
        parts.push("label IS NULL".to_owned());
    }
    (parts.join(" AND "), values)
}

/// Keeps an article; gives its id and whether it is new or changed.
pub(super) fn put_article(
    one: &Connection,
    article: &Article,
    raw: i64,
    page: i64,
    source: i64,
    now: i64,
) -> rusqlite::Result<(String, bool)> {
    let id = article_id(&article.url);
    let hash = hash(format!("{}\n{}", article.title, article.text).as_bytes());
    let known = one
        .prepare_cached("SELECT hash, version, title, text, raw FROM articles WHERE id = ?1")?
        .query_row([&id], |row| {
            let was: (String, i64, String, String, i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(was)
        })
        .optional()?;
    match known {
        None => {
            add_article(one, article, &id, &hash, [raw, page, source], now).map(|()| (id, true))
        }
        Some((was, version, title, text, was_raw)) => {
            let is_changed = was != hash;
            if is_changed && was_raw != raw {
                one.execute(
                    "INSERT OR IGNORE INTO versions (article, version, raw, title, text, hash)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![id, version, was_raw, title, text, was],
                )?;
            }
            let version = version + i64::from(is_changed && was_raw != raw);
            change_article(one, article, &id, &hash, raw, version, is_changed)?;
            Ok((id, is_changed))
        }
    }
}

fn add_article(
    one: &Connection,
    article: &Article,
    id: &str,
    hash: &str,
    [raw, page, source]: [i64; 3],
    now: i64,
) -> rusqlite::Result<()> {
    let first = first_with(one, hash, id)?;
    let authors = serde_json::to_string(&article.authors).expect("names are plain data");
    one.prepare_cached(
        "INSERT INTO articles (id, raw, page, source, url, title, text, date, time, authors, language,
         site, image, publisher_rule, hash, duplicate_of)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?
    .execute(params![
        id,
        raw,
        page,
        source,
        article.url,
        article.title,
        article.text,
        article.date,
        time_of(article, now),
        authors,
        article.language,
        article.site,
        article.image,
        article.publisher_rule,
        hash,
        first
    ])
    .map(drop)
}

/// The label is of the text, so it goes with it.
fn change_article(
    one: &Connection,
    article: &Article,
    id: &str,
    hash: &str,
    raw: i64,
    version: i64,
    is_changed: bool,
) -> rusqlite::Result<()> {
    let first = first_with(one, hash, id)?;
    let authors = serde_json::to_string(&article.authors).expect("names are plain data");
    one.prepare_cached(
        "UPDATE articles SET raw = ?2, title = ?3, text = ?4, date = ?5,
         time = coalesce(?6, time), authors = ?7, language = ?8, site = ?9, image = ?10,
         publisher_rule = ?11, hash = ?12, duplicate_of = ?13, version = ?14,
         label = iif(?15, NULL, label), probability = iif(?15, NULL, probability),
         model = iif(?15, NULL, model) WHERE id = ?1",
    )?
    .execute(params![
        id,
        raw,
        article.title,
        article.text,
        article.date,
        article.date.as_deref().and_then(seconds),
        authors,
        article.language,
        article.site,
        article.image,
        article.publisher_rule,
        hash,
        first,
        version,
        is_changed
    ])
    .map(drop)
}

/// The first other article that says the same and is no copy itself.
fn first_with(one: &Connection, hash: &str, id: &str) -> rusqlite::Result<Option<String>> {
    one.prepare_cached(
        "SELECT id FROM articles WHERE hash = ?1 AND id <> ?2 AND duplicate_of IS NULL
         ORDER BY rowid LIMIT 1",
    )?
    .query_row([hash, id], |row| row.get(0))
    .optional()
}

fn time_of(article: &Article, now: i64) -> i64 {
    article.date.as_deref().and_then(seconds).unwrap_or(now)
}

fn seconds(date: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(date).ok().map(|date| date.timestamp())
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let authors: String = row.get(5)?;
    let label: Option<String> = row.get(13)?;
    let (probability, model): (Option<f64>, Option<String>) = (row.get(14)?, row.get(15)?);
    let sentiment = label.map(|label| Sentiment {
        label,
        probability: probability.unwrap_or_default(),
        model: model.unwrap_or_default(),
    });
    let article = Article {
        url: row.get(1)?,
        title: row.get(2)?,
        text: row.get(3)?,
        date: row.get(4)?,
        authors: json(&authors)?,
        language: row.get(6)?,
        site: row.get(7)?,
        image: row.get(8)?,
        publisher_rule: row.get(9)?,
    };
    Ok(Stored {
        id: row.get(0)?,
        article,
        source: row.get(10)?,
        version: row.get(11)?,
        duplicate_of: row.get(12)?,
        sentiment,
    })
}
