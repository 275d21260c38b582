//! `malmoi search` and `malmoi index`, as a user calls them.

use std::path::Path;

use serde_json::Value;

use crate::{project, run};

const DOCUMENTS: &str = "\
id\ttext\tdate\tsource\tlabel
a\tA slow burn horror film with a great score\t2026-11-01\tpost\tpositive
b\tThe score was great, the film was not\t2026-11-02\tpost\tnegative
c\tHorror without a plot\t2026-11-03\therald\tnegative
d\tA great score for a great film\t2026-11-04\therald\tpositive
e\t학교에서 영화를 보았다\t2026-11-05\therald\tpositive
f\t학교 앞 영화관\t2026-11-05\tpost\tpositive
";

/// A project whose pipeline `mine` was run.
fn indexed() -> tempfile::TempDir {
    let folder = project("\n[pipeline.mine.vectorize]\nsublinear_tf = true\n");
    std::fs::write(folder.path().join("reviews.tsv"), DOCUMENTS).unwrap();
    let (code, _, errors) = run(folder.path(), &["run", "-q"]);
    assert_eq!(code, 0, "{errors}");
    folder
}

fn ids(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["search", "mine"], arguments, &["--json"]].concat();
    let (code, out, errors) = run(folder, &arguments);
    assert_eq!(code, 0, "{errors}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    let hits = answer["hits"].as_array().unwrap().iter();
    hits.map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn texts_are_found_and_marked() {
    let folder = indexed();
    let (code, out, errors) = run(folder.path(), &["search", "mine", "horror score"]);
    assert_eq!(code, 0, "{errors}");
    let first = out.lines().collect::<Vec<_>>();
    assert!(first[0].contains("2026-11-0"), "{out}");
    assert!(out.contains("A slow burn [horror] film with a great [score]"), "{out}");
    assert_eq!(ids(folder.path(), &["horror", "--top", "2"]), ["c", "a"]);
    let (_, out, _) = run(folder.path(), &["search", "mine", "xyzzy"]);
    assert!(out.contains("no document has a term in common"), "{out}");
}

#[test]
fn documents_like_one_are_found_without_it() {
    let folder = indexed();
    for measure in ["cosine", "euclidean", "manhattan", "jaccard"] {
        let found = ids(folder.path(), &["--like", "d", "--measure", measure]);
        assert!(!found.contains(&"d".to_owned()), "{measure}: {found:?}");
        // A document without known words is at distance 1 of all, as in scikit-learn.
        let first = found.iter().find(|id| *id != "f");
        assert!(["a", "b"].contains(&first.unwrap().as_str()), "{measure}: {found:?}");
    }
    let (code, _, errors) = run(folder.path(), &["search", "mine", "--like", "dd"]);
    assert_eq!(code, 1);
    assert!(errors.contains("no document `dd`") && errors.contains("`d`"), "{errors}");
}

#[test]
fn filters_leave_the_rest_out() {
    let folder = indexed();
    let found = |more: &[&str]| ids(folder.path(), &[&["great score film"], more].concat());
    assert_eq!(found(&["--source", "herald"]), ["d"]);
    assert_eq!(found(&["--label", "negative"]), ["b"]);
    assert_eq!(found(&["--since", "2026-11-02T12:00:00+09:00"]), ["d"]);
    assert_eq!(found(&["--until", "2026-11-01T12:00:00+09:00"]), ["a"]);
    assert_eq!(found(&["--source", "nobody"]), Vec::<String>::new());
    let (code, _, errors) = run(folder.path(), &["search", "mine", "x", "--since", "someday"]);
    assert_eq!(code, 2);
    assert!(errors.contains("`someday` is no day"), "{errors}");
}

#[test]
fn a_batch_is_answered_line_by_line() {
    let folder = indexed();
    std::fs::write(folder.path().join("q.txt"), "horror\n\ngreat score\n").unwrap();
    let arguments = ["search", "mine", "--queries", "q.txt", "--top", "1", "--json"];
    let (code, out, errors) = run(folder.path(), &arguments);
    assert_eq!(code, 0, "{errors}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let query: Vec<u64> = lines.iter().map(|line| line["query"].as_u64().unwrap()).collect();
    assert_eq!(query, [0, 1, 2]);
    assert_eq!(lines[0]["hits"][0]["id"], "c");
    assert_eq!(lines[1]["hits"], Value::Array(Vec::new()));
    assert!(lines[2]["micros"].as_f64().unwrap() >= 0.0);
    let score = lines[0]["hits"][0]["score"].as_f64().unwrap();
    assert!(score > 0.0 && score <= 1.0 + 1e-9);
}

#[test]
fn documents_are_added_and_taken_out() {
    let folder = indexed();
    assert_eq!(ids(folder.path(), &["plot", "--top", "1"]), ["c"]);
    let more = "id\ttext\ng\tplot plot plot\nc\ta score\n";
    std::fs::write(folder.path().join("more.tsv"), more).unwrap();
    let (code, out, errors) = run(folder.path(), &["index", "mine", "--add", "more.tsv"]);
    assert_eq!((code, out.as_str()), (0, "added 2, deleted 1\n"), "{errors}");
    assert_eq!(ids(folder.path(), &["plot"]), ["g"]);
    let (code, out, errors) = run(folder.path(), &["index", "mine", "--delete", "g"]);
    assert_eq!((code, out.as_str()), (0, "added 0, deleted 1\n"), "{errors}");
    assert_eq!(ids(folder.path(), &["plot"]), Vec::<String>::new());
    let (code, _, errors) = run(folder.path(), &["index", "mine", "--delete", "nobody"]);
    assert_eq!(code, 1);
    assert!(errors.contains("`nobody`"), "{errors}");
    let (code, out, errors) = run(folder.path(), &["index", "mine", "--check"]);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(out, "6 documents, every posting is right\n");
}

#[test]
fn ids_that_come_again_are_told_or_taken_out_together() {
    let folder = project("");
    std::fs::write(
        folder.path().join("reviews.tsv"),
        format!("{DOCUMENTS}c\tno plot\t\t\tnegative\n"),
    )
    .unwrap();
    let (code, _, errors) = run(folder.path(), &["run", "-q"]);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(ids(folder.path(), &["plot"]), ["c", "c"]);
    let more = "id\ttext\nc\tplot\ng\ta plot\nc\ta score\n";
    std::fs::write(folder.path().join("more.tsv"), more).unwrap();
    let (code, out, errors) = run(folder.path(), &["index", "mine", "--add", "more.tsv"]);
    assert_eq!((code, out.as_str()), (1, "added 2, deleted 2\n"), "{errors}");
    assert!(errors.contains("document `c`") && errors.contains("the same id"), "{errors}");
    assert_eq!(ids(folder.path(), &["plot"]), ["c", "g"]);
    let delete = ["index", "mine", "--delete", "c", "--delete", "c"];
    let (code, out, errors) = run(folder.path(), &delete);
    assert_eq!((code, out.as_str()), (0, "added 0, deleted 1\n"), "{errors}");
    assert_eq!(ids(folder.path(), &["plot"]), ["g"]);
}

#[test]
fn what_is_not_there_is_said() {
    let folder = project("");
    std::fs::write(folder.path().join("reviews.tsv"), DOCUMENTS).unwrap();
    let (code, _, errors) = run(folder.path(), &["search", "mine", "horror"]);
    assert_eq!(code, 1);
    assert!(errors.contains("no finished run") && errors.contains("malmoi run mine"), "{errors}");
    let (code, _, errors) = run(folder.path(), &["index", "mine", "--add", "reviews.tsv"]);
    assert_eq!(code, 1);
    assert!(errors.contains("malmoi index mine"), "{errors}");
    let (code, _, errors) = run(folder.path(), &["search", "yours", "horror"]);
    assert_eq!(code, 2);
    assert!(errors.contains("no pipeline `yours`"), "{errors}");
}

#[test]
fn a_damaged_index_is_refused() {
    let folder = indexed();
    assert_eq!(ids(folder.path(), &["plot", "--top", "1"]), ["c"]);
    let search = folder.path().join(".malmoi/mine/search");
    let segment = std::fs::read_dir(search).unwrap().flatten().map(|entry| entry.path());
    let segment = segment.into_iter().find(|path| path.to_string_lossy().contains("segment-"));
    let segment = segment.unwrap();
    let whole = std::fs::read(&segment).unwrap();
    for place in (0..whole.len()).step_by(whole.len() / 40) {
        let mut bad = whole.clone();
        bad[place] ^= 4;
        std::fs::write(&segment, &bad).unwrap();
        let (code, _, errors) = run(folder.path(), &["index", "mine", "--check"]);
        assert_eq!(code, 1, "byte {place}");
        assert!(errors.contains("damaged") && errors.contains("--rebuild"), "{errors}");
    }
    let (code, _, errors) = run(folder.path(), &["index", "mine", "--rebuild", "-q"]);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(ids(folder.path(), &["plot", "--top", "1"]), ["c"]);
}

#[test]
fn an_index_without_its_manifest_is_not_built_anew_unasked() {
    let folder = indexed();
    let manifest = folder.path().join(".malmoi/mine/search/manifest.json");
    assert_eq!(ids(folder.path(), &["plot", "--top", "1"]), ["c"]);
    std::fs::write(folder.path().join("more.tsv"), "id\ttext\ng\tplot plot\n").unwrap();
    assert_eq!(run(folder.path(), &["index", "mine", "--add", "more.tsv"]).0, 0);
    std::fs::remove_file(&manifest).unwrap();
    let (code, _, errors) = run(folder.path(), &["search", "mine", "plot"]);
    assert_eq!(code, 1);
    assert!(errors.contains("manifest.previous.json"), "{errors}");
    assert_eq!(run(folder.path(), &["index", "mine", "--rebuild", "-q"]).0, 0);
    assert_eq!(ids(folder.path(), &["plot", "--top", "1"]), ["c"]);
}
