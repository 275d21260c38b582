use proptest::prelude::*;
use unicode_normalization::is_nfc;

use super::*;

fn normalized(text: &str, params: &NormalizeParams) -> Normalized {
    let mut out = Normalized::default();
    Normalizer::new(params).normalize(text, &mut out);
    out
}

fn check_with(params: &NormalizeParams, text: &str, expected: &str) {
    let out = normalized(text, params);
    assert_eq!(out.text(text), expected);
    assert_eq!(out.is_changed(), text != expected);
}

fn check(text: &str, expected: &str) {
    check_with(&NormalizeParams::default(), text, expected);
}

/// Each character of the normal text before what it was made from.
fn check_origins(text: &str, expected: &[(&str, &str)]) {
    let out = normalized(text, &NormalizeParams::default());
    let normal = out.text(text);
    let origins = normal.char_indices().map(|(start, character)| {
        let end = start + character.len_utf8();
        let (first, last) = out.original_range(start, end);
        (&normal[start..end], &text[first..last])
    });
    assert_eq!(origins.collect::<Vec<_>>(), expected);
}

#[test]
fn repeats_are_folded() {
    check("ㅋㅋㅋㅋㅋ 대박!!!! 음.... 어...", "ㅋㅋ 대박!! 음... 어...");
    check("♥♥♥♥ 😂😂😂 ㅠㅠㅠㅠ ~~~", "♥♥ 😂😂 ㅠㅠ ~~");
    check("1000000원 aaaa ㅋㅎㅋㅎㅋㅎ", "1000000원 aaaa ㅋㅎㅋㅎㅋㅎ");
    check("🇰🇷🇰🇷🇰🇷🇰🇰🇰🇰", "🇰🇷🇰🇷🇰🇷🇰🇰🇰🇰");
}

#[test]
fn repeats_are_a_setting() {
    let repeats = |repeats| NormalizeParams { repeats, ..NormalizeParams::default() };
    check_with(&repeats(0), "ㅋㅋㅋㅋㅋ!!!!", "ㅋㅋㅋㅋㅋ!!!!");
    check_with(&repeats(1), "ㅋㅋㅋㅋㅋ!!....", "ㅋ!...");
    check_with(&repeats(4), "ㅋㅋㅋㅋㅋ!!.....", "ㅋㅋㅋㅋ!!....");
}

#[test]
fn drawn_out_vowels_are_folded() {
    check("최고오오오 대애애애박 재밌어어어어 봐아아", "최고 대박 재밌어 봐");
    check("아아아아 노오오오력", "아 노력");
    let keep = RepeatedSyllables::Keep;
    let params = NormalizeParams { repeated_syllables: keep, ..NormalizeParams::default() };
    check_with(&params, "최고오오오", "최고오오오");
}

#[test]
fn words_are_not_taken_for_drawn_out_vowels() {
    let words = "영화와 사회에 추우면 형제애에 자아 미이라 아아 그의의 좋아 유유히";
    check(words, words);
}

#[test]
fn letters_are_composed() {
    check("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} cafe\u{301}", "한글 café");
    check("가\u{11ab}", "간");
}

#[test]
fn letters_stand_alone() {
    check("ㅋㅋ", "ㅋㅋ");
    check("\u{110f}\u{110f} \u{1172}\u{1172}", "ㅋㅋ ㅠㅠ");
    check("한\u{11ab} 가\u{1161}", "한ㄴ 가ㅏ");
    // Old Korean: the vowel has no modern letter.
    check("\u{1112}\u{119e}\u{11ab}글", "\u{1112}\u{119e}\u{11ab}글");
}

#[test]
fn width_is_the_usual_one() {
    check("ＡＢ１２！\u{3000}ﾻﾻ ｶﾞ", "AB12! ㅋㅋ ガ");
}

#[test]
fn off_changes_nothing() {
    let text = "ㅋㅋㅋㅋ！최고오오오 e\u{301}";
    check_with(&NormalizeParams::off(), text, text);
}

#[test]
fn the_way_back() {
    check_origins("와ㅋㅋㅋㅋ！", &[("와", "와"), ("ㅋ", "ㅋ"), ("ㅋ", "ㅋㅋㅋ"), ("!", "！")]);
    check_origins(
        "최고오오 \u{1112}\u{1161}",
        &[("최", "최"), ("고", "고오오"), (" ", " "), ("하", "\u{1112}\u{1161}")],
    );
}

#[test]
fn empty_ranges_stay_empty() {
    let text = "ㅋㅋㅋㅋ！";
    let out = normalized(text, &NormalizeParams::default());
    assert_eq!(out.original_range(0, 0), (0, 0));
    assert_eq!(out.original_range(6, 6), (12, 12));
    assert_eq!(out.original_range(7, 7), (15, 15));
    assert_eq!(out.original_range(7, 3), (15, 15));
}

/// Anything, and what normalization is for.
fn text() -> impl Strategy<Value = String> {
    let written = "([ㅋㅠ!.칸ᆞᇰ하고오아요어에애👍🏽🇰]|e|\u{301}|\u{338}|=|ﾡ|ￂ|ｶ|ﾞ|Ａ|\u{3000}| ){0,16}";
    prop_oneof![any::<String>(), written]
}

fn params() -> impl Strategy<Value = NormalizeParams> {
    (any::<bool>(), any::<bool>(), 0..4_u32, any::<bool>()).prop_map(
        |(compose, width, repeats, keep)| NormalizeParams {
            compose,
            width,
            repeats,
            repeated_syllables: match keep {
                true => RepeatedSyllables::Keep,
                false => RepeatedSyllables::Fold,
            },
        },
    )
}

proptest! {
    #[test]
    fn normal_text_is_nfc(text in text()) {
        let out = normalized(&text, &NormalizeParams::default());
        prop_assert!(is_nfc(out.text(&text)));
    }

    #[test]
    fn twice_is_once(text in text(), params in params()) {
        let params = NormalizeParams { compose: true, ..params };
        let once = normalized(&text, &params).text(&text).to_owned();
        let twice = normalized(&once, &params);
        prop_assert_eq!(twice.text(&once), &once);
    }

    #[test]
    fn the_scan_misses_nothing(text in text(), params in params()) {
        let mut out = Normalized::default();
        out.read(&text, params.width);
        Normalizer::new(&params).rewrite(&mut out);
        out.write(&text);
        let found = normalized(&text, &params);
        prop_assert_eq!(found.text(&text), out.text(&text));
    }

    #[test]
    fn ranges_rise_and_cover_the_original(text in text(), params in params()) {
        let out = normalized(&text, &params);
        let normal = out.text(&text);
        prop_assert_eq!(out.original_range(0, normal.len()), (0, text.len()));
        let mut last = (0, 0);
        for (start, character) in normal.char_indices() {
            let (first, end) = out.original_range(start, start + character.len_utf8());
            prop_assert!(text.is_char_boundary(first) && text.is_char_boundary(end));
            prop_assert!(first < end && first <= last.1 && last.0 <= first && last.1 <= end);
            last = (first, end);
        }
        prop_assert_eq!(last.1, text.len());
    }
}
