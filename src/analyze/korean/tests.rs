//! The decoder and the analyzer on a small dictionary with invented costs.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::lattice::{Fixed, Found, Lattice, What};
use super::{Analyzer, Decompound, KoreanParams, MorphRef, NormalizeParams};
use crate::analyze::dictionary::{SystemDictionary, mecab};

static SMALL: LazyLock<Arc<SystemDictionary>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/analyze/dictionary");
    Arc::new(SystemDictionary::new(&mecab::read(&folder).unwrap()).unwrap())
});

fn small() -> Arc<SystemDictionary> {
    SMALL.clone()
}

pub(in crate::analyze) fn analyzer(words: &str, decompound: Decompound) -> Analyzer {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.txt");
    std::fs::write(&path, words).unwrap();
    let params = KoreanParams { user_dictionary: Some(path), decompound, ..Default::default() };
    Analyzer::new(small(), &params).unwrap()
}

fn pos(analyzer: &Analyzer, text: &str) -> String {
    let pos = analyzer.pos(text).into_iter();
    pos.map(|(surface, tag)| format!("{surface}/{tag}")).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(words: &str, text: &str, expected: &str) {
    assert_eq!(pos(&analyzer(words, Decompound::None), text), expected);
}

#[test]
fn a_dictionary_comes_back_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, dictionary) = (folder.path().join("ko.dic"), small());
    dictionary.save(&path).unwrap();
    assert_eq!(SystemDictionary::open(&path).unwrap(), *dictionary);
    let bytes = std::fs::read(&path).unwrap();
    for place in (0..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x10;
        std::fs::write(&path, &damaged).unwrap();
        assert!(SystemDictionary::open(&path).is_err(), "byte {place}");
    }
}

#[test]
fn words_are_cut_and_tagged() {
    check(
        "",
        "사람이 책가방에서 책을 읽는다.",
        "사람/NNG 이/JKS 책가방/NNG 에서/JKB 책/NNG 을/UNKNOWN 읽/VV 는다/EF ./SF",
    );
    check("", "", "");
    check("", "  \t ", "");
    check("", "바다 가게", "바다/NNG 가게/NNG");
}

#[test]
fn white_space_costs_particles_a_penalty() {
    check("", "바다가", "바다/NNG 가/JKS");
    // After a blank the particle is too dear, and the verb is taken.
    check("", "바다 가다", "바다/NNG 가/VV 다/EF");
}

#[test]
fn unknown_words_are_cut_by_their_characters() {
    check("", "KTX2는", "KTX/SL 2/SN 는/JX");
    // MeCab takes up to 25 characters of a class together.
    let run = "x".repeat(25);
    check("", &run, &format!("{run}/SL"));
    check("", &format!("{run}x"), &format!("x/SL {run}/SL"));
}

#[test]
fn compounds_are_split_on_request() {
    let text = "책가방이 간다";
    let modes = [
        (Decompound::None, "책가방/NNG 이/JKS 간다/VV+EF"),
        (Decompound::Discard, "책/NNG 가방/NNG 이/JKS 가/VV ㄴ다/EF"),
        (Decompound::Mixed, "책가방/NNG 책/NNG 가방/NNG 이/JKS 간다/VV+EF 가/VV ㄴ다/EF"),
    ];
    for (mode, expected) in modes {
        assert_eq!(pos(&analyzer("", mode), text), expected);
    }
}

#[test]
fn rows_of_the_user_keep_their_parts() {
    let words = "말모이책,,,,NNP,*,T,말모이책,Compound,*,*,말모이/NNP/*+책/NNG/*\n\
        뷁겼,,,,VV+EP,*,T,뷁겼,Inflect,VV,EP,뷁기/VV/*+었/EP/*";
    let text = "말모이책은 뷁겼다";
    let modes = [
        (Decompound::None, "말모이책/NNP 은/JX 뷁겼/VV+EP 다/EF"),
        (Decompound::Discard, "말모이/NNP 책/NNG 은/JX 뷁기/VV 었/EP 다/EF"),
    ];
    for (mode, expected) in modes {
        assert_eq!(pos(&analyzer(words, mode), text), expected);
    }
    let morphs = analyzer(words, Decompound::None).analyze(text);
    let base = |place: usize| (morphs[place].base.as_str(), morphs[place].parts.len());
    assert_eq!((base(0), base(2)), (("말모이책", 2), ("뷁기다", 2)));
    // Terms of a pipeline are the registered forms: of the whole, not of its parts.
    let mut registered = Vec::new();
    let take = |_: &str, _: &str, _, _, one: &MorphRef<'_>| {
        registered.extend(one.registered.map(str::to_owned));
    };
    analyzer(words, Decompound::Mixed).each_decompounded(text, take);
    assert_eq!(registered, ["말모이책", "뷁겼"]);
}

#[test]
fn ids_beyond_the_dictionary_are_an_error_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.csv");
    std::fs::write(&path, "\n마바,5,1,0,NNP,*,F,마바,*,*,*,*\n").unwrap();
    let params = KoreanParams { user_dictionary: Some(path), ..Default::default() };
    let error = Analyzer::new(small(), &params).err().unwrap();
    assert!(error.place().unwrap().ends_with("words.csv, line 2, column 4"), "{error}");
}

#[test]
fn offsets_and_base_forms_are_those_of_the_original() {
    let morphs = analyzer("", Decompound::None).analyze("책가방이  간다ㅋㅋㅋㅋ");
    let last = morphs.last().unwrap();
    assert_eq!((last.surface.as_str(), last.start, last.end), ("ㅋㅋ", 20, 32));
    assert_eq!((last.char_start, last.char_end), (8, 12));
    let verb = &morphs[2];
    assert_eq!((verb.base.as_str(), verb.parts.len()), ("가다", 2));
    assert_eq!((verb.char_start, verb.char_end), (6, 8));
}

#[test]
fn a_registered_word_wins() {
    check("바다가게", "바다가게는", "바다가게/NNP 는/JX");
    check(
        "나무 사람",
        "나무  사람이 나무사람이다",
        "나무  사람/NNP 이/JKS 나무사람/NNP 이/JKS 다/EF",
    );
    check("뷁뷁", "뷁뷁은 뷁뷁", "뷁뷁/NNP 은/JX 뷁뷁/NNP");
    check("책\tNNG", "책이", "책/NNG 이/JKS");
}

#[test]
fn a_longer_word_stays_whole_unless_forced() {
    check("책가", "책가방이", "책가방/NNG 이/JKS");
    check("책가\tNNP\tforce", "책가방이", "책가/NNP 방/UNKNOWN 이/JKS");
}

#[test]
fn the_best_ways_rise_in_cost_and_begin_with_the_answer() {
    let analyzer = analyzer("", Decompound::None);
    let ways = analyzer.n_best("바다가 간다", 20).analyses;
    assert!(ways.len() == 2 && ways.is_sorted_by_key(|(_, cost)| *cost), "{}", ways.len());
    assert_eq!(ways[0].0, analyzer.analyze("바다가 간다"));
    assert_eq!(analyzer.n_best("바다가 간다", 1).analyses, ways[..1]);
}

#[test]
fn the_best_way_comes_out_of_a_long_text_too() {
    let text = "바다가 간다 책을 읽는다 ".repeat(3000);
    let analyzer = analyzer("", Decompound::None);
    let ways = analyzer.n_best(&text, 2).analyses;
    assert_eq!(ways[0].0, analyzer.analyze(&text));
}

#[test]
fn a_search_that_was_cut_says_so() {
    let (dictionary, mut lattice) = (small(), Lattice::default());
    let mut best = |most| lattice.best_ways_within(most, &dictionary, "바다가 간다", &[], 2);
    let (whole, cut) = (best(1000), best(3));
    assert_eq!((whole.ways.len(), whole.is_cut), (2, false));
    assert_eq!((&cut.ways[..], cut.is_cut), (&whole.ways[..1], true));
}

#[test]
fn a_word_gets_the_same_answer_however_often_it_stands_in_a_line() {
    // It cuts 간다, so that each place is tried by itself.
    let text = "바다간다 ".repeat(100);
    let analyzer = analyzer("바다간", Decompound::None);
    let found = analyzer.morphs(&text).iter().filter(|surface| *surface == "바다간").count();
    assert_eq!(found, 100);
}

#[test]
fn costs_of_long_lines_do_not_overflow() {
    let analyzer = analyzer("마바,1,1,32767,NNP,*,F,마바,*,*,*,*", Decompound::None);
    let (_, cost) = &analyzer.n_best(&"마바 ".repeat(70_000), 1).analyses[0];
    assert!(*cost > i64::from(i32::MAX));
}

#[test]
fn threads_share_one_analyzer() {
    let analyzer = analyzer("말모이", Decompound::None);
    let expected = pos(&analyzer, "말모이는 사람이 읽는다");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                (0..200).for_each(|_| {
                    assert_eq!(pos(&analyzer, "말모이는 사람이 읽는다"), expected);
                });
            });
        }
    });
}

/// Cost of a way, summed up without the lattice.
fn cost(dictionary: &SystemDictionary, text: &str, way: &[Found]) -> i64 {
    let (mut right, mut end, mut sum) = (0u16, 0, 0i64);
    for found in way {
        let (What::Known(number) | What::Unknown(number)) = found.what else {
            panic!("nothing is fixed here");
        };
        let one = dictionary.morpheme(number);
        sum += i64::from(dictionary.costs_before(one.left)[usize::from(right)]);
        sum += i64::from(one.cost);
        if found.start > end && text[end..found.start].contains(' ') {
            sum += i64::from(one.space_penalty);
        }
        (right, end) = (one.right, found.end);
    }
    sum + i64::from(dictionary.costs_before(0)[usize::from(right)])
}

proptest! {
    #[test]
    fn the_answer_costs_what_its_words_cost_and_no_way_costs_less(
        text in "[가책방이는다나무바읽 .a1]{0,12}"
    ) {
        let dictionary = small();
        let (mut lattice, mut found) = (Lattice::default(), Vec::new());
        let least = lattice.decode(&dictionary, &text, &[], &mut found);
        prop_assert_eq!(least, cost(&dictionary, &text, &found));
        let mut seen = std::collections::HashSet::new();
        for (way, of_way) in lattice.best_ways(&dictionary, &text, &[], 50).ways {
            prop_assert_eq!(of_way, cost(&dictionary, &text, &way));
            prop_assert!(of_way >= least);
            let tag = |what| match what {
                What::Known(number) | What::Unknown(number) => dictionary.feature(number).tag,
                What::Fixed(_) => "",
            };
            let told = way.iter().map(|one| (one.start, one.end, tag(one.what)));
            prop_assert!(seen.insert(told.collect::<Vec<_>>()), "one analysis comes twice");
        }
    }

    #[test]
    fn any_text_is_covered(text in "\\PC{0,40}|([ㄱ-힣]|[ -~]|\u{1f600}|\u{200d}){0,30}") {
        let analyzer = analyzer("바다가게\n사 람", Decompound::None);
        let (mut start, mut end) = (0, 0);
        for morph in analyzer.analyze(&text) {
            // A letter that NFC takes apart may be two morphemes at one place.
            prop_assert!(morph.start >= start && morph.start < morph.end);
            start = morph.start;
            prop_assert!(text[end.min(start)..morph.start].chars().all(|one| one.is_whitespace() || one.is_control()));
            prop_assert!(text.get(morph.start..morph.end).is_some());
            end = end.max(morph.end);
        }
    }

    #[test]
    fn a_registered_word_comes_out_whole(
        word in "[가-힣]{2,6}",
        after in "(은|는|이|가|에서|이다)?[ .,!?]?",
    ) {
        // Words of the small dictionary that hold the registered one stay whole.
        prop_assume!(!["책가방", "에서", "간다", "는다", "사람", "가게", "나무", "바다", "말모이"]
            .iter().any(|known| known.contains(&word) || word.contains(known)));
        let analyzer = analyzer(&word, Decompound::None);
        let text = format!("{word}{after}");
        let morphs = analyzer.analyze(&text);
        prop_assert_eq!((morphs[0].start, morphs[0].end), (0, word.len()), "{} {:?}", text, morphs);
    }

    #[test]
    fn a_forced_word_comes_out_anywhere(before in "[가-힣]{0,4}", word in "[가-힣]{2,6}", after in "[가-힣]{0,4}") {
        let analyzer = analyzer(&format!("{word}\tNNP\tforce"), Decompound::None);
        let text = format!("{before}{word}{after}");
        let start = text.find(&word).unwrap();
        let morphs = analyzer.analyze(&text);
        prop_assert!(morphs.iter().any(|one| (one.start, one.end) == (start, start + word.len())));
    }
}

#[test]
fn fixed_spans_are_kept_and_the_rest_is_cut_around_them() {
    let dictionary = small();
    let (mut lattice, mut found) = (Lattice::default(), Vec::new());
    let fixed = [Fixed { start: 3, end: 9, left: 1, right: 1, cost: 0 }];
    lattice.decode(&dictionary, "바다가게는", &fixed, &mut found);
    let spans: Vec<_> = found.iter().map(|one| (one.start, one.end)).collect();
    assert_eq!(spans, [(0, 3), (3, 9), (9, 12), (12, 15)]);
    assert_eq!(found[1].what, What::Fixed(0));
}

#[test]
fn nothing_is_normalized_on_request() {
    let params = KoreanParams { normalize: NormalizeParams::off(), ..Default::default() };
    let analyzer = Analyzer::new(small(), &params).unwrap();
    assert_eq!(analyzer.morphs("책ㅋㅋㅋㅋ").concat(), "책ㅋㅋㅋㅋ");
}
