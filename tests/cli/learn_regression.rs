//! `malmoi learn linear`, `logistic` and `softmax`, as a new user would call them.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{project, run};

/// The table that every course has: two columns that say the same.
const TEACHING: &str = "a\tb\ty\n1\t1\t10\n2\t2\t20\n3\t3\t30\n";

fn folder(name: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(folder.path().join(name), text).expect("it is writable");
    folder
}

fn learned(folder: &Path, arguments: &[&str]) -> (Value, String) {
    let (code, stdout, stderr) = run(folder, &[&["learn"], arguments, &["--json"]].concat());
    assert_eq!(code, 0, "{stderr}");
    (serde_json::from_str(&stdout).expect("one JSON object"), stderr)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn the_teaching_table_fixes_only_the_sum_of_the_weights() {
    let folder = folder("points.tsv", TEACHING);
    let folder = folder.path();
    let table = ["linear", "--data", "points.tsv", "--target", "y"];
    for optimizer in [
        &["--optimizer", "sgd", "--learning-rate", "0.02", "--steps", "4000"][..],
        &["--optimizer", "momentum", "--steps", "4000"],
        &["--optimizer", "adam", "--steps", "4000"],
        &["--optimizer", "lbfgs"],
    ] {
        let asked = ["--predict", "4,4", "--predict", "4,1"];
        let (found, stderr) = learned(folder, &[&table[..], optimizer, &asked].concat());
        let sum: f64 =
            found["weights"].as_array().unwrap().iter().map(|one| number(&one["weight"])).sum();
        assert!((sum - 10.0).abs() < 1e-2, "{optimizer:?}: {found}");
        let [same, other] = [0, 1].map(|place| &found["predictions"][place]);
        assert!((number(&same["prediction"]) - 40.0).abs() < 1e-2, "{optimizer:?}: {found}");
        assert_eq!((&same["determined"], &other["determined"]), (&true.into(), &false.into()));
        assert_eq!(found["largest_difference"], Value::Null);
        assert!(stderr.contains("the column `b` follows from `a`"), "{stderr}");
        assert!(stderr.contains("does not determine the prediction for 4,1"), "{stderr}");
    }
    let (code, stdout, _) = run(folder, &[&["learn"], &table[..], &["--predict", "4,1"]].concat());
    assert!(code == 0 && stdout.contains("4,1  not determined"), "{stdout}");
    assert!(stdout.contains("no closed form"), "{stdout}");
    let (found, _) = learned(folder, &[&table[..], &["--l2", "0.1", "--predict", "4,1"]].concat());
    assert_eq!(found["predictions"][0]["determined"], true);
}

#[test]
fn a_line_is_found_and_checked() {
    let rows = (0..12)
        .map(|row| format!("{row},{},{}\n", row * row % 7, 3 * row - 2 * (row * row % 7) + 5));
    let text = format!("a,b,y\n{}", rows.collect::<String>());
    let folder = folder("points.csv", &text);
    let folder = folder.path();
    std::fs::write(folder.join("more.csv"), "b,x,a\n1,skip,10\n").unwrap();
    let arguments = [
        "learn",
        "linear",
        "--data",
        "points.csv",
        "--target",
        "y",
        "--standardize",
        "--optimizer",
        "sgd",
        "--learning-rate",
        "0.1",
        "--steps",
        "500",
        "--every",
        "100",
        "--curve",
        "loss.svg",
        "--predict",
        "-1,2",
        "--predict-data",
        "more.csv",
    ];
    let (code, stdout, stderr) = run(folder, &arguments);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for expected in
        ["  3.000000        3.000000  a\n", " -2.000000       -2.000000  b\n", "RMSE 0.0000"]
    {
        assert!(stdout.contains(expected), "{stdout}");
    }
    for (prediction, row) in [("-2.000000", "-1,2"), ("33.000000", "10,1")] {
        assert!(stdout.contains(&format!("{prediction}  {row}\n")), "{stdout}");
    }
    let is_loss = |line: &&str| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [step, loss] => step.parse::<u64>().is_ok() && loss.contains('e'),
        _ => false,
    };
    assert_eq!(stdout.lines().filter(is_loss).count(), 6, "{stdout}");
    let is_drawn = |letter: char| ('\u{2801}'..='\u{28ff}').contains(&letter);
    assert!(stdout.contains("loss by step, logarithmic") && stdout.contains(is_drawn), "{stdout}");
    let picture = std::fs::read_to_string(folder.join("loss.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("loss by step"));
    assert_eq!(run(folder, &arguments).1, stdout, "the same seed gives the same bytes");
}

#[test]
fn two_classes_have_a_decision_and_probabilities() {
    let folder = folder("points.csv", "hours,passed\n1,no\n2,no\n3,yes\n4,no\n5,yes\n6,yes\n");
    let table = ["logistic", "--data", "points.csv", "--target", "passed", "--predict", "3.5"];
    let (found, _) = learned(folder.path(), &[&table[..], &["--optimizer", "lbfgs"]].concat());
    let weight = number(&found["outputs"][0]["weights"]["hours"]);
    let intercept = number(&found["outputs"][0]["intercept"]);
    // LogisticRegression().fit([[1], [2], [3], [4], [5], [6]], [0, 0, 1, 0, 1, 1])
    assert!((weight - WEIGHT).abs() < 1e-4 && (intercept - INTERCEPT).abs() < 1e-4, "{found}");
    let yes = number(&found["predictions"][0]["probabilities"]["yes"]);
    assert!((yes - 0.5).abs() < 1e-4, "{found}");
    let (code, stdout, _) = run(folder.path(), &[&["learn"], &table[..]].concat());
    assert_eq!(code, 0);
    for expected in
        ["decision: `yes` where the score", "accuracy 0.6667", "at the optimum", "no 0.5"]
    {
        assert!(stdout.contains(expected), "{expected}: {stdout}");
    }
}

const WEIGHT: f64 = 0.76705372;
const INTERCEPT: f64 = -2.68468802;

#[test]
fn many_classes_have_a_score_each() {
    let folder = folder("points.csv", "x,kind\n0,1\n1,1\n4,2\n5,2\n9,10\n10,10\n");
    let table = ["softmax", "--data", "points.csv", "--target", "kind", "--predict", "9.5"];
    let (found, _) =
        learned(folder.path(), &[&table[..], &["--C", "inf", "--steps", "500"]].concat());
    assert_eq!(found["labels"], serde_json::json!(["1", "2", "10"]));
    assert_eq!(
        (&found["predictions"][0]["label"], &found["accuracy"]),
        (&"10".into(), &1.0.into())
    );
    let loss = &found["curve"]["series"][0]["points"];
    assert!((number(&loss[0][1]) - 3f64.ln()).abs() < 1e-12, "{loss}");
    let (code, _, stderr) =
        run(folder.path(), &["learn", "logistic", "--data", "points.csv", "--target", "kind"]);
    assert!(code == 1 && stderr.contains("has 3 different labels"), "{stderr}");
}

#[test]
fn a_training_that_diverges_says_so() {
    let folder = folder("points.tsv", TEACHING);
    let arguments = [
        "learn",
        "linear",
        "--data",
        "points.tsv",
        "--target",
        "y",
        "--optimizer",
        "sgd",
        "--learning-rate",
        "5",
        "--curve",
        "loss.svg",
    ];
    let (code, stdout, stderr) = run(folder.path(), &arguments);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(
        stderr.contains("the training diverged") && stderr.contains("--learning-rate"),
        "{stderr}"
    );
    assert!(!folder.path().join("loss.svg").exists());
}

#[test]
fn wrong_calls_are_told_before_the_training() {
    let folder = folder("points.tsv", TEACHING);
    let check = |arguments: &[&str], expected: &str| {
        let (code, stdout, stderr) = run(folder.path(), &[&["learn"], arguments].concat());
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    };
    let table = ["linear", "--data", "points.tsv", "--target", "y"];
    let with = |more: &[&'static str]| [&table[..], more].concat();
    check(&["linear"], "there is nothing to learn from");
    check(&["linear", "--data", "points.tsv"], "--target");
    check(&["linear", "imdb", "--data", "points.tsv", "--target", "y"], "cannot be used with");
    check(&["linear", "--data", "points.tsv", "--target", "z"], "its columns are `a`, `b`, `y`");
    check(&with(&["--columns", "a,z"]), "no column `z`");
    check(&with(&["--curve", "loss.png"]), "`.svg`");
    check(&with(&["--learning-rate", "0"]), "--learning-rate is 0");
    check(&with(&["--optimizer", "lbfgs", "--learning-rate", "1"]), "lbfgs takes neither");
    check(&with(&["--alpha", "2"]), "--alpha is for the ratings of a pipeline");
    check(&["linear", "mine", "--steps", "9"], "--steps is for an optimizer");
    check(&with(&["--predict", "4"]), "1 numbers instead of 2");
    check(&with(&["--l2", "-1"]), "--l2 is -1");
    check(&["softmax", "--data", "points.tsv", "--target", "y", "--C", "0"], "--C is 0");
}

/// Reviews whose words say their rating.
fn rated(columns: &str) -> TempDir {
    let folder = project(columns);
    let words = ["awful", "dull", "fair", "good", "great"];
    let mut rows = String::from("id\ttext\trating\tsplit\n");
    for row in 0..120 {
        let word = row * 7 % 5;
        let filler = ["film", "story", "cast"][row % 3];
        let split = if row % 4 == 3 { "test" } else { "train" };
        let rating = if row == 5 { String::new() } else { (2 * word + 1).to_string() };
        rows += &format!("r{row}\ta {} {filler} number{row}\t{rating}\t{split}\n", words[word]);
    }
    std::fs::write(folder.path().join("reviews.tsv"), rows).unwrap();
    folder
}

const COLUMNS: &str = "[pipeline.mine.source.columns]\nrating = \"rating\"\nsplit = \"split\"\n";

#[test]
fn ratings_of_a_pipeline_are_learned() {
    let folder = rated(COLUMNS);
    let folder = folder.path();
    let arguments =
        ["linear", "mine", "--alpha", "auto", "--folds", "3", "--predict", "a great film"];
    let (found, _) = learned(folder, &[&arguments[..], &["--output", "terms.tsv"]].concat());
    assert_eq!((&found["train_documents"], &found["test_documents"]), (&89.into(), &30.into()));
    assert_eq!((&found["left_out"], &found["split"]), (&1.into(), &"official".into()));
    assert_eq!(found["tried"].as_array().unwrap().len(), 9);
    let rmse = |of: &str| number(&found[of]["rmse"]);
    assert!(rmse("clipped") <= rmse("test") && rmse("test") < 0.5 * rmse("baseline"), "{found}");
    assert_eq!(
        (&found["high"][0]["term"], &found["low"][0]["term"]),
        (&"great".into(), &"awful".into())
    );
    assert!(number(&found["predictions"][0]["rating"]) > 7.0, "{found}");
    let terms = std::fs::read_to_string(folder.join("terms.tsv")).unwrap();
    let features = found["features"].as_u64().unwrap() as usize;
    assert!(terms.starts_with("term\tweight\n") && terms.lines().count() == features + 1);
    let threads = |count| {
        let (code, stdout, _) = run(folder, &["--threads", count, "learn", "linear", "mine"]);
        assert_eq!(code, 0);
        stdout
    };
    let shown = threads("1");
    assert_eq!(shown, threads("3"));
    for expected in ["as predicted", "kept within 1–9", "the mean for all", "1 without a rating"]
    {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let descent = ["linear", "mine", "--optimizer", "adam", "--steps", "300", "--batch-size", "16"];
    let (steps, _) = learned(folder, &descent);
    assert!(number(&steps["test"]["rmse"]) < rmse("baseline"), "{steps}");
}

#[test]
fn a_pipeline_without_ratings_says_how_to_name_them() {
    let folder = rated("[pipeline.mine.source.columns]\nrating = \"id\"\n");
    std::fs::write(folder.path().join("reviews.tsv"), "id\ttext\nr1\ta film\nr2\ta story\n")
        .unwrap();
    let folder = folder.path();
    let settings = std::fs::read_to_string(folder.join("pipeline.toml")).unwrap();
    std::fs::write(
        folder.join("pipeline.toml"),
        settings.replace("rating = \"id\"", "id = \"id\""),
    )
    .unwrap();
    let (code, stdout, stderr) = run(folder, &["learn", "linear", "mine"]);
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    assert!(stderr.contains("none of the 2 documents of `mine` has a rating"), "{stderr}");
    assert!(stderr.contains("source.columns.rating=NAME"), "{stderr}");
}
