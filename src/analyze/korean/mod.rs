//! Korean text → morphemes.
//!
//! In: text as people write it. Out: morphemes with Sejong tags, cut as mecab-ko
//! cuts them, with offsets into the text as it was given; a user's words win.

mod analysis;
mod analyzer;
mod best_ways;
pub mod lattice;
pub mod normalize;
mod syllable;
pub mod symbols;
pub mod tags;
mod tokenizer;
mod user_words;

pub use analysis::{Decompound, Likeliest, Morph, MorphRef, Part};
pub use analyzer::{Analyzer, KoreanParams};
pub use normalize::NormalizeParams;
pub use tokenizer::KoreanTokenizer;

#[cfg(test)]
pub(super) mod tests;
