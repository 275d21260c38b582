//! `malmoi news export`.

use std::path::{Path, PathBuf};

use malmoi::files::{Format, RowWriter};
use malmoi::news::store::Stored;
use malmoi::{Error, Result};

use super::list::Filter;
use super::{Context, archive};
use crate::cli::streams;

/// Write articles to a file.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    filter: Filter,
    /// Write to this file, whole or not at all; its name says the form: .jsonl, .csv,
    /// .tsv, .parquet, and .gz after it to pack; .warc holds the pages of the articles as
    /// they were sent [default: JSON lines to standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

const HEADER: [&str; 16] = [
    "id",
    "url",
    "title",
    "text",
    "date",
    "authors",
    "language",
    "site",
    "image",
    "publisher_rule",
    "source",
    "version",
    "duplicate_of",
    "label",
    "probability",
    "model",
];

/// Writes them, the newest first.
///
/// # Errors
/// If the database fails, or the file cannot be written.
pub fn run(arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let store = super::store(name, context)?;
    let filter = arguments.filter.read(&store)?;
    if let Some(path) = arguments.output.as_deref()
        && let Some(is_packed) = archive::asked(path)
    {
        let count = archive::write(&store, &filter, path, is_packed)?;
        let told = format!("the pages of {count} articles are in {}\n", path.display());
        return context.output().note(&told);
    }
    let format = arguments.output.as_deref().map_or(Ok(Format::Jsonl), Format::of)?;
    let output = arguments.output.as_deref();
    let mut count = 0_u64;
    if format == Format::Jsonl {
        streams::write(output, |out| {
            store.each_article(&filter, |article| {
                count += 1;
                let mut line = serde_json::to_vec(&article).expect("articles are plain data");
                line.push(b'\n');
                let place = output.unwrap_or(Path::new("standard output"));
                out.write_all(&line).map_err(|error| Error::file("cannot write", place, error))
            })
        })?;
    } else {
        let header = HEADER.map(str::to_owned);
        let mut rows = RowWriter::create(output, format, true, &header)?;
        store.each_article(&filter, |article| {
            count += 1;
            rows.write(&row(&article))
        })?;
        rows.finish()?;
    }
    match output {
        Some(path) => {
            context.output().note(&format!("{count} articles are in {}\n", path.display()))
        }
        None => Ok(()),
    }
}

fn row(article: &Stored) -> [String; 16] {
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    let sentiment = article.sentiment.clone().unwrap_or_default();
    let probability = match sentiment.label.is_empty() {
        true => String::new(),
        false => sentiment.probability.to_string(),
    };
    [
        article.id.clone(),
        article.article.url.clone(),
        article.article.title.clone(),
        article.article.text.clone(),
        of(&article.article.date),
        article.article.authors.join("; "),
        of(&article.article.language),
        of(&article.article.site),
        of(&article.article.image),
        of(&article.article.publisher_rule),
        article.source.clone(),
        article.version.to_string(),
        of(&article.duplicate_of),
        sentiment.label,
        probability,
        sentiment.model,
    ]
}
