//! `malmoi clean`: texts without markup, line by line.

use std::path::PathBuf;

use clap::ValueEnum;
use malmoi::Result;
use malmoi::clean::{CleanParams, Cleaner, HtmlMode};
use malmoi::pipeline::{self, Texts};

use super::Context;
use super::progress::Progress;
use super::streams;

/// What becomes of which texts.
#[derive(clap::Args)]
pub struct Arguments {
    /// What becomes of markup
    #[arg(long, value_name = "MODE", default_value = "newlines")]
    html: Html,
    /// Read from this file instead of standard input; `.gz` is read as it is
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Write to this file, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The form of the lines
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    format: Format,
    /// Field that holds the text
    #[arg(long, value_name = "NAME", default_value = "text")]
    text_column: String,
}

/// As `clean.html` of pipeline.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Html {
    /// `<br>` and the edges of blocks become newlines.
    Newlines,
    /// What BeautifulSoup(html5lib).get_text() gives.
    #[value(name = "get_text")]
    GetText,
    /// The text is no HTML.
    None,
}

/// Forms of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line is a JSON object; its other fields stay as they are.
    Jsonl,
    /// A line is a text and stays one line.
    Text,
}

/// Cleans everything that is read.
///
/// # Errors
/// If reading or writing fails, or a line could not be used (all others are
/// cleaned first).
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let html = match arguments.html {
        Html::Newlines => HtmlMode::Newlines,
        Html::GetText => HtmlMode::GetText,
        Html::None => HtmlMode::None,
    };
    let cleaner = Cleaner::open(&CleanParams { html, ..CleanParams::default() })?;
    let texts = match arguments.format {
        Format::Jsonl => Texts::Json { text: &arguments.text_column },
        Format::Text => Texts::Plain,
    };
    let progress = Progress::start(context.is_quiet())?;
    let (input, name) = streams::open(arguments.input.as_deref())?;
    let (count, skipped) = streams::write(arguments.output.as_deref(), |output| {
        pipeline::clean_lines(&cleaner, texts, &name, input, output, &progress)
    })?;
    progress.finish();
    streams::report(count, &skipped, "cleaned")
}
