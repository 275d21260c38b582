//! Dictionaries of Korean morphemes.
//!
//! In: a MeCab dictionary, compiled or as sources. Out: one file of ours that
//! loads at once and cannot say anything that was not checked.

mod build;
pub mod sources;
mod system;
mod trie;

pub use build::final_consonant;
pub use system::{Feature, Morpheme, SystemDictionary, UnknownClass, WordKind};
