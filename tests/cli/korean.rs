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

const IDS: &str = "책가,1,1,0,NNP,*,F,책가,*,*,*,*\n나무책,9,1,0,NNP,*,T,나무책,*,*,*,*\n";

#[test]
fn ids_beyond_the_dictionary_are_told_by_line() {
    let folder = korean("user_dictionary = \"words.csv\"");
    std::fs::write(folder.path().join("words.csv"), IDS).unwrap();
    let parts = ["`9` is no left id", "words.csv, line 2, column 5", "left ids go from 0 to 4"];
    let check = ["dictionary", "check", "words.csv"];
    fails(folder.path(), &check, 2, &parts);
    fails(folder.path(), &["config", "check"], 2, &parts);
    fails(folder.path(), &["run"], 2, &parts);
    fails(folder.path(), &["ko", "pos", "--user-dictionary", "words.csv"], 2, &parts);
    std::fs::remove_dir_all(folder.path().join("data")).unwrap();
    let (code, stdout, stderr) = run(folder.path(), &check);
    assert_eq!((code, stdout.as_str()), (0, "words.csv: words: 2, forced: 0, warnings: 0\n"));
    let expected = "warning: words.csv: ids were not checked: no Korean dictionary is installed\n";
    assert_eq!(stderr, expected);
}

#[test]
fn a_configuration_is_checked_with_its_user_dictionaries() {
    let more = "user_dictionary = \"words.txt\"\n[pipeline.other.source]\nkind = \"tsv\"\n\
        path = \"reviews.tsv\"\n[pipeline.other.analyze]\nanalyzer = \"auto\"\n\
        user_dictionary = \"words.txt\"";
    let folder = korean(more);
    std::fs::write(folder.path().join("words.txt"), "노량\n명량\tNNX\n").unwrap();
    let (code, _, stderr) = run(folder.path(), &["config", "check"]);
    assert_eq!(code, 2);
    assert_eq!(stderr.matches("`NNX` is no tag").count(), 1, "{stderr}");
    assert!(stderr.contains("words.txt, line 2, column 4"), "{stderr}");
    std::fs::write(folder.path().join("words.txt"), "노량\n").unwrap();
    assert_eq!(run(folder.path(), &["config", "check"]).0, 0);
}

#[test]
fn tags_that_leave_nothing_are_a_problem() {
    for more in [
        "keep_tags = [\"NNG\", \"VV\"]\nstop_tags = [\"NNG\", \"VV\"]",
        "keep_tags = [\"JKS\"]\nstop_tags = [\"J\"]",
    ] {
        let settings = format!("[pipeline.mine.analyze]\nanalyzer = \"korean\"\n{more}");
        let folder = project(&settings);
        let part = "`analyze.stop_tags` drops every tag that `analyze.keep_tags` keeps";
        fails(folder.path(), &["config", "check"], 2, &[part, "pipeline.toml, line 10"]);
    }
    let settings = "[pipeline.mine.analyze]\nanalyzer = \"korean\"\n\
        keep_tags = [\"N\"]\nstop_tags = [\"NR\"]";
    assert_eq!(run(project(settings).path(), &["config", "check"]).0, 0);
}

/// The line is so long that the first interrupt is seldom heard before it is done.
#[test]
fn a_second_interrupt_ends_inside_a_line_and_leaves_nothing() {
    let folder = korean("");
    let input = folder.path().join("in.txt");
    std::fs::write(&input, "바다가 간다 ".repeat(800_000)).unwrap();
    let output = folder.path().join("out");
    std::fs::create_dir(&output).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_malmoi"));
    command.current_dir(folder.path()).env("MALMOI_DATA_DIR", folder.path().join("data"));
    command
        .args(["ko", "pos", "--input", "in.txt", "--output", "out/x.txt"])
        .stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    let files = || std::fs::read_dir(&output).unwrap().count();
    while files() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = child.id().to_string();
    while child.try_wait().unwrap().is_none() {
        let _ = std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(files(), 0);
}
