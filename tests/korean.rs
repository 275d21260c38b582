//! What needs the whole Korean dictionary: skipped, and said so, where it is not installed.
//!
//! `malmoi dictionary install` brings it; the other tests use a tiny one.

use std::sync::Arc;

use malmoi::analyze::dictionary::{SystemDictionary, dictionary_file};
use malmoi::analyze::korean::{Analyzer, KoreanParams, Morph};

const WORDS: &str = "tests/golden/analyze/user_dictionary/words.txt";
const MUST_WIN: &str = include_str!("golden/analyze/user_dictionary/must_win.tsv");
const MUST_NOT_BREAK: &str = include_str!("golden/analyze/user_dictionary/must_not_break.tsv");

/// An analyzer with the words of the test, if there is a dictionary.
fn analyzer() -> Option<Analyzer> {
    let path = dictionary_file().ok().filter(|path| path.exists());
    let Some(path) = path else {
        eprintln!("not checked: the Korean dictionary is not installed");
        return None;
    };
    let dictionary = Arc::new(SystemDictionary::open(&path).expect("it was installed whole"));
    let params = KoreanParams { user_dictionary: Some(WORDS.into()), ..KoreanParams::default() };
    Some(Analyzer::new(dictionary, &params).expect("the words of the test are sound"))
}

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().filter(|line| !line.starts_with("# ") && !line.is_empty());
    lines.map(|line| line.split('\t').collect())
}

fn shown(morphs: &[Morph]) -> String {
    let words: Vec<String> =
        morphs.iter().map(|one| format!("{}/{}", one.surface, one.tag)).collect();
    words.join(" ")
}

#[test]
fn registered_words_win() {
    let Some(analyzer) = analyzer() else { return };
    let mut lost = Vec::new();
    for row in rows(MUST_WIN) {
        let (sentence, word) = (row[0], row[1]);
        let start = sentence.find(word).expect("the word stands in its sentence");
        let morphs = analyzer.analyze(sentence);
        let found = morphs.iter().any(|one| one.start == start && one.end == start + word.len());
        if !found {
            lost.push(format!("{word}: {}", shown(&morphs)));
        }
    }
    assert!(lost.is_empty(), "{} lost:\n{}", lost.len(), lost.join("\n"));
}

#[test]
fn longer_words_stay_whole() {
    let Some(analyzer) = analyzer() else { return };
    let mut broken = Vec::new();
    for row in rows(MUST_NOT_BREAK) {
        let wanted: Vec<&str> = row[1].split(' ').collect();
        let morphs = analyzer.analyze(row[0]);
        let surfaces: Vec<&str> = morphs.iter().map(|one| one.surface.as_str()).collect();
        if !surfaces.windows(wanted.len()).any(|window| window == wanted) {
            broken.push(format!("{}: {}", row[1], shown(&morphs)));
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}
