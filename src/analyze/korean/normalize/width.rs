//! Full and half width.
//!
//! In: one character. Out: the same character in its usual width.

use unicode_normalization::char::decompose_compatible;

/// From full-width ASCII to ASCII.
const TO_ASCII: u32 = 0xff01 - 0x21;

/// `character` as it is usually written.
///
/// Hangul letters stay letters of their own (`ﾡ` → `ㄱ`), and the macron U+FFE3,
/// which would become two characters, stays as it is.
pub(super) fn usual_width(character: char) -> char {
    match character {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => moved(character, TO_ASCII),
        // Consonants stand side by side, vowels in four groups of six.
        '\u{ffa1}'..='\u{ffbe}' => moved(character, 0xffa1 - 0x3131),
        '\u{ffc2}'..='\u{ffc7}' => moved(character, 0xffc2 - 0x314f),
        '\u{ffca}'..='\u{ffcf}' => moved(character, 0xffca - 0x3155),
        '\u{ffd2}'..='\u{ffd7}' => moved(character, 0xffd2 - 0x315b),
        '\u{ffda}'..='\u{ffdc}' => moved(character, 0xffda - 0x3161),
        '\u{ff5f}'..='\u{ff9f}' | '\u{ffe0}'..='\u{ffe2}' | '\u{ffe4}'..='\u{ffee}' => {
            compatible(character)
        }
        _ => character,
    }
}

fn moved(character: char, down: u32) -> char {
    char::from_u32(character as u32 - down).unwrap_or(character)
}

fn compatible(character: char) -> char {
    let mut found = character;
    decompose_compatible(character, |one| found = one);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(text.chars().map(usual_width).collect::<String>(), expected);
    }

    #[test]
    fn wide_becomes_plain() {
        check("ＡＢＣ１２３！？～\u{3000}￦", "ABC123!?~ ₩");
    }

    #[test]
    fn narrow_becomes_plain() {
        check("ﾡﾾￂￇￊￏￒￗￚￜ", "ㄱㅎㅏㅔㅕㅚㅛㅠㅡㅣ");
        check("｡ｱﾝｶﾞ￩", "。アンカ\u{3099}←");
    }

    #[test]
    fn the_rest_stays() {
        check("한글 abc ①ﬁ\u{ffe3}", "한글 abc ①ﬁ\u{ffe3}");
    }
}
