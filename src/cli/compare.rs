//! `malmoi compare A B`: how alike two texts are.

use malmoi::analyze::language::{Language, detect};
use malmoi::analyze::{AnalyzeParams, AnalyzerKind};
use malmoi::clean::{CleanParams, HtmlMode};
use malmoi::config::Overrides;
use malmoi::pipeline::{self, Comparison, Encoder, Watch, dictionary};
use malmoi::{Error, Result};
use serde_json::json;

use super::Context;
use super::progress::Progress;

const MEASURES: &str = "\
Measures:
  cosine     angle of the weighted terms: 1 is equal, 0 has no term in common
  euclidean  straight distance of the weighted terms: 0 is equal
  manhattan  sum of the differences of the weighted terms: 0 is equal
  jaccard    terms in common by terms in either, whatever they weigh: 1 is equal

Without --pipeline the terms are words of two letters and more, weighed by these two texts
alone as scikit-learn's TfidfVectorizer does; those of Korean are its morphemes but for
particles, endings and marks, if the dictionary is installed (`malmoi dictionary install`).";

/// Which texts, and who weighs their terms.
#[derive(clap::Args)]
#[command(after_help = MEASURES)]
pub struct Arguments {
    /// A text
    #[arg(value_name = "A")]
    left: String,
    /// Another
    #[arg(value_name = "B")]
    right: String,
    /// Clean, cut and weigh as this pipeline does; terms it has not learned count for nothing
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Compares the texts by all measures.
///
/// # Errors
/// If a text is empty, no term is left, or the pipeline has not been run.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let texts = [arguments.left.as_str(), arguments.right.as_str()];
    for (text, name) in texts.iter().zip(["first", "second"]) {
        if text.trim().is_empty() {
            return Err(Error::usage(format!("the {name} text is empty"))
                .hinted("give two texts: `malmoi compare \"one text\" \"another text\"`"));
        }
    }
    let progress = Progress::start(context.is_quiet())?;
    let encoder = match &arguments.pipeline {
        Some(name) => of_pipeline(name, context, &progress)?,
        None => of_texts(texts, &progress)?,
    };
    progress.finish();
    let comparison = pipeline::compare(&encoder, texts[0], texts[1]);
    if arguments.json {
        return context.output().json(&json!({
            "pipeline": arguments.pipeline,
            "analyzer": encoder.analyze.analyzer,
            "cosine": comparison.cosine,
            "euclidean": comparison.euclidean,
            "manhattan": comparison.manhattan,
            "jaccard": comparison.jaccard,
        }));
    }
    context.output().result(&table(&comparison))
}

fn of_pipeline(name: &str, context: &Context, progress: &Progress) -> Result<Encoder> {
    let overrides = Overrides::new(std::env::vars_os(), &[])?;
    let pipeline = context.config()?.pipeline(Some(name), &overrides)?;
    pipeline::kept_encoder(&pipeline, &context.state()?, progress)
}

fn of_texts(texts: [&str; 2], progress: &Progress) -> Result<Encoder> {
    let clean = CleanParams { html: HtmlMode::None, ..CleanParams::default() };
    pipeline::encoder_of_pair(texts, &clean, &analysis(texts, progress)?)
}

/// Particles, endings and marks: two sentences that share them alone are not alike.
const GRAMMAR: [&str; 7] = ["J", "E", "SF", "SE", "SS", "SC", "SY"];

/// Nothing is fetched for two sentences.
fn analysis(texts: [&str; 2], progress: &Progress) -> Result<AnalyzeParams> {
    let words = AnalyzeParams::default();
    if texts.iter().all(|text| detect(text) != Language::Korean) {
        return Ok(words);
    }
    if dictionary::status()?.is_none() {
        progress.note(
            "the Korean dictionary is not installed, so words are compared as they are written; \
             `malmoi dictionary install` lets morphemes be compared",
        );
        return Ok(words);
    }
    let stop_tags = GRAMMAR.map(str::to_owned).to_vec();
    Ok(AnalyzeParams { analyzer: AnalyzerKind::Auto, stop_tags, ..words })
}

fn table(comparison: &Comparison) -> String {
    let Comparison { cosine, euclidean, manhattan, jaccard } = comparison;
    let lines = [
        ("cosine", cosine, "1 is equal, 0 has no term in common"),
        ("euclidean", euclidean, "0 is equal"),
        ("manhattan", manhattan, "0 is equal"),
        ("jaccard", jaccard, "terms in common by terms in either"),
    ];
    lines
        .iter()
        .map(|(name, value, meaning)| format!("{name:<9}  {value:>7.4}  {meaning}\n"))
        .collect()
}
