//! Korean text → tokens for features.

use super::analyzer::Analyzer;
use crate::data::{Token, Tokens};
use crate::traits::Tokenizer;

/// Each morpheme is a token, chosen by its tag.
pub struct KoreanTokenizer {
    /// What finds them.
    pub analyzer: Analyzer,
    /// Tags of the morphemes to keep, or their beginnings; empty: all.
    pub keep_tags: Vec<String>,
    /// Tags of the morphemes to drop, or their beginnings (`J`: all particles).
    pub stop_tags: Vec<String>,
    /// Whether a term is `surface/TAG`, which tells words apart that are spelled alike.
    pub tagged: bool,
    /// Whether Latin letters become small.
    pub lowercase: bool,
    /// Whether the characters follow as tokens, in a segment of their own.
    pub characters: bool,
}

impl Tokenizer for KoreanTokenizer {
    fn tokenize(&self, text: &str, out: &mut Tokens) {
        out.clear();
        self.add_morphemes(text, 0, out);
        if self.characters {
            out.segment_ends.push(out.tokens.len() as u32);
            add_characters(text, out);
            out.segment_ends.push(out.tokens.len() as u32);
        }
    }
}

impl KoreanTokenizer {
    /// Adds the morphemes of `text`, which begins at `offset` of the whole text.
    pub fn add_morphemes(&self, text: &str, offset: usize, out: &mut Tokens) {
        self.analyzer.each_decompounded(text, |surface, tag, start, end, one| {
            if !self.is_kept(tag) {
                return;
            }
            let term = out.buffer.len() as u32;
            self.push_term(one.registered.unwrap_or(surface), &mut out.buffer);
            if self.tagged {
                out.buffer.push('/');
                out.buffer.push_str(tag);
            }
            out.tokens.push(Token {
                term: (term, out.buffer.len() as u32),
                start: (offset + start) as u32,
                end: (offset + end) as u32,
            });
        });
    }

    /// `VV+EC` is kept where `VV` is, and dropped where all its parts are.
    fn is_kept(&self, tag: &str) -> bool {
        let among =
            |list: &[String], tag: &str| list.iter().any(|one| tag.starts_with(one.as_str()));
        let kept =
            self.keep_tags.is_empty() || tag.split('+').any(|one| among(&self.keep_tags, one));
        kept && !tag.split('+').all(|one| among(&self.stop_tags, one))
    }

    /// Adds a term as it is counted.
    pub(in crate::analyze) fn push_term(&self, surface: &str, buffer: &mut String) {
        if self.lowercase && surface.bytes().any(|byte| byte.is_ascii_uppercase() || byte >= 0xc3) {
            buffer.extend(surface.chars().flat_map(char::to_lowercase));
        } else {
            buffer.push_str(surface);
        }
    }
}

/// Each character is a token; a run of white space is one blank.
fn add_characters(text: &str, out: &mut Tokens) {
    let mut was_space = true;
    for (start, character) in text.char_indices() {
        let is_space = character.is_whitespace();
        if is_space && was_space {
            continue;
        }
        was_space = is_space;
        let term = out.buffer.len() as u32;
        out.buffer.push(if is_space { ' ' } else { character });
        let (start, end) = (start as u32, (start + character.len_utf8()) as u32);
        out.tokens.push(Token { term: (term, out.buffer.len() as u32), start, end });
    }
}
