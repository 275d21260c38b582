//! `malmoi predict`: labels for texts, line by line.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use malmoi::data::Skipped;
use malmoi::files::{self, AtomicFile};
use malmoi::pipeline::{self, Lines, Model};
use malmoi::{Error, Result};

use super::Context;
use super::progress::Progress;

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
    let format = format(arguments)?;
    let (count, skipped) = match format {
        Format::Text | Format::Jsonl => score_lines(arguments, &model, format, &progress)?,
        Format::Csv => score_table(arguments, &model, files::Format::Csv, &progress)?,
        Format::Tsv => score_table(arguments, &model, files::Format::Tsv, &progress)?,
        Format::Parquet => score_table(arguments, &model, files::Format::Parquet, &progress)?,
    };
    progress.finish();
    report(count, &skipped)
}

fn report(count: u64, skipped: &Skipped) -> Result<()> {
    if skipped.count == 0 {
        return Ok(());
    }
    Err(Error::data(format!("{} of {count} rows could not be labelled", skipped.count))
        .at(skipped.examples.join("\n      "))
        .hinted("all other rows were labelled; mend these and run the command again"))
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

fn score_table(
    arguments: &Arguments,
    model: &Model,
    format: files::Format,
    progress: &Progress,
) -> Result<(u64, Skipped)> {
    let input = arguments.input.as_deref().ok_or_else(|| {
        Error::usage("tables are read from a file").hinted("name it with --input FILE")
    })?;
    let output = arguments.output.as_deref();
    pipeline::score_table(model, input, format, output, &arguments.text_column, progress)
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
    let (input, name) = open(arguments.input.as_deref())?;
    let Some(path) = &arguments.output else {
        let stdout = BufWriter::with_capacity(1 << 18, Unlocked);
        return pipeline::score_lines(model, lines, &name, input, stdout, progress);
    };
    let mut file = AtomicFile::create(path)?;
    let scored = pipeline::score_lines(model, lines, &name, input, &mut file, progress)?;
    file.commit()?;
    Ok(scored)
}

/// Standard output, so that a block is written at once.
struct Unlocked;

impl Write for Unlocked {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::io::stdout().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stdout().flush()
    }
}

fn open(path: Option<&Path>) -> Result<(Box<dyn Read + Send>, String)> {
    let Some(path) = path else {
        return Ok((Box::new(std::io::stdin()), "standard input".to_owned()));
    };
    let failed = |error| Error::file("cannot read", path, error);
    let mut file = File::open(path).map_err(failed)?;
    let mut magic = Vec::new();
    (&mut file).take(2).read_to_end(&mut magic).map_err(failed)?;
    let is_gzip = magic == [0x1f, 0x8b];
    let whole = std::io::Cursor::new(magic).chain(file);
    let input: Box<dyn Read + Send> = match is_gzip {
        true => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        false => Box::new(whole),
    };
    Ok((input, path.display().to_string()))
}
