//! Characters as tokens: scikit-learn's `char` and `char_wb`.

use crate::data::{Token, Tokens};
use crate::traits::Tokenizer;

/// Each character is a token.
///
/// Across words, runs of white space become one blank. Inside words
/// (`word_boundaries`), every word is a segment padded with a blank on both
/// sides, and no n-gram leaves it.
pub struct CharacterTokenizer {
    /// Whether n-grams stay inside words.
    pub word_boundaries: bool,
}

impl Tokenizer for CharacterTokenizer {
    fn tokenize(&self, text: &str, out: &mut Tokens) {
        out.clear();
        if self.word_boundaries {
            words(text, out);
        } else {
            across(text, out);
        }
    }
}

/// Python replaces two or more white-space characters; a single one stays itself.
fn across(text: &str, out: &mut Tokens) {
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let mut end = start + character.len_utf8();
        let mut shown = character;
        while is_space(character) {
            let Some(&(position, next)) = characters.peek().filter(|(_, next)| is_space(*next))
            else {
                break;
            };
            characters.next();
            end = position + next.len_utf8();
            shown = ' ';
        }
        push(out, shown, start, end);
    }
}

fn words(text: &str, out: &mut Tokens) {
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let end = start + word.len();
        push(out, ' ', start, start);
        for (offset, character) in word.char_indices() {
            push(out, character, start + offset, start + offset + character.len_utf8());
        }
        push(out, ' ', end, end);
        out.segment_ends.push(out.tokens.len() as u32);
    }
}

fn push(out: &mut Tokens, character: char, start: usize, end: usize) {
    let term = out.buffer.len() as u32;
    out.buffer.push(character);
    let term = (term, out.buffer.len() as u32);
    out.tokens.push(Token { term, start: start as u32, end: end as u32 });
}

/// Python counts the four information separators as white space, Unicode does not.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word_boundaries: bool, text: &str, expected: &str, segments: usize) {
        let mut tokens = Tokens::default();
        CharacterTokenizer { word_boundaries }.tokenize(text, &mut tokens);
        assert_eq!(tokens.terms().collect::<Vec<_>>().join("|"), expected);
        assert_eq!(tokens.segment_ends.len(), segments);
    }

    #[test]
    fn blanks_collapse_across_words() {
        check(false, "가  나\t다", "가| |나|\t|다", 0);
    }

    #[test]
    fn words_are_padded() {
        check(true, "  ab c ", " |a|b| | |c| ", 2);
    }
}
