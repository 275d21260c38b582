//! What is left when a run is killed or stopped, and what two runs do to each other.
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::reviews::{files, ran, train, trained_on_reviews};

fn start(folder: &Path) -> Child {
    start_with(folder, &[])
}

fn start_with(folder: &Path, more: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_malmoi"));
    command.current_dir(folder).args(["run", "--json"]).args(more).env_remove("MALMOI_STATE");
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").arg(name).arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
}

/// Takes the lock of the state folder as a run would.
fn hold(folder: &Path) -> File {
    let state = folder.join(".malmoi");
    std::fs::create_dir_all(&state).unwrap();
    let mut file = File::create(state.join("lock")).unwrap();
    file.write_all(b"process 1 (malmoi run other)\n").unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn a_killed_run_can_be_finished() {
    let whole = trained_on_reviews();
    let begin = Instant::now();
    let reference = train(whole.path(), &[]);
    let duration = begin.elapsed();
    let expected = files(&whole.path().join(".malmoi"));
    for quarter in 1..=3 {
        let folder = trained_on_reviews();
        let mut child = start(folder.path());
        std::thread::sleep(duration * quarter / 4);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(train(folder.path(), &[])["metrics"], reference["metrics"]);
        let state = files(&folder.path().join(".malmoi"));
        assert!(state.keys().eq(expected.keys()), "{:?}", state.keys());
        for name in ["mine/model.bin", "mine/rows.bin", "mine/metrics.json"] {
            assert_eq!(state[Path::new(name)], expected[Path::new(name)], "{name}");
        }
    }
}

#[test]
fn what_was_half_written_is_swept() {
    let folder = trained_on_reviews();
    train(folder.path(), &[]);
    let state = folder.path().join(".malmoi");
    let before = files(&state);
    std::fs::write(state.join(".malmoi-a.tmp"), "half").unwrap();
    std::fs::write(state.join("mine/.malmoi-b.tmp"), "half").unwrap();
    assert!(ran(&train(folder.path(), &[])).is_empty());
    assert!(files(&state).keys().eq(before.keys()));
}

#[test]
fn a_second_run_names_the_first_and_waits() {
    let folder = trained_on_reviews();
    let first = hold(folder.path());
    let mut second = start(folder.path());
    let mut note = String::new();
    BufReader::new(second.stderr.take().unwrap()).read_line(&mut note).unwrap();
    assert!(note.contains("waiting for process 1 (malmoi run other)"), "{note}");
    assert!(second.try_wait().unwrap().is_none());
    drop(first);
    assert!(second.wait().unwrap().success());
    assert!(ran(&train(folder.path(), &[])).is_empty());
}

#[test]
fn a_stopped_run_says_so_and_leaves_nothing_half() {
    for name in ["-INT", "-TERM"] {
        let folder = trained_on_reviews();
        let first = hold(folder.path());
        let mut second = start(folder.path());
        let mut stderr = BufReader::new(second.stderr.take().unwrap());
        stderr.read_line(&mut String::new()).unwrap();
        signal(&second, name);
        let mut told = String::new();
        stderr.read_line(&mut told).unwrap();
        assert_eq!(second.wait().unwrap().code(), Some(130));
        assert_eq!(told, "error: interrupted\n");
        drop(first);
        assert_eq!(files(&folder.path().join(".malmoi")).len(), 1, "the lock alone");
        train(folder.path(), &[]);
    }
}

/// A fit without an end: its rows are there, and it hears that it shall stop.
#[test]
fn a_fit_can_be_stopped_and_keeps_its_rows() {
    let endless = ["--set", "classify.tol=1e-300", "--set", "classify.max_iter=4294967295"];
    for name in ["-INT", "-TERM", "-KILL"] {
        let folder = trained_on_reviews();
        let mut child = start_with(folder.path(), &endless);
        let manifest = folder.path().join(".malmoi/mine/manifest.json");
        while !std::fs::read_to_string(&manifest).is_ok_and(|text| text.contains("\"rows\"")) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        signal(&child, name);
        let expected = if name == "-KILL" { None } else { Some(130) };
        assert_eq!(child.wait().unwrap().code(), expected, "{name}");
        assert_eq!(ran(&train(folder.path(), &[])), ["classify", "evaluate"], "{name}");
    }
}

/// While everything is made anew, what was there can be used, and a run that is
/// ended takes nothing away.
#[test]
fn what_is_there_stays_until_it_is_replaced() {
    let folder = trained_on_reviews();
    std::fs::write(folder.path().join("texts.txt"), "a great drama\n").unwrap();
    let reference = train(folder.path(), &[]);
    let before = files(&folder.path().join(".malmoi/mine"));
    let labels = crate::run(folder.path(), &["predict", "--input", "texts.txt"]).1;
    let endless = ["--set", "classify.tol=1e-300", "--set", "classify.max_iter=4294967295"];
    let mut child = start_with(folder.path(), &[&["--force"][..], &endless].concat());
    let rows = folder.path().join(".malmoi/mine/manifest.json");
    while std::fs::read(&rows).unwrap() == before[Path::new("manifest.json")] {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(crate::run(folder.path(), &["predict", "--input", "texts.txt"]).1, labels);
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let after = files(&folder.path().join(".malmoi/mine"));
    for name in ["model.bin", "rows.bin", "metrics.json"] {
        assert_eq!(after[Path::new(name)], before[Path::new(name)], "{name}");
    }
    let again = train(folder.path(), &[]);
    assert!(ran(&again).is_empty());
    assert_eq!(again["metrics"], reference["metrics"]);
    assert_eq!(ran(&train(folder.path(), &["--force"])).len(), 6);
}
