//! `malmoi neighbors [NAME]`: the nearest documents of every document.

use std::path::PathBuf;

use malmoi::{Error, Result};

use super::Context;
use super::indexed;
use super::progress::Progress;
use super::search_filter::Measure;
use super::streams;

/// How many, and by which measure.
#[derive(clap::Args)]
pub struct Arguments {
    /// The pipeline whose documents are compared [default: the one pipeline.toml names]
    name: Option<String>,
    /// How many neighbours a document gets
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    top: u16,
    /// How documents are compared [default: `search.measure` of the pipeline, else cosine]
    #[arg(long, value_name = "MEASURE")]
    measure: Option<Measure>,
    /// Write to this file, whole or not at all, instead of standard output; a name that
    /// ends with `.gz` packs it
    #[arg(long, value_name = "FILE.jsonl")]
    output: Option<PathBuf>,
}

/// Writes a JSON object a document, in the order of ids.
///
/// # Errors
/// If there is no run, the index is damaged or writing fails.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let progress = Progress::start(context.is_quiet())?;
    let (pipeline, engine) = indexed::engine(arguments.name.as_deref(), context, &progress)?;
    let measure = match arguments.measure {
        Some(measure) => measure.into(),
        None => pipeline.search.unwrap_or_default().measure,
    };
    let output = arguments.output.as_deref();
    let count = streams::write(output, |out| {
        engine.neighbors(measure, arguments.top.into(), &progress, |one| {
            let mut line = serde_json::to_vec(one).expect("neighbours are plain data");
            line.push(b'\n');
            out.write_all(&line).map_err(|error| {
                Error::io(format!("cannot write the neighbours: {error}")).caused_by(error)
            })
        })
    })?;
    progress.finish();
    match output {
        Some(path) => context
            .output()
            .note(&format!("the neighbours of {count} documents are in {}\n", path.display())),
        None => Ok(()),
    }
}
