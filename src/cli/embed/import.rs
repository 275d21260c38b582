//! `malmoi embed import FILE`

use std::path::{Path, PathBuf};

use malmoi::pipeline;
use malmoi::{Error, Result};
use serde_json::json;

use super::super::Context;
use super::super::progress::Progress;

/// What to read.
#[derive(clap::Args)]
pub struct Arguments {
    /// Vectors as text (`.vec`, `.txt`) or binary, packed with gzip or not: the bytes tell
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Keep them by this name [default: that of the file]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Put them in the place of an embedding that was trained here
    #[arg(long)]
    replace: bool,
    /// Say what was read as JSON
    #[arg(long)]
    json: bool,
}

/// Reads and keeps.
///
/// # Errors
/// The file is none of vectors, or a line of it is malformed.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => name_of(&arguments.file)?,
    };
    let progress = Progress::start(context.is_quiet())?;
    let state = context.state()?;
    let kept_as = (name.as_str(), arguments.replace);
    let (file, imported) = pipeline::import_embedding(&arguments.file, &state, kept_as, &progress)?;
    progress.finish();
    let embedding = &imported.embedding;
    if arguments.json {
        return context.output().json(&json!({
            "name": name,
            "file": file,
            "method": embedding.about.method,
            "terms": embedding.len(),
            "dimensions": embedding.dimensions,
            "duplicates": imported.duplicates,
            "malformed": imported.malformed,
        }));
    }
    let mut text = format!("{} terms × {} numbers", embedding.len(), embedding.dimensions);
    if imported.duplicates > 0 {
        text += &format!(", {} that came again left out", imported.duplicates);
    }
    if imported.malformed > 0 {
        text += &format!(", {} that are no UTF-8 left out", imported.malformed);
    }
    context.output().note(&format!("{text}\n  {}\n", file.display()))
}

/// `wiki.ko` of `wiki.ko.vec.gz`
fn name_of(path: &Path) -> Result<String> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match name.is_empty() {
        true => Err(Error::usage("the file gives the vectors no name").hinted("add --name NAME")),
        false => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_give_names() {
        let check = |path: &str, expected| assert_eq!(name_of(Path::new(path)).unwrap(), expected);
        check("a/wiki.ko.vec.gz", "wiki.ko");
        check("v", "v");
        assert!(name_of(Path::new("..")).is_err());
    }
}
