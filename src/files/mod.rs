//! Files that are either old or new, never half.

mod atomic;

pub use atomic::{AtomicFile, sweep};
