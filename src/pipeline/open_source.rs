//! Opens the source of a pipeline, whichever room it belongs to.

use std::path::Path;

use crate::error::Result;
use crate::news::documents::Articles;
use crate::source::{self, SourceKind, SourceParams};
use crate::traits::Source;

/// Opens the source at `path`.
///
/// # Errors
/// As the source's own.
pub(super) fn open_source(params: &SourceParams, path: &Path) -> Result<Box<dyn Source>> {
    match params.kind {
        SourceKind::News => Ok(Box::new(Articles::open(path)?)),
        _ => source::open(params, path),
    }
}

/// The same, with each document's group where the corpus knows it.
///
/// # Errors
/// As the source's own.
pub(super) fn open_grouped(params: &SourceParams, path: &Path) -> Result<Box<dyn Source>> {
    match params.kind {
        SourceKind::News => open_source(params, path),
        _ => source::open_grouped(params, path),
    }
}
