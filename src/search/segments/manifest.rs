//! The file that says which segments count.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::hex;
use crate::error::{Error, Result};
use crate::files::open_regular;

/// Layout of the manifest.
pub(super) const VERSION: u32 = 1;

/// Name of the file that says which generation is the newest.
pub const MANIFEST: &str = "manifest.json";
/// The generation before.
pub(super) const PREVIOUS: &str = "manifest.previous.json";

/// Of more than a hundred thousand segments; there are some ten.
const MAX_BYTES: u64 = 32 << 20;

/// A commit a microsecond reaches it in three hundred thousand years.
const MAX_GENERATION: u64 = 1 << 63;

pub(super) const MEND: &str = "put `manifest.previous.json` in its place to have the index as it was one \
    change ago, or delete the folder and build the index again";

/// One generation of an index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) version: u32,
    /// Version of the program that wrote it.
    pub(super) malmoi: String,
    pub(super) generation: u64,
    pub(super) fingerprint: String,
    pub(super) segments: Vec<Entry>,
    /// xxh3 of the manifest without it.
    pub(super) xxh3: String,
}

/// A segment that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) file: String,
    pub(super) documents: u32,
    /// Length and checksum of the file, so that another one in its place is noticed.
    pub(super) bytes: u64,
    pub(super) xxh3: String,
    pub(super) deleted: Option<DeletedEntry>,
}

/// A list of deleted documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeletedEntry {
    pub(super) file: String,
    pub(super) documents: u32,
    pub(super) xxh3: String,
}

impl Manifest {
    /// Reads a manifest; `None` if there is none.
    ///
    /// # Errors
    /// It is damaged, names what cannot be ours, or is of another version.
    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        let Some(bytes) = bytes(path)? else { return Ok(None) };
        let damaged = |what: &str| {
            Error::data(format!("the manifest is damaged: {what}"))
                .at(path.display().to_string())
                .hinted(MEND)
        };
        check_version(&bytes, path)?;
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|error| damaged(&error.to_string()))?;
        // Written again it has to be the same, so that no bit may differ, spaces included.
        if manifest.xxh3 != manifest.sum() || manifest.text() != bytes {
            return Err(damaged("its checksum does not match"));
        }
        manifest.check().map_err(|what| damaged(&what))?;
        Ok(Some(manifest))
    }

    /// Its bytes, with its sum.
    pub(super) fn summed(mut self) -> Vec<u8> {
        self.xxh3 = self.sum();
        self.text()
    }

    /// All files that it names.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(Entry::files)
    }

    fn sum(&self) -> String {
        hex(xxh3_64(&Manifest { xxh3: String::new(), ..self.clone() }.text()))
    }

    fn text(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a manifest is plain data")
    }

    /// A right sum does not make a manifest ours: names lead out of the folder, and two
    /// segments may share a file.
    fn check(&self) -> Result<(), String> {
        if self.generation > MAX_GENERATION {
            return Err(format!("there cannot be {} generations", self.generation));
        }
        let mut seen = BTreeSet::new();
        for entry in &self.segments {
            let lists = entry.deleted.iter().all(|deleted| is_deleted(&deleted.file));
            if !lists || !is_segment(&entry.file) {
                return Err(format!("`{}` and its list are no names of ours", entry.file));
            }
            if !entry.files().all(|file| seen.insert(file)) {
                return Err(format!("it names a file of `{}` twice", entry.file));
            }
        }
        Ok(())
    }
}

impl Entry {
    fn files(&self) -> impl Iterator<Item = &str> {
        let deleted = self.deleted.iter().map(|deleted| deleted.file.as_str());
        std::iter::once(self.file.as_str()).chain(deleted)
    }
}

/// Name of the segment begun as `number`th after the generation before.
pub(super) fn segment_name(generation: u64, number: u64) -> String {
    format!("segment-{generation}-{number}.bin")
}

/// Name of the list of a segment's documents deleted up to a generation.
pub(super) fn deleted_name(segment: &str, generation: u64) -> String {
    format!("{}.deleted-{generation}.bin", segment.trim_end_matches(".bin"))
}

/// Whether a file may be a segment or a list of ours.
pub(super) fn is_ours(name: &str) -> bool {
    is_segment(name) || is_deleted(name)
}

fn is_segment(name: &str) -> bool {
    let numbers = name.strip_prefix("segment-").and_then(|name| name.strip_suffix(".bin"));
    let numbers = numbers.and_then(|numbers| numbers.split_once('-'));
    numbers.is_some_and(|(generation, number)| is_number(generation) && is_number(number))
}

fn is_deleted(name: &str) -> bool {
    let parts = name.strip_suffix(".bin").and_then(|name| name.split_once(".deleted-"));
    parts.is_some_and(|(segment, generation)| {
        is_segment(&format!("{segment}.bin")) && is_number(generation)
    })
}

fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn bytes(path: &Path) -> Result<Option<Vec<u8>>> {
    let failed = |error| Error::file("cannot read", path, error);
    let file = match open_regular(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

/// The version comes first: other layouts have other fields.
fn check_version(bytes: &[u8], path: &Path) -> Result<()> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    match serde_json::from_slice(bytes) {
        Ok(Version { version }) if version > VERSION => {
            Err(Error::data("the manifest was written by a newer version of malmoi")
                .at(path.display().to_string())
                .hinted("update malmoi, or delete the folder and build the index again"))
        }
        // What else is wrong is said by who reads all of it.
        _ => Ok(()),
    }
}
