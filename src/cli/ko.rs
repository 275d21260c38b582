//! `malmoi ko`: Korean text as morphemes, line by line.

use std::fmt::Write as _;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use malmoi::analyze::dictionary;
use malmoi::analyze::korean::tags::Tag;
use malmoi::analyze::korean::{self, Analyzer, KoreanParams, Morph, NormalizeParams};
use malmoi::data::Skipped;
use malmoi::pipeline::{self, MorphemeForm, Told};
use malmoi::{Error, Result};

use super::Context;
use super::progress::Progress;
use super::streams;

/// What of Korean text is told.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    told: Asked,
}

#[derive(Subcommand)]
enum Asked {
    /// Print the morphemes
    Morphs(Options),
    /// Print the nouns
    Nouns(Options),
    /// Print morphemes with their tags, as `surface/TAG`
    Pos(Options),
    /// Print tags, and the parts of compound and inflected words
    Analyze(Options),
    /// Print the table of tags
    Tags,
}

#[derive(clap::Args)]
struct Options {
    /// A text [default: one a line from standard input]
    text: Option<String>,
    /// Read from this file, one text a line; `.gz` is read as it is
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    input: Option<PathBuf>,
    /// Write to this file, whole or not at all, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print a JSON object a line
    #[arg(long)]
    json: bool,
    /// Print one morpheme a line, with its tag explained
    #[arg(long, conflicts_with_all = ["json", "input"])]
    pretty: bool,
    /// Words that win, in the form that `malmoi dictionary check` explains
    #[arg(long, value_name = "FILE")]
    user_dictionary: Option<PathBuf>,
    /// What becomes of words that stand for several morphemes
    #[arg(long, value_name = "MODE", default_value = "none")]
    decompound: Decompound,
    /// Take the text as it is: no NFC, no folding of `ㅋㅋㅋㅋ`
    #[arg(long)]
    no_normalize: bool,
    /// Print so many analyses, the likeliest first (with `analyze`)
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    n_best: u16,
}

/// As Elasticsearch's `decompound_mode`.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Decompound {
    /// They stay.
    None,
    /// Their parts stand in their place.
    Discard,
    /// Their parts stand behind them.
    Mixed,
}

/// Analyzes everything that is read.
///
/// # Errors
/// If there is no dictionary, reading or writing fails, or a line could not be
/// used (all others are analyzed first).
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.told {
        Asked::Morphs(options) => tell(Told::Morphs, options, context),
        Asked::Nouns(options) => tell(Told::Nouns, options, context),
        Asked::Pos(options) => tell(Told::Pos, options, context),
        Asked::Analyze(options) => tell(Told::Analysis, options, context),
        Asked::Tags => context.output().result(&tags()),
    }
}

fn tell(told: Told, options: &Options, context: &Context) -> Result<()> {
    let n_best = usize::from(options.n_best);
    if n_best > 1 && told != Told::Analysis {
        return Err(Error::usage("`--n-best` needs `malmoi ko analyze`"));
    }
    let progress = Progress::start(context.is_quiet())?;
    let analyzer = analyzer(options, &progress)?;
    // From here on; an installation that is stopped tidies up.
    if options.input.is_none() && options.output.is_none() {
        progress.end_at_once();
    }
    if options.pretty {
        return pretty(&analyzer, told, options, context);
    }
    let form = MorphemeForm { told, json: options.json, n_best };
    let (input, name): (Box<dyn Read + Send>, String) = match &options.text {
        Some(text) => (Box::new(std::io::Cursor::new(one_line(text))), "the text".to_owned()),
        None => streams::open(options.input.as_deref())?,
    };
    let (count, skipped) = streams::write(options.output.as_deref(), |output| {
        pipeline::morpheme_lines(&analyzer, form, &name, input, output, &progress)
    })?;
    progress.finish();
    streams::report(count, &skipped, "analyzed")
}

fn analyzer(options: &Options, progress: &Progress) -> Result<Analyzer> {
    pipeline::dictionary::ensure(progress)?;
    let normalize = match options.no_normalize {
        true => NormalizeParams::off(),
        false => NormalizeParams::default(),
    };
    let decompound = match options.decompound {
        Decompound::None => korean::Decompound::None,
        Decompound::Discard => korean::Decompound::Discard,
        Decompound::Mixed => korean::Decompound::Mixed,
    };
    let user_dictionary = options.user_dictionary.clone();
    let params = KoreanParams { normalize, user_dictionary, decompound };
    Analyzer::new(Arc::new(dictionary::installed()?), &params)
}

/// A text on the command line is one text, whatever line ends it holds.
fn one_line(text: &str) -> Vec<u8> {
    let mut line = text.replace(['\r', '\n'], " ").into_bytes();
    line.push(b'\n');
    line
}

fn pretty(analyzer: &Analyzer, told: Told, options: &Options, context: &Context) -> Result<()> {
    let mut bytes = Vec::new();
    match &options.text {
        Some(given) => bytes.extend_from_slice(given.as_bytes()),
        None => {
            let failed = |error| {
                Error::data(format!("cannot read standard input: {error}")).caused_by(error)
            };
            std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
        }
    }
    let (mut shown, mut skipped, mut count) = (String::new(), Skipped::default(), 0);
    for line in bytes.strip_suffix(b"\n").unwrap_or(&bytes).split(|&byte| byte == b'\n') {
        count += 1;
        match std::str::from_utf8(line) {
            Ok(line) => shown += &explained_line(analyzer, told, line),
            Err(error) => {
                let reason = format!("byte {} is no UTF-8", error.valid_up_to() + 1);
                skipped.add(&format!("standard input, line {count}"), &reason);
            }
        }
    }
    context.output().result(&shown)?;
    streams::report(count, &skipped, "analyzed")
}

fn explained_line(analyzer: &Analyzer, told: Told, line: &str) -> String {
    let morphs = analyzer.analyze(line);
    let chosen = morphs.iter().filter(|one| told != Told::Nouns || one.tag.starts_with('N'));
    chosen.map(explained).collect()
}

/// `봤        VV+EP   동사 verb + 선어말 어미 pre-final ending    보/VV + 았/EP`
fn explained(one: &Morph) -> String {
    let names: Vec<String> = one.tag.split('+').map(name).collect();
    let parts: Vec<String> =
        one.parts.iter().map(|part| format!("{}/{}", part.surface, part.tag)).collect();
    // A Hangul syllable is as wide as two letters.
    let width: usize = one.surface.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    let mut line = format!("{}{}", one.surface, " ".repeat(16usize.saturating_sub(width).max(1)));
    let _ = write!(line, "{:<10} {}", one.tag, names.join(" + "));
    if !parts.is_empty() {
        let _ = write!(line, "   = {}", parts.join(" + "));
    }
    line.push('\n');
    line
}

fn name(tag: &str) -> String {
    match Tag::from_name(tag) {
        Some(tag) => format!("{} {}", tag.korean(), tag.english()),
        None => tag.to_owned(),
    }
}

/// A line a tag, with its names and what other tag sets call it.
fn tags() -> String {
    let mut table =
        String::from("tag   name\tUPOS\tOkt\tKomoran\tHannanum (9)\tHannanum (22)\tKkma\n");
    for tag in Tag::all() {
        let _ = writeln!(
            table,
            "{:<5} {}, {}\t{}\t{}\t{}\t{}\t{}\t{}",
            tag.name(),
            tag.korean(),
            tag.english(),
            tag.universal(),
            tag.okt(),
            tag.komoran(),
            tag.hannanum9(),
            tag.hannanum22(),
            tag.kkma()
        );
    }
    table
}
