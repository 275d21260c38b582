//! `malmoi news` as a user drives it, on the bundled site and with no network.

use std::path::Path;

use tempfile::TempDir;

use crate::{malmoi, outcome};

const SETTINGS: &str = r#"
version = 1
default = "sample"

[pipeline.sample.source]
kind = "tsv"
path = "ROOT/corpora/reviews/ko.tsv"
quoting = false

[pipeline.sample.analyze]
analyzer = "char"

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
models = { ko = "sample" }
"#;

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let settings = SETTINGS.replace("ROOT", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(folder.path().join("pipeline.toml"), settings).unwrap();
    folder
}

#[track_caller]
fn run(folder: &Path, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = outcome(malmoi(folder, arguments));
    assert_eq!(code, 0, "{stderr}");
    stdout
}

#[track_caller]
fn fails(folder: &Path, arguments: &[&str], code: i32, part: &str) {
    let (is, _, stderr) = outcome(malmoi(folder, arguments));
    assert_eq!(is, code, "{stderr}");
    assert!(stderr.contains(part), "`{part}` is not in {stderr}");
}

fn objects(lines: &str) -> Vec<serde_json::Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn news_is_fetched_listed_shown_and_exported() {
    let folder = project();
    let folder = folder.path();
    let told = run(folder, &["news", "update"]);
    assert!(told.contains("12 new or changed articles, 8 labelled"), "{told}");
    assert!(told.contains("1 consent") && told.contains("1 robots-disallowed"), "{told}");
    assert!(run(folder, &["news", "update"]).contains("0 fetched"), "nothing is fetched twice");
    let all = objects(&run(folder, &["news", "list", "--json"]));
    // One is the copy of another.
    assert_eq!(all.len(), 11);
    assert_eq!(run(folder, &["news", "list", "--duplicates"]).lines().count(), 12);
    let times: Vec<i64> = all
        .iter()
        .map(|one| {
            let date = one["date"].as_str().unwrap();
            chrono::DateTime::parse_from_rfc3339(date).unwrap().timestamp()
        })
        .collect();
    assert!(times.is_sorted_by(|one, next| one >= next), "the newest stands first");
    let english = run(folder, &["news", "list", "--language", "en", "--since", "2026-11-22"]);
    assert_eq!(english.lines().count(), 2, "{english}");
    let id = all[0]["id"].as_str().unwrap();
    assert!(run(folder, &["news", "show", &id[..6]]).contains(all[0]["title"].as_str().unwrap()));
    run(folder, &["news", "export", "--output", "all.csv"]);
    let told = run(folder, &["news", "export", "--output", "all.warc", "--source", "hanbit"]);
    let archive = std::fs::read(folder.join("all.warc")).unwrap();
    let records = archive.windows(14).filter(|part| part == b"WARC-Record-ID").count();
    assert!(told.contains(&format!("the pages of {} articles", records - 1)), "{told}");
    let table = std::fs::read_to_string(folder.join("all.csv")).unwrap();
    assert!(table.starts_with("id,url,title,text,"), "{table}");
    assert_eq!(objects(&run(folder, &["news", "export"])).len(), 11);
    assert!(run(folder, &["news", "re-extract"]).contains("0 of 13 articles changed"));
    assert!(run(folder, &["news", "verify"]).contains("whole"));
    assert_eq!(objects(&run(folder, &["news", "sources", "--json"])).len(), 2);
    let refused = objects(&run(folder, &["news", "pages", "--only", "refused", "--json"]));
    assert_eq!(refused[0]["reason"], "consent");
    assert!(run(folder, &["news", "pages", "--only", "failed"]).contains("robots-disallowed"));
    run(folder, &["news", "remove", "hanbit.example"]);
    assert_eq!(run(folder, &["news", "list"]).lines().count(), 11, "articles stay");
}

#[test]
fn a_run_updates_first() {
    let folder = project();
    let told = run(folder.path(), &["run", "news"]);
    assert!(told.contains("12 new or changed articles"), "{told}");
    assert!(told.contains("11 documents"), "{told}");
    let end = "11 articles are stored\n  languages: 4 en, 7 ko\n";
    assert!(told.contains(end) && told.contains("4 without a label"), "{told}");
    assert!(told.ends_with("next: malmoi news list\n") && !told.contains("no labels"), "{told}");
    let value: serde_json::Value =
        serde_json::from_str(&run(folder.path(), &["run", "news", "--json"])).unwrap();
    assert_eq!(value["news"]["stored"]["articles"], 11);
}

#[test]
fn pages_are_extracted_in_their_order() {
    let folder = project();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/news");
    let page = |name: &str| root.join(name).to_string_lossy().into_owned();
    let (one, none) =
        (page("hanbit.example/articles/k2.html"), page("harbourpost.example/consent.html"));
    let pages = ["news", "extract", "--json", &one, "missing.html", &none, &one];
    let (code, stdout, _) = outcome(malmoi(folder.path(), &pages));
    assert_eq!(code, 1);
    let lines = objects(&stdout);
    let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["k2", "missing", "consent", "k2"]);
    assert_eq!(lines[0]["title"], "마을버스 오 분마다 온다");
    assert!(lines[1]["error"].as_str().unwrap().contains("missing.html"));
    assert_eq!(lines[2]["error"], "consent");
    let chosen =
        ["news", "extract", "--json", "--title", ".article_title", "--text", ".article_txt", &one];
    let selected = &objects(&run(folder.path(), &chosen))[0];
    assert_eq!(selected["publisher_rule"], "selectors");
    assert!(selected["text"].as_str().unwrap().starts_with("한빛시가"));
    let wrong = ["news", "extract", "--text", "p[", &one];
    fails(folder.path(), &wrong, 2, "is no CSS selector");
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let folder = project();
    let folder = folder.path();
    fails(folder, &["news", "list"], 1, "there is no news database");
    fails(folder, &["news", "--pipeline", "sample", "list"], 2, "is not about news");
    fails(folder, &["news", "add", "ftp://a.example/"], 2, "is not an address");
    fails(folder, &["news", "add", "http://a.example/", "--include", "re:("], 2, "re:(");
    fails(folder, &["news", "remove", "nobody"], 1, "there is no news database");
    run(folder, &["news", "add", "http://a.example/rss"]);
    fails(folder, &["news", "remove", "nobody"], 2, "there is no source");
    fails(folder, &["news", "update", "--source", "nobody"], 2, "there is no source called");
    fails(folder, &["news", "list", "--since", "someday"], 2, "is no day");
    fails(folder, &["news", "show", "beef"], 2, "there is no article");
    fails(folder, &["news", "extract", "http://127.0.0.1:1/"], 1, "gave no article");
}
