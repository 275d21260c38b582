//! Emoji sequences as UTS #51 has them: flags, keycaps, skin tones, families.
//!
//! In: a place in a text. Out: where the emoji that begins there ends.

/// Emoji below U+1F000 that are pictures without being told to (`Emoji_Presentation` in
/// Unicode's emoji-data.txt); the others need U+FE0F.
#[rustfmt::skip]
const PICTURES: [(char, char); 40] = [
    ('\u{231a}', '\u{231b}'), ('\u{23e9}', '\u{23ec}'), ('\u{23f0}', '\u{23f0}'),
    ('\u{23f3}', '\u{23f3}'), ('\u{25fd}', '\u{25fe}'), ('\u{2614}', '\u{2615}'),
    ('\u{2648}', '\u{2653}'), ('\u{267f}', '\u{267f}'), ('\u{2693}', '\u{2693}'),
    ('\u{26a1}', '\u{26a1}'), ('\u{26aa}', '\u{26ab}'), ('\u{26bd}', '\u{26be}'),
    ('\u{26c4}', '\u{26c5}'), ('\u{26ce}', '\u{26ce}'), ('\u{26d4}', '\u{26d4}'),
    ('\u{26ea}', '\u{26ea}'), ('\u{26f2}', '\u{26f3}'), ('\u{26f5}', '\u{26f5}'),
    ('\u{26fa}', '\u{26fa}'), ('\u{26fd}', '\u{26fd}'), ('\u{2705}', '\u{2705}'),
    ('\u{270a}', '\u{270b}'), ('\u{2728}', '\u{2728}'), ('\u{274c}', '\u{274c}'),
    ('\u{274e}', '\u{274e}'), ('\u{2753}', '\u{2755}'), ('\u{2757}', '\u{2757}'),
    ('\u{2795}', '\u{2797}'), ('\u{27b0}', '\u{27b0}'), ('\u{27bf}', '\u{27bf}'),
    ('\u{2b1b}', '\u{2b1c}'), ('\u{2b50}', '\u{2b50}'), ('\u{2b55}', '\u{2b55}'),
    ('\u{1f000}', '\u{1f0ff}'), ('\u{1f10d}', '\u{1f10f}'), ('\u{1f12f}', '\u{1f12f}'),
    ('\u{1f16c}', '\u{1f171}'), ('\u{1f17e}', '\u{1f17f}'), ('\u{1f18e}', '\u{1f19a}'),
    ('\u{1f1ad}', '\u{1f1e5}'),
];

const JOINER: char = '\u{200d}';
const AS_PICTURE: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Whether an emoji may begin with `byte`: digits and marks of keycaps, and the first
/// bytes of U+00A9, U+2000 to U+3FFF and U+1F000 on.
pub(super) fn begins(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'#' | b'*' | 0xc2 | 0xe2 | 0xe3 | 0xf0)
}

/// End of the emoji at `start`, or `None` if there is none.
pub(super) fn end(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start..];
    let first = rest.chars().next()?;
    let length = match first {
        '0'..='9' | '#' | '*' => keycap(rest),
        '\u{1f1e6}'..='\u{1f1ff}' => flag(rest),
        _ => sequence(rest),
    };
    length.map(|length| start + length)
}

fn keycap(rest: &str) -> Option<usize> {
    let mut following = rest[1..].chars().peekable();
    let selector = following.next_if_eq(&AS_PICTURE).map_or(0, char::len_utf8);
    following.next_if_eq(&KEYCAP).map(|keycap| 1 + selector + keycap.len_utf8())
}

/// A pair of regional indicators; one alone stands for its letter.
fn flag(rest: &str) -> Option<usize> {
    let indicators = rest.chars().take(2).take_while(|c| ('\u{1f1e6}'..='\u{1f1ff}').contains(c));
    Some(indicators.map(char::len_utf8).sum())
}

/// One picture, or several joined by U+200D.
fn sequence(rest: &str) -> Option<usize> {
    let mut length = element(rest)?;
    while let Some(joined) = rest[length..].strip_prefix(JOINER).and_then(element_or_sign) {
        length += JOINER.len_utf8() + joined;
    }
    Some(length)
}

/// A picture with its skin tone, selector and tags.
fn element(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    let (length, is_told) = modified(rest, first);
    let is_picture = is_picture(first) || is_told && is_sign(first);
    is_picture.then_some(length)
}

/// Behind a joiner a sign need not be told: `♂` in 🤷‍♂.
fn element_or_sign(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    (is_picture(first) || is_sign(first)).then(|| modified(rest, first).0)
}

/// Length of `first` with what changes it, and whether that makes it a picture.
fn modified(rest: &str, first: char) -> (usize, bool) {
    let changes = |c: &char| matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' | &KEYCAP);
    let following = rest[first.len_utf8()..].chars().take_while(changes);
    let is_told = |c: char| matches!(c, AS_PICTURE | '\u{1f3fb}'..='\u{1f3ff}');
    following.fold((first.len_utf8(), false), |(length, told), c| {
        (length + c.len_utf8(), told || is_told(c))
    })
}

fn is_picture(character: char) -> bool {
    let within = |&(first, last): &(char, char)| (first..=last).contains(&character);
    matches!(character, '\u{1f200}'..='\u{1faff}') || PICTURES.iter().any(within)
}

/// What may become a picture: `©`, `❤`, `☺`, `ℹ`, `〰`, `㊗`.
fn is_sign(character: char) -> bool {
    matches!(character,
        '©' | '®' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{24c2}'
        | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}')
}
