//! `malmoi embed similar NAME WORD`

use malmoi::Result;
use malmoi::pipeline;
use serde_json::json;

use super::super::Context;
use super::{Asked, table, terms_json};

/// Near what.
#[derive(clap::Args)]
pub struct Arguments {
    /// The embedding
    name: String,
    /// The word; of Korean terms the tag may be left away: `재미` finds `재미/NNG`
    word: String,
    /// How many terms to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Shows the nearest terms.
///
/// # Errors
/// There is no such embedding, or the word has no vector.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let embedding = pipeline::load_embedding(&context.state()?, &arguments.name)?;
    let asked = Asked::new(&embedding, &arguments.word)?;
    let without: Vec<usize> = asked.row().into_iter().collect();
    let vector = embedding.found_vector(&asked.found);
    let near = embedding.nearest(vector, &without, arguments.top);
    if arguments.json {
        return context.output().json(&json!({
            "embedding": arguments.name,
            "asked": asked.json(&embedding),
            "terms": terms_json(&embedding, &near),
        }));
    }
    let text = format!("{}\n{}", asked.shown(&embedding), table(&embedding, &near));
    context.output().result(&text)
}
