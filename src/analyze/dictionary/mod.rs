//! Dictionaries of Korean morphemes.
//!
//! In: a MeCab dictionary, compiled or as sources. Out: one file of ours that
//! loads at once and cannot say anything that was not checked. Beside it the
//! user's own words: a list of them, and where they stand in a text.

mod build;
mod check;
mod fold;
pub mod matcher;
pub mod mecab;
mod place;
pub mod sources;
mod storage;
mod system;
mod trie;
pub mod user;

pub use build::final_consonant;
pub use check::{Report, check};
pub use matcher::{Candidate, Matcher};
pub use place::{data_folder, dictionary_file, installed, installed_checksum};
pub use system::{Feature, Morpheme, SystemDictionary, UnknownClass, WordKind};
pub use user::{IdCounts, UserDictionary, UserWord};
