//! From a table to a model, and everything that is done with the model.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::{malmoi, outcome, project, run};

const COLUMNS: &str = r#"
[pipeline.mine.source.columns]
id = "id"
label = "label"
text = "text"
"#;

/// A project with a table of 60 reviews, `<br>` and all.
fn reviews() -> TempDir {
    let folder = project(COLUMNS);
    let words = [["great", "lovely", "moving"], ["dull", "awful", "slow"]];
    let mut table = "id\tlabel\ttext\n".to_owned();
    for number in 0..60 {
        let label = number % 2;
        let word = words[label][number / 2 % 3];
        let name = ["positive", "negative"][label];
        table += &format!("r-{number}\t{name}\tA {word} film {number},<br>a {word} cast\n");
    }
    std::fs::write(folder.path().join("reviews.tsv"), table).unwrap();
    folder
}

fn trained() -> TempDir {
    let folder = reviews();
    let (code, _, stderr) = run(folder.path(), &["run"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    folder
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (code, stdout, stderr) = run(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = malmoi(folder, arguments);
    command.write_stdin(input);
    outcome(command)
}

#[test]
fn a_run_reports_and_is_kept() {
    let folder = reviews();
    let first = json(folder.path(), &["run", "--json"]);
    assert_eq!(
        keys(&first),
        ["pipeline", "stages", "learned", "metrics", "seconds", "peak_rss_bytes", "skipped"]
    );
    assert_eq!(first["metrics"]["accuracy"], 1.0);
    let second = json(folder.path(), &["run", "--json"]);
    let stages = second["stages"].as_array().unwrap();
    assert!(stages.iter().all(|stage| stage["status"] == "cached"), "{second}");
    assert_eq!(first["metrics"], second["metrics"]);
}

#[test]
fn explanations_add_up() {
    let folder = trained();
    let text = "great <b>great</b> cast but dull";
    let shown = json(folder.path(), &["explain", "mine", text, "--json"]);
    assert_eq!(
        keys(&shown),
        [
            "label",
            "method",
            "probability",
            "probabilities",
            "score",
            "intercept",
            "contributions",
            "others",
            "text",
            "tokens"
        ]
    );
    assert_eq!(
        (&shown["label"], &shown["text"]),
        (&"positive".into(), &"great great cast but dull".into())
    );
    let parts = shown["contributions"].as_array().unwrap();
    assert_eq!(keys(&parts[0]), ["term", "start", "end", "contribution", "count"]);
    assert_eq!((&parts[0]["term"], &parts[0]["count"]), (&"great".into(), &2.into()));
    let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
    let rest = shown["others"]["contribution"].as_f64().unwrap();
    let score = shown["score"].as_f64().unwrap();
    assert!((sum + rest + shown["intercept"].as_f64().unwrap() - score).abs() < 1e-9);
    let few = json(folder.path(), &["explain", "mine", text, "--json", "--top", "1"]);
    assert_eq!(few["contributions"].as_array().unwrap().len(), 2);
}

#[test]
fn explanations_are_read_without_colours() {
    let folder = trained();
    let (code, stdout, stderr) =
        with_input(folder.path(), &["explain", "mine"], "A great film, but dull".as_bytes());
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.starts_with("positive  0."), "{stdout}");
    assert!(stdout.contains("[+great+]") && stdout.contains("[-dull-]"), "{stdout}");
    assert!(stdout.contains("speaks for positive") && stdout.contains("intercept"), "{stdout}");
    let coloured = run(folder.path(), &["--color", "always", "explain", "mine", "great"]).1;
    assert!(coloured.contains("\u{1b}[32mgreat") && !coloured.contains("[+"), "{coloured}");
    let (code, _, stderr) = with_input(folder.path(), &["explain", "mine"], b"\xff");
    assert_eq!(code, 1);
    assert!(stderr.contains("byte 1 is no UTF-8"), "{stderr}");
}

#[test]
fn a_text_alone_is_explained_by_the_default_model() {
    let folder = trained();
    let (code, stdout, stderr) = run(folder.path(), &["explain", "A great film"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(stdout, run(folder.path(), &["explain", "mine", "A great film"]).1);
    let (_, of_name, _) = with_input(folder.path(), &["explain", "mine"], b"A great film");
    assert_eq!(stdout, of_name);
    let (_, of_none, _) = with_input(folder.path(), &["explain"], b"A great film");
    assert_eq!(stdout, of_none);
    let (code, terms, _) = run(folder.path(), &["terms"]);
    assert_eq!((code, terms), (0, run(folder.path(), &["terms", "mine"]).1));
}

#[test]
fn what_tells_nothing_is_not_listed() {
    let folder = trained();
    let (code, stdout, _) = run(folder.path(), &["explain", "zzz yyy"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("the model knows no term of this text"), "{stdout}");
    let (_, stdout, _) = run(folder.path(), &["explain", "A great film"]);
    assert!(!stdout.contains("0.0000  ") && !stdout.contains("knows no term"), "{stdout}");
}

#[test]
fn blanks_in_terms_are_seen() {
    let folder = reviews();
    let settings = std::fs::read_to_string(folder.path().join("pipeline.toml")).unwrap();
    let of_characters = "[pipeline.mine.analyze]\nanalyzer = \"char\"\n\
        [pipeline.mine.vectorize]\nngram_range = [2, 3]\n";
    std::fs::write(folder.path().join("pipeline.toml"), settings + of_characters).unwrap();
    assert_eq!(run(folder.path(), &["run"]).0, 0);
    let all: [&[&str]; 3] = [
        &["terms", "--top", "100"],
        &["explain", "a great film"],
        &["show", "--id", "r-1", "--stages"],
    ];
    for arguments in all {
        let (_, stdout, _) = run(folder.path(), arguments);
        assert!(stdout.contains('␣'), "{arguments:?}: {stdout}");
    }
}

#[test]
fn a_model_of_other_settings_is_warned_of_once() {
    let folder = trained();
    std::fs::write(folder.path().join("in.txt"), "great\n").unwrap();
    let all: [&[&str]; 4] = [
        &["predict", "--input", "in.txt"],
        &["explain", "great"],
        &["terms"],
        &["vectors", "export", "--output", "x.npz"],
    ];
    let check = |told: usize| {
        for arguments in all {
            let (code, _, stderr) = run(folder.path(), arguments);
            let found = stderr.matches("with other settings than these").count();
            assert_eq!((code, found), (0, told), "{arguments:?}: {stderr}");
        }
    };
    check(0);
    let settings = std::fs::read_to_string(folder.path().join("pipeline.toml")).unwrap();
    for room in ["clean]\nhtml = \"none\"", "vectorize]\nbinary = true"] {
        let changed = format!("{settings}[pipeline.mine.{room}\n");
        std::fs::write(folder.path().join("pipeline.toml"), changed).unwrap();
        check(1);
    }
    std::fs::write(folder.path().join("pipeline.toml"), &settings).unwrap();
    check(0);
    // Trained with what the file does not say.
    assert_eq!(run(folder.path(), &["run", "--set", "vectorize.binary=true"]).0, 0);
    check(1);
    assert_eq!(run(folder.path(), &["run"]).0, 0);
    check(0);
    std::fs::rename(folder.path().join("reviews.tsv"), folder.path().join("other.tsv")).unwrap();
    check(0);
    std::fs::write(
        folder.path().join("pipeline.toml"),
        settings.replace("reviews.tsv", "other.tsv"),
    )
    .unwrap();
    check(1);
}

#[test]
fn terms_are_those_of_the_labels() {
    let folder = trained();
    let shown = json(folder.path(), &["terms", "mine", "--top", "3", "--json"]);
    assert_eq!(keys(&shown), ["pipeline", "labels"]);
    assert_eq!(keys(&shown["labels"]), ["negative", "positive"]);
    let mut best: Vec<&str> = (shown["labels"]["positive"].as_array().unwrap().iter())
        .map(|term| term["term"].as_str().unwrap())
        .collect();
    best.sort();
    assert_eq!(best, ["great", "lovely", "moving"]);
    let (code, stdout, _) = run(folder.path(), &["terms", "mine", "--label", "negative"]);
    assert_eq!((code, stdout.lines().next()), (0, Some("negative")));
    assert!(!stdout.contains("positive"));
    let (code, _, stderr) = run(folder.path(), &["terms", "mine", "--label", "bad"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(stderr, @r"
    error: the model has no label `bad`
    hint: its labels are `negative`, `positive`
    ");
}

#[test]
fn vectors_are_exported() {
    let folder = trained();
    let all = json(folder.path(), &["vectors", "export", "--output", "x.npz", "--json"]);
    assert_eq!(
        keys(&all),
        ["pipeline", "rows", "columns", "nnz", "matrix", "vocabulary", "ids", "documents"]
    );
    assert_eq!((&all["pipeline"], &all["rows"]), (&"mine".into(), &60.into()));
    let lines = |name: &str| {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let terms = lines("x.vocabulary.txt");
    assert!(terms.is_sorted() && terms.len() as u64 == all["columns"].as_u64().unwrap());
    assert_eq!(lines("x.ids.txt").len(), 60);
    let documents = lines("x.documents.tsv");
    assert_eq!((documents.len(), documents[0].as_str()), (61, "id\tlabel\tsplit"));
    for (id, line) in lines("x.ids.txt").iter().zip(&documents[1..]) {
        let number: usize = id.strip_prefix("r-").unwrap().parse().unwrap();
        let label = ["positive", "negative"][number % 2];
        assert!(line.starts_with(&format!("{id}\t{label}\tt")), "{line}");
    }
    assert!(documents[1].ends_with("\ttrain") && documents[60].ends_with("\ttest"));
    assert!(folder.path().join("x.npz").is_file());
    let part = |split: &str| {
        let arguments =
            ["vectors", "export", "mine", "--output", "y.npz", "--split", split, "--json"];
        json(folder.path(), &arguments)["rows"].as_u64().unwrap()
    };
    assert_eq!(part("train") + part("test"), 60);
    let (code, _, stderr) = run(folder.path(), &["vectors", "export", "--output", "x.csv"]);
    assert_eq!(code, 2, "{stderr}");
}

#[test]
fn a_document_is_shown_in_every_room() {
    let folder = reviews();
    let show = ["show", "--id", "r-1", "--stages", "--json"];
    let before = json(folder.path(), &show);
    assert_eq!(before["stages"]["features"], Value::Null);
    assert_eq!(before["text"], "A dull film 1,<br>a dull cast");
    assert_eq!(before["stages"]["clean"][0]["text"], "A dull film 1,\na dull cast");
    assert_eq!(before["stages"]["tokens"][0]["term"], "dull");
    run(folder.path(), &["run"]);
    let after = json(folder.path(), &show);
    assert_eq!(after["stages"]["features"]["label"], "negative");
    let (code, stdout, stderr) = run(
        folder.path(),
        &["show", "--id", "r-1", "--stages", "--set", "analyze.lowercase=false"],
    );
    assert_eq!(code, 0);
    assert!(stdout.contains("analyze: 4 tokens\ndull | film | dull | cast"), "{stdout}");
    assert!(stderr.contains("trained with other settings"), "{stderr}");
    let (code, _, stderr) = run(folder.path(), &["show", "--id", "r-100"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("hint: the nearest ids are `r-10`"), "{stderr}");
}

#[test]
fn state_is_listed_and_removed() {
    let folder = trained();
    let listed = json(folder.path(), &["state", "list", "--json"]);
    assert_eq!(keys(&listed), ["folder", "pipelines", "downloads"]);
    let mine = &listed["pipelines"][0];
    assert_eq!(keys(mine), ["name", "kept", "bytes", "documents", "finished"]);
    assert_eq!((&mine["name"], &mine["documents"]), (&"mine".into(), &60.into()));
    let (code, _, stderr) = run(folder.path(), &["state", "remove", "mime"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("the nearest names are `mine`"), "{stderr}");
    let (code, stdout, _) = run(folder.path(), &["state", "remove", "mine"]);
    assert_eq!((code, stdout.as_str()), (0, "removed mine\n"));
    let listed = json(folder.path(), &["state", "list", "--json"]);
    assert_eq!(listed["pipelines"], Value::Array(Vec::new()));
    assert_eq!(run(folder.path(), &["state", "remove", "--all"]).0, 0);
    assert_eq!(run(folder.path(), &["state", "remove"]).0, 2);
}

#[test]
fn a_missing_model_is_told() {
    let folder = reviews();
    for arguments in [&["predict"][..], &["explain", "mine", "x"], &["terms", "mine"]] {
        let (code, stdout, stderr) = run(folder.path(), arguments);
        assert_eq!((code, stdout.as_str()), (1, ""), "{arguments:?}");
        assert!(stderr.contains("pipeline `mine` has no trained model yet"), "{stderr}");
        assert!(stderr.contains("hint: train it with `malmoi run mine`"), "{stderr}");
    }
    let (code, _, stderr) = run(folder.path(), &["vectors", "export", "--output", "x.npz"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("has no rows yet"), "{stderr}");
}

#[test]
fn a_bad_line_does_not_stop_the_others() {
    let folder = trained();
    let input = b"{\"text\":\"great\"}\n{\"text\":1}\nnothing\n{\"text\":\"dull\"}\n";
    let (code, stdout, stderr) =
        with_input(folder.path(), &["predict", "--format", "jsonl"], input);
    let labels: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["predicted_label"].clone())
        .collect();
    assert_eq!((code, labels), (1, vec!["positive".into(), "negative".into()]));
    assert!(stderr.contains("2 of 4 rows could not be labelled"), "{stderr}");
    assert!(stderr.contains("line 2: ") && stderr.contains("line 3: "), "{stderr}");
}

#[test]
fn other_fields_stay_byte_for_byte() {
    let folder = trained();
    let line = r#"{"n" : 1.10,"text":"gr\u0065at","deep":{"a":[ 1 , 2]},"é":"\u00e9"}"#;
    let (code, stdout, _) =
        with_input(folder.path(), &["predict", "--format", "jsonl"], line.as_bytes());
    let kept = &line[..line.len() - 1];
    assert_eq!(code, 0);
    assert!(stdout.starts_with(&format!("{kept},\"predicted_label\":\"positive\",")), "{stdout}");
    let table = "id\ttext\tnote\n01\tgreat\t 1.10 \n02\tdull\té\n";
    std::fs::write(folder.path().join("in.tsv"), table).unwrap();
    let (code, stdout, _) = run(folder.path(), &["predict", "--input", "in.tsv"]);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!((code, lines[0]), (0, "id\ttext\tnote\tpredicted_label\tprobability"));
    assert!(lines[1].starts_with("01\tgreat\t 1.10 \tpositive\t0."), "{stdout}");
    assert!(lines[2].starts_with("02\tdull\té\tnegative\t0."), "{stdout}");
}

#[test]
fn json_lines_become_a_table() {
    let folder = trained();
    let input = "{\"id\":\"a\",\"text\":\"great\",\"n\":1.50}\n{\"text\":\"dull\"}\n\
                 {\"text\":\"x\",\"more\":1}\n";
    std::fs::write(folder.path().join("in.jsonl"), input).unwrap();
    let arguments = ["predict", "--input", "in.jsonl", "--output", "out.csv"];
    let (code, _, stderr) = run(folder.path(), &arguments);
    assert_eq!(code, 1);
    assert!(stderr.contains("in.jsonl, line 3: the first object has no key `more`"), "{stderr}");
    let table = std::fs::read_to_string(folder.path().join("out.csv")).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "id,text,n,predicted_label,probability"));
    assert!(lines[1].starts_with("a,great,1.50,positive,0."), "{table}");
    assert!(lines[2].starts_with(",dull,,negative,0."), "{table}");
}

#[test]
fn tables_are_read_as_they_are_written() {
    let folder = trained();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("korean.csv", b"id,text\n1,\xBF\xB5\xC8\xAD great\n");
    let (code, _, stderr) = run(folder.path(), &["predict", "--input", "korean.csv"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("`predict` --encoding euc-kr"), "{stderr}");
    let arguments = ["predict", "--input", "korean.csv", "--encoding", "euc-kr"];
    let (code, stdout, stderr) = run(folder.path(), &arguments);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("1,영화 great,positive,0."), "{stdout}");
    write("plain.tsv", b"id\ttext\n1\t\"great\n2\tdull\n");
    let (code, _, stderr) = run(folder.path(), &["predict", "--input", "plain.tsv"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("`predict` --no-quoting"), "{stderr}");
    let (code, stdout, _) =
        run(folder.path(), &["predict", "--input", "plain.tsv", "--no-quoting"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("\n1\t\"great\tpositive\t0."), "{stdout}");
    let other = ["predict", "--input", "plain.tsv", "--no-quoting", "--output", "out.csv"];
    assert_eq!(run(folder.path(), &other).0, 0);
    let quoted = std::fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert!(quoted.contains("\n1,\"\"\"great\",positive,0."), "{quoted}");
    for output in ["out.txt", "out.csv"] {
        let lines = ["predict", "--encoding", "euc-kr", "--output", output];
        assert_eq!(run(folder.path(), &lines).0, 2);
    }
}

#[test]
fn one_bad_byte_in_a_table_does_not_stop_the_others() {
    let folder = trained();
    let bytes = b"id,text\n1,great\n2,gr\xFFeat\n3,dull\n";
    std::fs::write(folder.path().join("in.csv"), bytes).unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["predict", "--input", "in.csv"]);
    assert_eq!((code, stdout.lines().count()), (1, 3));
    assert!(stderr.contains("1 of 3 rows could not be labelled"), "{stderr}");
    assert!(stderr.contains("in.csv, line 3: ") && stderr.contains("offset 20"), "{stderr}");
    let lines = b"{\"text\":\"great\"}\n{\"text\":\"\xFF\"}\n{\"text\":\"dull\"}\n";
    std::fs::write(folder.path().join("in.jsonl"), lines).unwrap();
    let (code, _, stderr) =
        run(folder.path(), &["predict", "--input", "in.jsonl", "--output", "out.csv"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("in.jsonl, line 2: "), "{stderr}");
    let table = std::fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert_eq!(table.lines().count(), 3);
}

/// `malmoi predict … | head -1`
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = trained();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("in.txt"), "a great film\n".repeat(60_000)).unwrap();
    std::fs::write(path("in.csv"), format!("text\n{}", "a great film\n".repeat(60_000))).unwrap();
    std::fs::write(path("in.jsonl"), "{\"text\":\"a great film\"}\n".repeat(30_000)).unwrap();
    let all = [
        ["predict", "--input", "in.txt"],
        ["predict", "--input", "in.csv"],
        ["predict", "--input", "in.jsonl"],
        ["clean", "--input", "in.jsonl"],
    ];
    for arguments in all {
        let mut child = Command::new(env!("CARGO_BIN_EXE_malmoi"))
            .current_dir(folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(!line.is_empty());
        let code = child.wait().unwrap().code();
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}
