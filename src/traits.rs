//! The doors between rooms.

use std::borrow::Cow;

use crate::data::{Document, Html, Skipped, Tokens};
use crate::error::Result;

/// Where documents come from.
pub trait Source: Send {
    /// Puts the next documents into `batch` (cleared first); `false` at the end.
    ///
    /// Batches are cut by the corpus, never by the number of workers.
    fn next_batch(&mut self, batch: &mut Vec<Document<Html>>) -> Result<bool>;

    /// How far the source has come, as (done, total) in bytes, if it knows.
    fn progress(&self) -> Option<(u64, u64)> {
        None
    }

    /// The rows left out so far.
    fn skipped(&self) -> Skipped {
        Skipped::default()
    }
}

/// Changes a text before it is cut into tokens.
pub trait CharFilter: Send + Sync {
    /// The filtered text; borrowed where nothing changes.
    fn filter<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str>;
}

/// Cuts a text into tokens.
pub trait Tokenizer: Send + Sync {
    /// Replaces what is in `out` by the tokens of `text`.
    fn tokenize(&self, text: &str, out: &mut Tokens);
}

/// Changes or drops single terms. Pure: the encoder asks once a distinct term.
pub trait TokenFilter: Send + Sync {
    /// The filtered term, or `None` to drop the token.
    fn filter<'a>(&self, term: Cow<'a, str>) -> Option<Cow<'a, str>>;
}
