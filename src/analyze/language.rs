//! Which language a text is in, and where one script ends and the other begins.
//!
//! In: any text. Out: Korean, English or unknown; runs of one script that cover the text.
//!
//! Scripts alone decide. A language detector would be asked where Latin letters prevail,
//! and the program knows one language that is written so.

use std::ops::Range;

/// The languages that the program analyses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Hangul prevails.
    Korean,
    /// Latin letters prevail.
    English,
    /// Neither does.
    Unknown,
}

/// The scripts that are analysed apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Script {
    /// Hangul.
    Korean,
    /// Latin letters.
    Latin,
    /// Any other script, or no letters at all.
    Other,
}

/// A Hangul syllable says about as much as so many Latin letters: Korean with English
/// names in it is Korean.
const LETTERS_A_SYLLABLE: usize = 3;

/// The language of `text`, by the share of each script.
///
/// # Examples
/// ```
/// use malmoi::analyze::language::{Language, detect};
///
/// assert_eq!(detect("The Matrix는 명작"), Language::Korean);
/// assert_eq!(detect("The best film of Bong Joon-ho (봉준호)"), Language::English);
/// assert_eq!(detect("1234 !?"), Language::Unknown);
/// ```
pub fn detect(text: &str) -> Language {
    let (mut korean, mut latin, mut other) = (0, 0, 0);
    for character in text.chars() {
        match letter(character) {
            Letter::Of(Script::Korean) => korean += LETTERS_A_SYLLABLE,
            Letter::Of(Script::Latin) => latin += 1,
            // A Chinese character says as much as a syllable.
            Letter::Of(Script::Other) | Letter::Chinese => other += LETTERS_A_SYLLABLE,
            Letter::None => {}
        }
    }
    match korean.max(latin).max(other) {
        0 => Language::Unknown,
        most if most == korean => Language::Korean,
        most if most == latin => Language::English,
        _ => Language::Unknown,
    }
}

/// Cuts `text` into runs of one script each.
///
/// Numbers, marks and Chinese characters go with the run before them, except those that a
/// blank parts from it and none from the run after them. The runs cover the text.
///
/// # Examples
/// ```
/// use malmoi::analyze::language::{Script, runs};
///
/// let text = "영화 (The Matrix) 2편은 명작!";
/// let found: Vec<_> = runs(text).map(|(range, script)| (&text[range], script)).collect();
/// let expected =
///     [("영화 ", Script::Korean), ("(The Matrix) ", Script::Latin), ("2편은 명작!", Script::Korean)];
/// assert_eq!(found, expected);
/// ```
pub fn runs(text: &str) -> Runs<'_> {
    Runs { text, start: 0 }
}

/// Runs of one script; made by [`runs`].
#[derive(Debug, Clone)]
pub struct Runs<'a> {
    text: &'a str,
    start: usize,
}

impl Iterator for Runs<'_> {
    type Item = (Range<usize>, Script);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.start;
        let mut script = None;
        let mut last_blank = None;
        for (place, character) in self.text[start..].char_indices() {
            match (letter(character), script) {
                (Letter::Of(found), Some(known)) if found != known => {
                    self.start = last_blank.unwrap_or(start + place);
                    return Some((start..self.start, known));
                }
                (Letter::Of(found), _) => {
                    script = Some(found);
                    last_blank = None;
                }
                _ if character.is_whitespace() && script.is_some() => {
                    last_blank = Some(start + place + character.len_utf8());
                }
                _ => {}
            }
        }
        self.start = self.text.len();
        (start < self.start).then(|| (start..self.start, script.unwrap_or(Script::Other)))
    }
}

enum Letter {
    Of(Script),
    Chinese,
    None,
}

fn letter(character: char) -> Letter {
    match character {
        'a'..='z' | 'A'..='Z' => Letter::Of(Script::Latin),
        '\0'..='\u{7f}' | '×' | '÷' => Letter::None,
        '가'..='힣'
        | '\u{1100}'..='\u{11ff}'
        | '\u{3131}'..='\u{318e}'
        | '\u{a960}'..='\u{a97c}'
        | '\u{d7b0}'..='\u{d7fb}'
        | '\u{ffa1}'..='\u{ffdc}' => Letter::Of(Script::Korean),
        'ª' | 'º' | 'À'..='ʯ' | '\u{1e00}'..='\u{1eff}' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
            Letter::Of(Script::Latin)
        }
        '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Letter::Chinese,
        _ if character.is_alphabetic() => Letter::Of(Script::Other),
        _ => Letter::None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[(&str, Script)]) {
        let found: Vec<_> = runs(text).map(|(range, script)| (&text[range], script)).collect();
        assert_eq!(found, expected);
    }

    fn check_language(text: &str, expected: Language) {
        assert_eq!(detect(text), expected, "{text}");
    }

    #[test]
    fn the_script_that_prevails_decides() {
        check_language("정말 재미있는 영화", Language::Korean);
        check_language("ㅋㅋㅋ", Language::Korean);
        check_language("Avengers 최고 OST도 굿", Language::Korean);
        check_language("I loved it", Language::English);
        check_language("A café in Seoul (서울)", Language::English);
        check_language("とても面白い映画", Language::Unknown);
        check_language("Очень хороший фильм", Language::Unknown);
        check_language("10/10 !!! 👍", Language::Unknown);
        check_language("", Language::Unknown);
    }

    #[test]
    fn runs_end_where_the_script_changes() {
        check("영화 good", &[("영화 ", Script::Korean), ("good", Script::Latin)]);
        check(
            "X맨 OST도",
            &[
                ("X", Script::Latin),
                ("맨 ", Script::Korean),
                ("OST", Script::Latin),
                ("도", Script::Korean),
            ],
        );
        check("한국 Россия", &[("한국 ", Script::Korean), ("Россия", Script::Other)]);
    }

    #[test]
    fn numbers_and_marks_go_with_their_neighbour() {
        check("2편 봄", &[("2편 봄", Script::Korean)]);
        check(
            "Toy Story 3! 정말 3 Idiots",
            &[
                ("Toy Story 3! ", Script::Latin),
                ("정말 3 ", Script::Korean),
                ("Idiots", Script::Latin),
            ],
        );
        check("10점(best)", &[("10점(", Script::Korean), ("best)", Script::Latin)]);
        check(
            "美 대통령 文: the 漢",
            &[("美 대통령 文: ", Script::Korean), ("the 漢", Script::Latin)],
        );
        check("1234 !?", &[("1234 !?", Script::Other)]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn runs_cover_the_text(
            text in prop_oneof![any::<String>(), "[가a1(), 漢éжㅋ]{0,16}"]
        ) {
            let mut last = 0;
            for (range, _) in runs(&text) {
                prop_assert!(range.start == last && range.end > last);
                last = range.end;
            }
            prop_assert_eq!(last, text.len());
        }
    }
}
