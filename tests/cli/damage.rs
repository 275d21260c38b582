//! Files that are damaged or mean harm: a clear error or the same result, never another one.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::reviews::{files, reviews, train, trained_on_reviews};
use crate::{project, run};

/// Cut in four places, emptied, prolonged, and bits turned all over.
fn damaged(whole: &[u8]) -> Vec<Vec<u8>> {
    let length = whole.len();
    let cuts = [0, 1, length / 3, length - 1].map(|end| whole[..end].to_vec());
    let longer = [whole, b"x"].concat();
    let flips = (0..24).map(|n| {
        let mut bytes = whole.to_vec();
        bytes[n * (length - 1) / 23] ^= 1 << (n % 8);
        bytes
    });
    cuts.into_iter().chain([longer]).chain(flips).collect()
}

/// A run after damage: the same metrics, or an error that names a file of the state.
fn check_run(folder: &Path, expected: &Value) {
    let (code, stdout, stderr) = run(folder, &["run", "--json"]);
    match code {
        0 => {
            let outcome: Value = serde_json::from_str(&stdout).unwrap();
            assert_eq!(outcome["metrics"], *expected);
        }
        _ => {
            assert_eq!(code, 1, "{stderr}");
            assert!(stderr.contains(".malmoi") && stderr.contains("hint: "), "{stderr}");
            assert!(!stderr.contains("panicked"), "{stderr}");
        }
    }
}

fn check_predict(folder: &Path, expected: &str) {
    let (code, stdout, stderr) = run(folder, &["predict", "--input", "texts.txt"]);
    match code {
        0 => assert_eq!(stdout, expected),
        _ => {
            assert!(stderr.contains("model.bin") || stderr.contains("manifest.json"), "{stderr}");
            assert!(code == 1 && !stderr.contains("panicked"), "{stderr}");
        }
    }
}

#[test]
fn damaged_results_are_noticed_or_made_anew() {
    let folder = trained_on_reviews();
    let metrics = train(folder.path(), &[])["metrics"].clone();
    std::fs::write(folder.path().join("texts.txt"), "a great drama\nan awful one\n").unwrap();
    let (_, labels, _) = run(folder.path(), &["predict", "--input", "texts.txt"]);
    let state = folder.path().join(".malmoi");
    let whole = files(&state);
    for name in ["model.bin", "manifest.json", "metrics.json"] {
        for bytes in damaged(&whole[&Path::new("mine").join(name)]) {
            std::fs::write(state.join("mine").join(name), bytes).unwrap();
            check_predict(folder.path(), &labels);
            check_run(folder.path(), &metrics);
            whole.iter().for_each(|(path, bytes)| std::fs::write(state.join(path), bytes).unwrap());
        }
    }
}

#[test]
fn damaged_rows_are_noticed_when_they_are_read() {
    let folder = trained_on_reviews();
    let again = ["--set", "classify.C=2"];
    train(folder.path(), &[]);
    let state = folder.path().join(".malmoi");
    let whole = files(&state);
    let metrics = train(folder.path(), &again)["metrics"].clone();
    for bytes in damaged(&whole[Path::new("mine/rows.bin")]) {
        whole.iter().for_each(|(path, bytes)| std::fs::write(state.join(path), bytes).unwrap());
        std::fs::write(state.join("mine/rows.bin"), bytes).unwrap();
        let (code, stdout, stderr) = run(folder.path(), &[&["run", "--json"][..], &again].concat());
        match code {
            0 => {
                let outcome: Value = serde_json::from_str(&stdout).unwrap();
                assert_eq!(outcome["metrics"], metrics);
            }
            _ => assert!(code == 1 && stderr.contains("rows.bin"), "{code} {stderr}"),
        }
    }
}

#[test]
fn results_of_a_newer_version_are_refused() {
    let folder = trained_on_reviews();
    train(folder.path(), &[]);
    let model = folder.path().join(".malmoi/mine/model.bin");
    let mut bytes = std::fs::read(&model).unwrap();
    bytes[12] = 99;
    std::fs::write(&model, bytes).unwrap();
    let (code, _, stderr) =
        run(folder.path(), &["predict", "--input", "pipeline.toml", "--format", "text"]);
    assert_eq!(code, 1);
    assert!(
        stderr.contains("a newer version of malmoi") && stderr.contains("model.bin"),
        "{stderr}"
    );
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_damaged_gzip_table_is_an_error() {
    let folder = trained_on_reviews();
    let whole = gzip(reviews(60).as_bytes());
    std::fs::write(folder.path().join("reviews.tsv"), &whole).unwrap();
    let metrics = train(folder.path(), &[])["metrics"].clone();
    for bytes in damaged(&whole) {
        std::fs::write(folder.path().join("reviews.tsv"), bytes).unwrap();
        let (code, stdout, stderr) = run(folder.path(), &["run", "--json", "--state", "other"]);
        match code {
            // A bit of the header, such as its time, that says nothing of the contents.
            0 => {
                let outcome: Value = serde_json::from_str(&stdout).unwrap();
                assert_eq!(outcome["metrics"], metrics);
            }
            // Without its first bytes it is no gzip file, but text without columns.
            _ => {
                assert!(stderr.contains("reviews.tsv") && !stderr.contains("panicked"), "{stderr}")
            }
        }
        let _ = std::fs::remove_dir_all(folder.path().join("other"));
    }
}

/// A tar archive with one good review and one entry that means harm.
fn archive(kind: tar::EntryType, name: &str) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut add = |name: &str, kind: tar::EntryType, body: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.as_ustar_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(body.len() as u64);
        if !body.is_empty() {
            header.set_mode(0o644);
        } else {
            header.set_link_name("target").unwrap();
        }
        header.set_cksum();
        archive.append(&header, body).unwrap();
    };
    add("aclImdb/train/pos/0_9.txt", tar::EntryType::Regular, b"good");
    add(name, kind, if kind == tar::EntryType::Regular { b"evil" } else { b"" });
    gzip(&archive.into_inner().unwrap())
}

#[test]
fn hostile_archives_are_refused_and_write_nothing() {
    use tar::EntryType::{Block, Char, Fifo, Link, Regular, Symlink};
    let inside = "aclImdb/train/pos/1_9.txt";
    for (kind, name, told) in [
        (Regular, "aclImdb/../../evil.txt", "`..`"),
        (Regular, "/evil.txt", "absolute path"),
        (Symlink, inside, "symbolic link"),
        (Link, inside, "hard link"),
        (Char, inside, "a device"),
        (Block, inside, "a device"),
        (Fifo, inside, "named pipe"),
    ] {
        let folder = project("");
        std::fs::write(folder.path().join("a.tar.gz"), archive(kind, name)).unwrap();
        let arguments = ["run", "--set", "source.kind=imdb", "--set", "source.path=a.tar.gz"];
        let (code, stdout, stderr) = run(folder.path(), &arguments);
        assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
        assert!(stderr.contains(told) && stderr.contains("a.tar.gz"), "{stderr}");
        let written = files(folder.path()).into_keys().collect::<Vec<_>>();
        let expected = [".malmoi/lock", "a.tar.gz", "pipeline.toml", "reviews.tsv"]
            .map(std::path::PathBuf::from);
        assert_eq!(written, expected);
    }
}
