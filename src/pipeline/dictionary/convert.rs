//! A MeCab dictionary → our form, checked, with its licence beside it.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::About;
use super::place::{ABOUT, DICTIONARY, LICENCE};
use super::unpack::is_licence;
use super::way::{ENTRIES, Fetched, VERSION};
use crate::analyze::dictionary::{SystemDictionary, mecab};
use crate::analyze::korean::{Analyzer, KoreanParams};
use crate::error::{Error, Result};
use crate::files::AtomicFile;
use crate::pipeline::Watch;

/// A package has a handful of folders; a path such as `/` has no end of them.
const MAX_FOLDERS: usize = 200;
/// Apache-2.0 has 11 kB.
const MAX_LICENCE_BYTES: u64 = 1 << 20;
/// The licence that mecab-ko-dic is under; some packages leave out its text.
const APACHE: &str = include_str!("../../../LICENSE-APACHE");

/// Writes dictionary, licence and what is known into the folder `fresh`.
///
/// # Errors
/// There is no dictionary below `root`, it is damaged, or another one than expected.
pub(super) fn convert(
    fetched: &Fetched,
    root: &Path,
    fresh: &Path,
    watch: &dyn Watch,
) -> Result<()> {
    let folders = folders(root);
    let found = folders.iter().find(|folder| mecab::form(folder).is_some());
    let found = found.map_or(root, PathBuf::as_path);
    let sources = mecab::read(found)?;
    let entries = sources.entries.len() as u64;
    check_entries(entries, fetched)?;
    watch.check()?;
    let target = fresh.join(DICTIONARY);
    SystemDictionary::new(&sources)?.save(&target)?;
    drop(sources);
    probe(&target, entries)?;
    let licence = write_licence(entries, found, &folders, fresh)?;
    let size_bytes = size(&target)?;
    let about = About {
        version: (entries == ENTRIES).then(|| VERSION.to_owned()),
        entries,
        from: fetched.from.clone(),
        sha256: fetched.sha256.clone(),
        licence,
        size_bytes,
    };
    about.write(&fresh.join(ABOUT))
}

/// `root` and the folders below it, the nearest first.
fn folders(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut next) = (Vec::new(), VecDeque::from([root.to_owned()]));
    while let Some(folder) = next.pop_front().filter(|_| found.len() < MAX_FOLDERS) {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        // A link may lead in a circle.
        let inner = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut inner: Vec<PathBuf> = inner.map(|entry| entry.path()).collect();
        inner.sort();
        next.extend(inner);
        found.push(folder);
    }
    found
}

fn check_entries(entries: u64, fetched: &Fetched) -> Result<()> {
    match fetched.entries {
        Some(expected) if expected != entries => {
            let message = format!("the dictionary has {entries} words, expected {expected}");
            Err(Error::data(message).hinted("this is another version; install it with --path"))
        }
        _ => Ok(()),
    }
}

/// Whether the known dictionary cuts a sentence as it should. Of another one
/// nothing is expected but that it loads and cuts.
fn probe(dictionary: &Path, entries: u64) -> Result<()> {
    let dictionary = Arc::new(SystemDictionary::open(dictionary)?);
    let analyzer = Analyzer::new(dictionary, &KoreanParams::default())?;
    let morphs = analyzer.morphs("아버지가 방에 들어가셨다");
    let expected = ["아버지", "가", "방", "에", "들어가", "셨", "다"];
    match entries == ENTRIES && morphs != expected {
        true => {
            let message = format!("the dictionary cuts a sentence wrongly: {}", morphs.join(" "));
            Err(Error::data(message).hinted("fetch it again, from somewhere else"))
        }
        false => Ok(()),
    }
}

/// Writes the text of the licence and gives its name, if they are known.
fn write_licence(
    entries: u64,
    found: &Path,
    folders: &[PathBuf],
    fresh: &Path,
) -> Result<Option<String>> {
    let nearest = std::iter::once(found).chain(folders.iter().map(PathBuf::as_path));
    let given = nearest.flat_map(licences).next();
    let known = (entries == ENTRIES).then(|| APACHE.to_owned());
    let Some(text) = given.or(known) else { return Ok(None) };
    AtomicFile::write(&fresh.join(LICENCE), text.as_bytes())?;
    let is_apache = text.contains("Apache License") && text.contains("Version 2.0");
    Ok(is_apache.then(|| "Apache-2.0".to_owned()))
}

fn licences(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.map(|entry| entry.path()).filter(|path| is_licence(path));
    let small = named.filter(|path| size(path).is_ok_and(|size| size <= MAX_LICENCE_BYTES));
    small.filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

fn size(path: &Path) -> Result<u64> {
    let found = std::fs::metadata(path);
    Ok(found.map_err(|error| Error::file("cannot read", path, error))?.len())
}
