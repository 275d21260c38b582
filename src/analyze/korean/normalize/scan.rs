//! Whether a text needs anything at all.
//!
//! In: any text. Out: `true` only if normalization would change nothing. Bytes of Hangul
//! syllables and of words in ASCII are passed over without asking which character they
//! belong to: a step from character to character takes twice the time on reviews.

use super::super::syllable;
use super::letters::{begins_segment, most_repeats};
use super::width::usual_width;
use super::{NormalizeParams, RepeatedSyllables};

/// `false` if normalization may change `text`.
pub(super) fn is_surely_normal(text: &str, params: &NormalizeParams) -> bool {
    let bytes = text.as_bytes();
    if params.repeated_syllables == RepeatedSyllables::Fold && may_be_drawn_out(bytes) {
        return false;
    }
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        let next = bytes.get(position + 1).copied().unwrap_or(0);
        if !needs_look(byte, next) || byte.is_ascii() && next != byte {
            position += 1;
        } else if let Some(end) = settled(text, position, params) {
            position = end;
        } else {
            return false;
        }
    }
    true
}

/// 아 to 잏 are EC 95 84 to EC 9E 8F; drawn out, one stands twice.
///
/// Looks at the whole text without a branch, so that the compiler compares many at once.
fn may_be_drawn_out(bytes: &[u8]) -> bool {
    bytes.windows(6).fold(false, |found, six| {
        let is_silent_at_first = (six[0] == 0xec) & (0x95..=0x9e).contains(&six[1]);
        let is_twice = (six[0] == six[3]) & (six[1] == six[4]) & (six[2] == six[5]);
        found | is_silent_at_first & is_twice
    })
}

/// Whether `byte` begins a character that may change or repeat.
///
/// Syllables are EA B0 80 to ED 9E A3; what else begins with EA, and all from ED 9E on,
/// is looked at.
fn needs_look(byte: u8, next: u8) -> bool {
    LOOK[usize::from(byte)] | (byte == 0xea) & (next < 0xb0) | (byte == 0xed) & (next >= 0x9e)
}

/// ASCII punctuation, and what begins with neither ASCII nor EA to ED.
const LOOK: [bool; 256] = {
    let mut look = [false; 256];
    let mut byte = 0_u8;
    while byte < 0xff {
        look[byte as usize] =
            byte.is_ascii_punctuation() || byte >= 0xc0 && !matches!(byte, 0xea..=0xed);
        byte += 1;
    }
    look
};

/// End of the run of one character at `position`, or `None` if it may change.
fn settled(text: &str, position: usize, params: &NormalizeParams) -> Option<usize> {
    let rest = &text[position..];
    let character = rest.chars().next()?;
    let run = rest.chars().take_while(|&next| next == character).count();
    let is_changed = !character.is_ascii()
        && (params.width && usual_width(character) != character
            || params.compose && !is_composed(character))
        || params.repeats > 0 && run > most_repeats(character, params.repeats) as usize;
    (!is_changed).then(|| position + run * character.len_utf8())
}

/// Letters that stand alone come first, being the most frequent by far.
fn is_composed(character: char) -> bool {
    matches!(character, '\u{3131}'..='\u{318e}')
        || begins_segment(character) && !syllable::is_conjoining(character)
}
