//! The download of a source's URL, kept for all pipelines of a state folder.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;

use super::watch::Watch;
use crate::config::Pipeline;
use crate::error::{Error, Kind, Result};
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

/// Where the source stands: the configured path, or the download of its URL,
/// which is made again to have it `anew`.
///
/// # Errors
/// If the path does not exist or the download fails.
pub(super) fn fetch(
    pipeline: &Pipeline,
    state: &Path,
    anew: bool,
    watch: &dyn Watch,
) -> Result<PathBuf> {
    match &pipeline.source.path {
        None => download(&pipeline.source, state, anew, watch),
        Some(path) if path.exists() => Ok(path.clone()),
        Some(path) => Err(Error::data(format!("`{}` does not exist", path.display()))
            .at(format!("setting `source.path` of pipeline `{}`", pipeline.name))
            .hinted("give the right place with --set source.path=…")),
    }
}

/// A server may once have sent another file than the one meant: what cannot be
/// read can be fetched anew.
pub(super) fn or_anew(error: Error, pipeline: &Pipeline) -> Error {
    let is_about_contents = matches!(error.kind(), Kind::Data | Kind::Usage);
    if pipeline.source.path.is_some() || !is_about_contents {
        return error;
    }
    let way = format!("`malmoi run {} --force` downloads it anew", pipeline.name);
    let hint = error.hint().map_or(way.clone(), |hint| format!("{hint}; {way}"));
    error.hinted(hint)
}

/// Downloads `params.url` into the state folder, or finds it there.
fn download(params: &SourceParams, state: &Path, anew: bool, watch: &dyn Watch) -> Result<PathBuf> {
    let url = params.url.as_deref().ok_or_else(|| {
        Error::usage("the source has neither `path` nor `url`")
            .hinted("give one with --set source.path=…")
    })?;
    let folder = state.join(DOWNLOADS);
    let download = Download { anew, ..of(url, params, &folder) };
    if let Some(path) = download.cached()?.filter(|_| !anew) {
        download.tidy()?;
        return Ok(path);
    }
    watch.stage("download");
    let client = Client::new(Policy::OwnSettings)?;
    download.fetch(&client, &Shown { watch, state: Mutex::default() }, watch.stop())
}

fn of<'a>(url: &'a str, params: &'a SourceParams, folder: &'a Path) -> Download<'a> {
    Download { url, sha256: params.sha256.as_deref(), folder, anew: false }
}

/// Hands the progress of a download on to whoever watches the run.
struct Shown<'a> {
    watch: &'a dyn Watch,
    state: Mutex<(u64, Option<u64>)>,
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
