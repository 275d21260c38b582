//! `malmoi predict`: labels for texts, line by line.

use std::path::PathBuf;

use clap::ValueEnum;
use malmoi::data::Skipped;
use malmoi::files;
use malmoi::pipeline::{self, Lines, Model, TableInput};
use malmoi::{Error, Result};

use super::Context;
use super::output::closed;
use super::progress::Progress;
use super::streams;

/// Label texts with the last finished run of a pipeline.
#[derive(clap::Args)]
pub struct Arguments {
    /// The pipeline whose model is used [default: the one pipeline.toml names]
    name: Option<String>,
    /// Read from this file instead of standard input; `.gz` is read as it is
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Write to this file, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The form of the input [default: by the file's name; `text` on standard input]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Field or column that holds the text
    #[arg(long, value_name = "NAME", default_value = "text")]
    text_column: String,
    /// The encoding of a table, such as `euc-kr` [default: UTF-8]
    #[arg(long, value_name = "LABEL")]
    encoding: Option<String>,
    /// `"` is an ordinary character in this table, as `source.quoting = false` says
    #[arg(long)]
    no_quoting: bool,
    /// Print JSON lines for lines of text
    #[arg(long)]
    json: bool,
}

/// Forms of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line is a text.
    Text,
    /// A line is a JSON object.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// Apache Parquet.
    Parquet,
}

/// Labels everything that is read.
///
/// # Errors
/// If there is no model, reading or writing fails, or a row could not be used
/// (all others are labelled first).
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = context.pipeline_name(arguments.name.as_deref())?;
    let model = pipeline::load_model(&context.state()?, &name)?;
    let progress = Progress::start(context.is_quiet())?;
    if arguments.input.is_none() && arguments.output.is_none() {
        progress.end_at_once();
    }
    let format = format(arguments)?;
    let (count, skipped) = match format {
        Format::Jsonl if writes_table(arguments) => {
            score_table(arguments, &model, files::Format::Jsonl, &progress)?
        }
        Format::Text | Format::Jsonl => {
            check_table_flags(arguments)?;
            score_lines(arguments, &model, format, &progress)?
        }
        Format::Csv => score_table(arguments, &model, files::Format::Csv, &progress)?,
        Format::Tsv => score_table(arguments, &model, files::Format::Tsv, &progress)?,
        Format::Parquet => score_table(arguments, &model, files::Format::Parquet, &progress)?,
    };
    progress.finish();
    streams::report(count, &skipped, "labelled")
}

fn format(arguments: &Arguments) -> Result<Format> {
    if let Some(format) = arguments.format {
        return Ok(format);
    }
    let Some(path) = &arguments.input else { return Ok(Format::Text) };
    let name = path.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("jsonl" | "ndjson") => Ok(Format::Jsonl),
        Some("csv") => Ok(Format::Csv),
        Some("tsv") => Ok(Format::Tsv),
        Some("parquet") => Ok(Format::Parquet),
        Some("txt") => Ok(Format::Text),
        _ => Err(Error::usage(format!("cannot tell the form of `{}` by its name", path.display()))
            .hinted("say --format text, jsonl, csv, tsv or parquet")),
    }
}

/// Lines are scored as they stand, byte for byte.
fn check_table_flags(arguments: &Arguments) -> Result<()> {
    let flag = match (&arguments.encoding, arguments.no_quoting) {
        (Some(_), _) => "--encoding",
        (None, true) => "--no-quoting",
        (None, false) => return Ok(()),
    };
    Err(Error::usage(format!("{flag} is for tables, and the input is read line by line"))
        .hinted("say --format csv or tsv, or name an --output that is a table"))
}

/// JSON lines stay as they are written unless the output has columns.
fn writes_table(arguments: &Arguments) -> bool {
    use files::Format::{Csv, Parquet, Tsv};
    let output = arguments.output.as_deref().map(files::Format::of);
    matches!(output, Some(Ok(Csv | Tsv | Parquet)))
}

fn score_table(
    arguments: &Arguments,
    model: &Model,
    format: files::Format,
    progress: &Progress,
) -> Result<(u64, Skipped)> {
    let input = arguments.input.as_deref().ok_or_else(|| {
        Error::usage("tables are read from a file").hinted("name it with --input FILE")
    })?;
    let input = TableInput {
        path: input,
        format,
        quoting: !arguments.no_quoting,
        encoding: arguments.encoding.as_deref(),
    };
    let output = arguments.output.as_deref();
    let scored = pipeline::score_table(model, input, output, &arguments.text_column, progress);
    match output {
        Some(_) => scored,
        None => scored.map_err(closed),
    }
}

fn score_lines(
    arguments: &Arguments,
    model: &Model,
    format: Format,
    progress: &Progress,
) -> Result<(u64, Skipped)> {
    let lines = match format {
        Format::Jsonl => Lines::Json { text: &arguments.text_column },
        _ if arguments.json => Lines::PlainToJson,
        _ => Lines::Plain,
    };
    let (input, name) = streams::open(arguments.input.as_deref())?;
    streams::write(arguments.output.as_deref(), |output| {
        pipeline::score_lines(model, lines, &name, input, output, progress)
    })
}
