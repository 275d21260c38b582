//! `malmoi predict` on input of every kind.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::reviews::{files, train, trained_on_reviews};
use crate::{malmoi, outcome, run};

fn trained() -> tempfile::TempDir {
    let folder = trained_on_reviews();
    train(folder.path(), &[]);
    folder
}

/// Labels `input`, given on standard input.
fn label(folder: &Path, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = malmoi(folder, &[&["predict"], arguments].concat());
    command.write_stdin(input);
    outcome(command)
}

#[test]
fn lines_end_in_many_ways() {
    let folder = trained();
    let folder = folder.path();
    let (code, expected, _) = label(folder, &[], b"a great film\nan awful film\n");
    assert_eq!((code, expected.lines().count()), (0, 2));
    assert!(expected.starts_with("pos\t"), "{expected}");
    for input in [
        "a great film\r\nan awful film\r\n",
        "a great film\nan awful film",
        "\u{feff}a great film\nan awful film",
    ] {
        assert_eq!(
            label(folder, &[], input.as_bytes()),
            (0, expected.clone(), String::new()),
            "{input:?}"
        );
    }
    assert_eq!(label(folder, &[], b""), (0, String::new(), String::new()));
}

#[test]
fn bad_lines_are_named_and_the_others_labelled() {
    let folder = trained();
    let input = b"{\"text\":\"great\"}\n{\"txt\":1}\n{nonsense\n\n{\"text\":3}\n\xFF\n{\"text\":\"awful\"}\n";
    let (code, stdout, stderr) = label(folder.path(), &["--format", "jsonl"], input);
    assert_eq!((code, stdout.lines().count()), (1, 2), "{stdout}");
    assert!(stderr.contains("4 of 6 rows could not be labelled"), "{stderr}");
    for line in [2, 3, 5, 6] {
        assert!(stderr.contains(&format!("standard input, line {line}")), "{stderr}");
    }
    assert!(stderr.contains("no field `text`"), "{stderr}");
}

#[test]
fn several_models_label_by_their_mean() {
    let folder = trained();
    let text = "a great film, dull at times\n".as_bytes();
    let alone = label(folder.path(), &["mine"], text);
    assert_eq!(alone.0, 0, "{}", alone.2);
    assert_eq!(label(folder.path(), &["mine+mine"], text).1, alone.1);
    let refused = |name: &str, code: i32, says: &str| {
        let (found, stdout, stderr) = label(folder.path(), &[name], text);
        assert_eq!((found, stdout.as_str()), (code, ""), "{name}: {stderr}");
        assert!(stderr.contains(says), "{name}: {stderr}");
    };
    refused("mine+", 2, "names no model");
    refused("mine/cnn", 1, "nothing was learned of `mine` under the name `cnn`");
    refused("mine/../x", 2, "cannot be the name of a learned model");
    refused("mine+other", 1, "`other` has no trained model yet");
}

#[test]
fn a_json_line_keeps_its_other_fields_as_they_were() {
    let folder = trained();
    let input =
        br#"{ "n": 1.10, "text":"a great \u0066ilm", "big": 123456789012345678901234567890 }"#;
    let (code, stdout, _) = label(folder.path(), &["--format", "jsonl"], input);
    let kept = r#"{ "n": 1.10, "text":"a great \u0066ilm", "big": 123456789012345678901234567890 "#;
    assert!(code == 0 && stdout.starts_with(kept), "{stdout}");
    let (_, again, _) = label(folder.path(), &["--format", "jsonl"], stdout.as_bytes());
    assert_eq!(again.matches("predicted_label").count(), 1, "{again}");
}

#[test]
fn tables_keep_quotes_and_lines() {
    let folder = trained();
    let table = "n,text,m\n1,\"a \"\"great\"\"\nfilm\",x\n007,awful,\n";
    std::fs::write(folder.path().join("in.csv"), table).unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["predict", "--input", "in.csv"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(
        stdout.starts_with(
            "n,text,m,predicted_label,probability\n1,\"a \"\"great\"\"\nfilm\",x,pos,"
        ),
        "{stdout}"
    );
    assert!(stdout.contains("\n007,awful,,neg,"), "{stdout}");
    let (code, _, stderr) =
        run(folder.path(), &["predict", "--input", "in.csv", "--text-column", "body"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("there is no column `body`; there are: n, text, m"), "{stderr}");
    let (_, _, stderr) = run(folder.path(), &["predict", "--input", "in.csv", "--format", "tsv"]);
    assert!(stderr.contains("hint: its columns are parted by commas"), "{stderr}");
}

#[test]
fn json_lines_hold_the_probability_as_a_number() {
    let folder = trained();
    std::fs::write(folder.path().join("in.tsv"), "n\ttext\n1\ta great film\n").unwrap();
    let scored = |arguments: &[&str]| {
        let (code, stdout, stderr) = run(folder.path(), &[&["predict"], arguments].concat());
        assert_eq!((code, stderr.as_str()), (0, ""), "{arguments:?}");
        stdout
    };
    let check = |line: &str| {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(object["probability"].is_f64() && object["n"] == "1", "{line}");
    };
    check(&scored(&["--input", "in.tsv", "--json"]));
    scored(&["--input", "in.tsv", "--output", "out.jsonl"]);
    check(&std::fs::read_to_string(folder.path().join("out.jsonl")).unwrap());
    // Labelled before: the old columns are replaced, and still hold a number.
    scored(&["--input", "in.tsv", "--output", "again.tsv"]);
    check(&scored(&["--input", "again.tsv", "--json"]));
    let both = ["predict", "--input", "in.tsv", "--json", "--output", "out.csv"];
    let (code, _, stderr) = run(folder.path(), &both);
    assert!(code == 2 && stderr.contains("contradict each other"), "{stderr}");
}

#[test]
fn the_name_of_the_output_says_its_form() {
    let folder = trained();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("in.txt"), "a great film\nan awful, film\n").unwrap();
    std::fs::write(path("in.csv"), "text\na great film\n\"an awful, film\"\n").unwrap();
    let lines = "{\"text\":\"a great film\"}\n{\"text\":\"an awful, film\"}\n";
    std::fs::write(path("in.jsonl"), lines).unwrap();
    let scored = |input: &str, output: &str| {
        let arguments = ["predict", "--input", input, "--output", output];
        assert_eq!(run(folder.path(), &arguments), (0, String::new(), String::new()));
        let bytes = std::fs::read(path(output)).unwrap();
        assert_eq!(bytes.starts_with(&[0x1f, 0x8b]), output.ends_with(".gz"), "{output}");
        match malmoi::files::read_text(&path(output), None).unwrap() {
            malmoi::files::WholeText::Whole(text) => text,
            other => panic!("{output}: {other:?}"),
        }
    };
    for input in ["in.txt", "in.csv", "in.jsonl"] {
        let plain = scored(input, "out.txt");
        assert!(plain.starts_with("pos\t0.") && plain.contains("\nneg\t0."), "{plain}");
        assert_eq!(scored(input, "out.txt.gz"), plain);
        let table = scored(input, "out.csv");
        assert!(table.starts_with("text,predicted_label,probability\na great film,pos,0."));
        assert!(table.contains("\n\"an awful, film\",neg,0."), "{table}");
        assert_eq!(scored(input, "out.csv.gz"), table);
        let json = scored(input, "out.jsonl.gz");
        assert!(json.lines().all(|line| line.contains(",\"probability\":0.")), "{json}");
    }
}

#[test]
fn an_unknown_form_is_asked_for() {
    let folder = trained();
    std::fs::write(folder.path().join("in.xyz"), "great\n").unwrap();
    let (code, _, stderr) = run(folder.path(), &["predict", "--input", "in.xyz"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("cannot tell the form of `in.xyz`"), "{stderr}");
    assert_eq!(run(folder.path(), &["predict", "--input", "in.xyz", "--format", "text"]).0, 0);
}

#[test]
fn the_output_may_be_the_input() {
    let folder = trained();
    let path = folder.path().join("in.jsonl");
    std::fs::write(&path, "{\"text\":\"great\"}\n".repeat(10_000)).unwrap();
    let arguments = ["predict", "--input", "in.jsonl", "--output", "in.jsonl"];
    assert_eq!(run(folder.path(), &arguments), (0, String::new(), String::new()));
    let labelled = std::fs::read_to_string(&path).unwrap();
    assert_eq!(labelled.matches("\"predicted_label\":\"pos\"").count(), 10_000);
    let before = files(folder.path()).len();
    run(folder.path(), &["predict", "--input", "in.jsonl", "--output", "new/folder/out.jsonl"]);
    assert_eq!(files(folder.path()).len(), before + 1);
}

#[test]
fn nothing_but_a_file_is_replaced() {
    let folder = trained();
    std::fs::write(folder.path().join("in.txt"), "great\n").unwrap();
    for (output, what) in [(".", "a folder"), ("/dev/null", "a device")] {
        let (code, _, stderr) =
            run(folder.path(), &["predict", "--input", "in.txt", "--output", output]);
        assert_eq!(code, 1);
        assert!(stderr.contains(&format!("cannot write `{output}`: it is {what}")), "{stderr}");
    }
}

#[test]
fn a_failed_labelling_leaves_the_old_output() {
    let folder = trained();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&b"great\n".repeat(100_000)).unwrap();
    let packed = packed.finish().unwrap();
    std::fs::write(folder.path().join("in.txt.gz"), &packed[..packed.len() - 9]).unwrap();
    std::fs::write(folder.path().join("out.txt"), "old").unwrap();
    let (code, _, stderr) =
        run(folder.path(), &["predict", "--input", "in.txt.gz", "--output", "out.txt"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("cannot read in.txt.gz"), "{stderr}");
    assert_eq!(std::fs::read(folder.path().join("out.txt")).unwrap(), b"old");
    assert!(files(folder.path()).keys().all(|path| !path.to_string_lossy().ends_with(".tmp")));
}

#[test]
fn a_line_too_long_does_not_stop_the_others() {
    let folder = trained();
    let long = [b"great\n".to_vec(), vec![b'x'; 65 << 20], b"\nawful\n".to_vec()].concat();
    std::fs::write(folder.path().join("in.txt"), long).unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["predict", "--input", "in.txt"]);
    assert_eq!((code, stdout.lines().count()), (1, 2));
    assert!(stderr.contains("in.txt, line 2: the line is longer than 64 MB"), "{stderr}");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = trained();
    for (name, line) in
        [("in.txt", "a great film\n"), ("in.jsonl", "{\"text\":\"great\"}\n"), ("in.csv", "text\n")]
    {
        std::fs::write(folder.path().join(name), line.repeat(200_000)).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_malmoi"));
        command
            .current_dir(folder.path())
            .args(["predict", "--input", name])
            .env_remove("MALMOI_STATE");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let done = child.wait_with_output().unwrap();
        assert_eq!(
            (done.status.code(), String::from_utf8(done.stderr).unwrap()),
            (Some(0), String::new()),
            "{name}"
        );
        assert!(!first.is_empty());
    }
}

#[test]
fn a_dictionary_that_changed_is_noticed() {
    let folder = trained_on_reviews();
    let setting = ["--set", "analyze.stop_words=[\"stop.txt\"]"];
    let list = folder.path().join("stop.txt");
    std::fs::write(&list, "plot\n").unwrap();
    train(folder.path(), &setting);
    assert_eq!(label(folder.path(), &[], b"great\n").0, 0);
    std::fs::write(&list, "great\n").unwrap();
    let (code, stdout, stderr) = label(folder.path(), &[], b"great\n");
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("stop.txt` changed since the model was trained"), "{stderr}");
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_the_wait_for_input() {
    let folder = trained();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_malmoi"));
    command.current_dir(folder.path()).arg("predict").env_remove("MALMOI_STATE");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all("a great film\n".repeat(50_000).as_bytes()).unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdin);
}
