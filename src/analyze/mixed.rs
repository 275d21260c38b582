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
                self.add(&part, range.start, out);
            }
        }
    }
}

impl MixedTokenizer {
    /// Adds the tokens of a part that begins at `offset` of the whole text.
    fn add(&self, part: &Tokens, offset: usize, out: &mut Tokens) {
        for token in &part.tokens {
            let term = out.buffer.len() as u32;
            self.korean.push_term(part.term(token), &mut out.buffer);
            out.tokens.push(Token {
                term: (term, out.buffer.len() as u32),
                start: token.start + offset as u32,
                end: token.end + offset as u32,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::korean::tests::analyzer;

    #[test]
    fn each_language_goes_to_its_own() {
        let korean = KoreanTokenizer {
            analyzer: analyzer("", Default::default()),
            keep_tags: Vec::new(),
            stop_tags: vec!["J".to_owned()],
            tagged: true,
            lowercase: true,
            characters: false,
        };
        let other = Box::new(crate::analyze::words::WordTokenizer { punctuation: false });
        let tokenizer = MixedTokenizer { korean, other };
        let mut tokens = Tokens::default();
        let text = "A Good Book about the sea, and it is called 바다가 by many people";
        tokenizer.tokenize(text, &mut tokens);
        let terms: Vec<&str> = tokens.terms().collect();
        assert_eq!(terms[..3], ["a", "good", "book"]);
        assert!(terms.contains(&"바다/NNG") && !terms.iter().any(|term| term.contains("/JKS")));
        for token in &tokens.tokens {
            let surface = &text[token.start as usize..token.end as usize];
            let term = tokens.term(token).split('/').next().unwrap();
            assert_eq!(surface.to_lowercase(), term);
        }
    }
}
