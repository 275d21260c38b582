//! The folder of a run: what its commands write there is what is delivered.
//!
//! In: a folder that commands have filled. Out: its files, by name. Promises: links are
//! not followed, so that nothing from elsewhere is delivered; names that could steer a
//! terminal or leave a folder are left out; what is delivered is bounded.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files::open_own;

/// More files are no report.
const MOST_FILES: usize = 1000;
/// Nor is more than this, all together.
const MOST_BYTES: u64 = 1 << 30;
/// Folders within folders.
const DEEPEST: usize = 4;
/// Bytes of a text that are read.
const LONGEST_TEXT: u64 = 1 << 16;

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutputFile {
    /// Its name, with those of the folders that it is in: `tables/sources.csv`.
    pub name: String,
    /// Where it stands.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

impl OutputFile {
    /// Whether its name ends like this.
    pub fn is(&self, extension: &str) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension))
    }

    /// Its bytes, of which there may be no more than when it was listed.
    pub fn read(&self) -> Result<Vec<u8>> {
        let failed = |error| Error::file("cannot read", &self.path, error);
        let mut bytes = Vec::new();
        // Never through a link that came in between.
        open_own(&self.path)?.take(self.bytes).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }
}

/// An empty folder.
pub(super) fn fresh(folder: &Path) -> Result<()> {
    if folder.symlink_metadata().is_ok() {
        fs::remove_dir_all(folder).map_err(|error| Error::file("cannot empty", folder, error))?;
    }
    fs::create_dir_all(folder)
        .map_err(|error| Error::file("cannot create the folder", folder, error))
}

/// The files in `folder`, in the order of their names.
///
/// # Errors
/// The folder cannot be read, or there is too much in it.
pub(super) fn files(folder: &Path) -> Result<Vec<OutputFile>> {
    let mut files = Vec::new();
    collect(folder, "", DEEPEST, &mut files)?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    if bytes > MOST_BYTES {
        return Err(Error::data(format!("the run wrote {bytes} bytes, too much to deliver"))
            .at(folder.display().to_string())
            .hinted(format!("at most {} MB are delivered", MOST_BYTES >> 20)));
    }
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<OutputFile>) -> Result<()> {
    let failed = |error| Error::file("cannot list", folder, error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let Some(name) = entry.file_name().to_str().filter(|name| is_tame(name)).map(str::to_owned)
        else {
            tracing::warn!(name = ?entry.file_name(), "a file with an odd name is not delivered");
            continue;
        };
        let found = entry.path().symlink_metadata().map_err(failed)?;
        let name = format!("{prefix}{name}");
        if found.is_dir() && depth > 0 {
            collect(&entry.path(), &format!("{name}/"), depth - 1, files)?;
        } else if found.is_file() {
            files.push(OutputFile { name, path: entry.path(), bytes: found.len() });
        }
        if files.len() > MOST_FILES {
            return Err(Error::data(format!("the run wrote more than {MOST_FILES} files"))
                .at(folder.display().to_string())
                .hinted("let it write one report"));
        }
    }
    Ok(())
}

/// A name that is a name everywhere: no control character, nothing that turns text around,
/// no separator of another system, not hidden.
fn is_tame(name: &str) -> bool {
    let turns = |one: char| matches!(one, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let odd = |one: char| one.is_control() || turns(one) || "\\:*?\"<>|".contains(one);
    !name.starts_with('.') && name.len() <= 200 && !name.contains(odd)
}

/// The text among the files, Markdown before plain text; cut where it is too long.
pub(super) fn text(files: &[OutputFile]) -> Option<String> {
    let of = |extension| files.iter().find(|file| file.is(extension));
    let file = of("md").or_else(|| of("txt"))?;
    let mut bytes = Vec::new();
    open_own(&file.path).ok()?.take(LONGEST_TEXT).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let harmless = |one: &char| !one.is_control() || matches!(one, '\n' | '\t');
    Some(text.chars().filter(harmless).collect::<String>().trim_end_matches('\u{fffd}').to_owned())
}

/// The first `most` characters, and a sign that there were more.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("b.html", "<p>");
        write("a/c.csv", "x");
        write("보고서.md", "# 하나\u{7}\n\x1b[2J");
        write(".hidden", "x");
        let files = files(folder.path()).unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a/c.csv", "b.html", "보고서.md"]);
        assert_eq!((files[0].bytes, files[0].is("CSV")), (1, true));
        assert_eq!(files[1].read().unwrap(), b"<p>");
        assert_eq!(text(&files).unwrap(), "# 하나\n[2J");
        assert_eq!((cut("가나다", 2), cut("가나", 2)), ("가나…".to_owned(), "가나".to_owned()));
        fresh(folder.path()).unwrap();
        assert!(super::files(folder.path()).unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn hostile_names_and_links_are_left_out() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &[u8]| {
            fs::write(folder.path().join(std::ffi::OsStr::from_bytes(name)), "x").unwrap();
        };
        write(b"line\nbreak");
        write(b"\x1b[2Jclear");
        write(b"not utf-8 \xff");
        write("\u{202e}lmth.exe".as_bytes());
        write(b"a\\..\\b");
        write(b"x".repeat(250).as_slice());
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link.md")).unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
        let files = files(folder.path()).unwrap();
        assert!(files.is_empty(), "{files:?}");
        assert_eq!(text(&files), None);
        // A link that takes the place of a listed file is not followed either.
        let path = folder.path().join("link.md");
        let listed = OutputFile { name: "link.md".to_owned(), path, bytes: 10 };
        assert!(listed.read().is_err());
    }

    #[test]
    fn floods_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..=MOST_FILES {
            fs::write(folder.path().join(number.to_string()), "").unwrap();
        }
        assert!(files(folder.path()).unwrap_err().to_string().contains("more than 1000 files"));
    }
}
