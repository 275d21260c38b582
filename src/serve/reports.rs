//! The folder of reports: what is in it, and one file of it.
//!
//! Promises: only regular files of the folder and of its direct subfolders are listed and
//! read, by names that were found there; links lead nowhere.

use std::fs::DirEntry;
use std::path::Path;
use std::time::SystemTime;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Error, Result};

/// Reports that are listed.
const MOST: usize = 500;
/// Entries of a folder that are looked at.
const MOST_ENTRIES: usize = 20_000;
/// A larger file is no report.
const MOST_BYTES: u64 = 32 << 20;

/// Endings of names, and what such files are.
const KINDS: [(&str, &str); 4] = [
    ("html", "text/html; charset=utf-8"),
    ("json", "application/json"),
    ("csv", "text/csv; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
];

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// Its name; one in a subfolder has that before it: `news/2026-11-24.html`.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written, in UTC.
    pub written: String,
}

/// The reports in `folder`, the newest first; none if there is no folder.
///
/// # Errors
/// If it cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Report>> {
    let mut found = Vec::new();
    for entry in entries(folder)? {
        let Some(name) = entry.file_name().into_string().ok() else { continue };
        match entry.file_type() {
            Ok(kind) if kind.is_file() => found.extend(report(&entry, &name)),
            Ok(kind) if kind.is_dir() && is_name(&name) => {
                for inner in entries(&entry.path())? {
                    let inner_name = inner.file_name().into_string().unwrap_or_default();
                    let is_file = inner.file_type().is_ok_and(|kind| kind.is_file());
                    if is_file && is_name(&inner_name) {
                        found.extend(report(&inner, &format!("{name}/{inner_name}")));
                    }
                }
            }
            _ => {}
        }
    }
    found.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.name.cmp(&right.name)));
    Ok(found.into_iter().take(MOST).map(|(_, report)| report).collect())
}

/// The bytes of the report with this name and their type; `None` if there is none.
///
/// # Errors
/// If it cannot be read.
pub fn read(folder: &Path, name: &str) -> Result<Option<(Vec<u8>, &'static str)>> {
    let mut parts = name.split('/');
    let (first, second, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let is_sound = is_name(first) && second.is_none_or(is_name) && more.is_none();
    let Some(kind) = kind(name).filter(|_| is_sound) else { return Ok(None) };
    let path = match second {
        Some(second) if is_plain_folder(&folder.join(first)) => folder.join(first).join(second),
        Some(_) => return Ok(None),
        None => folder.join(first),
    };
    match path.symlink_metadata() {
        Ok(found) if found.is_file() && found.len() <= MOST_BYTES => {}
        _ => return Ok(None),
    }
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some((bytes, kind))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file("cannot read", &path, error)),
    }
}

fn is_plain_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

fn report(entry: &DirEntry, name: &str) -> Option<(SystemTime, Report)> {
    let found = entry.metadata().ok()?;
    let first = name.split('/').next().unwrap_or_default();
    kind(name).filter(|_| is_name(first) && found.len() <= MOST_BYTES)?;
    let time = found.modified().ok()?;
    let written = chrono::DateTime::<chrono::Utc>::from(time);
    let written = written.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    Some((time, Report { name: name.to_owned(), bytes: found.len(), written }))
}

fn kind(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    KINDS.iter().find(|(one, _)| *one == ending).map(|(_, kind)| *kind)
}

/// One step of a path that leads nowhere else, and no hidden file.
fn is_name(name: &str) -> bool {
    let is_odd = |one: char| one.is_control() || "/\\:".contains(one);
    !name.is_empty() && !name.starts_with('.') && !name.contains(is_odd)
}

fn entries(folder: &Path) -> Result<Vec<DirEntry>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.take(MOST_ENTRIES).flatten().collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::file("cannot list", folder, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret.html"), "secret").unwrap();
        let reports = folder.path().join("reports");
        std::fs::create_dir_all(reports.join("news/deep")).unwrap();
        for name in ["a.html", "보고서.json", "news/b.html", "news/deep/c.html", ".d.html", "e.exe"]
        {
            std::fs::write(reports.join(name), name).unwrap();
        }
        #[cfg(unix)]
        {
            let link = std::os::unix::fs::symlink::<_, std::path::PathBuf>;
            link("../secret.html", reports.join("link.html")).unwrap();
            link("..", reports.join("up")).unwrap();
        }
        folder
    }

    #[test]
    fn reports_of_the_folder_and_below_are_listed() {
        let folder = folder();
        let found = list(&folder.path().join("reports")).unwrap();
        let mut names: Vec<&str> = found.iter().map(|report| report.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["a.html", "news/b.html", "보고서.json"]);
        assert!(list(&folder.path().join("nothing")).unwrap().is_empty());
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let folder = folder();
        let read = |name: &str| read(&folder.path().join("reports"), name).unwrap();
        for name in ["a.html", "news/b.html", "보고서.json"] {
            assert_eq!(read(name).unwrap().0, name.as_bytes());
        }
        for name in [
            "../secret.html",
            "..",
            "news/../a.html",
            "up/secret.html",
            "link.html",
            ".d.html",
            "/etc/passwd",
            "news/deep/c.html",
            "e.exe",
            "news",
            "",
            "a.html/",
            "x.html",
            "..\\secret.html",
            "c:secret.html",
            "a\0.html",
        ] {
            assert!(read(name).is_none(), "{name}");
        }
    }
}
