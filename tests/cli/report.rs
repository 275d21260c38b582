//! `malmoi report` as a user drives it, on the bundled reviews and news.

use std::path::Path;

use tempfile::TempDir;

use crate::{malmoi, outcome};

const SETTINGS: &str = r#"
version = 1
default = "reviews"

[pipeline.sample.source]
kind = "tsv"
path = "ROOT/corpora/reviews/en.tsv"
quoting = false

[pipeline.sample-ko.source]
kind = "tsv"
path = "ROOT/corpora/reviews/ko.tsv"
quoting = false

[pipeline.sample-ko.analyze]
analyzer = "char"

[pipeline.reviews.source]
kind = "tsv"
path = "ROOT/corpora/reviews/en.tsv"
quoting = false
columns = { source = "title" }

[pipeline.reviews.score]
model = "sample"

[pipeline.reviews.report]
by = "month"
topic = "rating"

[pipeline.news.source]
kind = "news"
path = "news.db"
site = "ROOT/corpora/news"
feeds = ["http://hanbit.example/feed.xml", "http://harbourpost.example/sitemap.xml"]

[pipeline.news.crawl]
delay = 0

[pipeline.news.analyze]
analyzer = "char"

[pipeline.news.score]
models = { ko = "sample-ko" }

[pipeline.news.report]
by = "day"
"#;

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let settings = SETTINGS.replace("ROOT", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(folder.path().join("pipeline.toml"), settings).unwrap();
    folder
}

#[track_caller]
fn run(folder: &Path, arguments: &[&str]) -> (String, String) {
    let (code, stdout, stderr) = outcome(malmoi(folder, arguments));
    assert_eq!(code, 0, "{stderr}");
    (stdout, stderr)
}

#[track_caller]
fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let all = [&["report"], arguments, &["--format", "json"]].concat();
    serde_json::from_str(&run(folder, &all).0).unwrap()
}

#[track_caller]
fn fails(folder: &Path, arguments: &[&str], code: i32, part: &str) {
    let (is, stdout, stderr) = outcome(malmoi(folder, arguments));
    assert_eq!(is, code, "{stderr}");
    assert!(stderr.contains(part) && stdout.is_empty(), "`{part}` is not in {stderr}");
}

#[test]
fn a_report_needs_a_model_and_says_which() {
    let folder = project();
    let folder = folder.path();
    fails(folder, &["report"], 1, "train it with `malmoi run sample`");
    fails(folder, &["report", "sample"], 2, "names no model");
    run(folder, &["run", "sample"]);
    let facts = json(folder, &["reviews"]);
    assert_eq!(facts["pipeline"], "reviews");
    assert_eq!(facts["zone"], "UTC");
    assert_eq!(facts["documents"]["read"], 240);
    assert_eq!(facts["total"]["documents"], 240);
    assert_eq!(facts["total"]["trained_on"], 192);
    assert_eq!(facts["by"], "month");
    assert!(facts["sources"]["found"].as_u64().unwrap() > 1);
    assert!(facts["labels"]["shown"].as_array().unwrap().len() > 2);
    assert_eq!(facts["model"]["models"][0]["pipeline"], "sample");
    // The file of scores is state of the pipeline, and can be removed as such.
    assert!(run(folder, &["state", "list"]).0.contains("reviews"));
    run(folder, &["state", "remove", "reviews"]);
    assert!(!folder.join(".malmoi/reviews").exists());
}

#[test]
fn the_same_words_tell_days_periods_and_zones() {
    let folder = project();
    let folder = folder.path();
    run(folder, &["run", "sample"]);
    let days =
        ["--since", "2025-06-01", "--until", "2025-06-30", "--by", "week", "--zone", "Asia/Seoul"];
    let facts = json(folder, &days);
    assert_eq!((&facts["since"], &facts["until"]), (&"2025-06-01".into(), &"2025-06-30".into()));
    assert_eq!((&facts["zone"], &facts["by"]), (&"Asia/Seoul".into(), &"week".into()));
    assert_eq!(facts["periods"].as_array().unwrap().len(), 6);
    let watched = json(folder, &["--watch", "film, music"]);
    let names: Vec<&str> = watched["keywords"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["film", "music"]);
    fails(folder, &["report", "--zone", "Asia/Soul"], 2, "did you mean `Asia/Seoul`?");
    fails(folder, &["report", "--since", "someday"], 2, "is no day");
    fails(
        folder,
        &["report", "--since", "2025-02-01", "--until", "2025-01-01"],
        2,
        "before it begins",
    );
    fails(folder, &["report", "--watch", "a,,b"], 2, "a word to watch is empty");
    let wrong = ["report", "--set", "report.zone=Nowhere", "--set", "report.top=0"];
    fails(folder, &wrong, 2, "2 problems");
}

#[test]
fn forms_go_where_they_are_sent() {
    let folder = project();
    let folder = folder.path();
    run(folder, &["run", "sample"]);
    let (out, told) = run(folder, &["report"]);
    assert!(out.is_empty() && told.contains("wrote report-reviews.html"), "{told}");
    assert!(folder.join("report-reviews.html").exists());
    let (out, told) =
        run(folder, &["report", "--format", "html,json,csv,md", "--output", "all/", "-q"]);
    assert!(out.is_empty() && told.is_empty(), "{told}");
    for name in ["reviews.html", "reviews.json", "reviews.csv", "reviews.md"] {
        assert!(!std::fs::read(folder.join("all").join(name)).unwrap().is_empty(), "{name}");
    }
    fails(folder, &["report", "--output", "x.html", "--format", "csv"], 2, "contradict");
    fails(folder, &["report", "--output", "x.pdf"], 2, "cannot tell the form");
    fails(folder, &["report", "--set", "source.path=none.tsv"], 1, "does not exist");
}

#[test]
fn news_is_reported_by_site_with_addresses() {
    let folder = project();
    let folder = folder.path();
    fails(folder, &["report", "news"], 1, "train it with `malmoi run sample-ko`");
    run(folder, &["news", "update"]);
    let facts = json(folder, &["news", "--until", "2026-12-31"]);
    assert_eq!(facts["zone"], "Asia/Seoul");
    // Twelve articles: one is the copy of another, four are in a language without a model.
    let documents = &facts["documents"];
    assert_eq!(documents["read"], 12);
    assert_eq!(documents["copies"], 1);
    assert_eq!(documents["skipped"], 4);
    assert_eq!(facts["total"]["documents"], 7);
    let notes = facts["notes"].to_string();
    assert!(notes.contains("4 documents are in a language that no model labels"), "{notes}");
    let quotes = facts["quotes"].as_array().unwrap();
    for quote in quotes {
        assert!(quote["url"].as_str().unwrap().starts_with("http://"), "{quote}");
    }
    let sources = facts["sources"]["shown"].as_array().unwrap();
    assert!(!sources.is_empty(), "{sources:?}");
}

#[test]
fn no_file_is_replaced_that_a_report_is_made_of() {
    let folder = project();
    run(folder.path(), &["run", "sample", "-q"]);
    let rows = "id\ttext\tdate\nr-1\tA great film\t2026-11-24\n";
    std::fs::write(folder.path().join("mine.md"), rows).unwrap();
    for output in ["mine.md", "pipeline.toml", ".malmoi/sample/model.bin"] {
        let before = std::fs::read(folder.path().join(output)).unwrap();
        let arguments =
            ["report", "--set", "source.path=mine.md", "--format", "md", "--output", output];
        let (code, _, stderr) = outcome(malmoi(folder.path(), &arguments));
        assert_eq!(code, 2, "{output}: {stderr}");
        assert!(stderr.contains("is no report, so it is not replaced"), "{stderr}");
        assert_eq!(std::fs::read(folder.path().join(output)).unwrap(), before);
    }
}
