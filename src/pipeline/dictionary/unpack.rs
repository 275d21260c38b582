//! An archive → the files of it that a dictionary is made of.
//!
//! Promises: nothing is written outside the folder, sizes are bounded, links and
//! devices are refused.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::AtomicU64;

use zip::ZipArchive;

use crate::error::{Error, Result};
use crate::pipeline::Watch;
use crate::source::{Limits, read_tar_gz};

/// mecab-ko-dic's sources have 250 MB in 100 files, its tables 112 MB.
const LIMITS: Limits =
    Limits { entry_bytes: 512 << 20, entries: 10_000, total_bytes: 1 << 30, ratio: 200 };

/// Unpacks a `.zip` or `.whl`, else a `.tar` or `.tar.gz`, whatever it is called.
///
/// # Errors
/// A damaged or hostile archive, or a full disk.
pub(super) fn unpack(archive: &Path, target: &Path, watch: &dyn Watch) -> Result<()> {
    match is_zip(archive)? {
        true => unpack_zip(archive, target, watch),
        false => read_tar_gz(
            archive,
            &LIMITS,
            watch.stop(),
            &AtomicU64::new(0),
            &mut |name, contents, _| {
                write(contents, Path::new(name), target, LIMITS.entry_bytes).map(drop)
            },
        ),
    }
}

fn is_zip(archive: &Path) -> Result<bool> {
    let failed = |error| Error::file("cannot open", archive, error);
    let found = std::fs::metadata(archive).map_err(failed)?;
    if !found.is_file() {
        let message = format!("`{}` is neither a folder nor a file", archive.display());
        return Err(Error::usage(message).hinted("name a folder or an archive"));
    }
    let mut start = Vec::new();
    let file = File::open(archive).map_err(failed)?;
    file.take(4).read_to_end(&mut start).map_err(failed)?;
    // The second is an archive without a file.
    Ok([*b"PK\x03\x04", *b"PK\x05\x06"].iter().any(|magic| start == magic))
}

fn unpack_zip(archive: &Path, target: &Path, watch: &dyn Watch) -> Result<()> {
    let damaged = |error: &dyn std::fmt::Display| {
        Error::data(format!("the archive is damaged: {error}"))
            .at(archive.display().to_string())
            .hinted("the file is incomplete or damaged; fetch it again")
    };
    let file = File::open(archive).map_err(|error| Error::file("cannot open", archive, error))?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(&error))?;
    if zip.len() as u64 > LIMITS.entries {
        return Err(damaged(&format!("it has {} entries", zip.len())));
    }
    let mut left = LIMITS.total_bytes;
    for number in 0..zip.len() {
        watch.check()?;
        let mut entry = zip.by_index(number).map_err(|error| damaged(&error))?;
        let name = entry.enclosed_name().filter(|_| !entry.is_symlink());
        let name = name.ok_or_else(|| damaged(&format!("entry {number} leads elsewhere")))?;
        if entry.is_file() {
            left -= write(&mut entry, &name, target, left.min(LIMITS.entry_bytes))
                .map_err(|error| error.at(archive.display().to_string()))?;
        }
    }
    Ok(())
}

/// Writes what belongs to a dictionary, and says how many bytes that were.
fn write(contents: &mut dyn Read, name: &Path, target: &Path, most: u64) -> Result<u64> {
    if !is_wanted(name) {
        return Ok(0);
    }
    let path = inside(target, name)?;
    let failed = |error| Error::file("cannot write", &path, error);
    std::fs::create_dir_all(path.parent().unwrap_or(target)).map_err(failed)?;
    let mut file = File::create_new(&path).map_err(failed)?;
    let copied = io::copy(&mut contents.take(most + 1), &mut file).map_err(|error| {
        // Bad data and a full disk come out of the same copy.
        Error::file("cannot unpack", name, error)
    })?;
    match copied > most {
        true => Err(Error::data(format!("`{}` is too large", name.display()))
            .hinted("take the archive from a source you trust")),
        false => Ok(copied),
    }
}

fn is_wanted(name: &Path) -> bool {
    let file = name.file_name().unwrap_or_default().to_string_lossy();
    let ending = Path::new(file.as_ref()).extension().unwrap_or_default().to_string_lossy();
    matches!(ending.as_ref(), "dic" | "bin" | "def" | "csv") || file == "dicrc" || is_licence(name)
}

/// Whether a file of this name has the text of a licence.
pub(super) fn is_licence(name: &Path) -> bool {
    let file = name.file_name().unwrap_or_default().to_string_lossy();
    ["COPYING", "LICENSE", "LICENSE.txt"].contains(&file.as_ref())
}

/// Names were checked already; what the platform reads differently stops here.
fn inside(target: &Path, name: &Path) -> Result<PathBuf> {
    match name.components().all(|part| matches!(part, Component::Normal(_))) {
        true => Ok(target.join(name)),
        false => Err(Error::data(format!("`{}` would leave the folder", name.display()))
            .hinted("take the archive from a source you trust")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;
    use crate::pipeline::Silent;

    fn zip(files: &[(&str, &str)], method: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, contents) in files {
            writer.start_file(*name, options).unwrap();
            writer.write_all(contents.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// Unpacks `bytes` and lists what is there.
    fn check(bytes: &[u8]) -> Result<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("archive");
        std::fs::write(&archive, bytes).unwrap();
        let target = folder.path().join("target");
        std::fs::create_dir(&target).unwrap();
        unpack(&archive, &target, &Silent::default())?;
        let entries = std::fs::read_dir(target.join("a")).unwrap().flatten();
        Ok(entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn only_what_a_dictionary_needs_is_unpacked() {
        let bytes = zip(
            &[("a/sys.dic", "x"), ("a/evil.sh", "y"), ("a/COPYING", "z")],
            CompressionMethod::Deflated,
        );
        let mut names = check(&bytes).unwrap();
        names.sort();
        assert_eq!(names, ["COPYING", "sys.dic"]);
    }

    #[test]
    fn hostile_and_damaged_archives_are_refused() {
        for name in ["../sys.dic", "a/../../sys.dic"] {
            assert!(check(&zip(&[(name, "x")], CompressionMethod::Stored)).is_err(), "{name}");
        }
        let whole = zip(&[("a/sys.dic", "hello")], CompressionMethod::Stored);
        for length in [3, 10, whole.len() / 2, whole.len() - 1] {
            let error = check(&whole[..length]).unwrap_err();
            assert!(error.place().unwrap().ends_with("archive"), "{error}");
        }
        let mut bad = whole.clone();
        let at = whole.windows(5).position(|five| five == b"hello").unwrap();
        bad[at] ^= 1;
        assert!(check(&bad).is_err(), "its checksum differs");
    }
}
