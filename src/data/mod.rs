//! What is carried from room to room.

mod document;
mod matrix;
mod tokens;

pub use document::{Document, Html, Split, Text};
pub use matrix::CsrMatrix;
pub use tokens::{Token, Tokens};
