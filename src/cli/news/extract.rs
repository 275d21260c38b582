//! `malmoi news extract`.

use std::io::Read;
use std::path::{Path, PathBuf};

use malmoi::news::crawl::{CrawlParams, Fetched, Fetcher, Reason, Validators};
use malmoi::news::extract::publishers::{Publishers, Rule};
use malmoi::news::extract::{BodyParams, Extractor, Listed};
use malmoi::news::store::Article;
use malmoi::{Error, Result};
use serde::Serialize;

use super::Context;
use crate::cli::streams;

/// Extract articles from files or addresses.
#[derive(clap::Args)]
pub struct Arguments {
    /// Files (.html, .html.gz), addresses (http, https), or `-` for standard input
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<String>,
    /// One JSON object a line and page, in the order given
    #[arg(long)]
    json: bool,
    /// Where the title is, as a CSS selector: "div.article_title"
    #[arg(long, value_name = "SELECTOR")]
    title: Option<String>,
    /// Where the text is, as a CSS selector: "div.article_txt"
    #[arg(long, value_name = "SELECTOR")]
    text: Option<String>,
    /// The text of a selector in one line, as BeautifulSoup's get_text(strip=True) has it
    #[arg(long)]
    one_line: bool,
    /// More rules for publishers, in the form of dictionaries/publishers.toml
    #[arg(long, value_name = "FILE")]
    publishers: Option<PathBuf>,
    /// Leave the rules for publishers alone
    #[arg(long, conflicts_with = "publishers")]
    no_publishers: bool,
    /// Keep the captions of pictures
    #[arg(long)]
    captions: bool,
    /// Ask addresses of a private network, too
    #[arg(long)]
    allow_private: bool,
}

/// Largest file that is read, unpacked.
const MAX_BYTES: u64 = 64 << 20;

/// A page as it was read.
struct Source {
    url: Option<String>,
    content_type: Option<String>,
    body: Vec<u8>,
}

/// Extracts them; a page that fails is named, and the rest go on.
///
/// # Errors
/// If a page could not be read or holds no article; all others are done by then.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let extractor = extractor(arguments)?;
    let mut fetcher = None;
    let mut failed = 0;
    streams::write(None, |out| {
        for page in &arguments.pages {
            let source = match is_address(page) {
                true => fetch(page, arguments, &mut fetcher),
                false => read(page),
            };
            let made = source.and_then(|source| {
                let kind = source.content_type.as_deref();
                let url = source.url.as_deref();
                let made = extractor.article(&source.body, kind, url, &Listed::default());
                if made.is_cut {
                    let message = "the page has too many elements, and was read in part";
                    context.output().warning(&Error::data(message).at(page.clone()));
                }
                made.article.map_err(Error::data)
            });
            failed += usize::from(made.is_err());
            if let Err(error) = &made
                && !arguments.json
            {
                let warning = Error::data(format!("no article: {error}")).at(page.clone());
                let hint = error.hint().unwrap_or_default();
                let warning = if hint.is_empty() { warning } else { warning.hinted(hint) };
                context.output().warning(&warning);
            }
            let line = if arguments.json { json_line(page, &made) } else { text(made.ok()) };
            out.write_all(line.as_bytes()).and_then(|()| out.flush()).map_err(|error| {
                Error::io(format!("cannot write the articles: {error}")).caused_by(error)
            })?;
        }
        Ok(())
    })?;
    match failed {
        0 => Ok(()),
        _ => {
            Err(Error::data(format!("{failed} of {} pages gave no article", arguments.pages.len()))
                .hinted("`error` of each line of --json says why"))
        }
    }
}

fn extractor(arguments: &Arguments) -> Result<Extractor> {
    let Arguments { title, text, .. } = arguments;
    let rule = match (title, text) {
        (None, None) => None,
        _ => Some(Rule::of_selectors(title.as_deref(), text.as_deref())?),
    };
    let publishers = match &arguments.publishers {
        _ if arguments.no_publishers => Publishers::default(),
        Some(path) => Publishers::bundled().with(Publishers::read(path)?),
        None => Publishers::bundled(),
    };
    let body = BodyParams { captions: arguments.captions };
    Ok(Extractor { body, publishers, rule, paragraphs: !arguments.one_line })
}

fn is_address(page: &str) -> bool {
    page.starts_with("http://") || page.starts_with("https://")
}

/// The file's name without its endings, or the address.
fn id(page: &str) -> String {
    if is_address(page) {
        return page.to_owned();
    }
    let name = Path::new(page).file_name().map_or(page.into(), |name| name.to_string_lossy());
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.strip_suffix(".html").or(name.strip_suffix(".htm")).unwrap_or(name).to_owned()
}

fn read(page: &str) -> Result<Source> {
    let (input, _) = streams::open(Some(Path::new(page)).filter(|_| page != "-"))?;
    let mut body = Vec::new();
    input
        .take(MAX_BYTES + 1)
        .read_to_end(&mut body)
        .map_err(|error| Error::file("cannot read", Path::new(page), error))?;
    if body.len() as u64 > MAX_BYTES {
        return Err(Error::data(format!("`{page}` is larger than {} MB", MAX_BYTES >> 20)));
    }
    Ok(Source { url: None, content_type: None, body })
}

fn fetch(page: &str, arguments: &Arguments, fetcher: &mut Option<Fetcher>) -> Result<Source> {
    let url = malmoi::net::Url::parse(page)
        .map_err(|error| Error::usage(format!("`{page}` is no address: {error}")))?;
    let allow_private = match (arguments.allow_private, url.host_str()) {
        (true, Some(host)) => vec![host.to_owned()],
        _ => Vec::new(),
    };
    let params = CrawlParams { allow_private, ..CrawlParams::default() };
    if fetcher.is_none() || arguments.allow_private {
        *fetcher = Some(Fetcher::new(&params)?);
    }
    let fetcher = fetcher.as_ref().expect("it was just made");
    // The user asks for this one page, as a browser would.
    match fetcher.get(&url, &Validators::default()) {
        Fetched::New(answer) => Ok(Source {
            url: Some(answer.url.to_string()),
            content_type: Some(answer.content_type),
            body: answer.body,
        }),
        Fetched::Failed { code: Reason::PrivateAddress, message, .. } => {
            Err(Error::io(message)
                .hinted("`--allow-private` asks addresses of a private network, too"))
        }
        Fetched::Failed { message, .. } => Err(Error::io(message)),
        Fetched::Gone | Fetched::NotModified | Fetched::Moved(_) => {
            Err(Error::io(format!("`{page}` is not there")))
        }
    }
}

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    id: String,
    url: Option<&'a str>,
    title: Option<&'a str>,
    text: &'a str,
    date: Option<&'a str>,
    authors: &'a [String],
    language: Option<&'a str>,
    site: Option<&'a str>,
    image: Option<&'a str>,
    publisher_rule: Option<&'a str>,
    error: Option<String>,
}

fn json_line(page: &str, made: &Result<Article>) -> String {
    fn some(text: &str) -> Option<&str> {
        Some(text).filter(|text| !text.is_empty())
    }
    let empty = Article::default();
    let (article, error) = match made {
        Ok(article) => (article, None),
        Err(error) => (&empty, Some(error.to_string())),
    };
    let line = Line {
        id: id(page),
        url: some(&article.url).or(is_address(page).then_some(page)),
        title: some(&article.title),
        text: &article.text,
        date: article.date.as_deref(),
        authors: &article.authors,
        language: article.language.as_deref(),
        site: article.site.as_deref(),
        image: article.image.as_deref(),
        publisher_rule: article.publisher_rule.as_deref(),
        error,
    };
    serde_json::to_string(&line).expect("texts are JSON") + "\n"
}

fn text(article: Option<Article>) -> String {
    let Some(Article { title, text, date, authors, site, url, .. }) = article else {
        return String::new();
    };
    let mut lines = vec![title];
    let about = [site.unwrap_or_default(), date.unwrap_or_default(), authors.join(", "), url];
    lines.push(about.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "));
    lines.push(String::new());
    lines.push(text.replace('\n', "\n\n"));
    super::plain(&lines.join(
        "
",
    )) + "

"
}
