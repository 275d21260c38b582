//! Korean: how people write it, and what words are made of.
//!
//! In: cleaned text. Out: text in one spelling with the way back to the original,
//! spans that stay whole, and the names of parts of speech.

pub mod normalize;
mod syllable;
pub mod symbols;
pub mod tags;
