//! `malmoi news add`.

use malmoi::news::crawl::Follow;
use malmoi::news::store::{Links, NewsStore};
use malmoi::pipeline::{news_database, now, source_name, source_url};
use malmoi::{Error, Result};

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
    check_name(arguments)?;
    let hosts = arguments.urls.iter().map(|url| source_name(url)).collect::<Result<Vec<_>>>()?;
    let urls = arguments.urls.iter().map(|url| source_url(url)).collect::<Result<Vec<_>>>()?;
    let mut store = NewsStore::open(&news_database(&super::pipeline(name, context)?)?)?;
    for (url, host) in urls.iter().zip(hosts) {
        let taken: Vec<String> = store.sources()?.into_iter().map(|one| one.name).collect();
        let called = arguments.name.clone().unwrap_or_else(|| free_name(&host, &taken));
        let told = match store.add_source(url.as_str(), &called, &follow, now())? {
            true => format!("added {called}: {url}\n"),
            false => format!("{url} is there already\n"),
        };
        context.output().note(&told)?;
    }
    Ok(())
}

fn check_name(arguments: &Arguments) -> Result<()> {
    let Some(name) = &arguments.name else { return Ok(()) };
    if arguments.urls.len() > 1 {
        return Err(Error::usage("--name is for one source, and several are added")
            .hinted("add them one by one, or leave --name away"));
    }
    let is_sound = !name.trim().is_empty() && !name.chars().any(char::is_control);
    match is_sound && name.chars().count() <= 64 {
        true => Ok(()),
        false => Err(Error::usage("the name of a source is a line of 1 to 64 characters")),
    }
}

/// A host may have several feeds.
fn free_name(host: &str, taken: &[String]) -> String {
    let is_free = |name: &String| !taken.contains(name);
    let numbered = (2..).map(|number| format!("{host}-{number}"));
    std::iter::once(host.to_owned()).chain(numbered).find(is_free).expect("numbers never end")
}
