//! `folder`: one document a text file; its folder is its label.

use std::path::{Component, Path, PathBuf};

use super::SourceParams;
use super::mapping::{Mapping, Reason};
use super::parts::Part;
use super::rows::{Row, RowSource, Rows};
use crate::data::{Document, Html, Split};
use crate::error::{Error, Result};
use crate::files::{MAX_LINE_BYTES, Tolerance, WholeText, read_text};

/// Deeper folders are a loop of mounts or an attack.
const MAX_DEPTH: usize = 16;

/// Opens the folder at `path`.
pub(super) fn open(params: &SourceParams, path: &Path) -> Result<RowSource<FolderRows>> {
    let part = Part { path: path.to_owned(), split: None };
    RowSource::open(vec![part], |path| FolderRows::open(params, path))
}

/// The text files below `folder`, sorted by the bytes of their paths.
///
/// Symbolic links are not followed.
///
/// # Errors
/// It is no folder, cannot be listed, is too deep, or holds no text file.
pub(super) fn text_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(folder, 0, &mut files)?;
    if files.is_empty() {
        return Err(Error::data(format!("there is no `.txt` file below `{}`", folder.display())));
    }
    files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    Ok(files)
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(Error::data(format!("folders are nested deeper than {MAX_DEPTH}"))
            .at(folder.display().to_string()));
    }
    let failed = |error| Error::file("cannot list the folder", folder, error);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (kind, path) = (entry.file_type().map_err(failed)?, entry.path());
        if kind.is_dir() {
            collect(&path, depth + 1, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "txt") {
            files.push(path);
        }
    }
    Ok(())
}

/// The files of one folder.
pub(super) struct FolderRows {
    folder: PathBuf,
    files: Vec<PathBuf>,
    next: usize,
    encoding: Option<String>,
    tolerance: Tolerance,
    mapping: Mapping,
}

impl FolderRows {
    fn open(params: &SourceParams, folder: &Path) -> Result<Self> {
        Ok(FolderRows {
            folder: folder.to_owned(),
            files: text_files(folder)?,
            next: 0,
            encoding: params.encoding.clone(),
            tolerance: Tolerance::default(),
            mapping: Mapping::new(params),
        })
    }

    fn document(&mut self, path: &Path) -> Result<std::result::Result<Document<Html>, Reason>> {
        let relative = path.strip_prefix(&self.folder).expect("files were listed below the folder");
        let shown = relative.display();
        let found = read_text(path, self.encoding.as_deref())?;
        let is_over = self.tolerance.is_over(matches!(found, WholeText::Malformed(_)));
        let text = match found {
            WholeText::Whole(text) => text,
            WholeText::Malformed(error) if is_over => return Err(error),
            WholeText::Malformed(error) => return Ok(Err(format!("`{shown}`: {error}"))),
            WholeText::TooLong => {
                return Ok(Err(format!("`{shown}` is larger than {} MB", MAX_LINE_BYTES >> 20)));
            }
        };
        let Some(names) = names(&relative.with_extension("")) else {
            return Ok(Err(format!("the name `{shown}` is not UTF-8")));
        };
        Ok(self.described(&names, text).map_err(|reason| format!("`{shown}`: {reason}")))
    }

    fn described(
        &self,
        names: &[String],
        text: String,
    ) -> std::result::Result<Document<Html>, Reason> {
        let mut document = Document::new(names.join("/"), Html(text));
        let folders = &names[..names.len() - 1];
        document.split = folders.first().and_then(|name| split(name));
        let labels = &folders[usize::from(document.split.is_some())..];
        if let Some(label) = labels.last() {
            document.label = self.mapping.label(label)?;
        }
        Ok(document)
    }
}

impl Rows for FolderRows {
    const UNIT: &'static str = "file";

    fn next_row(&mut self) -> Result<Option<Row>> {
        let Some(path) = self.files.get(self.next).cloned() else { return Ok(None) };
        let document = self.document(&path)?;
        self.next += 1;
        Ok(Some(Row { number: self.next as u64, document }))
    }

    /// Files, not bytes: their sizes would have to be asked one by one.
    fn progress(&self) -> (u64, u64) {
        (self.next as u64, self.files.len() as u64)
    }
}

/// Each part of a path, if all are UTF-8.
fn names(path: &Path) -> Option<Vec<String>> {
    path.components()
        .map(|part| match part {
            Component::Normal(name) => name.to_str().map(str::to_owned),
            _ => None,
        })
        .collect()
}

fn split(name: &str) -> Option<Split> {
    match name {
        "train" => Some(Split::Train),
        "test" => Some(Split::Test),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Folder, documents, params};
    use super::*;

    fn read(settings: &str, folder: &Folder) -> Result<(Vec<Document<Html>>, Vec<String>)> {
        let settings = format!("kind = \"folder\"\n{settings}");
        let mut source = super::super::open(&params(&settings), folder.path())?;
        let documents = documents(&mut *source)?;
        Ok((documents, source.skipped().examples))
    }

    #[test]
    fn folders_are_labels_and_splits() {
        let folder = Folder::with(&[
            ("train/pos/2.txt", b"b"),
            ("train/pos/1.txt", b"a\n"),
            ("test/3.x.txt", b"c"),
            ("neg/4.txt", b"d"),
            ("5.txt", b""),
            ("6.md", b"no"),
        ]);
        let (found, _) = read("", &folder).unwrap();
        let found: Vec<_> =
            found.iter().map(|d| (&*d.id, &*d.body.0, d.label.as_deref(), d.split)).collect();
        let expected = [
            ("5", "", None, None),
            ("neg/4", "d", Some("neg"), None),
            ("test/3.x", "c", None, Some(Split::Test)),
            ("train/pos/1", "a\n", Some("pos"), Some(Split::Train)),
            ("train/pos/2", "b", Some("pos"), Some(Split::Train)),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_unknown_folder_or_a_large_file_is_a_bad_row() {
        let large = vec![b'x'; MAX_LINE_BYTES + 1];
        let folder = Folder::with(&[("pos/a.txt", b"a"), ("x/b.txt", b"b"), ("pos/c.txt", &large)]);
        let (found, skipped) = read("labels = { pos = \"positive\" }", &folder).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].label.as_deref(), Some("positive"));
        assert!(skipped[0].contains("`pos/c.txt` is larger than 16 MB"), "{skipped:?}");
        assert!(skipped[1].contains("`x/b.txt`: unknown label `x`"), "{skipped:?}");
    }

    #[test]
    fn a_wrong_encoding_names_the_file() {
        let folder = Folder::with(&[("a.txt", b"a\n\xBF\xB5")]);
        let error = read("", &folder).unwrap_err();
        assert!(error.place().unwrap().ends_with("a.txt, line 2"), "{:?}", error.place());
        assert_eq!(read("encoding = \"euc-kr\"", &folder).unwrap().0[0].body.0, "a\n영");
        let folder = Folder::with(&[("a.txt", b"a"), ("b.txt", b"\xBF"), ("c.txt", b"c")]);
        let (found, skipped) = read("", &folder).unwrap();
        assert_eq!(found.len(), 2);
        assert!(skipped[0].contains("`b.txt`: the file is not UTF-8"), "{skipped:?}");
    }

    #[test]
    fn too_deep_empty_or_no_folder_is_an_error() {
        let deep = format!("{}a.txt", "d/".repeat(MAX_DEPTH + 1));
        let folder = Folder::with(&[(&deep, b"")]);
        assert!(read("", &folder).unwrap_err().to_string().contains("deeper than 16"));
        assert!(text_files(Folder::with(&[]).path()).is_err());
        assert!(text_files(&folder.path().join("none")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_bad_names_are_bad_rows() {
        use std::os::unix::ffi::OsStrExt;
        let folder = Folder::with(&[("a.txt", b"a")]);
        std::os::unix::fs::symlink("a.txt", folder.path().join("b.txt")).unwrap();
        std::os::unix::fs::symlink(".", folder.path().join("loop")).unwrap();
        let name = std::ffi::OsStr::from_bytes(b"\xFF.txt");
        std::fs::write(folder.path().join(name), "c").unwrap();
        let (found, skipped) = read("", &folder).unwrap();
        assert_eq!((found.len(), skipped.len()), (1, 1));
    }
}
