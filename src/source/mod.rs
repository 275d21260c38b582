//! Addresses → documents.
//!
//! In: an archive, table, JSON lines or folder, by URL or path. Out: batches of
//! documents in the order of the corpus. A bad row is counted and named; a
//! damaged file ends the run.

mod archive;
mod download;
mod extract;
mod folder;
mod imdb;
mod imdb_reviews;
mod jsonl;
mod mapping;
#[cfg(feature = "parquet")]
mod parquet;
mod parts;
mod rows;
#[cfg(test)]
mod sample_archives;
mod table;
mod tar_entries;
mod transfer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::traits::Source;
pub use archive::{EachEntry, Limits, read_tar_gz};
pub use download::{Download, Progress};
pub use extract::extract;
pub use imdb::{ImdbReviews, ImdbSource};

/// The form of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// The IMDB review archive (`aclImdb_v1.tar.gz`), or its unpacked folder.
    Imdb,
    /// Tab-separated values.
    Tsv,
    /// Comma-separated values.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet (feature `parquet`).
    Parquet,
    /// A folder of text files; a file's folder is its label.
    Folder,
    /// Articles of news sites; `path` is the database that keeps them.
    News,
}

/// Which column holds what. A column that is not named here is kept in `extra`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// Unique id; the file's name and the line if there is none.
    pub id: Option<String>,
    /// The text (default `text`).
    pub text: Option<String>,
    /// The class.
    pub label: Option<String>,
    /// A grade.
    pub rating: Option<String>,
    /// The date.
    pub date: Option<String>,
    /// Publisher, site or file.
    pub source: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// `train` or `test`.
    pub split: Option<String>,
    /// Documents of one group stay together in cross-validation.
    pub group: Option<String>,
}

/// `[pipeline.NAME.source]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceParams {
    /// The form of the source.
    pub kind: SourceKind,
    /// File or folder; wins over `url`.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Where to download it when no path is given.
    #[serde(default)]
    pub url: Option<String>,
    /// Expected sha256 of the download, in hexadecimal.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Whether reviews without a label are read as well (IMDB only).
    #[serde(default, skip_serializing_if = "is_no")]
    pub unlabelled: bool,
    /// Encoding label such as `euc-kr`; UTF-8 with or without BOM if absent.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Whether `"` quotes fields (tables only).
    #[serde(default = "yes")]
    pub quoting: bool,
    /// Which column holds what (tables, JSON lines, Parquet).
    #[serde(default)]
    pub columns: Columns,
    /// The corpus's own labels → the names used here; empty: as they are.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Feeds, sitemaps and pages of news that are asked without `malmoi news add` (news only).
    #[serde(default)]
    pub feeds: Vec<String>,
    /// A folder with pages by host, which answers instead of the network (news only).
    #[serde(default)]
    pub site: Option<PathBuf>,
}

fn yes() -> bool {
    true
}

/// A setting that later versions added says nothing where it has its default, so that
/// what earlier ones kept still fits.
fn is_no(value: &bool) -> bool {
    !value
}

/// Opens the source at `path`; a table's folder holds a `train` and a `test` file.
///
/// # Errors
/// A file cannot be read, or it lacks a column that the settings name.
pub fn open(params: &SourceParams, path: &Path) -> Result<Box<dyn Source>> {
    Ok(match params.kind {
        SourceKind::Tsv | SourceKind::Csv => Box::new(table::open(params, path)?),
        SourceKind::Jsonl => Box::new(jsonl::open(params, path)?),
        SourceKind::Folder => Box::new(folder::open(params, path)?),
        SourceKind::Parquet => open_parquet(params, path)?,
        SourceKind::Imdb => Box::new(ImdbSource::open(path, &params.labels, reviews(params))?),
        // The hallway opens them, since they are another room's.
        SourceKind::News => return Err(Error::usage("articles are read by `malmoi run`")),
    })
}

fn reviews(params: &SourceParams) -> ImdbReviews {
    match params.unlabelled {
        true => ImdbReviews::WithUnlabelled,
        false => ImdbReviews::Labelled,
    }
}

#[cfg(feature = "parquet")]
fn open_parquet(params: &SourceParams, path: &Path) -> Result<Box<dyn Source>> {
    Ok(Box::new(parquet::open(params, path)?))
}

#[cfg(not(feature = "parquet"))]
fn open_parquet(_params: &SourceParams, _path: &Path) -> Result<Box<dyn Source>> {
    Err(crate::files::no_parquet())
}

/// Like [`open`], with each document's group where the corpus knows it: IMDB's
/// reviews then wait in memory for the list of their films, and those without a
/// label are left out, since no fold can use them.
///
/// # Errors
/// As [`open`].
pub fn open_grouped(params: &SourceParams, path: &Path) -> Result<Box<dyn Source>> {
    match params.kind {
        SourceKind::Imdb => {
            Ok(Box::new(ImdbSource::open(path, &params.labels, ImdbReviews::Grouped)?))
        }
        _ => open(params, path),
    }
}

/// The files that [`open`] reads, in their order.
///
/// # Errors
/// As [`open`], as far as names tell.
pub fn inputs(params: &SourceParams, path: &Path) -> Result<Vec<PathBuf>> {
    match params.kind {
        SourceKind::Folder => folder::text_files(path),
        SourceKind::Imdb if path.is_dir() => folder::text_files(path),
        SourceKind::Imdb | SourceKind::News => Ok(vec![path.to_owned()]),
        kind => Ok(parts::parts(kind, path)?.into_iter().map(|part| part.path).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Document, Html, Skipped};

    /// A folder with files in it.
    pub struct Folder(tempfile::TempDir);

    impl Folder {
        pub fn with(files: &[(&str, &[u8])]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for (name, bytes) in files {
                let path = folder.path().join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
            Folder(folder)
        }

        pub fn path(&self) -> &Path {
            self.0.path()
        }
    }

    pub fn params(settings: &str) -> SourceParams {
        toml::from_str(settings).unwrap()
    }

    pub fn documents(source: &mut dyn Source) -> Result<Vec<Document<Html>>> {
        let (mut all, mut batch) = (Vec::new(), Vec::new());
        while source.next_batch(&mut batch)? {
            all.append(&mut batch);
        }
        Ok(all)
    }

    /// What a source gives for one file named `file.txt`.
    pub fn read(settings: &str, bytes: &[u8]) -> Result<(Vec<Document<Html>>, Skipped)> {
        let folder = Folder::with(&[("file.txt", bytes)]);
        let mut source = open(&params(settings), &folder.path().join("file.txt"))?;
        let documents = documents(&mut *source)?;
        Ok((documents, source.skipped()))
    }

    #[test]
    fn inputs_are_what_is_read() {
        let folder = Folder::with(&[("train.csv", b""), ("test.csv", b""), ("a/b.txt", b"")]);
        let names = |settings| {
            let files = inputs(&params(settings), folder.path()).unwrap();
            let name = |file: &PathBuf| file.strip_prefix(folder.path()).unwrap().to_owned();
            files.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names("kind = \"csv\""), [Path::new("train.csv"), Path::new("test.csv")]);
        assert_eq!(names("kind = \"folder\""), [Path::new("a/b.txt")]);
        assert_eq!(names("kind = \"imdb\""), [Path::new("a/b.txt")]);
    }

    #[cfg(not(feature = "parquet"))]
    #[test]
    fn parquet_is_a_feature() {
        let error = read("kind = \"parquet\"", b"").unwrap_err();
        assert_eq!(error.hint(), Some("build with --features parquet"));
    }

    #[test]
    fn the_bundled_reviews_are_read_whole() {
        for name in ["en", "ko"] {
            let path = format!("corpora/reviews/{name}.tsv");
            let params = params("kind = \"tsv\"\nquoting = false");
            let mut source = open(&params, Path::new(&path)).unwrap();
            assert_eq!(documents(&mut *source).unwrap().len(), 240);
            assert_eq!(source.skipped().count, 0);
        }
    }
}
