//! HTML → tags, attributes and text.
//!
//! In: any text. Out: its pieces, borrowed from it, as the HTML standard cuts it.
//! It stands below the rooms, because both cleaning and news read markup.

mod attributes;
mod pieces;
mod references;

pub use attributes::Attributes;
pub use pieces::{Piece, Pieces, opens_markup};
pub use references::{may_follow_ampersand, push_decoded, push_decoded_value};
