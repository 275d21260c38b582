//! Hangul syllables and the letters they are made of.
//!
//! In: one character. Out: its parts, by the arithmetic of the Unicode standard
//! (section 3.12).

const FIRST: u32 = 0xac00;
const LAST: u32 = 0xd7a3;
const VOWELS: u32 = 21;
const FINALS: u32 = 28;

/// Initials U+1100 to U+1112 as compatibility letters.
const INITIAL_LETTERS: [char; 19] = [
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ',
    'ㅌ', 'ㅍ', 'ㅎ',
];

/// Finals U+11A8 to U+11C2 as compatibility letters.
const FINAL_LETTERS: [char; 27] = [
    'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ', 'ㅁ',
    'ㅂ', 'ㅄ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];

/// The syllable that lengthens each vowel, ㅏ first: 최고 → 최고오, 봐 → 봐아.
///
/// Each lengthens itself too, so that folding twice is folding once.
const LENGTHENERS: [char; VOWELS as usize] = [
    '아', '애', '아', '애', '어', '에', '어', '에', '오', '아', '애', '에', '오', '우', '어', '에',
    '이', '우', '으', '이', '이',
];

/// Whether `character` is a letter that joins others to a syllable.
pub(super) fn is_conjoining(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}')
}

/// The letter that stands alone for a conjoining one; `None` if it is no modern letter.
pub(super) fn compatibility_letter(character: char) -> Option<char> {
    let at = |first: char| character as usize - first as usize;
    match character {
        '\u{1100}'..='\u{1112}' => Some(INITIAL_LETTERS[at('\u{1100}')]),
        '\u{1161}'..='\u{1175}' => char::from_u32('ㅏ' as u32 + at('\u{1161}') as u32),
        '\u{11a8}'..='\u{11c2}' => Some(FINAL_LETTERS[at('\u{11a8}')]),
        _ => None,
    }
}

/// The syllable that lengthens `syllable`; `None` if it ends in a consonant or is none.
pub(super) fn lengthener(syllable: char) -> Option<char> {
    let place = place(syllable)?;
    let is_open = place % FINALS == 0;
    is_open.then(|| LENGTHENERS[(place / FINALS % VOWELS) as usize])
}

fn place(character: char) -> Option<u32> {
    let code = character as u32;
    (FIRST..=LAST).contains(&code).then(|| code - FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &str, found: impl Fn(char) -> Option<char>) {
        for pair in pairs.split(' ') {
            let mut characters = pair.chars();
            let character = characters.next().expect("a pair has two");
            assert_eq!(found(character), characters.next(), "{pair}");
        }
    }

    #[test]
    fn vowels_are_lengthened_by_their_end() {
        check(
            "고오 봐아 어어 려어 네에 대애 왜애 뭐어 최에 규우 그으 의이 귀이 옷 a ㅏ",
            lengthener,
        );
    }

    #[test]
    fn letters_stand_alone() {
        check("ᄏㅋ ᅲㅠ ᆫㄴ ᆹㅄ ᄒㅎ ᅡㅏ ᅵㅣ ᇂㅎ ᇰ ㅋ 가", compatibility_letter);
        assert!(is_conjoining('ᄏ') && !is_conjoining('ㅋ') && !is_conjoining('카'));
    }
}
