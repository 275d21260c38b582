//! Words with inner apostrophes, and punctuation marks as tokens of their own.

use unicode_normalization::char::is_combining_mark;

use crate::data::{Token, Tokens};
use crate::traits::Tokenizer;

/// Runs of letters and digits; `don't` is one word.
pub struct WordTokenizer {
    /// Whether punctuation marks are tokens.
    pub punctuation: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Word,
    Mark,
    NotAscii,
}

/// Marks that carry tone in reviews; the others only part words.
const MARKS: &[u8] = b".,!?;:\"()*/$%";

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Space; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = if byte >= 128 {
            Class::NotAscii
        } else if (byte as u8).is_ascii_alphanumeric() {
            Class::Word
        } else {
            Class::Space
        };
        byte += 1;
    }
    let mut mark = 0;
    while mark < MARKS.len() {
        classes[MARKS[mark] as usize] = Class::Mark;
        mark += 1;
    }
    classes
};

impl Tokenizer for WordTokenizer {
    fn tokenize(&self, text: &str, out: &mut Tokens) {
        out.clear();
        out.buffer.push_str(text);
        let bytes = text.as_bytes();
        let mut position = 0;
        while position < bytes.len() {
            let start = position;
            match CLASSES[bytes[position] as usize] {
                Class::Space => position += 1,
                Class::Mark => {
                    position += 1;
                    if self.punctuation {
                        push(out, start, position);
                    }
                }
                Class::Word | Class::NotAscii => {
                    position = word_end(text, position);
                    if position > start {
                        push(out, start, position);
                    } else {
                        position += char_at(text, position).len_utf8();
                    }
                }
            }
        }
    }
}

/// End of the word that starts at `position`, apostrophes followed by a letter included.
fn word_end(text: &str, mut position: usize) -> usize {
    let bytes = text.as_bytes();
    let start = position;
    while let Some(&byte) = bytes.get(position) {
        match CLASSES[byte as usize] {
            Class::Word => position += 1,
            Class::NotAscii => {
                let character = char_at(text, position);
                if !character.is_alphanumeric() && !is_combining_mark(character) {
                    break;
                }
                position += character.len_utf8();
            }
            Class::Space | Class::Mark => {
                let joins = byte == b'\''
                    && position > start
                    && bytes.get(position + 1).is_some_and(u8::is_ascii_alphabetic);
                if !joins {
                    break;
                }
                position += 2;
            }
        }
    }
    position
}

fn char_at(text: &str, position: usize) -> char {
    text[position..].chars().next().expect("positions stand before a character")
}

fn push(out: &mut Tokens, start: usize, end: usize) {
    let (start, end) = (start as u32, end as u32);
    out.tokens.push(Token { term: (start, end), start, end });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(punctuation: bool, text: &str, expected: &[&str]) {
        let mut tokens = Tokens::default();
        WordTokenizer { punctuation }.tokenize(text, &mut tokens);
        assert_eq!(tokens.terms().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn apostrophes_join_letters() {
        check(
            false,
            "I don't 'know' rock'n'roll 90's'",
            &["I", "don't", "know", "rock'n'roll", "90's"],
        );
    }

    #[test]
    fn marks_are_tokens_when_asked() {
        check(true, "Wow! (8/10)…", &["Wow", "!", "(", "8", "/", "10", ")"]);
        check(false, "Wow! (8/10)", &["Wow", "8", "10"]);
    }

    #[test]
    fn letters_of_any_script() {
        check(true, "정말 café—naïve。", &["정말", "café", "naïve"]);
    }
}
