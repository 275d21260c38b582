//! Corpora at the edge: too little, too odd, too alike.

use std::path::Path;

use serde_json::Value;

use crate::reviews::{files, ran, reviews, train, trained_on_reviews};
use crate::{project, run};

/// A project with `table` as its corpus.
fn corpus(table: impl AsRef<[u8]>) -> tempfile::TempDir {
    let folder = project("");
    std::fs::write(folder.path().join("reviews.tsv"), table).unwrap();
    folder
}

/// Expects a failed run that says all of `told`.
fn check_fails(table: impl AsRef<[u8]>, told: &[&str]) {
    let folder = corpus(table);
    let (code, stdout, stderr) = run(folder.path(), &["run", "--json"]);
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    told.iter().for_each(|told| assert!(stderr.contains(told), "no `{told}` in: {stderr}"));
}

fn accuracy(outcome: &Value) -> f64 {
    outcome["metrics"]["accuracy"].as_f64().unwrap()
}

#[test]
fn a_corpus_without_documents_is_told() {
    check_fails("", &["reviews.tsv"]);
    check_fails("\n\n", &["reviews.tsv"]);
    check_fails("text\tlabel\n", &["no document", "reviews.tsv"]);
}

#[test]
fn a_table_with_other_delimiters_is_told() {
    let check = |table: &str, set: &str, hint: &str| {
        let folder = corpus(table);
        let (code, _, stderr) = run(folder.path(), &["run", "--set", set]);
        assert!(code != 0 && stderr.contains(hint), "{stderr}");
    };
    check("text,label\na film,pos\n", "source.kind=tsv", "set source.kind = \"csv\"");
    check("text\tlabel\na film\tpos\n", "source.kind=csv", "set source.kind = \"tsv\"");
    check("text;label\na film;pos\n", "source.kind=csv", "save the table with commas");
}

#[test]
fn one_label_cannot_be_learned() {
    check_fails(
        "text\tlabel\ngood film\tpos\nfine film\tpos\n",
        &["all documents have the label `pos`"],
    );
    let table = "text\tlabel\tsplit\na film\tx\ttrain\nb film\ty\ttrain\nc film\tz\ttest\n";
    check_fails(table, &["no training document has the label `z`"]);
}

#[test]
fn texts_without_labels_become_rows_but_no_model() {
    let folder = corpus("text\na good film\nan awful film\n");
    let outcome = train(folder.path(), &[]);
    assert_eq!(outcome["metrics"], Value::Null);
    assert_eq!(ran(&outcome), ["source", "clean", "analyze", "vectorize"]);
    assert!(ran(&train(folder.path(), &[])).is_empty());
    let (code, _, stderr) = run(folder.path(), &["predict", "--input", "reviews.tsv"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("has no trained model") && stderr.contains("label"), "{stderr}");
}

#[test]
fn a_model_without_a_test_part_is_said_to_be_unmeasured() {
    let folder = corpus("text\tlabel\na good film\tpos\nan awful film\tneg\n");
    // Twice: from the source, and from what is kept.
    for _ in 0..2 {
        let (code, stdout, stderr) = run(folder.path(), &["run"]);
        assert_eq!(code, 0, "{stderr}");
        let told = "learned from 2 documents, 2 labels; no test document, so nothing is measured";
        assert!(stdout.contains(told) && !stdout.contains("no labels"), "{stdout}");
        assert!(stderr.contains("hint: raise `evaluate.test_size`"), "{stderr}");
        assert!(!stderr.contains("labels for"), "{stderr}");
    }
    let (code, _, stderr) = run(folder.path(), &["predict", "--input", "reviews.tsv"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let split = "text\tlabel\tsplit\na good film\tpos\ttrain\nan awful film\tneg\ttrain\n";
    let (_, _, stderr) = run(corpus(split).path(), &["run"]);
    assert!(stderr.contains("split of its own"), "{stderr}");
}

#[test]
fn as_many_labels_as_rows_are_warned_of() {
    let rows = (0..12).map(|n| format!("a film with plot{n}\ttitle {n}\n"));
    let folder = corpus("text\tlabel\n".to_owned() + &rows.collect::<String>());
    let (code, _, stderr) = run(folder.path(), &["run"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("there are 12 labels for 12 documents"), "{stderr}");
    assert!(stderr.contains("is `source.columns.label` the right column?"), "{stderr}");
}

#[test]
fn three_labels_are_told_apart_with_either_weighting() {
    let line = |n: usize| {
        let (label, word) = [("bad", "awful"), ("mixed", "uneven"), ("good", "great")][n % 3];
        format!("the film{n} was {word}\t{label}\n")
    };
    let folder = corpus("text\tlabel\n".to_owned() + &(0..90).map(line).collect::<String>());
    for weighting in ["tfidf", "naive_bayes_ratio"] {
        let setting = format!("vectorize.weighting={weighting}");
        let outcome = train(folder.path(), &["--set", &setting]);
        assert_eq!(accuracy(&outcome), 1.0, "{weighting}");
    }
}

#[test]
fn odd_texts_and_ids_do_no_harm() {
    let mut table = "\u{feff}".to_owned() + &reviews(20);
    table += "\"two\nlines\"\t\"a great\nfilm\"\tpos\n";
    table += "아이디\t\tneg\n";
    table += "long\t";
    table += &"great plot ".repeat(100_000);
    table += "\tpos\n";
    assert_eq!(train(corpus(table).path(), &[])["skipped"], 0);
    let alike = "text\tlabel\n".to_owned() + &"same text\tpos\nsame text\tneg\n".repeat(10);
    let folder = corpus(alike);
    let (code, _, stderr) = run(folder.path(), &["run"]);
    assert!(code < 2 && !stderr.contains("panicked"), "{stderr}");
    let (five, _, _) = run(corpus(reviews(5)).path(), &["run"]);
    assert_eq!(five, 0);
}

#[test]
fn korean_encodings_are_read_when_they_are_named() {
    let pair = |n: usize| format!("정말 좋은 영화 {n}편\tpos\n정말 나쁜 영화 {n}편\tneg\n");
    let table = "text\tlabel\n".to_owned() + &(0..10).map(pair).collect::<String>();
    let (bytes, _, _) = encoding_rs::EUC_KR.encode(&table);
    let folder = corpus(&bytes);
    let (code, _, stderr) = run(folder.path(), &["run"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("euc-kr") && stderr.contains("line 2"), "{stderr}");
    let read = train(folder.path(), &["--set", "source.encoding=euc-kr"]);
    assert_eq!(read["metrics"], train(corpus(&table).path(), &[])["metrics"]);
}

#[test]
fn the_number_of_threads_does_not_show() {
    let results = |threads: &str| {
        let folder = corpus(reviews(600));
        let outcome = train(folder.path(), &["--threads", threads]);
        let mut state = files(&folder.path().join(".malmoi"));
        state.retain(|path, _| !path.ends_with("lock") && !path.ends_with("manifest.json"));
        (outcome["metrics"].clone(), state)
    };
    let one = results("1");
    assert!(one == results("2") && one == results("7"));
}

#[test]
fn only_what_changed_is_made_again() {
    let folder = trained_on_reviews();
    let first = train(folder.path(), &[]);
    assert_eq!(ran(&first).len(), 6);
    let second = train(folder.path(), &[]);
    assert!(ran(&second).is_empty());
    assert_eq!(second["metrics"], first["metrics"], "to the last bit");
    touch(&folder.path().join("reviews.tsv"));
    assert!(ran(&train(folder.path(), &[])).is_empty());
    assert_eq!(ran(&train(folder.path(), &["--set", "classify.C=3"])), ["classify", "evaluate"]);
    std::fs::write(folder.path().join("reviews.tsv"), reviews(62)).unwrap();
    assert_eq!(ran(&train(folder.path(), &[])).len(), 6);
    assert_eq!(ran(&train(folder.path(), &["--force"])).len(), 6);
}

fn touch(path: &Path) {
    let file = std::fs::File::options().append(true).open(path).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
}

#[test]
#[cfg(unix)]
fn a_pipe_cannot_be_a_source() {
    let folder = corpus("");
    let arguments = ["run", "--set", "source.path=/dev/null"];
    let (code, _, stderr) = run(folder.path(), &arguments);
    assert_eq!(code, 1);
    assert!(stderr.contains("`/dev/null` is no file"), "{stderr}");
}

#[test]
fn a_replacement_that_grows_without_measure_costs_one_document() {
    let rule = format!(
        "[[pipeline.mine.clean.replace]]\npattern = '^.*plot7 ?$'\nreplacement = '{}'\n",
        "$0 ".repeat(2_000)
    );
    let folder = project(&rule.repeat(2));
    std::fs::write(folder.path().join("reviews.tsv"), reviews(60)).unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["run", "--json"]);
    assert_eq!(code, 0, "{stderr}");
    let outcome: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(outcome["skipped"], 1);
    assert!(stderr.contains("document `r7`: `clean.replace[1]` makes the text longer"), "{stderr}");
}
