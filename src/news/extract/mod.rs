//! A page → the parts of its article.

pub mod charset;
pub mod metadata;
pub mod publishers;
mod selected;

pub use selected::{Selected, Unfit};
