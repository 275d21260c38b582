//! The steps of normalization, on characters that know where they come from.
//!
//! In: letters in the order of the text. Out: the same or fewer letters; their places
//! rise, and together they cover the original.

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::super::syllable;

/// A character and the byte range of the original that it was made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    pub character: char,
    pub start: usize,
    pub end: usize,
}

/// Composes letters and marks (NFC); `spare` is memory to work in.
pub(super) fn compose(letters: &mut Vec<Letter>, spare: &mut Vec<Letter>) {
    spare.clear();
    let mut rest = letters.as_slice();
    while let Some((_, after)) = rest.split_first() {
        let joined = after.iter().take_while(|letter| !begins_segment(letter.character)).count();
        let (segment, next) = rest.split_at(1 + joined);
        push_composed(segment, spare);
        rest = next;
    }
    std::mem::swap(letters, spare);
}

/// Whether nothing before `character` can change with it: normalization may be done
/// apart on both sides (UAX #15, stable code points).
pub(super) fn begins_segment(character: char) -> bool {
    is_nfc_quick(std::iter::once(character)) == IsNormalized::Yes
        && canonical_combining_class(character) == 0
}

fn push_composed(segment: &[Letter], out: &mut Vec<Letter>) {
    let characters = || segment.iter().map(|letter| letter.character);
    let is_same = match segment {
        [letter] => begins_segment(letter.character),
        _ => characters().nfc().eq(characters()),
    };
    if is_same {
        out.extend_from_slice(segment);
    } else if let [first, ..] = segment {
        let (start, end) = (first.start, segment[segment.len() - 1].end);
        out.extend(characters().nfc().map(|character| Letter { character, start, end }));
    }
}

/// Turns what composition left over into letters that stand alone: `ㅋㅋ` becomes
/// conjoining letters under NFKC.
///
/// A run that holds a letter without a modern form is old Korean and stays.
pub(super) fn modernize(letters: &mut [Letter]) {
    let joins = |letter: &Letter| syllable::is_conjoining(letter.character);
    for run in letters.chunk_by_mut(|left, right| joins(left) && joins(right)) {
        let modern = |letter: &Letter| syllable::compatibility_letter(letter.character);
        if run.iter().all(|letter| modern(letter).is_some()) {
            for letter in run {
                letter.character = modern(letter).unwrap_or(letter.character);
            }
        }
    }
}

/// Keeps `repeats` of equal letters or marks in a row; the last one kept stands for
/// those dropped.
pub(super) fn fold_repeats(letters: &mut Vec<Letter>, repeats: u32) {
    let (mut kept, mut run) = (0, 0);
    for place in 0..letters.len() {
        let letter = letters[place];
        let is_equal = kept > 0 && letters[kept - 1].character == letter.character;
        run = if is_equal { run + 1 } else { 1 };
        if run > most_repeats(letter.character, repeats) {
            letters[kept - 1].end = letter.end;
        } else {
            letters[kept] = letter;
            kept += 1;
        }
    }
    letters.truncate(kept);
}

/// How many of `character` may stand in a row.
pub(super) fn most_repeats(character: char, repeats: u32) -> u32 {
    match character {
        // Three points are an ellipsis, a mark of its own.
        '.' => repeats.max(3),
        _ if carries_tone(character) => repeats,
        _ => u32::MAX,
    }
}

/// Letters that stand alone, punctuation, symbols and pictures. Regional indicators and
/// skin tones are not among them: they make sense in pairs.
fn carries_tone(character: char) -> bool {
    matches!(character,
        '!'..='/' | ':'..='@' | '['..='`' | '{'..='~' | '·'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{2190}'..='\u{2bff}'
        | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3020}' | '\u{3030}'
        | '\u{3131}'..='\u{318e}'
        | '\u{1f300}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

/// Drops the syllables that only draw a vowel out: `최고오오오` → `최고`.
///
/// One such syllable stays: `영화와`, `사회에`, `추우면` are words.
pub(super) fn fold_lengthened(letters: &mut Vec<Letter>) {
    let (mut kept, mut place) = (0, 0);
    while place < letters.len() {
        let drawn = if kept > 0 { drawn_out(letters[kept - 1], &letters[place..]) } else { 0 };
        if drawn >= 2 {
            letters[kept - 1].end = letters[place + drawn - 1].end;
            place += drawn;
        } else {
            letters[kept] = letters[place];
            kept += 1;
            place += 1;
        }
    }
    letters.truncate(kept);
}

/// How many of the syllables that follow `base` only draw its vowel out.
fn drawn_out(base: Letter, following: &[Letter]) -> usize {
    syllable::lengthener(base.character).map_or(0, |lengthener| {
        following.iter().take_while(|letter| letter.character == lengthener).count()
    })
}
