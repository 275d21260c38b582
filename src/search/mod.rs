//! Rows and sets → what is like them.

pub mod duplicates;
