//! `malmoi news add`.

use malmoi::Result;
use malmoi::news::crawl::Follow;
use malmoi::news::store::{Links, NewsStore};
use malmoi::pipeline::{news_database, now, source_name};

use super::Context;

/// Add a source.
#[derive(clap::Args)]
pub struct Arguments {
    /// Addresses of feeds, sitemaps or pages with links
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    /// What `--source` calls it [default: its host]
    #[arg(long)]
    name: Option<String>,
    /// Follow links of a page that fit: `/news/*` or `re:…` (repeatable)
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Follow no links that fit (repeatable)
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// How many links away from a page its articles may be
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    depth: u32,
}

/// Adds the sources; those that are there already are named.
///
/// # Errors
/// If an address or a pattern is none, or the database fails.
pub fn run(arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let Arguments { include, exclude, depth, .. } = arguments;
    Follow::new(include, exclude, *depth)?;
    let follow = Links { include: include.clone(), exclude: exclude.clone(), depth: *depth };
    let hosts = arguments.urls.iter().map(|url| source_name(url)).collect::<Result<Vec<_>>>()?;
    let mut store = NewsStore::open(&news_database(&super::pipeline(name, context)?)?)?;
    for (place, (url, host)) in arguments.urls.iter().zip(hosts).enumerate() {
        let wanted = arguments.name.clone().filter(|_| place == 0);
        let taken: Vec<String> = store.sources()?.into_iter().map(|one| one.name).collect();
        let called = wanted.unwrap_or_else(|| free_name(&host, &taken));
        let told = match store.add_source(url, &called, &follow, now())? {
            true => format!("added {called}: {url}\n"),
            false => format!("{url} is there already\n"),
        };
        context.output().note(&told)?;
    }
    Ok(())
}

/// A host may have several feeds.
fn free_name(host: &str, taken: &[String]) -> String {
    let is_free = |name: &String| !taken.contains(name);
    let numbered = (2..).map(|number| format!("{host}-{number}"));
    std::iter::once(host.to_owned()).chain(numbered).find(is_free).expect("numbers never end")
}
