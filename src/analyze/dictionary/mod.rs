//! Dictionaries of Korean morphemes.
//!
//! In: a MeCab dictionary, compiled or as sources. Out: one file of ours that
//! loads at once and cannot say anything that was not checked.

pub mod mecab;
pub mod sources;
