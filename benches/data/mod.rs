//! Fixed reviews: those that come with the program, or the small archive of IMDB
//! reviews where the environment variable `MALMOI_DATA` names its folder.

use std::path::{Path, PathBuf};

use malmoi::data::{Document, Html};
use malmoi::source::{self, SourceParams};

/// Where the reviews stand and how they are read.
pub fn corpus() -> (SourceParams, PathBuf) {
    let (settings, path) = match std::env::var_os("MALMOI_DATA") {
        Some(folder) => ("kind = \"imdb\"", Path::new(&folder).join("aclImdb_mini.tar.gz")),
        None => ("kind = \"tsv\"\nquoting = false", "corpora/reviews/en.tsv".into()),
    };
    (toml::from_str(settings).expect("the settings are right"), path)
}

/// All labelled reviews.
pub fn reviews() -> Vec<Document<Html>> {
    let (params, path) = corpus();
    let mut source = source::open(&params, &path).expect("the reviews can be opened");
    let (mut all, mut batch) = (Vec::new(), Vec::new());
    while source.next_batch(&mut batch).expect("the reviews can be read") {
        all.append(&mut batch);
    }
    all.retain(|review| review.label.is_some());
    all
}
