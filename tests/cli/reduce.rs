//! `malmoi reduce`: documents along axes, as text, map and table.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{project, run};

const KOREAN: &str = r#"
[pipeline.mine.analyze]
analyzer = "char"

[pipeline.mine.vectorize]
ngram_range = [1, 3]
"#;

/// A project on one of the bundled tables.
fn on(table: &str, more: &str) -> TempDir {
    let folder = project(&format!("quoting = false\n{more}"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/reviews").join(table);
    fs::copy(source, folder.path().join("reviews.tsv")).unwrap();
    folder
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (code, stdout, stderr) = run(folder, &[arguments, &["--json"]].concat());
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str], code: i32, parts: &[&str]) {
    let (found, stdout, stderr) = run(folder, arguments);
    assert_eq!((found, stdout.as_str()), (code, ""), "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "`{part}` is not in\n{stderr}");
    }
}

#[test]
fn a_map_shows_every_document_of_the_sample() {
    let folder = on("en.tsv", "");
    let folder = folder.path();
    let (code, stdout, stderr) =
        run(folder, &["reduce", "pca", "--svd-dimensions", "20", "--output", "maps/map.svg"]);
    assert_eq!(code, 0, "{stderr}");
    for part in ["192 documents to learn from", "PCA 1: ", "PCA 2: ", "written to maps/map.svg"] {
        assert!(stdout.contains(part), "`{part}` is not in\n{stdout}");
    }
    let map = fs::read_to_string(folder.join("maps/map.svg")).unwrap();
    for part in
        ["All 240 documents", ">positive<", ">negative<", "<title", "mine: documents by PCA"]
    {
        assert!(map.contains(part), "`{part}` is not in the map");
    }
    assert!(map.matches("class=\"arrow\"").count() > 5);
    let again =
        ["reduce", "pca", "--svd-dimensions", "20", "--output", "again.svg", "--threads", "1"];
    assert_eq!(run(folder, &again).0, 0);
    assert!(map == fs::read_to_string(folder.join("again.svg")).unwrap(), "threads show");
}

#[test]
fn korean_labels_lie_apart_along_a_discriminant() {
    let folder = on("ko.tsv", KOREAN);
    let folder = folder.path();
    let output = ["--svd-dimensions", "30", "--output", "places.jsonl"];
    let told = json(folder, &[&["reduce", "lda"], &output[..]].concat());
    assert_eq!(told["axes"][0]["name"], "LDA 1");
    assert!(told["axes"][0]["separation"].as_f64().unwrap() > 0.5, "{told}");
    assert_eq!(
        (&told["axes"][1]["name"], &told["axes"][1]["separation"]),
        (&"rest 1".into(), &Value::Null)
    );
    let lines = fs::read_to_string(folder.join("places.jsonl")).unwrap();
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len() as u64, told["documents"].as_u64().unwrap());
    let train: Vec<&Value> = rows.iter().filter(|row| row["part"] == "train").collect();
    let right = train
        .iter()
        .filter(|row| (row["x1"].as_f64().unwrap() > 0.0) == (row["label"] == "positive"));
    assert!(right.count() * 10 > train.len() * 8);
    let map = ["reduce", "lda", "--svd-dimensions", "30", "--output", "map.svg", "--arrows", "9"];
    assert_eq!(run(folder, &map).0, 0);
    let map = fs::read_to_string(folder.join("map.svg")).unwrap();
    assert!(
        map.contains("PCA 1 of what LDA leaves") && map.contains("what tells the labels apart")
    );
}

#[test]
fn a_table_holds_the_part_and_the_axes_that_are_asked_for() {
    let folder = on("en.tsv", "");
    let folder = folder.path();
    let table = |name: &str, part: &str| {
        let output =
            ["--dimensions", "3", "--svd-dimensions", "9", "--part", part, "--output", name];
        let told = json(folder, &[&["reduce", "svd"], &output[..]].concat());
        let text = fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(text.lines().count() as u64, told["documents"].as_u64().unwrap() + 1);
        text
    };
    let [train, test, all] = [("a.tsv", "train"), ("b.tsv", "test"), ("c.csv", "all")]
        .map(|(name, part)| table(name, part));
    assert_eq!(train.lines().next(), Some("id\tlabel\tpart\tx1\tx2\tx3"));
    assert_eq!((train.lines().count(), test.lines().count()), (193, 49));
    let both = train.lines().chain(test.lines().skip(1)).map(|line| line.replace('\t', ","));
    assert_eq!(all.lines().collect::<Vec<_>>(), both.collect::<Vec<_>>());
}

#[test]
fn documents_without_labels_have_a_map_and_no_discriminants() {
    let folder = project("");
    let folder = folder.path();
    let word = |n: usize| ["great", "dull", "long", "funny", "sad", "loud", "odd"][n % 7];
    let line = |n: usize| format!("r{n}\tfilm {} with {} plot\n", word(n), word(n / 3));
    let table = "id\ttext\n".to_owned() + &(0..20).map(line).collect::<String>();
    fs::write(folder.join("reviews.tsv"), table).unwrap();
    assert_eq!(run(folder, &["reduce", "pca", "--output", "map.svg"]).0, 0);
    assert!(fs::read_to_string(folder.join("map.svg")).unwrap().contains("no label"));
    refused(folder, &["reduce", "lda"], 1, &["have no labels", "source.columns.label"]);
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = on("en.tsv", "");
    let folder = folder.path();
    let with = |more: &[&'static str]| [&["reduce", "pca"], more].concat();
    refused(folder, &with(&["--output", "map.png"]), 2, &["`map.png`", ".svg", ".tsv"]);
    refused(folder, &with(&["--output", "map"]), 2, &["`map`"]);
    refused(folder, &with(&["--output", "reviews.tsv"]), 2, &["not replaced", "--output"]);
    refused(folder, &with(&["--output", "reviews.tsv/map.svg"]), 1, &["reviews.tsv"]);
    refused(folder, &with(&["--dimensions", "1", "--output", "map.svg"]), 2, &["two axes"]);
    refused(
        folder,
        &with(&["--dimensions", "300"]),
        2,
        &["300 dimensions", "192", "--dimensions 192"],
    );
    refused(folder, &with(&["--dimensions", "0"]), 2, &["0"]);
    refused(folder, &["reduce", "lda", "--shrinkage", "2"], 2, &["shrinkage is 2", "0 (none)"]);
    refused(folder, &["reduce", "pca", "nobody"], 2, &["nobody"]);
    assert!(!folder.join("map.svg").exists());
}
