//! The source archive of mecab-ko-dic.

use std::path::Path;

use super::way::{ENTRIES, Fetched, VERSION, sha256};
use crate::error::{Error, Kind, Result};
use crate::net::{Client, Policy};
use crate::pipeline::Watch;
use crate::pipeline::download::Shown;
use crate::source::Download;

/// A mirror; the authors' own page of downloads is closed.
const URL: &str = "https://lindera.dev/mecab-ko-dic-2.1.1-20180720.tar.gz";

/// Downloads the archive. `MALMOI_DICTIONARY_URL` names another mirror.
///
/// No checksum is pinned: the file could not be reached from where this was
/// written, so nobody here has seen it. What guards against another file is
/// https, the number of words and a sentence that must come out right.
///
/// # Errors
/// The server cannot be reached or refuses.
pub(super) fn fetch(folder: &Path, watch: &dyn Watch) -> Result<Fetched> {
    let url = std::env::var("MALMOI_DICTIONARY_URL").ok().filter(|url| !url.is_empty());
    let download =
        Download { url: url.as_deref().unwrap_or(URL), sha256: None, folder, anew: false };
    let client = Client::impatient(Policy::OwnSettings)?;
    let path = download.fetch(&client, &Shown::new(watch), watch.stop()).map_err(elsewhere)?;
    let sha256 = Some(sha256(&path, watch)?);
    let from = format!("upstream: mecab-ko-dic {VERSION}");
    Ok(Fetched { path, from, sha256, entries: Some(ENTRIES) })
}

/// The hints of a download name settings of a source, which this is not.
fn elsewhere(error: Error) -> Error {
    match error.kind() {
        Kind::Interrupted => error,
        _ => error.hinted(
            "name a mirror with MALMOI_DICTIONARY_URL, or fetch the file elsewhere and run \
             `malmoi dictionary install --path FILE`",
        ),
    }
}
