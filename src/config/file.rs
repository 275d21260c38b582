//! Finding and reading `pipeline.toml`.

use std::io::Read;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::problems::{Problem, Text};
use super::settings::{self, Place, Table};
use crate::error::{Error, Result};

/// The name of the settings file.
pub const FILE_NAME: &str = "pipeline.toml";
/// A larger settings file is a mistake or an attack.
const MOST_BYTES: u64 = 1 << 20;

/// The `pipeline.toml` of `folder`, or of the nearest folder above it.
///
/// The search ends at a folder that holds `.git`: what is above belongs to
/// something else.
///
/// # Errors
/// When there is none.
pub fn find(folder: &Path) -> Result<PathBuf> {
    for folder in folder.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Ok(file);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    Err(Error::usage(format!("there is no `{FILE_NAME}` here or in a folder above"))
        .at(folder.display().to_string())
        .hinted("start a project with `malmoi init my-project`, or name a file with --config"))
}

/// Reads the file; the user knows it as `name`.
pub(super) fn read(path: &Path, name: &str) -> Result<Text> {
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, name, error))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, name, error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Error::usage(format!("`{name}` is larger than {MOST_BYTES} bytes"))
            .hinted("a settings file is small; was another file meant?"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        let last = valid.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let column = String::from_utf8_lossy(last).chars().count() + 1;
        Error::usage(format!("`{name}` is not UTF-8"))
            .at(format!("{name}, line {line}, column {column}"))
            .hinted("save the file with the encoding UTF-8")
    })?;
    Ok(Text::new(name, text))
}

fn unreadable(path: &Path, name: &str, error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::NotFound {
        return Error::usage(format!("there is no file `{name}`"))
            .hinted("start a project with `malmoi init my-project`");
    }
    Error::file("cannot read", path, error)
}

/// Parses the file; one problem a line at most, because one typo causes many.
pub(super) fn parse(text: &Text) -> Result<Table> {
    let (parsed, errors) = DeTable::parse_recoverable(&text.text);
    let mut problems = Vec::new();
    let mut last_line = 0;
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let line = text.line_number(&range);
        if line != last_line {
            let message = error.message().replace(char::is_control, " ");
            problems.push(Problem::new(format!("not TOML: {message}"), Place::File(range)));
        }
        last_line = line;
    }
    let table = settings::table(parsed.get_ref(), &Place::File, &mut problems);
    match text.error(problems) {
        Some(error) => Err(error),
        None => Ok(table),
    }
}
