//! A path → the files to read, and the split each is.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::SourceKind;
use super::mapping::listed;
use crate::data::Split;
use crate::error::{Error, Result};

/// One file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub path: PathBuf,
    pub split: Option<Split>,
}

/// The file `path`, or the `train` and the `test` file of the folder `path`.
///
/// # Errors
/// The folder does not hold exactly one of each.
pub(super) fn parts(kind: SourceKind, path: &Path) -> Result<Vec<Part>> {
    if !path.is_dir() {
        return Ok(vec![Part { path: path.to_owned(), split: None }]);
    }
    let names = table_names(kind, path)?;
    let part = |word, split| -> Result<Part> {
        Ok(Part { path: path.join(only(path, &names, word)?), split: Some(split) })
    };
    let (train, test) = (part("train", Split::Train)?, part("test", Split::Test)?);
    if train.path == test.path {
        return Err(not_told_apart(path, &names, "one name holds both `train` and `test`"));
    }
    Ok(vec![train, test])
}

/// The file's name without `.gz` and extension.
pub(super) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = without_gz(&name);
    match name.rfind('.') {
        Some(dot) if dot > 0 => name[..dot].to_owned(),
        _ => name.to_owned(),
    }
}

/// Names of the files with an extension of `kind`, sorted.
fn table_names(kind: SourceKind, folder: &Path) -> Result<Vec<String>> {
    let extensions: &[&str] = match kind {
        SourceKind::Jsonl => &["jsonl", "ndjson", "json"],
        SourceKind::Parquet => &["parquet"],
        _ => &["txt", "tsv", "csv"],
    };
    let failed = |error| Error::file("cannot list", folder, error);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(name) = path.file_name().and_then(OsStr::to_str) else { continue };
        let extension = without_gz(name).rsplit_once('.').map(|(_, extension)| extension);
        if path.is_file() && extension.is_some_and(|extension| extensions.contains(&extension)) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn only<'a>(folder: &Path, names: &'a [String], word: &str) -> Result<&'a String> {
    let mut found = names.iter().filter(|name| name.to_lowercase().contains(word));
    match (found.next(), found.next()) {
        (Some(name), None) => Ok(name),
        (None, _) => Err(not_told_apart(folder, names, &format!("no name holds `{word}`"))),
        _ => Err(not_told_apart(folder, names, &format!("several names hold `{word}`"))),
    }
}

fn not_told_apart(folder: &Path, names: &[String], reason: &str) -> Error {
    let found = if names.is_empty() { "no table".to_owned() } else { listed(names) };
    Error::usage(format!("cannot tell the training from the test file: {reason}; found {found}"))
        .at(folder.display().to_string())
        .hinted("set source.path to one file, or keep one `…train…` and one `…test…` file there")
}

fn without_gz(name: &str) -> &str {
    name.strip_suffix(".gz").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], expected: std::result::Result<[&str; 2], &str>) {
        let folder = tempfile::tempdir().unwrap();
        names.iter().for_each(|name| std::fs::write(folder.path().join(name), "").unwrap());
        match (parts(SourceKind::Tsv, folder.path()), expected) {
            (Ok(parts), Ok([train, test])) => {
                assert_eq!(parts[0].path, folder.path().join(train));
                assert_eq!(parts[1].path, folder.path().join(test));
                assert_eq!(parts[0].split, Some(Split::Train));
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (result, expected) => panic!("{result:?} is not {expected:?}"),
        }
    }

    #[test]
    fn a_folder_holds_training_and_test() {
        let nsmc =
            ["ratings_test.txt.gz", "ratings_train.txt.gz", "raw_reviews.jsonl.gz", "ratings.txt"];
        check(&nsmc, Ok(["ratings_train.txt.gz", "ratings_test.txt.gz"]));
        check(&["Train.csv", "test.tsv", "train.md"], Ok(["Train.csv", "test.tsv"]));
    }

    #[test]
    fn what_is_ambiguous_is_refused_by_name() {
        check(&["a.txt", "b.md"], Err("found `a.txt`"));
        check(&[], Err("no table"));
        check(&["train.csv"], Err("no name holds `test`"));
        check(&["train.csv", "train.tsv", "test.csv"], Err("several names hold `train`"));
        check(&["train_test.csv"], Err("both"));
    }

    #[test]
    fn stems_lose_their_extension() {
        assert_eq!(stem(Path::new("a/ratings_train.txt.gz")), "ratings_train");
        assert_eq!(stem(Path::new("a/.hidden")), ".hidden");
        assert_eq!(stem(Path::new("/")), "");
    }
}
