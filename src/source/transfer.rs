//! Bytes of a server → a part file that is whole.
//!
//! In: an address and what is there already. Out: the part file, complete.
//! Promises: a cut connection is resumed, pieces of two versions of a file are
//! never joined, and a server that gives nothing new is given up.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::download::Progress;
use crate::error::{Error, Result};
use crate::files::{AtomicFile, open_own};
use crate::net::{Attempts, Cause, Client, Failure, Response, shown_address};

const BUFFER: usize = 1 << 17;

/// The version of the file that a part belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Version {
    /// Strong ETag or date, to be sent as `If-Range`.
    validator: Option<String>,
    total_bytes: Option<u64>,
}

impl Version {
    fn of(response: &Response, total_bytes: Option<u64>) -> Self {
        // Weak tags may not be used to put pieces together (RFC 9110, 13.1.5).
        let strong = response.header("etag").filter(|tag| tag.starts_with('"'));
        let validator = strong.or(response.header("last-modified")).map(str::to_owned);
        Version { validator, total_bytes }
    }
}

/// Why a try ended before the file was whole.
enum Cut {
    /// Another try may go on.
    Passing(Failure),
    /// No other try helps.
    Lasting(Error),
}

impl From<Error> for Cut {
    fn from(error: Error) -> Self {
        Cut::Lasting(error)
    }
}

impl From<Failure> for Cut {
    fn from(failure: Failure) -> Self {
        let failure = Failure { error: or_elsewhere(failure.error), ..failure };
        if failure.may_pass { Cut::Passing(failure) } else { Cut::Lasting(failure.error) }
    }
}

/// A server that does not help leaves two ways to the same file.
fn or_elsewhere(error: Error) -> Error {
    let ways = "name a mirror with --set source.url=… or a file of yours with --set source.path=…";
    let hint = error.hint().map_or(ways.to_owned(), |hint| format!("{hint}; or {ways}"));
    error.hinted(hint)
}

fn passing(error: Error) -> Cut {
    Cut::Passing(Failure { error, cause: Cause::Broken, may_pass: true, retry_after: None })
}

/// Fills the part file.
pub(super) struct Transfer<'a> {
    pub(super) url: &'a str,
    pub(super) part: &'a Path,
    /// Says which version of the file the part belongs to.
    pub(super) version: &'a Path,
    /// Whether a checksum will be compared at the end.
    pub(super) will_verify: bool,
    pub(super) max_bytes: u64,
    pub(super) client: &'a Client,
    pub(super) progress: &'a dyn Progress,
    pub(super) stop: &'a AtomicBool,
}

impl Transfer<'_> {
    /// Tries until the part is whole. Only bytes never reached before count as
    /// progress, so a server that always starts anew cannot keep us for ever.
    pub(super) fn complete(&self) -> Result<()> {
        let mut attempts = self.client.retry().attempts();
        let mut furthest = self.part_bytes()?;
        loop {
            match self.advance() {
                Ok(()) => return Ok(()),
                Err(Cut::Lasting(error)) => return Err(error),
                Err(Cut::Passing(failure)) => {
                    let reached = self.part_bytes()?;
                    if reached > furthest {
                        furthest = reached;
                        attempts.reset();
                    }
                    self.pause(&mut attempts, failure)?;
                }
            }
        }
    }

    fn pause(&self, attempts: &mut Attempts, failure: Failure) -> Result<()> {
        if !attempts.are_over() {
            self.progress.message(&format!("{}; trying again", failure.error));
        }
        match attempts.wait(failure.retry_after, self.stop)? {
            true => Ok(()),
            false => Err(failure.error),
        }
    }

    fn part_bytes(&self) -> Result<u64> {
        match fs::metadata(self.part) {
            Ok(found) => Ok(found.len()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
            Err(error) => Err(Error::file("cannot look at", self.part, error)),
        }
    }

    /// One request, for all or for what is missing.
    fn advance(&self) -> Result<(), Cut> {
        let version = read_json::<Version>(self.version);
        let have = self.part_bytes()?;
        let Some(version) = version.filter(|known| have > 0 && can_resume(known, self.will_verify))
        else {
            return self.receive(self.client.get_once(self.url, &[])?, 0);
        };
        if version.total_bytes == Some(have) {
            return Ok(());
        }
        let range = format!("bytes={have}-");
        let mut headers = vec![("Range", range.as_str())];
        headers.extend(version.validator.as_deref().map(|validator| ("If-Range", validator)));
        let response = self.client.get_once(self.url, &headers)?;
        match (response.status(), content_range(&response)) {
            (206, Some((Some(start), total))) if start == have && agrees(&version, total) => {
                self.receive(response, have)
            }
            (200, _) => self.receive(response, 0),
            (416, Some((None, Some(total)))) if total == have && agrees(&version, Some(total)) => {
                Ok(())
            }
            (status, _) => Err(self.start_anew(status)?),
        }
    }

    /// What is there does not fit what the server has now.
    fn start_anew(&self, status: u16) -> Result<Cut> {
        remove(self.part)?;
        remove(self.version)?;
        let message =
            format!("`{}` answers {status} with an unexpected range", shown_address(self.url));
        Ok(passing(Error::io(message).hinted("set another address, or fetch the file by hand")))
    }

    /// Writes the body behind the first `start` bytes.
    fn receive(&self, mut response: Response, start: u64) -> Result<(), Cut> {
        self.check_kind(&response, start)?;
        let total = response.length().map(|length| start.saturating_add(length));
        self.check_size(total.unwrap_or(start))?;
        let mut part = self.open_part(start)?;
        if start == 0 {
            write_json(self.version, &Version::of(&response, total))?;
        }
        self.progress.begin(total);
        self.progress.advance(start);
        let copied = self.copy(&mut response, &mut part, start);
        part.sync_all().map_err(|error| self.cannot_write(error))?;
        let have = copied?;
        match total.is_none_or(|total| total == have) {
            true => Ok(()),
            false => Err(passing(self.cut_off(have, "the connection was closed"))),
        }
    }

    /// A part is taken only where one was asked for, and never several in one body.
    fn check_kind(&self, response: &Response, start: u64) -> Result<(), Cut> {
        let kind = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let problem = match response.status() {
            200 | 206 if kind.starts_with("multipart/") => "with several parts in one",
            200 if start == 0 => return Ok(()),
            206 if start > 0 => return Ok(()),
            206 => "without being asked for a part",
            _ => "without a file",
        };
        let message =
            format!("`{}` answers {} {problem}", shown_address(self.url), response.status());
        Err(Cut::Lasting(or_elsewhere(Error::io(message).hinted("check the address"))))
    }

    /// The version is forgotten before the bytes it spoke of: a process killed in
    /// between must not join pieces of two versions.
    fn open_part(&self, start: u64) -> Result<File> {
        if start == 0 {
            remove(self.version)?;
        }
        let mut part = open_own(self.part)?;
        part.set_len(start).map_err(|error| self.cannot_write(error))?;
        part.seek(SeekFrom::Start(start)).map_err(|error| self.cannot_write(error))?;
        Ok(part)
    }

    fn copy(&self, response: &mut Response, part: &mut File, start: u64) -> Result<u64, Cut> {
        let mut buffer = vec![0; BUFFER];
        let mut have = start;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Cut::Lasting(Error::interrupted()));
            }
            let read = match response.read(&mut buffer) {
                Ok(0) => return Ok(have),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(passing(self.cut_off(have, &error.to_string()))),
            };
            have += read as u64;
            self.check_size(have)?;
            part.write_all(&buffer[..read]).map_err(|error| self.cannot_write(error))?;
            self.progress.advance(read as u64);
        }
    }

    fn check_size(&self, bytes: u64) -> Result<()> {
        if bytes <= self.max_bytes {
            return Ok(());
        }
        let message =
            format!("`{}` has more than {} bytes", shown_address(self.url), self.max_bytes);
        Err(Error::data(message).hinted("check the address; no corpus is that large"))
    }

    fn cut_off(&self, have: u64, reason: &str) -> Error {
        let url = shown_address(self.url);
        Error::io(format!("the download of `{url}` stopped after {have} bytes: {reason}"))
            .hinted("run the same command again: it goes on where it stopped")
    }

    fn cannot_write(&self, error: io::Error) -> Error {
        let is_full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
        let told = Error::file("cannot write", self.part, error);
        match is_full {
            true => told.hinted("free some space and run the same command again: it goes on"),
            false => told,
        }
    }
}

/// Without a validator only a checksum shows that the pieces belong together.
fn can_resume(version: &Version, will_verify: bool) -> bool {
    version.validator.is_some() || will_verify
}

fn agrees(version: &Version, total: Option<u64>) -> bool {
    total.is_none() || version.total_bytes.is_none() || total == version.total_bytes
}

/// Start (none for `*`) and total (none for `*`) of `bytes 0-9/100` or `bytes */100`.
fn content_range(response: &Response) -> Option<(Option<u64>, Option<u64>)> {
    parse_range(response.header("content-range")?)
}

fn parse_range(header: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (range, total) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
    let start = match range {
        "*" => None,
        range => Some(range.split_once('-')?.0.parse().ok()?),
    };
    let total = match total {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    Some((start, total))
}

/// A sidecar that is missing or damaged only means that less is known.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Small enough to be written at once, and never half.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let bytes = serde_json::to_vec(value).expect("plain fields can be written as JSON");
    AtomicFile::write(path, &bytes)
}

/// Removes a file that may be missing.
pub(super) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Error::file("cannot remove", path, error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(parse_range("bytes 5-9/10"), Some((Some(5), Some(10))));
        assert_eq!(parse_range("bytes 5-9/*"), Some((Some(5), None)));
        assert_eq!(parse_range("bytes */10"), Some((None, Some(10))));
        for wrong in ["", "bytes", "bytes 5/10", "bytes x-9/10", "lines 5-9/10", "bytes 5-9/-1"] {
            assert_eq!(parse_range(wrong), None, "{wrong}");
        }
    }
}
