//! A URL → a file that is whole.
//!
//! In: an address, perhaps with a checksum. Out: a path. Promises: a file under
//! its final name is complete, and verified if a checksum is known; what a cut
//! connection or a killed process leaves is resumed; two processes never write
//! the same file; the size is bounded.
//!
//! Beside `NAME` stand `NAME.json` (size and sha256), `NAME.part` and
//! `NAME.part.json` (what the server called the version that is half there), and
//! `NAME.lock`, in a folder of their own for each address.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::transfer::{Transfer, read_json, remove, write_json};
use crate::error::{Error, Result};
use crate::files::{open_own, sweep};
use crate::net::{Client, shown_address};

/// What to fetch, and where to keep it.
#[derive(Debug, Clone, Copy)]
pub struct Download<'a> {
    /// An http or https address.
    pub url: &'a str,
    /// Expected sha256 in hexadecimal, if known.
    pub sha256: Option<&'a str>,
    /// Folder of all downloads.
    pub folder: &'a Path,
    /// Whether to fetch again what is there, unless its checksum is known and
    /// still right.
    pub anew: bool,
}

/// Hears how a download goes; `()` does not listen.
pub trait Progress {
    /// The body starts, at byte 0; called again when it starts anew.
    fn begin(&self, total_bytes: Option<u64>);
    /// More bytes are there.
    fn advance(&self, bytes: u64);
    /// A line for the user, such as why there is a pause.
    fn message(&self, text: &str);
}

impl Progress for () {
    fn begin(&self, _total_bytes: Option<u64>) {}
    fn advance(&self, _bytes: u64) {}
    fn message(&self, _text: &str) {}
}

/// No download is larger.
const MAX_BYTES: u64 = 20 << 30;
const BUFFER: usize = 1 << 17;
const LOCK_STEP: Duration = Duration::from_millis(100);

impl Download<'_> {
    /// The path of the whole file, fetched unless it is there already.
    ///
    /// # Errors
    /// The server's refusal, a connection that keeps failing, a full disk, or a
    /// checksum that differs; in that last case the file is removed.
    pub fn fetch(
        &self,
        client: &Client,
        progress: &dyn Progress,
        stop: &AtomicBool,
    ) -> Result<PathBuf> {
        self.fetch_within(MAX_BYTES, client, progress, stop)
    }

    /// The path of the file if it is there and whole; asks nobody.
    ///
    /// # Errors
    /// If the folder cannot be looked at, or the checksum is none.
    pub fn cached(&self) -> Result<Option<PathBuf>> {
        let expected = self.sha256.map(checked_sha256).transpose()?;
        let paths = Paths::name(self.url, self.folder);
        Ok(is_cached(&paths, expected.as_deref())?.then_some(paths.file))
    }

    /// Removes what a process left that was killed right after the file was whole.
    ///
    /// # Errors
    /// If something cannot be removed.
    pub fn tidy(&self) -> Result<()> {
        let paths = Paths::name(self.url, self.folder);
        remove(&paths.part)?;
        remove(&paths.version)
    }

    fn fetch_within(
        &self,
        max_bytes: u64,
        client: &Client,
        progress: &dyn Progress,
        stop: &AtomicBool,
    ) -> Result<PathBuf> {
        let expected = self.sha256.map(checked_sha256).transpose()?;
        let paths = Paths::of(self.url, self.folder)?;
        let _lock = lock(&paths.lock, progress, stop)?;
        // Nobody else writes here now: what is half-written was left by a killed process.
        sweep(paths.file.parent().unwrap_or(self.folder));
        if !self.is_there(&paths, expected.as_deref(), stop)? {
            self.transfer(&paths, max_bytes, client, progress, stop).complete()?;
            finish(self.url, &paths, expected.as_deref(), progress, stop)?;
        }
        Ok(paths.file)
    }

    /// To fetch anew, what is there is read again, and what is half there is dropped.
    fn is_there(&self, paths: &Paths, expected: Option<&str>, stop: &AtomicBool) -> Result<bool> {
        let is_cached = is_cached(paths, expected)?;
        if !self.anew {
            return Ok(is_cached);
        }
        if is_cached && expected.is_some() {
            let found = measure(&paths.file, stop)?;
            return Ok(expected == Some(found.sha256.as_str()));
        }
        remove(&paths.version)?;
        remove(&paths.part).map(|()| false)
    }

    fn transfer<'a>(
        &'a self,
        paths: &'a Paths,
        max_bytes: u64,
        client: &'a Client,
        progress: &'a dyn Progress,
        stop: &'a AtomicBool,
    ) -> Transfer<'a> {
        Transfer {
            url: self.url,
            part: &paths.part,
            version: &paths.version,
            will_verify: self.sha256.is_some(),
            max_bytes,
            client,
            progress,
            stop,
        }
    }
}

/// Lower case, 64 digits.
fn checked_sha256(text: &str) -> Result<String> {
    let valid = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let problem =
        || Error::usage(format!("`{text}` is not a sha256")).hinted("it has 64 hexadecimal digits");
    valid.then(|| text.to_ascii_lowercase()).ok_or_else(problem)
}

struct Paths {
    file: PathBuf,
    facts: PathBuf,
    part: PathBuf,
    version: PathBuf,
    lock: PathBuf,
}

impl Paths {
    fn of(url: &str, folder: &Path) -> Result<Self> {
        let paths = Paths::name(url, folder);
        let folder = paths.file.parent().unwrap_or(folder);
        fs::create_dir_all(folder)
            .map_err(|error| Error::file("cannot create the folder", folder, error))?;
        Ok(paths)
    }

    fn name(url: &str, folder: &Path) -> Self {
        let folder = folder.join(&hex(&Sha256::digest(url))[..16]);
        let name = file_name(url);
        let beside = |ending: &str| folder.join(format!("{name}{ending}"));
        Paths {
            file: beside(""),
            facts: beside(".json"),
            part: beside(".part"),
            version: beside(".part.json"),
            lock: beside(".lock"),
        }
    }
}

/// The last part of the address, without what a file system may read differently.
fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let last = path.split_once('/').map_or("", |(_, rest)| rest).rsplit('/').next();
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let safe: String =
        last.unwrap_or_default().chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    let safe = &safe[safe.len().saturating_sub(100)..];
    match safe.trim_start_matches('.') {
        "" => "download".into(),
        name => name.into(),
    }
}

/// Held until dropped. The file stays: removing it would let two hold it.
fn lock(path: &Path, progress: &dyn Progress, stop: &AtomicBool) -> Result<File> {
    let failed = |error| Error::file("cannot lock", path, error);
    let file = open_own(path)?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        if stop.load(Ordering::Relaxed) {
            return Err(Error::interrupted());
        }
        if !std::mem::replace(&mut told, true) {
            progress.message("another process fetches the same file; waiting for it");
        }
        std::thread::sleep(LOCK_STEP);
    }
}

/// What is known of a whole file.
#[derive(Serialize, Deserialize)]
struct Facts {
    size_bytes: u64,
    sha256: String,
}

fn is_cached(paths: &Paths, expected: Option<&str>) -> Result<bool> {
    let found = match fs::metadata(&paths.file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        found => found.map_err(|error| Error::file("cannot look at", &paths.file, error))?,
    };
    // A file that somebody changed, or another checksum in the settings.
    let is_right = read_json::<Facts>(&paths.facts).is_some_and(|facts| {
        facts.size_bytes == found.len() && expected.is_none_or(|sha256| facts.sha256 == sha256)
    });
    Ok(is_right)
}

/// Verifies the part and gives it its name. The facts come first: a file without
/// them would be fetched again.
fn finish(
    url: &str,
    paths: &Paths,
    expected: Option<&str>,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<()> {
    progress.message("checking the file");
    let facts = measure(&paths.part, stop)?;
    if let Some(expected) = expected.filter(|&expected| expected != facts.sha256) {
        remove(&paths.part)?;
        remove(&paths.version)?;
        let message = format!(
            "`{}` has the sha256 {}, expected {expected}",
            shown_address(url),
            facts.sha256
        );
        return Err(Error::data(message).hinted(
            "the file on the server changed or is damaged; if the new one is right, \
             put its checksum into the setting `sha256`",
        ));
    }
    // An older file must not stand there with the new one's facts.
    remove(&paths.file)?;
    write_json(&paths.facts, &facts)?;
    fs::rename(&paths.part, &paths.file)
        .map_err(|error| Error::file("cannot rename", &paths.part, error))?;
    remove(&paths.version)
}

fn measure(path: &Path, stop: &AtomicBool) -> Result<Facts> {
    let failed = |error| Error::file("cannot read", path, error);
    let mut file = File::open(path).map_err(failed)?;
    let (mut hasher, mut size_bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; BUFFER];
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::interrupted());
        }
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            return Ok(Facts { size_bytes, sha256: hex(&hasher.finalize()) });
        }
        hasher.update(&buffer[..read]);
        size_bytes += read as u64;
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicU64;

    use super::*;
    use crate::net::{Policy, Retry};

    /// How the server answers one connection.
    #[derive(Debug, Clone, Copy)]
    enum Act {
        /// Ranges as asked, if the tag agrees.
        Serve,
        /// Like `Serve`, but closes after so many bytes of the body.
        Cut(usize),
        /// All of it, whatever was asked.
        IgnoreRange,
        /// All of it, cut after so many bytes, without any validator.
        Anonymous(usize),
        /// A range that starts somewhere else.
        WrongRange,
        /// All of it, called a range that nobody asked for.
        Unasked,
        /// Only a status.
        Status(u16),
    }

    struct Server {
        url: String,
        requests: std::sync::Arc<Mutex<Vec<String>>>,
    }

    impl Server {
        fn start(body: Vec<u8>, tag: &'static str, acts: Vec<Act>) -> Server {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}/data/corpus.tar.gz?x=1", listener.local_addr().unwrap());
            let requests = std::sync::Arc::new(Mutex::new(Vec::new()));
            let seen = requests.clone();
            std::thread::spawn(move || {
                for act in acts {
                    let (mut stream, _) = listener.accept().unwrap();
                    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                    let head: Vec<String> =
                        lines.map_while(|l| l.ok().filter(|l| !l.is_empty())).collect();
                    let head = head.join("\n").to_lowercase();
                    seen.lock().unwrap().push(head.clone());
                    let _ = stream.write_all(&respond(&body, tag, act, &head));
                }
            });
            Server { url, requests }
        }

        fn requests(&self) -> Vec<String> {
            self.requests.lock().unwrap().clone()
        }
    }

    fn header_of<'a>(head: &'a str, name: &str) -> Option<&'a str> {
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn respond(body: &[u8], tag: &str, act: Act, head: &str) -> Vec<u8> {
        let total = body.len();
        let agrees = header_of(head, "if-range").is_none_or(|wanted| wanted == tag);
        let asked = header_of(head, "range")
            .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        let start: usize = asked.filter(|_| agrees).unwrap_or(0);
        let (status, from, range, keep) = match act {
            Act::Status(status) => return plain(status),
            Act::WrongRange => (206, 1, format!("Content-Range: bytes 1-9/{total}\r\n"), total),
            Act::Unasked => (206, 0, format!("Content-Range: bytes 0-9/{total}\r\n"), total),
            Act::IgnoreRange => (200, 0, String::new(), total),
            Act::Anonymous(keep) => (200, 0, String::new(), keep),
            Act::Serve | Act::Cut(_) if start > 0 => {
                let last = total - 1;
                (206, start, format!("Content-Range: bytes {start}-{last}/{total}\r\n"), total)
            }
            Act::Serve | Act::Cut(_) => (200, 0, String::new(), total),
        };
        let keep = if let Act::Cut(keep) = act { keep } else { keep };
        let tag = match act {
            Act::Anonymous(_) => String::new(),
            _ => format!("ETag: {tag}\r\n"),
        };
        let length = total - from;
        let head = format!(
            "HTTP/1.1 {status} x\r\n{tag}{range}Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        let sent = &body[from..total.min(from + keep)];
        [head.as_bytes(), sent].concat()
    }

    fn plain(status: u16) -> Vec<u8> {
        format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .into_bytes()
    }

    fn body() -> Vec<u8> {
        (0..300_000u32).flat_map(u32::to_le_bytes).collect()
    }

    fn fetch(server: &Server, sha256: Option<&str>, folder: &Path) -> Result<PathBuf> {
        let download = Download { url: &server.url, sha256, folder, anew: false };
        download.fetch(&client(), &(), &AtomicBool::new(false))
    }

    fn client() -> Client {
        let retry = Retry { base: Duration::from_millis(1), ..Retry::default() };
        Client::with_retry(Policy::OwnSettings, retry).unwrap()
    }

    /// Serves `acts`, expects the whole file, and gives the requests.
    fn check(acts: &[Act]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "\"one\"", acts.to_vec());
        let sha256 = hex(&Sha256::digest(body()));
        let path = fetch(&server, Some(&sha256), folder.path()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), body());
        assert_eq!(path.file_name().unwrap(), "corpus.tar.gz");
        let left = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 3, "file, facts and lock");
        assert_eq!(fetch(&server, Some(&sha256), folder.path()).unwrap(), path, "cached");
        assert_eq!(server.requests().len(), acts.len());
        server.requests()
    }

    #[test]
    fn a_file_is_fetched_once() {
        check(&[Act::Serve]);
    }

    #[test]
    fn what_a_killed_process_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "\"one\"", vec![Act::Serve]);
        let paths = Paths::of(&server.url, folder.path()).unwrap();
        let left = paths.file.with_file_name(".malmoi-x.tmp");
        fs::write(&left, "").unwrap();
        fetch(&server, None, folder.path()).unwrap();
        assert!(!left.exists());
        fs::write(&paths.version, "{}").unwrap();
        let download =
            Download { url: &server.url, sha256: None, folder: folder.path(), anew: false };
        download.tidy().unwrap();
        assert!(!paths.version.exists() && download.cached().unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_written_to() {
        let server = Server::start(body(), "\"one\"", vec![Act::Serve]);
        for ending in [".lock", ".part"] {
            let folder = tempfile::tempdir().unwrap();
            let paths = Paths::of(&server.url, folder.path()).unwrap();
            let mine = folder.path().join("mine");
            fs::write(&mine, "precious").unwrap();
            let link = paths.file.with_file_name(format!("corpus.tar.gz{ending}"));
            std::os::unix::fs::symlink(&mine, link).unwrap();
            assert!(fetch(&server, None, folder.path()).is_err());
            assert_eq!(fs::read(&mine).unwrap(), b"precious", "{ending}");
        }
    }

    #[test]
    fn a_cut_connection_is_resumed() {
        let half = body().len() / 2;
        let acts = [Act::Status(503), Act::Status(503), Act::Cut(half), Act::Cut(1000), Act::Serve];
        let requests = check(&acts);
        assert_eq!(header_of(&requests[0], "range"), None);
        assert_eq!(header_of(&requests[3], "range"), Some(&*format!("bytes={half}-")));
        assert_eq!(header_of(&requests[3], "if-range"), Some("\"one\""));
        assert_eq!(header_of(&requests[4], "range"), Some(&*format!("bytes={}-", half + 1000)));
        assert!(header_of(&requests[0], "user-agent").unwrap().starts_with("malmoi/"));
    }

    #[test]
    fn progress_resets_the_tries() {
        check(&[&[Act::Cut(100_000); 11][..], &[Act::Serve]].concat());
    }

    #[test]
    fn servers_without_ranges_start_anew() {
        check(&[Act::Cut(5000), Act::IgnoreRange]);
        check(&[Act::Cut(5000), Act::WrongRange, Act::Serve]);
        check(&[Act::Cut(5000), Act::Status(416), Act::Serve]);
    }

    #[test]
    fn a_server_that_gives_nothing_new_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "", vec![Act::Anonymous(5000); 20]);
        let error = fetch(&server, None, folder.path()).unwrap_err();
        assert!(error.to_string().contains("stopped after 5000 bytes"), "{error}");
        // Only the first cut was progress: six tries in all.
        assert_eq!(server.requests().len(), 6);
        assert!(server.requests().iter().all(|head| header_of(head, "range").is_none()));
    }

    #[test]
    fn a_killed_process_is_continued_only_with_the_same_version() {
        for (tag, expected_status) in [("\"one\"", "resumed"), ("\"two\"", "anew")] {
            let folder = tempfile::tempdir().unwrap();
            let server = Server::start(body(), tag, vec![Act::Serve]);
            let paths = Paths::of(&server.url, folder.path()).unwrap();
            let total = body().len();
            let version = format!(r#"{{"validator":"\"one\"","total_bytes":{total}}}"#);
            fs::write(&paths.version, version).unwrap();
            fs::write(&paths.part, &body()[..7000]).unwrap();
            let path = fetch(&server, None, folder.path()).unwrap();
            assert_eq!(fs::read(path).unwrap(), body(), "{expected_status}");
            assert_eq!(header_of(&server.requests()[0], "range"), Some("bytes=7000-"));
        }
    }

    #[test]
    fn a_part_of_unknown_version_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "\"one\"", vec![Act::Serve]);
        let paths = Paths::of(&server.url, folder.path()).unwrap();
        fs::write(&paths.part, vec![b'x'; 2_000_000]).unwrap();
        let path = fetch(&server, None, folder.path()).unwrap();
        assert_eq!(fs::read(path).unwrap(), body());
    }

    #[test]
    fn a_wrong_checksum_removes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "\"one\"", vec![Act::Serve; 2]);
        let wrong = "0".repeat(64);
        let error = fetch(&server, Some(&wrong), folder.path()).unwrap_err();
        let found = hex(&Sha256::digest(body()));
        assert!(error.to_string().contains(&found) && error.to_string().contains(&wrong));
        assert!(error.hint().unwrap().contains("`sha256`"));
        let paths = Paths::of(&server.url, folder.path()).unwrap();
        assert!(!paths.file.exists() && !paths.part.exists());
        fetch(&server, Some(&found.to_uppercase()), folder.path()).unwrap();
        let error = fetch(&server, Some("abc"), folder.path()).unwrap_err();
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn a_changed_cached_file_is_fetched_again() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "\"one\"", vec![Act::Serve; 2]);
        let path = fetch(&server, None, folder.path()).unwrap();
        fs::write(&path, "short").unwrap();
        assert_eq!(fs::read(fetch(&server, None, folder.path()).unwrap()).unwrap(), body());
        assert_eq!(server.requests().len(), 2);
    }

    #[test]
    fn fetched_anew_unless_the_checksum_is_right() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "\"one\"", vec![Act::Serve; 3]);
        let right = hex(&Sha256::digest(body()));
        let anew = |sha256| {
            let download = Download { url: &server.url, sha256, folder: folder.path(), anew: true };
            let path = download.fetch(&client(), &(), &AtomicBool::new(false)).unwrap();
            assert_eq!(fs::read(&path).unwrap(), body());
            (path, server.requests().len())
        };
        assert_eq!(anew(None).1, 1);
        let (path, requests) = anew(None);
        assert_eq!(requests, 2);
        assert_eq!(anew(Some(&right)).1, 2, "it is whole");
        fs::write(path, vec![0; body().len()]).unwrap();
        assert_eq!(anew(Some(&right)).1, 3, "it is not");
    }

    #[test]
    fn a_range_that_nobody_asked_for_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "\"one\"", vec![Act::Unasked]);
        let error = fetch(&server, None, folder.path()).unwrap_err();
        assert!(error.to_string().contains("answers 206 without being asked"), "{error}");
        assert!(!Paths::name(&server.url, folder.path()).file.exists());
    }

    #[test]
    fn lasting_failures_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "", vec![Act::Status(404), Act::Serve, Act::Serve]);
        let error = fetch(&server, None, folder.path()).unwrap_err();
        assert!(error.to_string().contains("answers 404 (not found)"), "{error}");
        let download =
            Download { url: &server.url, sha256: None, folder: folder.path(), anew: false };
        let stop = AtomicBool::new(false);
        let error = download.fetch_within(1000, &client(), &(), &stop).unwrap_err();
        assert!(error.to_string().contains("more than 1000 bytes"), "{error}");
        stop.store(true, Ordering::Relaxed);
        let error = download.fetch(&client(), &(), &stop).unwrap_err();
        assert_eq!(error.kind(), crate::Kind::Interrupted);
    }

    #[test]
    fn two_at_once_fetch_once() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "\"one\"", vec![Act::Cut(5000), Act::Serve]);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| fetch(&server, None, folder.path()).unwrap());
            }
        });
        assert_eq!(server.requests().len(), 2);
    }

    #[test]
    fn progress_is_told() {
        struct Sum(AtomicU64, AtomicU64);
        impl Progress for Sum {
            fn begin(&self, total_bytes: Option<u64>) {
                self.0.store(total_bytes.unwrap(), Ordering::Relaxed);
                self.1.store(0, Ordering::Relaxed);
            }
            fn advance(&self, bytes: u64) {
                self.1.fetch_add(bytes, Ordering::Relaxed);
            }
            fn message(&self, _text: &str) {}
        }
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(body(), "\"one\"", vec![Act::Cut(5000), Act::Serve]);
        let sum = Sum(AtomicU64::new(0), AtomicU64::new(0));
        let download =
            Download { url: &server.url, sha256: None, folder: folder.path(), anew: false };
        download.fetch(&client(), &sum, &AtomicBool::new(false)).unwrap();
        let total = body().len() as u64;
        assert_eq!(sum.0.load(Ordering::Relaxed), total);
        assert_eq!(sum.1.load(Ordering::Relaxed), total);
    }

    #[test]
    fn names_stay_in_their_folder() {
        for (url, expected) in [
            ("https://example.org/a/aclImdb_v1.tar.gz", "aclImdb_v1.tar.gz"),
            ("https://example.org/a/x.gz?download=../../y#z", "x.gz"),
            ("https://example.org", "download"),
            ("https://example.org/a/", "download"),
            ("https://example.org/..", "download"),
            ("https://example.org/%2e%2e%2fx", "_2e_2e_2fx"),
            ("https://example.org/한\\..\\x", "__.._x"),
        ] {
            assert_eq!(file_name(url), expected, "{url}");
        }
        assert_eq!(file_name(&format!("https://example.org/{}.gz", "a".repeat(500))).len(), 100);
    }
}
