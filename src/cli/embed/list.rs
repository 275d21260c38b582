//! `malmoi embed list`

use malmoi::Result;
use malmoi::pipeline::{self, KeptEmbedding};
use serde_json::json;

use super::super::Context;
use super::super::output::harmless;

/// How to list.
#[derive(clap::Args)]
pub struct Arguments {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Lists the embeddings of the state folder.
///
/// # Errors
/// If it cannot be read.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let kept = pipeline::list_embeddings(&context.state()?)?;
    if arguments.json {
        return context.output().json(&json!({ "embeddings": kept }));
    }
    if kept.is_empty() {
        return context.output().result("no embedding is kept\n");
    }
    let width = kept.iter().map(|one| one.name.chars().count()).max().unwrap_or(0);
    context.output().result(&kept.iter().map(|one| line(one, width)).collect::<String>())
}

fn line(one: &KeptEmbedding, width: usize) -> String {
    let size = one.bytes as f64 / 1e6;
    let said = match (&one.summary, &one.problem) {
        (Some(summary), _) => {
            let about = &summary.about;
            let from = match about.pipeline.as_str() {
                "" => String::new(),
                pipeline => format!(", {} documents of {pipeline}", about.documents),
            };
            format!("{} terms × {}, {}{from}", summary.terms, summary.dimensions, about.method)
        }
        (None, problem) => problem.clone().unwrap_or_default(),
    };
    format!("{:width$}  {size:>7.1} MB  {}\n", one.name, harmless(&said))
}
