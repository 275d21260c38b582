//! Commands that need neither settings nor a model.

use std::path::Path;

use crate::{malmoi, outcome, run};

fn clean(folder: &Path, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = malmoi(folder, &["clean"]);
    command.args(arguments).write_stdin(input);
    outcome(command)
}

#[test]
fn texts_are_cleaned_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let line = br#"{"id":"a","text":"one<br />two &amp; <b>three</b>"}"#;
    let check = |arguments: &[&str], expected: &str| {
        let (code, stdout, stderr) = clean(folder.path(), arguments, line);
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert_eq!(stdout, format!("{{\"id\":\"a\",\"text\":\"{expected}\"}}\n"));
    };
    check(&[], r"one\ntwo & three");
    check(&["--html", "get_text"], "onetwo & three");
    check(&["--html", "none"], "one<br />two &amp; <b>three</b>");
    let (_, stdout, _) = clean(folder.path(), &["--format", "text"], b"a<br>b\n<i>c</i>\n");
    assert_eq!(stdout, "a b\nc\n");
}

#[test]
fn bad_lines_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let input = b"{\"text\":\"<b>a</b>\"}\nx\n{\"text\":\"b\"}\n";
    let (code, stdout, stderr) = clean(folder.path(), &[], input);
    assert_eq!((code, stdout.as_str()), (1, "{\"text\":\"a\"}\n{\"text\":\"b\"}\n"));
    assert!(stderr.contains("1 of 3 rows could not be cleaned"), "{stderr}");
    assert!(stderr.contains("standard input, line 2: no JSON object"), "{stderr}");
}

#[test]
fn archives_are_unpacked_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    archive.append_data(&mut header, "inner/a.txt", &b"hello"[..]).unwrap();
    let bytes = archive.into_inner().unwrap();
    std::fs::write(folder.path().join("a.tar"), &bytes).unwrap();
    let extract = ["extract", "a.tar", "--output", "out"];
    let (code, stdout, stderr) = run(folder.path(), &extract);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(stdout, "unpacked a.tar into out\n");
    let file = folder.path().join("out/inner/a.txt");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "hello");
    let (code, _, stderr) = run(folder.path(), &extract);
    assert_eq!(code, 2);
    assert!(stderr.contains("is not empty") && stderr.contains("--force"), "{stderr}");
    std::fs::write(folder.path().join("a.tar"), &bytes[..700]).unwrap();
    let (code, _, _) = run(folder.path(), &["extract", "a.tar", "--output", "out", "--force"]);
    assert_eq!(code, 1);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "hello");
    let (code, _, stderr) = run(folder.path(), &["extract", "none.tar", "--output", "x"]);
    assert_eq!(code, 1, "{stderr}");
}

#[test]
fn user_dictionaries_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("good.txt", "노량\tNNP\tforce\n인터 스텔라\n노량\n");
    write("bad.txt", "명량\tNNP2\n\tNNP\n");
    let (code, stdout, stderr) = run(folder.path(), &["dictionary", "check", "good.txt"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout, "good.txt: words: 2, forced: 1, warnings: 1\n");
    assert!(stderr.contains("good.txt, line 3, column 1"), "{stderr}");
    let both = ["dictionary", "check", "bad.txt", "good.txt", "none.txt", "--json"];
    let (code, stdout, stderr) = run(folder.path(), &both);
    assert_eq!(code, 2);
    assert!(stderr.contains("bad.txt, line 1, column 4") && stderr.contains("`NNP`"), "{stderr}");
    assert!(stderr.contains("bad.txt, line 2, column 1"), "{stderr}");
    assert!(stderr.contains("3 problems were found"), "{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["files"][0]["problems"].as_array().unwrap().len(), 2);
    assert_eq!(report["files"][1]["words"], 2);
}
