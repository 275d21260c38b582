//! `malmoi embed`: words as vectors.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::reviews::trained_on_reviews;
use crate::{project, run};

const SMALL: [&str; 6] = ["--dimensions", "6", "--epochs", "3", "--threads", "1"];

fn golden(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/learn").join(name);
    path.to_str().unwrap().to_owned()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (code, stdout, stderr) = run(folder, &[arguments, &["--json"]].concat());
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

/// Terms and cosines.
fn terms(told: &Value) -> Vec<(String, f64)> {
    let one =
        |one: &Value| (one["term"].as_str().unwrap().to_owned(), one["cosine"].as_f64().unwrap());
    told["terms"].as_array().unwrap().iter().map(one).collect()
}

#[test]
fn vectors_are_trained_and_asked() {
    let folder = trained_on_reviews();
    let told = json(folder.path(), &[&["embed", "train"], &SMALL[..]].concat());
    assert_eq!((&told["documents"], &told["left_out"]), (&48.into(), &12.into()));
    assert_eq!((&told["dimensions"], &told["threads"]), (&6.into(), &1.into()));
    // Of so few words, all may be too frequent to be learned from in an epoch.
    let points = told["curve"]["series"][0]["points"].as_array().unwrap().len();
    assert!((1..=3).contains(&points), "{points}");
    let file = PathBuf::from(told["file"].as_str().unwrap());
    let first = std::fs::read(&file).unwrap();
    let (code, stdout, stderr) =
        run(folder.path(), &[&["embed", "train", "mine"], &SMALL[..]].concat());
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("from 48 documents, 12 of test parts left out"), "{stdout}");
    assert_eq!(std::fs::read(&file).unwrap(), first, "one thread and one seed give the same bytes");

    let told = json(folder.path(), &["embed", "similar", "mine", "Great", "--top", "3"]);
    assert_eq!((&told["asked"]["term"], terms(&told).len()), (&"great".into(), 3));
    let (code, stdout, _) = run(folder.path(), &["embed", "similar", "mine", "great"]);
    assert!(code == 0 && stdout.starts_with("great (") && stdout.contains("awful"), "{stdout}");
    let (code, _, stderr) = run(folder.path(), &["embed", "similar", "mine", "grate"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("`grate` has no vector") && stderr.contains("`great`"), "{stderr}");

    let told = json(folder.path(), &["embed", "list"]);
    let one = &told["embeddings"][0];
    assert_eq!((&one["name"], &one["method"]), (&"mine".into(), &"skip-gram".into()));
    let (code, stdout, _) = run(folder.path(), &["embed", "list"]);
    assert!(code == 0 && stdout.contains("48 documents of mine"), "{stdout}");
    assert_eq!(run(folder.path(), &["embed", "remove", "mine"]).0, 0);
    assert!(!file.exists());
}

#[test]
fn unknown_words_are_made_of_their_parts() {
    let folder = trained_on_reviews();
    let more = ["embed", "train", "--subwords", "syllables", "--buckets", "99", "--name", "parts"];
    json(folder.path(), &[&more, &SMALL[..]].concat());
    let told = json(folder.path(), &["embed", "similar", "parts", "greatest"]);
    assert_eq!((&told["asked"]["term"], &told["asked"]["composed"]), (&Value::Null, &true.into()));
    assert!(!terms(&told).is_empty());
}

#[test]
fn vectors_of_gensim_are_read_and_asked_alike() {
    let folder = project("");
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(golden("similar.json")).unwrap()).unwrap();
    let check = |told: &Value, expected: &Value| {
        let expected = expected.as_array().unwrap();
        let told = terms(told);
        assert_eq!(told.len(), expected.len());
        for ((term, cosine), expected) in told.iter().zip(expected) {
            assert_eq!(expected[0], term.as_str());
            assert!((cosine - expected[1].as_f64().unwrap()).abs() < 2e-6, "{term}");
        }
    };
    for name in ["vectors.vec", "vectors.bin"] {
        let told = json(folder.path(), &["embed", "import", &golden(name), "--name", "v"]);
        assert_eq!((&told["terms"], &told["dimensions"]), (&12.into(), &6.into()));
        let similar = |word| json(folder.path(), &["embed", "similar", "v", word, "--top", "4"]);
        check(&similar("king"), &expected["similar"]["king"]);
        check(&similar("재미"), &expected["similar"]["재미/NNG"]);
        let analogy = ["embed", "analogy", "v", "man", "woman", "king", "--top", "4"];
        check(&json(folder.path(), &analogy), &expected["analogy"]);
        let signed = ["--positive", "woman", "king", "--negative", "man", "--top", "4"];
        let told = json(folder.path(), &[&["embed", "analogy", "v"], &signed[..]].concat());
        check(&told, &expected["analogy"]);
    }
}

#[test]
fn what_is_exported_is_what_was_imported() {
    let folder = project("");
    let path = |name: &str| folder.path().join(name);
    json(folder.path(), &["embed", "import", &golden("vectors.bin")]);
    for name in ["a.bin", "a.vec.gz"] {
        let told = json(folder.path(), &["embed", "export", "vectors", name]);
        assert_eq!(told["terms"], 12);
        json(folder.path(), &["embed", "import", name, "--name", "again"]);
        let told = json(folder.path(), &["embed", "similar", "again", "king", "--top", "1"]);
        let before = json(folder.path(), &["embed", "similar", "vectors", "king", "--top", "1"]);
        assert_eq!(terms(&told), terms(&before));
    }
    let (code, _, stderr) = run(folder.path(), &["embed", "export", "vectors", "a.npz"]);
    assert!(code == 2 && stderr.contains(".bin for binary") && !path("a.npz").exists(), "{stderr}");
}

#[test]
fn what_is_wrong_is_told() {
    let folder = project("");
    let check = |arguments: &[&str], code: i32, expected: &str| {
        let (found, _, stderr) = run(folder.path(), &[&["embed"], arguments].concat());
        assert_eq!(found, code, "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    };
    std::fs::write(folder.path().join("v.vec"), "2 2\na 1 2\nb 1 nan\n").unwrap();
    check(&["import", "v.vec"], 1, "v.vec, line 3");
    std::fs::write(folder.path().join("glove.txt"), "the 0.1 0.2\n").unwrap();
    check(&["import", "glove.txt"], 1, "GloVe's do not");
    check(&["import", "none.vec"], 1, "none.vec");
    check(&["similar", "mine", "a"], 2, "there is no embedding `mine`");
    check(&["train", "--dimensions", "0"], 2, "--dimensions is 0");
    check(&["train", "--name", "../x"], 2, "cannot be the name of an embedding");
    check(&["analogy", "mine"], 2, "no word is given");
    std::fs::create_dir_all(folder.path().join(".malmoi/embeddings")).unwrap();
    std::fs::write(folder.path().join(".malmoi/embeddings/bad.safetensors"), "12345678").unwrap();
    check(&["similar", "bad", "a"], 1, "the embedding is damaged");
    check(&["similar", "bat", "a"], 2, "the nearest names are `bad`");
    let (code, stdout, _) = run(folder.path(), &["embed", "list"]);
    assert!(code == 0 && stdout.contains("is damaged"), "{stdout}");
}
