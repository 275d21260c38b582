//! `malmoi news update`.

use std::collections::BTreeMap;
use std::fmt::Display;

use malmoi::config::{Overrides, Pipeline};
use malmoi::news::store::Summary;
use malmoi::pipeline::{self, NewsUpdate, update_news};
use malmoi::{Error, Result};

use super::Context;
use crate::cli::progress::Progress;

/// Fetch what is new.
#[derive(clap::Args)]
pub struct Arguments {
    /// Ask this source alone (repeatable)
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Updates, and says what came of it.
///
/// # Errors
/// If no source answered, the database fails, or the user stops.
pub fn run(arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let pipeline = super::pipeline(name, context)?;
    let progress = Progress::start(context.is_quiet())?;
    train_models(&pipeline, context, &progress)?;
    // A silent server would keep it waiting, and nothing is lost by a sudden end.
    progress.end_at_once();
    let updated = update_news(&pipeline, &context.state()?, &arguments.source, &progress)?;
    progress.finish();
    match arguments.json {
        true => {
            let value = serde_json::to_value(&updated).expect("an update is plain data");
            context.output().json(&value)?;
        }
        false => context.output().note(&shown(&updated, context))?,
    }
    if updated.fetched.sources == 0 && !updated.fetched.failed_sources.is_empty() {
        return Err(Error::io("no source answered")
            .hinted("`malmoi news sources` says why; run the same command again later"));
    }
    Ok(())
}

/// Trains the models that label articles, where they are missing and their texts need
/// no download.
///
/// # Errors
/// As the run's.
pub fn train_models(pipeline: &Pipeline, context: &Context, progress: &Progress) -> Result<()> {
    for reference in pipeline.score.models.values().chain(&pipeline.score.model) {
        // What was learned of a pipeline beside its runs is trained by hand.
        let names = pipeline::labeler_names(reference)?;
        for name in names.into_iter().filter(|name| !name.contains('/')) {
            train_model(name, context, progress)?;
        }
    }
    Ok(())
}

fn train_model(name: &str, context: &Context, progress: &Progress) -> Result<()> {
    let model = context.config()?.pipeline(Some(name), &Overrides::new([], &[])?)?;
    let is_here = model.source.path.as_ref().is_some_and(|path| path.exists());
    let state = context.state()?;
    if is_here && pipeline::find_model(&state, name, progress)?.is_none() {
        pipeline::run(&model, &state, false, progress)?;
    }
    Ok(())
}

/// What an update did, in a few lines; failures go to standard error.
pub fn shown(update: &NewsUpdate, context: &Context) -> String {
    let NewsUpdate { fetched, labelled, unlabelled, .. } = update;
    for (source, why) in &fetched.failed_sources {
        context.output().warning(&Error::io(format!("source {source}: {why}")));
    }
    for warning in fetched.warnings() {
        context.output().warning(&Error::data(warning));
    }
    let mut text = format!(
        "{} sources answered, {} new pages, {} fetched: {} new or changed articles, {labelled} labelled\n",
        fetched.sources, fetched.found, fetched.fetched, fetched.articles
    );
    text += &counted("no article", &fetched.refused);
    text += &counted("requests that failed", &fetched.failed);
    text += &counted("without a model", unlabelled);
    if !fetched.left_alone.is_empty() {
        text += &format!("  in trouble, left alone for now: {}\n", fetched.left_alone.join(", "));
    }
    if fetched.waiting > 0 {
        text += &format!("  {} pages wait for the next update\n", fetched.waiting);
    }
    text
}

/// What a run ends with: what there is, and where to look at it.
pub fn stored(update: &NewsUpdate, pipeline: &str) -> String {
    let Summary { articles, languages, labels } = &update.stored;
    let choice = match pipeline {
        "news" => String::new(),
        name => format!(" --pipeline {name}"),
    };
    let named = |counts: &BTreeMap<String, u64>, nameless: &str| -> String {
        let name = |name: &str| if name.is_empty() { nameless.to_owned() } else { name.to_owned() };
        let parts: Vec<String> =
            counts.iter().map(|(key, count)| format!("{count} {}", name(key))).collect();
        parts.join(", ")
    };
    let mut text = format!("\n  {articles} articles are stored\n");
    if *articles > 0 {
        text += &format!("  languages: {}\n", named(languages, "of unknown language"));
        text += &format!("  sentiment: {}\n", named(labels, "without a label"));
        text += &format!("  next: malmoi news list{choice}\n");
    }
    text
}

fn counted<K: Display>(what: &str, counts: &BTreeMap<K, u64>) -> String {
    let named =
        |name: String| if name.is_empty() { "of unknown language".to_owned() } else { name };
    let part = |(name, count): (&K, &u64)| format!("{count} {}", named(name.to_string()));
    let parts: Vec<String> = counts.iter().map(part).collect();
    if parts.is_empty() { String::new() } else { format!("  {what}: {}\n", parts.join(", ")) }
}
