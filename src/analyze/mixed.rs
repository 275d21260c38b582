//! Texts of several languages: each part goes to its own analyzer.

use super::korean::KoreanTokenizer;
use super::language::{Language, Script, detect, runs};
use crate::data::{Token, Tokens};
use crate::traits::Tokenizer;

/// Korean texts, and the Korean parts of others, become morphemes, the rest words.
pub struct MixedTokenizer {
    /// For Korean parts.
    pub korean: KoreanTokenizer,
    /// For the others.
    pub other: Box<dyn Tokenizer>,
}

impl Tokenizer for MixedTokenizer {
    fn tokenize(&self, text: &str, out: &mut Tokens) {
        out.clear();
        // The Korean analyzer knows Latin words among Korean ones, the user's too.
        if detect(text) == Language::Korean {
            self.korean.add_morphemes(text, 0, out);
            return;
        }
        let mut part = Tokens::default();
        for (range, script) in runs(text) {
            if script == Script::Korean {
                self.korean.add_morphemes(&text[range.clone()], range.start, out);
            } else {
                self.other.tokenize(&text[range.clone()], &mut part);
                add(&part, range.start, out);
            }
        }
    }
}

/// Adds the tokens of a part that begins at `offset` of the whole text.
fn add(part: &Tokens, offset: usize, out: &mut Tokens) {
    let (buffer, offset) = (out.buffer.len() as u32, offset as u32);
    out.buffer.push_str(&part.buffer);
    out.tokens.extend(part.tokens.iter().map(|token| Token {
        term: (token.term.0 + buffer, token.term.1 + buffer),
        start: token.start + offset,
        end: token.end + offset,
    }));
}
