//! What a long stage tells whoever waits for it, and how it is stopped.

use std::sync::atomic::AtomicBool;

use crate::error::{Result, check};

/// Looks on while a pipeline runs.
pub trait Watch: Sync {
    /// A stage begins; what was shown of the one before is done.
    fn stage(&self, _name: &'static str) {}

    /// So many documents are done; `bytes` = (done, total) of the source, if known.
    fn advance(&self, _documents: u64, _bytes: Option<(u64, u64)>) {}

    /// Something a user should know, in one line.
    fn note(&self, _message: &str) {}

    /// Set when the user wants to stop.
    fn stop(&self) -> &AtomicBool;

    /// Whether to go on.
    ///
    /// # Errors
    /// [`Error::interrupted`](crate::Error::interrupted) if not.
    fn check(&self) -> Result<()> {
        check(self.stop())
    }
}

/// Watches in silence and never stops.
#[derive(Debug, Default)]
pub struct Silent(AtomicBool);

impl Watch for Silent {
    fn stop(&self) -> &AtomicBool {
        &self.0
    }
}
