//! News in the hallway: sites → store → labels.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::labeler::{Labeler, find_labeler};
use super::score::Predictor;
use super::shelf::Lock;
use super::watch::Watch;
use crate::config::Pipeline;
use crate::data::Skipped;
use crate::error::{Error, Result};
use crate::net::Url;
use crate::news::ExtractParams;
use crate::news::crawl::{Answer, Fetcher, canonical, host_key};
use crate::news::extract::publishers::Publishers;
use crate::news::extract::{BodyParams, Extractor, Listed};
use crate::news::site::Site;
use crate::news::store::{ArticleFilter, Links, NewsStore, Sentiment, Summary, Waiting};
use crate::news::update::{Extracted, Updated, Updater};
use crate::source::SourceKind;

/// What an update did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct NewsUpdate {
    /// What was fetched and stored.
    #[serde(flatten)]
    pub fetched: Updated,
    /// Articles that a model gave a label.
    pub labelled: u64,
    /// Languages whose articles have no label, with how many those are.
    pub unlabelled: BTreeMap<String, u64>,
    /// What the database holds now.
    pub stored: Summary,
}

/// Longer addresses are mistakes.
const LONGEST_ADDRESS: usize = 2000;
/// Articles that are labelled in one transaction.
const CHUNK: usize = 256;

/// The database of a news pipeline.
///
/// # Errors
/// If it is no news pipeline.
pub fn news_database(pipeline: &Pipeline) -> Result<PathBuf> {
    match (pipeline.source.kind, &pipeline.source.path) {
        (SourceKind::News, Some(path)) => Ok(path.clone()),
        _ => Err(Error::usage(format!("pipeline `{}` is not about news", pipeline.name))
            .hinted("its source needs `kind = \"news\"` and the `path` of a database")),
    }
}

/// Fetches what is new from the sources of `pipeline` (those named in `only`; all if it
/// is empty), and labels it.
///
/// # Errors
/// If there is no source, the database fails, or the user stops; what was stored stays.
pub fn update_news(
    pipeline: &Pipeline,
    state: &Path,
    only: &[String],
    watch: &dyn Watch,
) -> Result<NewsUpdate> {
    let _lock = Lock::take(state, &format!("malmoi news update of {}", pipeline.name), watch)?;
    update(pipeline, state, only, watch)
}

/// The same, for whom the state folder is locked already.
pub(super) fn update(
    pipeline: &Pipeline,
    state: &Path,
    only: &[String],
    watch: &dyn Watch,
) -> Result<NewsUpdate> {
    let mut store = NewsStore::open(&news_database(pipeline)?)?;
    add_feeds(&mut store, pipeline)?;
    check_sources(&store, pipeline, only)?;
    watch.stage("news");
    let site = pipeline.source.site.as_deref().map(Site::serve).transpose()?;
    if site.is_none() {
        pipeline.crawl.warnings().iter().for_each(|warning| watch.note(warning));
    }
    let fetcher = match &site {
        Some(site) => Fetcher::through(&pipeline.crawl, site.address())?,
        None => Fetcher::new(&pipeline.crawl)?,
    };
    let extractor = extractor(pipeline)?;
    let extract = |answer: &Answer, page: &Waiting| extracted(&extractor, answer, page);
    let go_on = |updated: &Updated| {
        watch.advance(updated.fetched, None);
        watch.check()
    };
    let updater = Updater {
        params: &pipeline.crawl,
        fetcher: &fetcher,
        extract: &extract,
        go_on: &go_on,
        now: &now,
    };
    let fetched = updater.update(&mut store, only)?;
    watch.stage("score");
    let (labelled, unlabelled) = label(&mut store, pipeline, state, watch)?;
    Ok(NewsUpdate { fetched, labelled, unlabelled, stored: store.summary()? })
}

/// Makes the articles of all stored pages anew, without asking any site. Gives how many
/// changed, how many were looked at, and what of the damaged ones is known.
///
/// # Errors
/// If the database fails or the user stops; what was done so far stays.
pub fn re_extract_news(
    pipeline: &Pipeline,
    state: &Path,
    watch: &dyn Watch,
) -> Result<(u64, u64, Skipped)> {
    let _lock = Lock::take(state, &format!("malmoi news re-extract of {}", pipeline.name), watch)?;
    let mut store = NewsStore::open_existing(&news_database(pipeline)?)?;
    let extractor = extractor(pipeline)?;
    let (mut changed, mut all, mut damaged) = (0, 0, Skipped::default());
    watch.stage("extract");
    for id in store.raw_pages()? {
        all += 1;
        let raw = match store.raw_page(id) {
            Ok(raw) => raw,
            Err(error) => {
                damaged.add(&format!("page {id}"), &error.to_string());
                continue;
            }
        };
        let listed = Listed { title: None, date: raw.listed_date.as_deref() };
        let made =
            extractor.article(&raw.body, raw.content_type.as_deref(), Some(&raw.url), &listed);
        let is_changed =
            store.re_extracted(&raw, made.article.as_ref().map_err(|reason| *reason))?;
        changed += u64::from(is_changed);
        watch.advance(all, None);
        watch.check()?;
    }
    label(&mut store, pipeline, state, watch)?;
    Ok((changed, all, damaged))
}

pub(super) fn extractor(pipeline: &Pipeline) -> Result<Extractor> {
    let ExtractParams { captions, publishers } = &pipeline.extract;
    let bundled = Publishers::bundled();
    let publishers = match publishers {
        Some(path) => bundled.with(Publishers::read(path)?),
        None => bundled,
    };
    let body = BodyParams { captions: *captions };
    Ok(Extractor { body, publishers, ..Extractor::default() })
}

/// The name of a source that the user did not name: its host.
///
/// # Errors
/// If it is no address that can be fetched.
pub fn source_name(url: &str) -> Result<String> {
    let host = host_key(&source_url(url)?);
    Ok(host.strip_prefix("www.").unwrap_or(&host).to_owned())
}

/// An address of a source in the one form that it is kept in: without fragment, user
/// name, password and parameters that only track readers.
///
/// # Errors
/// If it is no address that can be fetched.
pub fn source_url(url: &str) -> Result<Url> {
    let is_sound = url.len() <= LONGEST_ADDRESS;
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let parsed = parsed.filter(|url| is_sound && url.has_host()).ok_or_else(|| {
        let shown: String = url.chars().take(100).filter(|one| !one.is_control()).collect();
        Error::usage(format!("`{shown}` is not an address that can be fetched")).hinted(format!(
            "it begins with http:// or https:// and is at most {LONGEST_ADDRESS} bytes long"
        ))
    })?;
    Ok(canonical(&parsed))
}

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}

fn extracted(extractor: &Extractor, answer: &Answer, page: &Waiting) -> Extracted {
    let listed = Listed { title: page.title.as_deref(), date: page.date.as_deref() };
    let kind = Some(answer.content_type.as_str());
    let made = extractor.article(&answer.body, kind, Some(answer.url.as_str()), &listed);
    Extracted { article: made.article, links: made.links, is_cut: made.is_cut }
}

/// Sources that the settings name.
fn add_feeds(store: &mut NewsStore, pipeline: &Pipeline) -> Result<()> {
    let known: Vec<String> = store.sources()?.into_iter().map(|source| source.url).collect();
    for feed in &pipeline.source.feeds {
        let (url, name) = (source_url(feed)?.to_string(), source_name(feed)?);
        if !known.contains(&url) {
            store.add_source(&url, &name, &Links::default(), now())?;
        }
    }
    Ok(())
}

fn check_sources(store: &NewsStore, pipeline: &Pipeline, only: &[String]) -> Result<()> {
    let sources = store.sources()?;
    if sources.is_empty() {
        return Err(Error::usage(format!("pipeline `{}` has no source of news", pipeline.name))
            .hinted("add a feed, a sitemap or a page with links: malmoi news add https://…"));
    }
    let known = |name: &String| sources.iter().any(|source| source.name == *name);
    match only.iter().find(|name| !known(name)) {
        None => Ok(()),
        Some(name) => {
            let names: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
            Err(Error::usage(format!("there is no source called `{name}`"))
                .hinted(format!("the sources are {}", names.join(", "))))
        }
    }
}

/// Labels what has no label yet, each language with its model.
fn label(
    store: &mut NewsStore,
    pipeline: &Pipeline,
    state: &Path,
    watch: &dyn Watch,
) -> Result<(u64, BTreeMap<String, u64>)> {
    let (mut labelled, mut unlabelled) = (0, BTreeMap::new());
    let filter = ArticleFilter { unlabelled: true, ..ArticleFilter::default() };
    let mut by_language: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    store.each_article(&filter, |article| {
        let text = format!("{}\n{}", article.article.title, article.article.text);
        by_language
            .entry(article.article.language.unwrap_or_default())
            .or_default()
            .push((article.id, text));
        Ok(())
    })?;
    for (language, articles) in by_language {
        let name = pipeline.score.of(&language);
        let model = name.map(|name| find_labeler(state, name, watch)).transpose()?.flatten();
        let (Some(name), Some(model)) = (name, model) else {
            unlabelled.insert(language, articles.len() as u64);
            continue;
        };
        for chunk in articles.chunks(CHUNK) {
            let labels = labels(&model, name, chunk);
            labelled += labels.len() as u64;
            store.label_articles(&labels)?;
            watch.check()?;
        }
    }
    Ok((labelled, unlabelled))
}

/// A text in which a model knows nothing keeps no label.
fn labels(model: &Labeler, name: &str, articles: &[(String, String)]) -> Vec<(String, Sentiment)> {
    let mut predictor = Predictor::new(model);
    let label = |(id, text): &(String, String)| {
        let (label, probability) = predictor.predict(text).ok()?;
        let (label, model) = (label.to_owned(), name.to_owned());
        Some((id.clone(), Sentiment { label, probability, model }))
    };
    articles.iter().filter_map(label).collect()
}
