//! `malmoi init FOLDER`: a project that runs at once.

use std::path::{Path, PathBuf};

use malmoi::files::AtomicFile;
use malmoi::{Error, Result};

use super::Context;

/// What a new project holds.
const FILES: [(&str, &str); 4] = [
    ("pipeline.toml", include_str!("templates/pipeline.toml")),
    ("reviews.tsv", include_str!("../../corpora/reviews/en.tsv")),
    ("README.md", include_str!("templates/README.md")),
    (".gitignore", include_str!("templates/gitignore")),
];

/// Where to.
#[derive(clap::Args)]
pub struct Arguments {
    /// A new or empty folder
    folder: PathBuf,
}

/// Writes the project and says how to go on.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let folder = &arguments.folder;
    refuse_if_used(folder)?;
    for (name, content) in FILES {
        AtomicFile::write(&folder.join(name), content.as_bytes())?;
    }
    context.output().note(&next_steps(folder))
}

/// Nothing of the user's may be overwritten.
fn refuse_if_used(folder: &Path) -> Result<()> {
    let mut entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::file("cannot look into", folder, error)),
    };
    if entries.next().is_none() {
        return Ok(());
    }
    Err(Error::usage(format!("`{}` is not empty", folder.display()))
        .hinted("name a new folder; nothing was written"))
}

fn next_steps(folder: &Path) -> String {
    let here = folder == Path::new(".");
    let enter = if here { String::new() } else { format!("  cd {}\n", folder.display()) };
    format!(
        "started a project in {}\n\nnext:\n{enter}  malmoi run             \
         learn from reviews.tsv and report\n  malmoi config show     \
         see every setting\n\nthen put your own texts into reviews.tsv, or name your file in pipeline.toml\n",
        folder.display()
    )
}
