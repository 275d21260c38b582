//! `malmoi duplicates [NAME]`: documents that are nearly the same.

use std::io::Write;
use std::path::{Path, PathBuf};

use malmoi::pipeline::{DuplicateDocument, DuplicateGroup, SearchEngine, Watch};
use malmoi::search::duplicates::DuplicatesParams;
use malmoi::{Error, Result};
use serde_json::json;

use super::Context;
use super::indexed;
use super::output::harmless;
use super::progress::Progress;
use super::search_filter::FilterArguments;
use super::streams;

/// Which documents, and how alike they have to be.
#[derive(clap::Args)]
pub struct Arguments {
    /// The pipeline whose documents are compared [default: the one pipeline.toml names]
    name: Option<String>,
    /// The least share of terms in common, greater than 0.0 and at most 1.0
    #[arg(long, value_name = "SHARE", default_value_t = 0.7)]
    threshold: f64,
    /// Compare runs of so many words instead of single terms: 3 minds their order, with a
    /// threshold of 0.5
    #[arg(long, value_name = "N", default_value_t = 1)]
    shingle: u32,
    /// Miss no pair, which takes longer
    #[arg(long)]
    exact: bool,
    #[command(flatten)]
    filter: FilterArguments,
    /// One JSON object a group, each on a line
    #[arg(long)]
    json: bool,
    /// Write to this file, whole or not at all, instead of standard output; as JSON if its
    /// name ends with `.jsonl`, and `.gz` after it packs
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Shows groups, the first published document of each first.
///
/// # Errors
/// If a setting is wrong, there is no run or the index is damaged.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let params = DuplicatesParams {
        threshold: arguments.threshold,
        shingle: arguments.shingle,
        exact: arguments.exact,
    };
    if let Some(error) = Error::all(params.check()) {
        return Err(error);
    }
    let filter = arguments.filter.read()?;
    let progress = Progress::start(context.is_quiet())?;
    let (_, engine) = indexed::engine(arguments.name.as_deref(), context, &progress)?;
    let (groups, compared) = engine.duplicates(&params, &filter, &progress)?;
    progress.finish();
    let output = arguments.output.as_deref();
    let is_json = arguments.json || output.is_some_and(is_json_lines);
    streams::write(output, |out| match is_json {
        true => groups
            .iter()
            .zip(0..)
            .try_for_each(|(one, number)| write(out, &as_json(&engine, one, number)?)),
        false => write_paragraphs(out, &engine, &groups),
    })?;
    let documents: usize = groups.iter().map(|group| group.documents.len()).sum();
    progress.note(&format!(
        "{} groups of {documents} documents, among {compared} that were compared",
        groups.len()
    ));
    Ok(())
}

fn is_json_lines(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    name.strip_suffix(".gz").unwrap_or(&name).ends_with(".jsonl")
}

fn as_json(engine: &SearchEngine, group: &DuplicateGroup, number: usize) -> Result<String> {
    let document = |one: &DuplicateDocument| {
        let mut value = json!({ "id": one.id, "similarity": one.similarity });
        let title = engine.index.record(one.place)?.title;
        if !title.is_empty() {
            value["title"] = title.into();
        }
        Ok(value)
    };
    let documents = group.documents.iter().map(document).collect::<Result<Vec<_>>>()?;
    Ok(format!("{}\n", json!({ "group": number + 1, "documents": documents })))
}

fn write_paragraphs(
    out: &mut dyn Write,
    engine: &SearchEngine,
    groups: &[DuplicateGroup],
) -> Result<()> {
    for (number, group) in groups.iter().enumerate() {
        let mut text = if number == 0 { String::new() } else { "\n".to_owned() };
        for (member, one) in group.documents.iter().enumerate() {
            let shown = shown(engine, one)?;
            text += &match member {
                0 => format!("{shown}\n"),
                _ => format!("  {:.4}  {shown}\n", one.similarity),
            };
        }
        write(out, &text)?;
    }
    Ok(())
}

/// Its id with its title, or else its first words.
fn shown(engine: &SearchEngine, one: &DuplicateDocument) -> Result<String> {
    let record = engine.index.record(one.place)?;
    let text = if record.title.is_empty() { &record.text } else { &record.title };
    let mut words = text.split_whitespace();
    let mut first = String::new();
    for word in words.by_ref() {
        if first.chars().count() + word.chars().count() > LONGEST {
            first.push('…');
            break;
        }
        if !first.is_empty() {
            first.push(' ');
        }
        first.push_str(word);
    }
    Ok(harmless(&format!("{}  {first}", one.id)))
}

/// Characters of a title or of first words.
const LONGEST: usize = 80;

fn write(out: &mut dyn Write, text: &str) -> Result<()> {
    out.write_all(text.as_bytes()).map_err(|error| {
        Error::io(format!("cannot write the duplicates: {error}")).caused_by(error)
    })
}
