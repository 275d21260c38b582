//! The download of a source's URL, kept for all pipelines of a state folder.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;

use super::watch::Watch;
use crate::error::{Error, Result};
use crate::net::{Client, Policy};
use crate::source::{Download, Progress, SourceParams};

/// Folder of all downloads, in the state folder.
pub const DOWNLOADS: &str = "downloads";

/// Where the source stands; `None` if it is not downloaded yet.
///
/// # Errors
/// If the state folder cannot be looked at.
pub(super) fn found(params: &SourceParams, state: &Path) -> Result<Option<PathBuf>> {
    match (&params.path, &params.url) {
        (Some(path), _) => Ok(Some(path.clone())),
        (None, Some(url)) => of(url, params, &state.join(DOWNLOADS)).cached(),
        (None, None) => Ok(None),
    }
}

/// Downloads `params.url` into the state folder, or finds it there.
///
/// # Errors
/// If there is neither path nor URL, or the download fails.
pub(super) fn download(params: &SourceParams, state: &Path, watch: &dyn Watch) -> Result<PathBuf> {
    let url = params.url.as_deref().ok_or_else(|| {
        Error::usage("the source has neither `path` nor `url`")
            .hinted("give one with --set source.path=…")
    })?;
    let folder = state.join(DOWNLOADS);
    let download = of(url, params, &folder);
    if let Some(path) = download.cached()? {
        download.tidy()?;
        return Ok(path);
    }
    watch.stage("download");
    let client = Client::new(Policy::OwnSettings)?;
    download.fetch(&client, &Shown::new(watch), watch.stop())
}

fn of<'a>(url: &'a str, params: &'a SourceParams, folder: &'a Path) -> Download<'a> {
    Download { url, sha256: params.sha256.as_deref(), folder }
}

/// Hands the progress of a download on to whoever watches the run.
pub(super) struct Shown<'a> {
    watch: &'a dyn Watch,
    state: Mutex<(u64, Option<u64>)>,
}

impl<'a> Shown<'a> {
    /// Nothing is there yet.
    pub(super) fn new(watch: &'a dyn Watch) -> Self {
        Shown { watch, state: Mutex::default() }
    }
}

impl Progress for Shown<'_> {
    fn begin(&self, total_bytes: Option<u64>) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (0, total_bytes);
    }

    fn advance(&self, bytes: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 += bytes;
        self.watch.advance(0, Some((state.0, state.1.unwrap_or(state.0))));
    }

    fn message(&self, text: &str) {
        self.watch.note(text);
    }
}
