//! A small corpus for tests that need a whole run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::{project, run};

/// A project whose `reviews.tsv` holds 60 reviews.
pub fn trained_on_reviews() -> TempDir {
    let folder = project("");
    std::fs::write(folder.path().join("reviews.tsv"), reviews(60)).unwrap();
    folder
}

/// A table of reviews, half of them good.
pub fn reviews(count: usize) -> String {
    let line = |number: usize| {
        let (label, word) = [("neg", "awful"), ("pos", "great")][number % 2];
        let film = ["comedy", "drama", "western", "thriller", "musical"][number / 2 % 5];
        format!("r{number}\ta {word} {film} with plot{number}\t{label}\n")
    };
    "id\ttext\tlabel\n".to_owned() + &(0..count).map(line).collect::<String>()
}

/// Runs the pipeline with `more` arguments and gives what it reports.
pub fn train(folder: &Path, more: &[&str]) -> Value {
    let (code, stdout, stderr) = run(folder, &[&["run", "--json"], more].concat());
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

/// Which stages were run, and not taken from what was kept.
pub fn ran(outcome: &Value) -> Vec<&str> {
    let stages = outcome["stages"].as_array().unwrap();
    let ran = stages.iter().filter(|stage| stage["status"] == "ran");
    ran.map(|stage| stage["stage"].as_str().unwrap()).collect()
}

/// Every file below `folder` by its path there.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let bytes = std::fs::read(&path).unwrap();
                    files.insert(path.strip_prefix(folder).unwrap().to_owned(), bytes);
                }
            }
        }
    }
    files
}
