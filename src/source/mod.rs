//! Addresses → documents.
//!
//! In: an archive, table, JSON lines or folder, by URL or path. Out: batches of
//! documents in the order of the corpus. A bad row is counted and named; a
//! damaged file ends the run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

/// Which column holds what. A column that is not named here is kept in `extra`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// Unique id; the row's number if there is none.
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
}

fn yes() -> bool {
    true
}
