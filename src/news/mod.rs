//! Pages of news → articles.
//!
//! In: pages as text. Out: the parts of an article. Any text is accepted, and time
//! and memory grow with its length alone.

pub mod extract;
pub mod page;
