//! `malmoi news list`, and which articles are wanted.

use malmoi::news::store::{ArticleFilter, NewsStore, Stored};
use malmoi::{Error, Result};

use super::Context;
use crate::cli::dates::seconds;

/// List articles.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    filter: Filter,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Which articles are wanted.
#[derive(clap::Args)]
pub struct Filter {
    /// Published since: today, yesterday, 7d, 2026-11-01
    #[arg(long, value_name = "DAY")]
    since: Option<String>,
    /// Published before this day begins
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Found through this source (repeatable)
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// With this label, such as `negative`
    #[arg(long, value_name = "LABEL")]
    sentiment: Option<String>,
    /// In this language, such as `ko`
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Copies of other articles, too
    #[arg(long)]
    duplicates: bool,
}

impl Filter {
    /// As the store takes it.
    ///
    /// # Errors
    /// If a day is none, or a source is not known.
    pub fn read(&self, store: &NewsStore) -> Result<ArticleFilter> {
        let sources = store.sources()?;
        let is_known = |name: &String| {
            let begins = |one: &str| {
                one.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'))
            };
            sources.iter().any(|one| one.name == *name || begins(&one.name))
        };
        if let Some(name) = self.source.iter().find(|name| !is_known(name)) {
            return Err(Error::usage(format!("there is no source called `{name}`"))
                .hinted("`malmoi news sources` lists them"));
        }
        Ok(ArticleFilter {
            since: self.since.as_deref().map(seconds).transpose()?,
            until: self.until.as_deref().map(seconds).transpose()?,
            sources: self.source.clone(),
            sentiment: self.sentiment.clone(),
            language: self.language.clone(),
            without_duplicates: !self.duplicates,
            unlabelled: false,
            limit: self.limit,
        })
    }
}

/// Characters of a title in a list.
const LONGEST_TITLE: usize = 200;

/// Lists them, the newest first.
///
/// # Errors
/// If the database fails, or a source is not known.
pub fn run(arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let store = super::store(name, context)?;
    let filter = arguments.filter.read(&store)?;
    let mut count = 0;
    store.each_article(&filter, |article| {
        count += 1;
        let line = if arguments.json { json(&article) } else { line(&article) };
        context.output().result(&(line + "\n"))
    })?;
    if count == 0 {
        context.output().warning(&Error::data("no article is like that"));
    }
    Ok(())
}

/// Everything but the text, which `show` and `export` have.
fn json(article: &Stored) -> String {
    let mut value = serde_json::to_value(article).expect("articles are plain data");
    value.as_object_mut().map(|object| object.shift_remove("text"));
    value.to_string()
}

fn line(article: &Stored) -> String {
    let date = article.article.date.as_deref().unwrap_or("no date");
    // The zone, too: articles stand in the order of instants, not of what clocks showed.
    let zone = date.get(19..).unwrap_or_default();
    let date = date.get(..16).map_or(date.to_owned(), |date| date.replace('T', " ") + zone);
    let label = article.sentiment.as_ref().map_or("-", |sentiment| sentiment.label.as_str());
    let title: String = super::plain(&article.article.title).replace('\n', " ");
    let title: String = title.chars().take(LONGEST_TITLE).collect();
    format!("{}  {date:22}  {label:8}  {:16}  {title}", &article.id[..8], article.source)
}
