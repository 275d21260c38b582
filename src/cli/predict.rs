//! `malmoi predict`: labels for texts, line by line.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use malmoi::data::Skipped;
use malmoi::files;
use malmoi::pipeline::{self, Labeler, Lines, TableForm, TableInput};
use malmoi::{Error, Result};

use super::Context;
use super::outdated;
use super::output::closed;
use super::progress::Progress;
use super::streams;

/// Label texts with the last finished run of a pipeline.
#[derive(clap::Args)]
pub struct Arguments {
    /// The pipeline whose model is used [default: the one pipeline.toml names]; NAME/LEARNED
    /// is what `learn` trained on it, and `+` between several stands for their mean
    name: Option<String>,
    /// Read from this file instead of standard input; `.gz` is read as it is
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Write to this file, whole or not at all, instead of standard output; the form is
    /// that of its name: .txt (label, tab, probability), .jsonl, .csv, .tsv, .parquet, and
    /// .gz after it to pack
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The form of the input [default: by the file's name; `text` on standard input];
    /// parquet needs a build with --features parquet
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
    /// Write JSON lines, whatever the form of the input
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
/// If there is no model, the Korean dictionary cannot be installed, reading or writing fails, or a row could not be used
/// (all others are labelled first).
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = context.pipeline_name(arguments.name.as_deref())?;
    let progress = Progress::start(context.is_quiet())?;
    let model = pipeline::load_labeler(&context.state()?, &name, &progress)?;
    outdated::warn_of_reference(&name, context);
    if arguments.input.is_none() && arguments.output.is_none() {
        progress.end_at_once();
    }
    let format = format(arguments)?;
    let form = form(arguments, format)?;
    let (count, skipped) = score(arguments, &model, format, form, &progress)?;
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

/// The form of the output: that of its name, else JSON lines if they are asked
/// for, else that of the input.
fn form(arguments: &Arguments, format: Format) -> Result<TableForm> {
    let by_name = arguments.output.as_deref().and_then(form_of_name);
    let json = TableForm::Rows(files::Format::Jsonl);
    match by_name {
        Some(Ok(form)) if arguments.json && form != json => {
            Err(Error::usage("--json and the name of the output contradict each other")
                .hinted("leave --json away, or name the output `.jsonl`"))
        }
        Some(form) => form,
        None if arguments.json => Ok(json),
        None => Ok(natural(format)),
    }
}

/// `None` where the name says nothing, as that of a device.
fn form_of_name(path: &Path) -> Option<Result<TableForm>> {
    let name = path.to_string_lossy().to_lowercase();
    let bare = name.strip_suffix(".gz").unwrap_or(&name);
    if bare.ends_with(".txt") {
        return Some(Ok(TableForm::Lines));
    }
    let is_known = [".jsonl", ".ndjson", ".csv", ".tsv", ".parquet"];
    let is_known = is_known.iter().any(|extension| bare.ends_with(extension));
    is_known.then(|| files::Format::of(path).map(TableForm::Rows))
}

fn natural(format: Format) -> TableForm {
    match table_format(format) {
        Some(format) => TableForm::Rows(format),
        None => TableForm::Lines,
    }
}

/// `None` for lines of text.
fn table_format(format: Format) -> Option<files::Format> {
    match format {
        Format::Text => None,
        Format::Jsonl => Some(files::Format::Jsonl),
        Format::Csv => Some(files::Format::Csv),
        Format::Tsv => Some(files::Format::Tsv),
        Format::Parquet => Some(files::Format::Parquet),
    }
}

fn score(
    arguments: &Arguments,
    model: &Labeler,
    format: Format,
    form: TableForm,
    progress: &Progress,
) -> Result<(u64, Skipped)> {
    use files::Format::Jsonl;
    let text = arguments.text_column.as_str();
    let lines = match (format, form) {
        (Format::Text, TableForm::Lines) => Lines::Plain,
        (Format::Text, TableForm::Rows(Jsonl)) => Lines::PlainToJson,
        (Format::Text, TableForm::Rows(format)) => {
            check_table_flags(arguments)?;
            return score_text_as_table(arguments, model, format, progress);
        }
        (Format::Jsonl, TableForm::Lines) => Lines::JsonToPlain { text },
        // JSON lines stay as they are written unless the output has columns.
        (Format::Jsonl, TableForm::Rows(Jsonl)) => Lines::Json { text },
        _ => return score_table(arguments, model, format, form, progress),
    };
    check_table_flags(arguments)?;
    let (input, name) = streams::open(arguments.input.as_deref())?;
    streams::write(arguments.output.as_deref(), |output| {
        pipeline::score_lines(model, lines, &name, input, output, progress)
    })
}

/// Lines are scored as they stand, byte for byte.
fn check_table_flags(arguments: &Arguments) -> Result<()> {
    let flag = match (&arguments.encoding, arguments.no_quoting) {
        (Some(_), _) => "--encoding",
        (None, true) => "--no-quoting",
        (None, false) => return Ok(()),
    };
    Err(Error::usage(format!("{flag} is for tables, and the input is read line by line")).hinted(
        "say --format csv or tsv; JSON lines are read as a table for an --output that is one",
    ))
}

fn score_text_as_table(
    arguments: &Arguments,
    model: &Labeler,
    format: files::Format,
    progress: &Progress,
) -> Result<(u64, Skipped)> {
    let (input, name) = streams::open(arguments.input.as_deref())?;
    let output = arguments.output.as_deref();
    pipeline::score_lines_as_table(model, &name, input, format, output, progress)
}

fn score_table(
    arguments: &Arguments,
    model: &Labeler,
    format: Format,
    form: TableForm,
    progress: &Progress,
) -> Result<(u64, Skipped)> {
    let path = arguments.input.as_deref().ok_or_else(|| {
        Error::usage("tables are read from a file").hinted("name it with --input FILE")
    })?;
    let format = table_format(format).expect("lines of text are no table");
    let input = TableInput {
        path,
        format,
        quoting: !arguments.no_quoting,
        encoding: arguments.encoding.as_deref(),
        text: &arguments.text_column,
    };
    let output = arguments.output.as_deref();
    let scored = pipeline::score_table(model, input, form, output, progress);
    match output {
        Some(_) => scored,
        None => scored.map_err(closed),
    }
}
