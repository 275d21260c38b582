//! Dictionaries of Korean morphemes.
//!
//! In: a MeCab dictionary, compiled or as sources. Out: one file of ours that
//! loads at once and cannot say anything that was not checked. Beside it the
//! user's own words: a list of them, and where they stand in a text.

mod check;
mod fold;
pub mod matcher;
pub mod sources;
pub mod user;

pub use check::{Report, check};
