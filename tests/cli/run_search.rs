//! A run that builds a search index as its last stage.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::reviews::{files, ran, reviews, train};
use crate::{project, run};

/// The index of the pipeline, from its project.
const INDEX: &str = ".malmoi/mine/search";

/// A project of 60 reviews that are to be found again.
fn searchable(more: &str) -> TempDir {
    let folder = project(&format!("[pipeline.mine.search]\n{more}"));
    std::fs::write(folder.path().join("reviews.tsv"), reviews(60)).unwrap();
    folder
}

fn stages(outcome: &Value) -> Vec<&str> {
    let stages = outcome["stages"].as_array().unwrap().iter();
    stages.map(|stage| stage["stage"].as_str().unwrap()).collect()
}

fn stdout(folder: &Path, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = run(folder, arguments);
    assert_eq!(code, 0, "{stderr}");
    stdout
}

#[test]
fn a_table_builds_an_index_which_is_kept() {
    let folder = searchable("");
    let plan = stdout(folder.path(), &["run", "--dry-run"]);
    assert!(plan.contains("  search     run     there is no index of these rows"), "{plan}");
    let first = train(folder.path(), &[]);
    assert_eq!(ran(&first).last(), Some(&"search"));
    assert_eq!(first["stages"][6]["documents"], 60);
    assert!(first["stages"][6]["seconds"].as_f64().unwrap() > 0.0);
    let index = files(&folder.path().join(INDEX));
    assert!(index.contains_key(Path::new("manifest.json")), "{:?}", index.keys());
    let second = train(folder.path(), &[]);
    assert_eq!(ran(&second), [""; 0]);
    assert_eq!((stages(&second), &second["stages"][6]["documents"]), (stages(&first), &60.into()));
    assert!(files(&folder.path().join(INDEX)) == index);
    let table = stdout(folder.path(), &["run"]);
    assert!(table.contains("  search         cached         60 documents"), "{table}");
    let plan = stdout(folder.path(), &["run", "--dry-run"]);
    assert!(plan.contains("  search     cached"), "{plan}");
    assert_eq!(ran(&train(folder.path(), &["--force"])).last(), Some(&"search"));
}

#[test]
fn an_index_is_built_again_only_if_its_rows_changed() {
    let folder = searchable("");
    train(folder.path(), &[]);
    for cached in ["classify.C=2.0", "search.top=5"] {
        let outcome = train(folder.path(), &["--set", cached]);
        assert!(!ran(&outcome).contains(&"search"), "{cached}: {outcome}");
    }
    let outcome = train(folder.path(), &["--set", "vectorize.min_df=2"]);
    assert_eq!(ran(&outcome).last(), Some(&"search"));
    std::fs::remove_dir_all(folder.path().join(INDEX)).unwrap();
    let outcome = train(folder.path(), &["--set", "vectorize.min_df=2"]);
    assert_eq!(ran(&outcome), ["search"]);
    std::fs::write(folder.path().join(INDEX).join("manifest.json"), "{").unwrap();
    let outcome = train(folder.path(), &["--set", "vectorize.min_df=2"]);
    assert_eq!(ran(&outcome), ["search"], "a damaged index is mended");
}

#[test]
fn no_table_no_index() {
    let folder = project("");
    std::fs::write(folder.path().join("reviews.tsv"), reviews(60)).unwrap();
    let outcome = train(folder.path(), &[]);
    assert!(!stages(&outcome).contains(&"search"));
    assert!(!folder.path().join(INDEX).exists());
    assert_eq!(ran(&train(folder.path(), &["--set", "search.top=5"])), ["search"]);
}

#[test]
fn without_a_classifier_every_document_teaches() {
    let folder = searchable("[pipeline.mine.classify]\nenabled = false");
    let plan = stdout(folder.path(), &["run", "--dry-run"]);
    assert!(!plan.contains("classify") && !plan.contains("evaluate"), "{plan}");
    let outcome = train(folder.path(), &[]);
    assert_eq!(stages(&outcome), ["source", "clean", "analyze", "vectorize", "search"]);
    assert_eq!((&outcome["metrics"], &outcome["learned"]["labels"]), (&Value::Null, &0.into()));
    assert!(!folder.path().join(".malmoi/mine/model.bin").exists());
    let second = train(folder.path(), &[]);
    assert_eq!((ran(&second), stages(&second)), (vec![""; 0], stages(&outcome)));
    let (code, _, stderr) = run(folder.path(), &["vectors", "export", "mine", "--output", "x.npz"]);
    assert_eq!(code, 0, "{stderr}");
    let documents = std::fs::read_to_string(folder.path().join("x.documents.tsv")).unwrap();
    assert_eq!(documents.lines().filter(|line| line.ends_with("\t\ttrain")).count(), 60);
    let (code, _, stderr) = run(folder.path(), &["tune"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("`classify.enabled` is false"), "{stderr}");
}

#[test]
fn the_state_lists_and_removes_the_index() {
    let folder = searchable("");
    train(folder.path(), &[]);
    let listed = stdout(folder.path(), &["state", "list"]);
    assert!(listed.contains("rows, model, metrics, index of "), "{listed}");
    let listed: Value =
        serde_json::from_str(&stdout(folder.path(), &["state", "list", "--json"])).unwrap();
    let bytes: usize = files(&folder.path().join(INDEX)).values().map(Vec::len).sum();
    assert_eq!(listed["pipelines"][0]["index_bytes"], bytes);
    stdout(folder.path(), &["state", "remove", "mine"]);
    assert!(!folder.path().join(INDEX).exists());
}
