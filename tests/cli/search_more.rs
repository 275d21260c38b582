//! `malmoi compare`, `duplicates` and `neighbors`.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::reviews::trained_on_reviews;
use crate::{malmoi, outcome, project, run};

const ARTICLES: &str = "\
id\tdate\tsource\ttitle\ttext
copy\t2026-11-03\tdaily\t\tthe mayor opened the new bridge over the river on monday morning
first\t2026-11-01\tweekly\tA new bridge\tthe mayor opened the new bridge over the river on monday
dateless\t\tdaily\t\tthe mayor opened the new bridge over the river on monday evening
snow\t2026-11-02\tdaily\t\theavy snow closed every school in the north for a week
same\t2026-11-05\tdaily\t\theavy snow closed every school in the north for a week
other\t2026-11-04\tweekly\t\tprices of bread and milk rose again
";

/// A project with articles, some of them nearly the same, after its run.
fn articles() -> TempDir {
    let folder = project("");
    std::fs::write(folder.path().join("reviews.tsv"), ARTICLES).unwrap();
    let (code, _, stderr) = run(folder.path(), &["run"]);
    assert_eq!(code, 0, "{stderr}");
    folder
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Ids of each group.
fn groups(folder: &Path, more: &[&str]) -> Vec<Vec<String>> {
    let arguments = [&["duplicates", "--json", "--threshold", "0.6"], more].concat();
    let (code, stdout, stderr) = run(folder, &arguments);
    assert_eq!(code, 0, "{stderr}");
    let ids = |group: &Value| {
        let documents = group["documents"].as_array().unwrap().iter();
        documents.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    lines(&stdout).iter().map(ids).collect()
}

#[track_caller]
fn fails(folder: &Path, arguments: &[&str], wanted_code: i32, part: &str) {
    let (code, stdout, stderr) = run(folder, arguments);
    assert_eq!((code, stdout.as_str()), (wanted_code, ""), "{stderr}");
    assert!(stderr.contains(part), "`{part}` is not in {stderr}");
}

#[test]
fn two_texts_are_compared_by_all_measures() {
    let folder = tempfile::tempdir().unwrap();
    let texts = ["compare", "the plot is thin", "the cast is great"];
    let (code, stdout, stderr) = run(folder.path(), &texts);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let expected = "\
cosine      0.3361  1 is equal, 0 has no term in common
euclidean   1.1523  0 is equal
manhattan   2.3046  0 is equal
jaccard     0.3333  terms in common by terms in either
";
    assert_eq!(stdout, expected);
    let (_, stdout, _) = run(folder.path(), &[&texts[..], &["--json"]].concat());
    let found: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&found["pipeline"], &found["analyzer"]), (&Value::Null, &"word".into()));
    assert_eq!(found["jaccard"], 1.0 / 3.0);
    let (_, stdout, _) = run(folder.path(), &["compare", "one two", "three four"]);
    assert!(stdout.starts_with("cosine      0.0000"), "{stdout}");
}

#[test]
fn texts_that_cannot_be_compared_say_why() {
    let folder = project("");
    fails(folder.path(), &["compare", "", "b"], 2, "the first text is empty");
    fails(folder.path(), &["compare", "some words", " \n"], 2, "the second text is empty");
    fails(folder.path(), &["compare", "!", "a"], 1, "neither text has a term to compare");
    let unknown = ["compare", "some words", "words", "--pipeline", "none"];
    fails(folder.path(), &unknown, 2, "`none`");
    let untrained = ["compare", "some words", "words", "--pipeline", "mine"];
    fails(folder.path(), &untrained, 1, "has no finished run yet");
}

#[test]
fn a_pipeline_weighs_the_terms_it_learned() {
    let folder = trained_on_reviews();
    assert_eq!(run(folder.path(), &["run"]).0, 0);
    let compare = ["compare", "a great comedy", "an awful comedy, zzz", "--pipeline", "mine"];
    let (code, from_rows, stderr) = run(folder.path(), &compare);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(from_rows.contains("jaccard     0.3333"), "{from_rows}");
    let (code, _, stderr) = run(folder.path(), &["neighbors", "--top", "1"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(run(folder.path(), &compare).1, from_rows, "the index knows the same weights");
    std::fs::remove_dir_all(folder.path().join(".malmoi/mine/search")).unwrap();
    let settings = std::fs::read_to_string(folder.path().join("pipeline.toml")).unwrap();
    let other = settings + "[pipeline.mine.analyze]\nlowercase = false\n";
    std::fs::write(folder.path().join("pipeline.toml"), other).unwrap();
    fails(folder.path(), &compare, 1, "the settings of `mine` are not those of its last run");
}

/// The Korean dictionary of twenty words that the tests have.
fn korean(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = malmoi(folder, arguments);
    command.env("MALMOI_DATA_DIR", folder.join("data")).env("PATH", folder.join("bin"));
    command.env("MALMOI_DICTIONARY_URL", "http://127.0.0.1:1/none.tar.gz");
    outcome(command)
}

#[test]
fn korean_is_compared_by_its_morphemes_if_the_dictionary_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let compare = ["compare", "책을 읽는다", "책이 있다", "--json"];
    let (code, stdout, stderr) = korean(folder.path(), &compare);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("note: the Korean dictionary is not installed"), "{stderr}");
    assert!(!folder.path().join("data").exists(), "nothing was fetched");
    assert_eq!(serde_json::from_str::<Value>(&stdout).unwrap()["jaccard"], 0.0);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/analyze/dictionary");
    let install = ["dictionary", "install", "--path", &sample.to_string_lossy()];
    assert_eq!(korean(folder.path(), &install).0, 0);
    let (code, stdout, stderr) = korean(folder.path(), &compare);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let found: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(found["analyzer"], "auto");
    assert!(found["jaccard"].as_f64().unwrap() > 0.0, "{found}");
}

#[test]
fn the_first_published_of_a_group_comes_first() {
    let folder = articles();
    let (code, stdout, stderr) = run(folder.path(), &["duplicates", "--threshold", "0.6"]);
    assert_eq!(code, 0, "{stderr}");
    let expected = "\
first  A new bridge
  0.9000  copy  the mayor opened the new bridge over the river on monday morning
  0.9000  dateless  the mayor opened the new bridge over the river on monday evening

snow  heavy snow closed every school in the north for a week
  1.0000  same  heavy snow closed every school in the north for a week
";
    assert_eq!(stdout, expected);
    assert_eq!(stderr, "note: 2 groups of 5 documents, among 6 that were compared\n");
    let (_, stdout, _) = run(folder.path(), &["duplicates", "--threshold", "0.6", "--json"]);
    let first = &lines(&stdout)[0];
    let of = |place: usize, key: &str| first["documents"][place].get(key).cloned();
    assert_eq!((first["group"].as_u64(), of(0, "title")), (Some(1), Some("A new bridge".into())));
    assert_eq!((of(1, "similarity"), of(1, "title")), (Some(0.9.into()), None));
}

#[test]
fn duplicates_are_looked_for_among_those_that_are_wanted() {
    let folder = articles();
    let folder = folder.path();
    let snow = ["snow", "same"];
    assert_eq!(groups(folder, &[]), [&["first", "copy", "dateless"][..], &snow]);
    assert_eq!(groups(folder, &["--exact"]), groups(folder, &[]));
    assert_eq!(groups(folder, &["--source", "daily"]), [&snow[..], &["copy", "dateless"]]);
    assert_eq!(groups(folder, &["--since", "2026-11-02T00:00:00+09:00"]), [snow]);
    assert_eq!(groups(folder, &["--until", "2026-11-04T00:00:00+09:00"]), [["first", "copy"]]);
    assert_eq!(groups(folder, &["--source", "nobody"]), [[""; 0]; 0]);
    assert_eq!(groups(folder, &["--shingle", "3"]), groups(folder, &[]));
    assert_eq!(groups(folder, &["--shingle", "16"]), [snow]);
}

#[test]
fn groups_can_be_written_to_a_file() {
    let folder = articles();
    let arguments = ["duplicates", "--output", "groups.jsonl"];
    let (code, stdout, stderr) = run(folder.path(), &arguments);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    let written = std::fs::read_to_string(folder.path().join("groups.jsonl")).unwrap();
    assert_eq!(lines(&written).len(), 2);
}

#[test]
fn wrong_settings_of_duplicates_are_told_before_any_work() {
    let folder = project("");
    let folder = folder.path();
    for threshold in ["0", "1.5", "NaN"] {
        fails(folder, &["duplicates", "--threshold", threshold], 2, "`threshold` is");
    }
    fails(folder, &["duplicates", "--shingle", "0"], 2, "`shingle` is 0");
    fails(folder, &["duplicates", "--since", "noon"], 2, "`noon` is no day");
    fails(folder, &["duplicates", "none"], 2, "`none`");
    fails(folder, &["duplicates"], 1, "has no finished run yet");
    fails(folder, &["neighbors"], 1, "has no finished run yet");
    fails(folder, &["neighbors", "none"], 2, "`none`");
    fails(folder, &["neighbors", "--top", "0"], 2, "0 is not in 1..=10000");
}

#[test]
fn every_document_has_its_neighbours_without_itself() {
    let folder = articles();
    let (code, stdout, stderr) = run(folder.path(), &["neighbors", "--top", "2"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let found = lines(&stdout);
    let ids: Vec<&Value> = found.iter().map(|line| &line["id"]).collect();
    assert_eq!(ids, ["copy", "dateless", "first", "other", "same", "snow"]);
    assert_eq!(found[4]["neighbors"][0]["id"], "snow");
    assert!((found[4]["neighbors"][0]["score"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    for line in &found {
        let neighbors = line["neighbors"].as_array().unwrap();
        assert!(neighbors.len() <= 2 && neighbors.iter().all(|one| one["id"] != line["id"]));
    }
    let (_, stdout, _) = run(folder.path(), &["neighbors", "--top", "9", "--measure", "manhattan"]);
    for line in lines(&stdout) {
        assert_eq!(line["neighbors"].as_array().unwrap().len(), 5, "a distance has everybody");
    }
}

#[test]
fn neighbours_do_not_depend_on_threads_and_go_to_files() {
    let folder = trained_on_reviews();
    assert_eq!(run(folder.path(), &["run"]).0, 0);
    let (_, stdout, _) = run(folder.path(), &["neighbors", "--threads", "1"]);
    assert_eq!(stdout.lines().count(), 60);
    let arguments = ["neighbors", "--threads", "4", "--output", "knn.jsonl"];
    let (code, told, stderr) = run(folder.path(), &arguments);
    assert_eq!(
        (code, told.as_str(), stderr.as_str()),
        (0, "the neighbours of 60 documents are in knn.jsonl\n", "")
    );
    assert_eq!(std::fs::read_to_string(folder.path().join("knn.jsonl")).unwrap(), stdout);
}
