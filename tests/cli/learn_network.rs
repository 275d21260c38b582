//! Networks of `malmoi learn`, on tables and on a pipeline's text.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{project, run};

const XOR: &str = "a\tb\ty\n0\t0\tno\n0\t1\tyes\n1\t0\tyes\n1\t1\tno\n";

/// A project with a table of exclusive ors and 80 reviews whose order of words matters.
fn sample() -> TempDir {
    let folder = project("columns = { id = \"id\", label = \"label\", text = \"text\" }\n");
    std::fs::write(folder.path().join("xor.tsv"), XOR).unwrap();
    let mut table = "id\tlabel\ttext\n".to_owned();
    for number in 0..80 {
        let name = ["positive", "negative"][number % 2];
        let word = [["great", "lovely"], ["dull", "awful"]][number % 2][number / 2 % 2];
        table += &format!("r-{number}\t{name}\tA {word} film {number}, truly {word}\n");
    }
    std::fs::write(folder.path().join("reviews.tsv"), table).unwrap();
    folder
}

#[cfg(not(feature = "neural"))]
#[test]
fn a_build_without_networks_says_how_to_get_them() {
    let folder = sample();
    for arguments in [
        &["learn", "rnn", "mine"][..],
        &["learn", "cnn"],
        &["learn", "mlp", "--data", "xor.tsv", "--target", "y"],
        &["learn", "gan", "--data", "xor.tsv"],
    ] {
        let (code, stdout, stderr) = run(folder.path(), arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(stderr.contains("this build has no neural networks"), "{stderr}");
        assert!(stderr.contains("build with --features neural"), "{stderr}");
    }
    let _: Option<(&Path, Value)> = None;
}

#[cfg(feature = "neural")]
mod with_networks {
    use super::*;

    fn json(folder: &Path, arguments: &[&str]) -> Value {
        let (code, stdout, stderr) = run(folder, arguments);
        assert_eq!(code, 0, "{arguments:?}: {stderr}");
        serde_json::from_str(&stdout).unwrap()
    }

    #[test]
    fn exclusive_or_is_learned() {
        let folder = sample();
        let arguments = ["learn", "mlp", "--data", "xor.tsv", "--target", "y", "--hidden", "3"];
        let more = ["--predict", "0,1", "--predict", "1,1", "--epochs", "300"];
        let (code, stdout, stderr) = run(folder.path(), &[&arguments[..], &more].concat());
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert!(stdout.contains("dense.0.weight  2 × 3"), "{stdout}");
        let mut lines = stdout.lines().map(str::trim);
        let is_sum = |line: &str| line.starts_with("parameters") && line.ends_with(" 13");
        assert!(lines.any(is_sum), "{stdout}");
        assert!(stdout.contains("accuracy 1.0000"), "{stdout}");
        assert!(stdout.contains("yes  0,1"), "{stdout}");
        assert!(stdout.contains("no  1,1"), "{stdout}");
        let told = json(folder.path(), &[&arguments[..], &more, &["--json"]].concat());
        assert_eq!(told["parameters"], 13);
        assert_eq!(told["accuracy"], 1.0);
        assert_eq!(told["predictions"][0]["label"], "yes");
        assert_eq!(told["curve"]["series"][0]["points"].as_array().unwrap().len(), 300);
    }

    #[test]
    fn three_four_four_one_has_41_parameters() {
        let folder = sample();
        std::fs::write(folder.path().join("t.tsv"), "a\tb\tc\ty\n1\t2\t3\t1\n3\t2\t1\t0\n")
            .unwrap();
        let arguments =
            ["learn", "mlp", "--data", "t.tsv", "--target", "y", "--hidden", "4,4", "--json"];
        assert_eq!(
            json(folder.path(), &[&arguments[..], &["--epochs", "2"]].concat())["parameters"],
            41
        );
        let arguments =
            [&arguments[..], &["--number", "--epochs", "2", "--predict", "1,2,3"]].concat();
        let told = json(folder.path(), &arguments);
        assert_eq!(told["parameters"], 41);
        assert!(told["predictions"][0]["prediction"].is_number());
    }

    #[test]
    fn a_training_that_diverges_is_told() {
        let folder = sample();
        std::fs::write(folder.path().join("t.tsv"), "a\ty\n1e9\t1\n-3e9\t2\n").unwrap();
        let (code, _, stderr) = run(
            folder.path(),
            &[
                "learn",
                "mlp",
                "--data",
                "t.tsv",
                "--target",
                "y",
                "--number",
                "--clip",
                "0",
                "--activation",
                "relu",
                "--optimizer",
                "sgd",
                "--learning-rate",
                "10",
            ],
        );
        assert_eq!(code, 1);
        assert!(
            stderr.contains("diverged") && stderr.contains("lower --learning-rate"),
            "{stderr}"
        );
    }

    #[test]
    fn texts_are_learned_measured_and_kept() {
        let folder = sample();
        let path = folder.path();
        let (code, _, stderr) = run(path, &["run", "mine"]);
        assert_eq!(code, 0, "{stderr}");
        for arguments in [
            &["learn", "cnn", "mine", "--filters", "8", "--widths", "1,2"][..],
            &["learn", "rnn", "mine", "--cell", "lstm", "--hidden", "8"],
            &["learn", "mlp", "mine", "--hidden", "8"],
            &["learn", "mlp", "mine", "--hidden", "8", "--features", "svd"],
        ] {
            let more = ["--dimensions", "8", "--epochs", "12", "--learning-rate", "0.02", "--json"];
            let arguments = [arguments, &more].concat();
            let told = json(path, &arguments);
            assert_eq!(told["evaluation"]["accuracy"], 1.0, "{told}");
            assert_eq!(told["beside"][0]["model"], "linear model");
            assert_eq!(told["beside"][1]["metrics"]["accuracy"], 1.0);
            let file = path.join(told["file"].as_str().unwrap());
            let bytes = std::fs::read(&file).unwrap();
            let beside: Value =
                serde_json::from_slice(&std::fs::read(file.with_extension("json")).unwrap())
                    .unwrap();
            assert_eq!(beside["evaluation"], told["evaluation"]);
            json(path, &arguments);
            assert_eq!(std::fs::read(&file).unwrap(), bytes, "the same seed, the same bytes");
        }
        for name in
            ["mine/cnn", "mine/rnn", "mine/mlp", "mine/mlp-svd", "mine+mine/cnn+mine/mlp-svd"]
        {
            says_how_films_are(path, name);
        }
        let told = json(path, &["learn", "mlp", "mine", "--no-test", "--json"]);
        assert!(told["evaluation"].is_null() && told["beside"].as_array().unwrap().is_empty());
        assert!(told["validation"]["loss"].is_number(), "{told}");
        let (_, listed, _) = run(path, &["state", "list"]);
        assert!(listed.contains("networks cnn, mlp, mlp-svd, rnn"), "{listed}");
        assert_eq!(run(path, &["state", "remove", "mine/mlp-svd"]).0, 0);
        assert!(!path.join(".malmoi/mine/learned/mlp-svd.json").exists());
        assert!(path.join(".malmoi/mine/learned/mlp.json").exists());
        std::fs::write(path.join("learned.safetensors"), b"no tensors").unwrap();
        let kept = path.join(".malmoi/mine/learned/cnn.safetensors");
        std::fs::copy(path.join("learned.safetensors"), kept).unwrap();
        let (code, stdout, stderr) = run(path, &["explain", "mine/cnn", "great"]);
        assert_eq!((code, stdout.as_str()), (1, ""));
        assert!(stderr.contains("the network is damaged"), "{stderr}");
    }

    fn says_how_films_are(folder: &Path, name: &str) {
        let lines = "A great film, truly great\nAn awful film, truly awful\n";
        std::fs::write(folder.join("lines.txt"), lines).unwrap();
        let (code, stdout, stderr) = run(folder, &["predict", name, "--input", "lines.txt"]);
        let labels: Vec<&str> = stdout.lines().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!((code, labels), (0, vec!["positive", "negative"]), "{name}: {stderr}");
        let told = json(folder, &["explain", name, "A great film", "--json"]);
        assert_eq!((&told["label"], &told["method"]), (&"positive".into(), &"occlusion".into()));
        assert_eq!(told["tokens"].as_array().unwrap().len(), 3, "{told}");
    }

    #[test]
    fn what_cannot_be_trained_or_has_no_effect_is_refused() {
        let folder = sample();
        let refused = |arguments: &[&str], code: i32, says: &str| {
            let arguments = [&["learn"], arguments].concat();
            let (found, stdout, stderr) = run(folder.path(), &arguments);
            assert_eq!((found, stdout.as_str()), (code, ""), "{arguments:?}: {stderr}");
            assert!(stderr.contains(says), "{arguments:?}: {stderr}");
        };
        let far = ["--learning-rate", "1e30", "--batch-size", "100000", "--epochs", "1"];
        refused(&[&["mlp", "mine", "--no-test"], &far[..]].concat(), 1, "diverged");
        assert!(!folder.path().join(".malmoi/mine/learned/mlp.safetensors").exists());
        refused(&["cnn", "mine", "--widths", "3,3"], 2, "stands there twice");
        refused(&["mlp", "mine", "--number"], 2, "--number is for a table");
        refused(&["mlp", "mine", "--features", "svd", "--embedding", "x"], 2, "--embedding is for");
        let table = ["mlp", "--data", "no.tsv", "--target", "y", "--no-test"];
        refused(&table, 2, "--no-test is for a pipeline's texts");
        refused(&["gan", "mine"], 2, "--augment LABEL");
        std::fs::write(folder.path().join("p.tsv"), "a\n1\n2\n3\n").unwrap();
        let many = ["gan", "--data", "p.tsv", "--steps", "1", "--samples", "99999999999"];
        refused(&many, 2, "rows can be made at once");
        refused(&["gan", "--data", "p.tsv", "--batch-size", "99999999"], 2, "a batch has at most");
    }

    #[test]
    fn a_network_that_was_still_getting_better_says_so() {
        let folder = sample();
        let told = |schedule: &str| {
            let arguments = ["learn", "mlp", "mine", "--epochs", "1", "--schedule", schedule];
            let (code, stdout, stderr) = run(folder.path(), &arguments);
            assert_eq!(code, 0, "{stderr}");
            assert!(stdout.contains("the best was 1"), "{stdout}");
            stdout.contains("more --epochs may be better")
        };
        assert!(told("constant"));
        assert!(!told("linear"));
    }

    #[test]
    fn a_report_is_labelled_by_a_network() {
        let folder = sample();
        let path = folder.path();
        let small = ["--filters", "8", "--dimensions", "8", "--epochs", "12"];
        let learned = json(path, &[&["learn", "cnn", "mine", "--json"], &small[..]].concat());
        let mut dated = "id\tdate\ttext\n".to_owned();
        for number in 0..20 {
            let word = ["great", "awful"][number % 2];
            dated += &format!("d{number}\t2026-11-{:02}\tA {word} play\n", number / 2 + 1);
        }
        std::fs::write(path.join("dated.tsv"), dated).unwrap();
        let settings = std::fs::read_to_string(path.join("pipeline.toml")).unwrap()
            + "\n[pipeline.plays.source]\nkind = \"tsv\"\npath = \"dated.tsv\"\n\
               [pipeline.plays.score]\nmodel = \"mine/cnn\"\n[pipeline.plays.report]\nby = \"day\"\n";
        std::fs::write(path.join("pipeline.toml"), settings).unwrap();
        let (code, stdout, stderr) = run(path, &["report", "plays", "--format", "json"]);
        assert_eq!(code, 0, "{stderr}");
        let facts: Value = serde_json::from_str(&stdout).unwrap();
        let model = &facts["model"]["models"][0];
        assert_eq!(model["pipeline"], "mine/cnn");
        assert_eq!(model["labelled"], 20);
        assert_eq!(model["accuracy"], learned["evaluation"]["accuracy"]);
        // Facts of another network say nothing of this one.
        let file = path.join(".malmoi/mine/learned/cnn.json");
        let mut other: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        other["identity"] = 1.into();
        std::fs::write(&file, other.to_string()).unwrap();
        let (_, stdout, _) = run(path, &["report", "plays", "--format", "json"]);
        let facts: Value = serde_json::from_str(&stdout).unwrap();
        assert!(facts["model"]["models"][0]["accuracy"].is_null(), "{stdout}");
    }

    #[test]
    fn made_rows_are_written_and_judged() {
        let folder = sample();
        let mut table = "x\ty\n".to_owned();
        for number in 0..60 {
            let turn = f64::from(number) * 0.7;
            table += &format!("{}\t{}\n", 3.0 + turn.sin(), turn.cos());
        }
        std::fs::write(folder.path().join("points.tsv"), table).unwrap();
        let arguments = [
            "learn",
            "gan",
            "--data",
            "points.tsv",
            "--samples",
            "30",
            "--output",
            "made.tsv",
            "--steps",
            "200",
            "--json",
        ];
        let told = json(folder.path(), &arguments);
        let names: Vec<&Value> =
            told["curve"]["series"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["discriminator", "generator"]);
        assert!(told["likeness"]["nearest_of_own_kind"].as_f64().unwrap() >= 0.0);
        assert!(told["verdict"].as_str().unwrap().contains("made rows"));
        let made = std::fs::read_to_string(folder.path().join("made.tsv")).unwrap();
        assert!(made.starts_with("x\ty\n"));
        assert_eq!(made.lines().count(), 31);
    }
}
