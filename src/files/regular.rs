//! Opening what must be an ordinary file.
//!
//! In: a path that settings, a model or an archive of unknown origin may name.
//! Promises: a pipe is not waited for, a device is not read.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};

/// The text of a dictionary, which messages call `what` (`the stop words`): a
/// regular file of at most `limit` bytes of UTF-8.
///
/// # Errors
/// The file cannot be read, or it is something else.
pub fn read_dictionary(path: &Path, what: &str, limit: u64) -> Result<String> {
    let failed = |error| Error::file(&format!("cannot read {what}"), path, error);
    let file = open_regular(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // Bounded here as well: a file may grow after its size was asked.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(Error::data(format!("`{}` is too large for {what}", path.display()))
            .hinted(format!("at most {} MB are read", limit >> 20)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + memchr::memchr_iter(b'\n', good).count() as u64;
        let start = memchr::memrchr(b'\n', good).map_or(0, |end| end + 1);
        let column = 1 + String::from_utf8_lossy(&good[start..]).chars().count();
        Error::data(format!("{what}: here stands a byte that is no UTF-8"))
            .at(format!("{}, column {column}", super::place(path, line)))
            .hinted("save the file as UTF-8; of CP949, `iconv -f CP949 -t UTF-8` makes it")
    })
}

/// Opens a regular file to read, by whatever link it is named.
pub(crate) fn open_regular(path: &Path) -> std::io::Result<File> {
    regular(open(OpenOptions::new().read(true), path, true)?)
}

/// Opens a file of ours to read and write, and makes it if it is missing. A link
/// in its place is not followed: it could lead to any file of the user.
///
/// # Errors
/// Something else has its name, or it cannot be opened.
pub fn open_own(path: &Path) -> Result<File> {
    if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        let message = format!("`{}` is no regular file, so it is not written", path.display());
        return Err(Error::io(message).hinted("remove it and run the same command again"));
    }
    // Links that come in between are refused by the system.
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = open(&mut options, path, false).and_then(regular);
    file.map_err(|error| Error::file("cannot open", path, error))
}

fn regular(file: File) -> std::io::Result<File> {
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is no regular file")),
    }
}

/// Without `NONBLOCK`, opening a pipe waits until somebody writes into it.
#[cfg(unix)]
fn open(options: &mut OpenOptions, path: &Path, follow: bool) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;
    let flags = if follow { OFlags::NONBLOCK } else { OFlags::NONBLOCK | OFlags::NOFOLLOW };
    options.custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(options: &mut OpenOptions, path: &Path, _follow: bool) -> std::io::Result<File> {
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &Path, expected: std::result::Result<&str, &str>) {
        match (read_dictionary(path, "the words", 10), expected) {
            (Ok(text), Ok(expected)) => assert_eq!(text, expected),
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{error}");
                let shown = format!("{error} {:?}", error.place());
                assert!(shown.contains(&path.display().to_string()), "{shown}");
            }
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    }

    #[test]
    fn small_texts_are_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.txt");
        let write = |bytes: &[u8], expected| {
            std::fs::write(&path, bytes).unwrap();
            check(&path, expected);
        };
        write("a\n가".as_bytes(), Ok("a\n가"));
        write(b"0123456789", Ok("0123456789"));
        write(b"0123456789a", Err("is too large for the words"));
        write(b"a\n\xFF", Err("the words: here stands a byte that is no UTF-8"));
        check(&folder.path().join("none"), Err("cannot read the words"));
        check(folder.path(), Err("cannot read the words"));
    }

    #[cfg(unix)]
    #[test]
    fn own_files_are_never_links() {
        let folder = tempfile::tempdir().unwrap();
        let (mine, link) = (folder.path().join("mine"), folder.path().join("lock"));
        std::fs::write(&mine, "precious").unwrap();
        std::os::unix::fs::symlink(&mine, &link).unwrap();
        assert!(open_own(&link).unwrap_err().to_string().contains("is no regular file"));
        assert!(open(OpenOptions::new().write(true), &link, false).is_err());
        assert_eq!(std::fs::read(&mine).unwrap(), b"precious");
        std::fs::remove_file(&link).unwrap();
        open_own(&link).unwrap();
        open_own(&link).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_pipes_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        check(&pipe, Err("it is no regular file"));
        check(Path::new("/dev/zero"), Err("it is no regular file"));
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        check(&link, Err("it is no regular file"));
    }
}
