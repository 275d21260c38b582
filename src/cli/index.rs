//! `malmoi index NAME`: builds, changes and checks a search index.

use std::path::PathBuf;

use malmoi::pipeline::{
    self, IndexChange, IndexStatus, add_to_index, build_index, check_index, delete_from_index,
};
use malmoi::{Error, Result};
use serde_json::json;

use super::Context;
use super::progress::Progress;
use super::selection::Selection;

/// What to do with the index.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Add the documents of a table or of JSON lines, with the columns that the pipeline's
    /// source names; a document of the same id is replaced
    #[arg(long, value_name = "FILE", conflicts_with_all = ["delete", "check", "rebuild"])]
    add: Option<PathBuf>,
    /// Take out the document with this id; repeat for several
    #[arg(long, value_name = "ID", conflicts_with_all = ["check", "rebuild"])]
    delete: Vec<String>,
    /// Compare every byte with its checksum and every posting with the rows
    #[arg(long, conflicts_with = "rebuild")]
    check: bool,
    /// Build it anew from the last run
    #[arg(long)]
    rebuild: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Changes or checks the index, or builds one that is missing; then says what is there.
///
/// # Errors
/// If there is neither an index nor a finished run, an id is unknown, the index is damaged,
/// or reading or writing fails.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let effective = arguments.selection.effective(context)?;
    let (pipeline, state) = (&effective.pipeline, context.state()?);
    let progress = Progress::start(context.is_quiet())?;
    if let Some(file) = &arguments.add {
        let change = add_to_index(pipeline, &state, file, &progress)?;
        progress.finish();
        return told(&change, arguments, context);
    }
    if !arguments.delete.is_empty() {
        let change = delete_from_index(pipeline, &state, &arguments.delete, &progress)?;
        progress.finish();
        return told(&change, arguments, context);
    }
    if arguments.check {
        let documents = check_index(pipeline, &state, &progress)?;
        progress.finish();
        if arguments.json {
            return context.output().json(&json!({ "documents": documents, "whole": true }));
        }
        return context
            .output()
            .result(&format!("{documents} documents, every posting is right\n"));
    }
    if arguments.rebuild || !pipeline::SearchEngine::exists(pipeline, &state)? {
        let built = build_index(pipeline, &state, &progress)?;
        for example in &built.skipped.examples {
            context.output().warning(&Error::data(format!("document left out: {example}")));
        }
    }
    progress.finish();
    show(&pipeline::index_status(pipeline, &state)?, arguments.json, context)
}

fn told(change: &IndexChange, arguments: &Arguments, context: &Context) -> Result<()> {
    let IndexChange { added, deleted, skipped, unknown } = change;
    if arguments.json {
        context.output().json(&json!({
            "added": added,
            "deleted": deleted,
            "skipped": skipped.count,
            "unknown": unknown,
        }))?;
    } else if *added + *deleted > 0 || unknown.is_empty() {
        context.output().note(&format!("added {added}, deleted {deleted}\n"))?;
    }
    if arguments.add.is_none()
        && let Some(first) = unknown.first()
    {
        let more = match unknown.len() {
            1 => String::new(),
            count => format!(", nor {} others", count - 1),
        };
        return Err(Error::data(format!("no document of the index has the id `{first}`{more}"))
            .hinted("`malmoi search NAME TEXT` shows ids; all others were taken out"));
    }
    if skipped.count > 0 {
        return Err(Error::data(format!("{} documents could not be added", skipped.count))
            .at(skipped.examples.join("\n      ")));
    }
    Ok(())
}

fn show(status: &IndexStatus, as_json: bool, context: &Context) -> Result<()> {
    let IndexStatus { documents, deleted, segments, terms, postings, bytes, .. } = status;
    let IndexStatus { posting_bytes, row_bytes, record_bytes, .. } = status;
    if as_json {
        return context.output().json(&json!({
            "documents": documents,
            "deleted": deleted,
            "segments": segments,
            "terms": terms,
            "postings": postings,
            "bytes": bytes,
            "posting_bytes": posting_bytes,
            "row_bytes": row_bytes,
            "record_bytes": record_bytes,
        }));
    }
    let megabytes = |bytes: &u64| format!("{:.1} MB", *bytes as f64 / 1e6);
    let each = *posting_bytes as f64 / (*postings).max(1) as f64;
    context.output().result(&format!(
        "documents  {documents} ({deleted} deleted) in {segments} segments\n\
         terms      {terms}\n\
         postings   {postings}, {} ({each:.2} bytes each)\n\
         rows       {}\n\
         texts      {}\n",
        megabytes(posting_bytes),
        megabytes(row_bytes),
        megabytes(record_bytes),
    ))
}
