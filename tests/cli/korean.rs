//! Pipelines and `malmoi ko` with a small Korean dictionary: what they say when it,
//! or a user's, is missing or wrong.
#![cfg(unix)]

use std::path::Path;

use tempfile::TempDir;

use crate::{malmoi, outcome, project};

const TEXTS: [(&str, &str); 4] = [
    ("긍정", "책을 읽는다"),
    ("긍정", "책가방이 간다"),
    ("부정", "바다가 가다"),
    ("부정", "나무는 사람이다"),
];

/// A project with the dictionary of 20 words and reviews that Korean is learned from.
fn korean(more: &str) -> TempDir {
    let folder = project(&format!("[pipeline.mine.analyze]\nanalyzer = \"korean\"\n{more}"));
    let rows = (0..40).map(|row| {
        let (label, text) = TEXTS[row % TEXTS.len()];
        format!("{row}\t{label}\t{text}\n")
    });
    let table = format!("id\tlabel\ttext\n{}", rows.collect::<String>());
    std::fs::write(folder.path().join("reviews.tsv"), table).unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/analyze/dictionary");
    let install = ["dictionary", "install", "--path", &sample.to_string_lossy()];
    let (code, _, stderr) = run(folder.path(), &install);
    assert_eq!(code, 0, "{stderr}");
    folder
}

/// The program with its data in `folder`, where no way through the network leads anywhere.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = malmoi(folder, arguments);
    command.env("MALMOI_DATA_DIR", folder.join("data")).env("PATH", folder.join("bin"));
    command.env("MALMOI_DICTIONARY_URL", "http://127.0.0.1:1/none.tar.gz");
    command.write_stdin("책을 읽는다\n");
    outcome(command)
}

#[track_caller]
fn fails(folder: &Path, arguments: &[&str], wanted_code: i32, parts: &[&str]) {
    let (code, stdout, stderr) = run(folder, arguments);
    assert_eq!((code, stdout.as_str()), (wanted_code, ""), "{stderr}");
    parts.iter().for_each(|part| assert!(stderr.contains(part), "`{part}` is not in {stderr}"));
}

#[test]
fn whatever_needs_the_dictionary_tries_to_install_it() {
    let folder = korean("");
    assert_eq!(run(folder.path(), &["run"]).0, 0);
    assert_eq!(run(folder.path(), &["predict"]).0, 0);
    std::fs::rename(folder.path().join("data"), folder.path().join("elsewhere")).unwrap();
    let parts = ["installing it in", "\n  upstream: ", "\n  pip: there is no", "\n  npm: there is"];
    for arguments in
        [&["predict"][..], &["explain"], &["terms"], &["run"], &["tune"], &["ko", "pos"]]
    {
        fails(folder.path(), arguments, 1, &parts);
    }
}

#[test]
fn a_missing_user_dictionary_is_named_with_its_setting() {
    let folder = korean("user_dictionary = \"words.txt\"");
    let words = folder.path().join("words.txt");
    std::fs::write(&words, "책가\n").unwrap();
    assert_eq!(run(folder.path(), &["run"]).0, 0);
    std::fs::remove_file(&words).unwrap();
    let read = ["cannot read the user dictionary", "words.txt", "`analyze.user_dictionary` names"];
    for arguments in [&["run"][..], &["predict"], &["explain"], &["tune"]] {
        fails(folder.path(), arguments, 1, &read);
    }
    let named = ["`analyze.user_dictionary` names the user dictionary", "words.txt", "no file"];
    fails(folder.path(), &["config", "check"], 2, &named);
}
