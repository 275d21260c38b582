//! `malmoi embed export NAME FILE`

use std::path::PathBuf;

use malmoi::learn::embed::{VectorForm, export};
use malmoi::pipeline::{self, Watch};
use malmoi::{Error, Result};
use serde_json::json;

use super::super::Context;
use super::super::progress::Progress;

/// What to write, and where.
#[derive(clap::Args)]
pub struct Arguments {
    /// The embedding
    name: String,
    /// `.vec` or `.txt` for text, `.bin` for binary; `.gz` behind it packs
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Say what was written as JSON
    #[arg(long)]
    json: bool,
}

/// Writes the vectors.
///
/// # Errors
/// There is no such embedding, or the file cannot be written.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let form = VectorForm::of(&arguments.file).ok_or_else(|| {
        Error::usage(format!("the name `{}` tells no form", arguments.file.display()))
            .hinted("end it with .vec or .txt for text, .bin for binary")
    })?;
    let embedding = pipeline::load_embedding(&context.state()?, &arguments.name)?;
    let progress = Progress::start(context.is_quiet())?;
    progress.stage("export");
    let left_out = export(&embedding, form, &arguments.file, &|| progress.check())?;
    progress.finish();
    let terms = embedding.len() as u64 - left_out;
    if arguments.json {
        return context.output().json(&json!({
            "file": arguments.file,
            "terms": terms,
            "dimensions": embedding.dimensions,
            "left_out": left_out,
        }));
    }
    let mut text = format!("wrote {terms} terms × {} numbers", embedding.dimensions);
    if left_out > 0 {
        text += &format!("; {left_out} with a blank inside were left out");
    }
    context.output().note(&format!("{text}\n  {}\n", arguments.file.display()))
}
