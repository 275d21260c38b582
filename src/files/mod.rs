//! Files that are either old or new, never half.

mod atomic;
mod container;

pub use atomic::{AtomicFile, sweep};
pub use container::{ContainerReader, ContainerWriter, Form, fingerprint};
