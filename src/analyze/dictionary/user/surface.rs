//! The word itself: blanks, letters that cannot be seen, forms of one letter.

use unicode_normalization::UnicodeNormalization;

use super::note::{Notes, Piece};

/// Longer than any name; what is longer is a sentence or a broken line.
const MOST_CHARACTERS: usize = 64;

/// The word with single blanks inside, composed; `None` if it cannot be one.
pub(super) fn canonical(written: Piece, notes: &mut Notes) -> Option<String> {
    let written = written.trim();
    if let Some((at, letter)) = written.text.char_indices().find(|(_, letter)| is_unseen(*letter)) {
        let message = format!("the word holds U+{:04X}, which cannot be seen", u32::from(letter));
        let range = written.part(at..at + letter.len_utf8()).range();
        notes.wrong(range, message, "delete it: no text would match");
        return None;
    }
    let words: Vec<&str> = written.text.split_whitespace().collect();
    let plain = words.join(" ");
    let surface: String = plain.nfc().collect();
    let length = surface.chars().count();
    if length == 0 {
        notes.wrong(written.range(), "there is no word", "write the word before its tag");
        return None;
    }
    if length > MOST_CHARACTERS {
        let message =
            format!("the word has {length} characters; at most {MOST_CHARACTERS} are taken");
        notes.wrong(written.range(), message, "put one word or title in a line");
        return None;
    }
    warn_of_forms(written, &plain, &surface, notes);
    Some(surface)
}

/// Characters that control, order or join others and show nothing. The joiners
/// U+200C and U+200D belong to the writing of some words and pictures.
fn is_unseen(letter: char) -> bool {
    let is_unseen = matches!(letter,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}');
    is_unseen || (letter.is_control() && letter != '\t')
}

fn warn_of_forms(written: Piece, plain: &str, surface: &str, notes: &mut Notes) {
    if plain != surface {
        notes.warn(
            written.range(),
            format!(
                "`{surface}` is written in parts of letters (NFD); it is taken as whole letters"
            ),
            "texts need `normalize = \"nfc\"` in the table `clean` if they are written so too",
        );
    }
    let compatible: String = surface.nfkc().collect();
    if compatible != surface {
        notes.warn(
            written.range(),
            format!(
                "`normalize = \"nfkc\"` turns `{surface}` into `{compatible}`, \
                 and then it is not found"
            ),
            format!("write `{compatible}`, or add it in a line of its own if texts have both"),
        );
    }
}
