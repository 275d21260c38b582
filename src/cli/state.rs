//! `malmoi state`: what is kept, and how to be rid of it.

use clap::Subcommand;
use malmoi::Result;
use malmoi::pipeline::{self, KeptPipeline, StateReport};
use serde_json::json;

use super::Context;
use super::output::harmless;
use super::progress::Progress;

/// What to do with what is kept.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List what is kept of each pipeline, the downloads and the embeddings
    List(List),
    /// Remove what is kept; nothing is asked
    Remove(Remove),
}

#[derive(clap::Args)]
struct List {
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Remove {
    /// The pipelines; they need not stand in pipeline.toml any more; `NAME/LEARNED` is one
    /// network alone
    #[arg(value_name = "NAME", required_unless_present_any = ["all", "downloads"])]
    names: Vec<String>,
    /// All pipelines
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// The downloads as well
    #[arg(long)]
    downloads: bool,
}

/// Runs the action.
///
/// # Errors
/// If the state folder cannot be read or changed, or a name is not there.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.action {
        Action::List(arguments) => list(arguments, context),
        Action::Remove(arguments) => remove(arguments, context),
    }
}

fn list(arguments: &List, context: &Context) -> Result<()> {
    let report = pipeline::list_state(&context.state()?)?;
    match arguments.json {
        true => context.output().json(&json!(report)),
        false => context.output().result(&table(&report)),
    }
}

fn remove(arguments: &Remove, context: &Context) -> Result<()> {
    let progress = Progress::start(context.is_quiet())?;
    let names = (!arguments.all).then_some(arguments.names.as_slice());
    let state = context.state()?;
    let removed = pipeline::remove_state(&state, names, arguments.downloads, &progress)?;
    progress.finish();
    let text: String = removed.iter().map(|name| format!("removed {name}\n")).collect();
    let none = "there was nothing to remove\n".to_owned();
    context.output().note(if removed.is_empty() { &none } else { &text })
}

fn table(report: &StateReport) -> String {
    let mut text = format!("{}\n", report.folder.display());
    if report.pipelines.is_empty() && report.downloads.is_empty() && report.embeddings.is_empty() {
        return text + "  nothing is kept\n";
    }
    let names = report.pipelines.iter().map(|one| one.name.chars().count());
    let width = names.max().unwrap_or(0);
    for one in &report.pipelines {
        text += &format!("  {}\n", line(one, width));
    }
    for one in &report.downloads {
        text += &format!("  download {}  {}\n", one.name, size(one.bytes));
    }
    for one in &report.embeddings {
        let name = one.name.strip_suffix(".safetensors").unwrap_or(&one.name);
        text += &format!("  embedding {}  {}\n", harmless(name), size(one.bytes));
    }
    text
}

fn line(one: &KeptPipeline, width: usize) -> String {
    let mut kept: Vec<String> = one.kept.iter().map(|kept| kept.name().to_owned()).collect();
    if !one.learned.is_empty() {
        kept.push(format!("networks {}", one.learned.join(", ")));
    }
    kept.extend(one.index_bytes.map(|bytes| format!("index of {}", size(bytes))));
    kept.extend(one.score_bytes.map(|bytes| format!("scores of {}", size(bytes))));
    let kept = match &one.problem {
        Some(problem) => harmless(problem),
        None if kept.is_empty() => "nothing finished".to_owned(),
        None => kept.join(", "),
    };
    let documents = one.documents.map_or(String::new(), |count| format!("  {count} documents"));
    let finished = one.finished.as_ref().map_or(String::new(), |time| format!("  {time}"));
    format!("{:width$}  {:>9}{documents}{finished}  {kept}", one.name, size(one.bytes))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
