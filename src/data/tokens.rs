//! Tokens of one text: one buffer, and a range a token.

/// One token: where its term stands in the buffer and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Byte range of the term in [`Tokens::buffer`].
    pub term: (u32, u32),
    /// Byte offsets in the text that was tokenized.
    pub start: u32,
    /// End of the surface, exclusive.
    pub end: u32,
}

/// The tokens of one text, reused from text to text without allocating.
///
/// N-grams never cross the end of a segment; a text without marked segments
/// is one segment.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// The terms' characters.
    pub buffer: String,
    /// The tokens, in the order of the text.
    pub tokens: Vec<Token>,
    /// Number of tokens before each segment end, rising; empty: one segment.
    pub segment_ends: Vec<u32>,
}

impl Tokens {
    /// Forgets the tokens and keeps the memory.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.tokens.clear();
        self.segment_ends.clear();
    }

    /// The term of `token`.
    pub fn term(&self, token: &Token) -> &str {
        &self.buffer[token.term.0 as usize..token.term.1 as usize]
    }

    /// All terms, in the order of the text.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(|token| self.term(token))
    }
}
