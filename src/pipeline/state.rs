//! What a state folder keeps, and how to be rid of it.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::learn::{EMBEDDINGS, learned_file, learned_names};
use super::nearest::Nearest;
use super::scored::FILE as SCORES;
use super::search;
use super::shelf::{Kept, Lock, MANIFEST, Manifest, Shelf};
use super::watch::Watch;
use crate::error::{Error, Result};

/// Folder of downloads, beside those of the pipelines.
pub(super) const DOWNLOADS: &str = "downloads";

/// All that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateReport {
    /// The state folder.
    pub folder: PathBuf,
    /// By name.
    pub pipelines: Vec<KeptPipeline>,
    /// Downloaded files, by name.
    pub downloads: Vec<KeptFile>,
    /// Files of embeddings, by name; `malmoi embed remove` removes one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub embeddings: Vec<KeptFile>,
}

/// What is kept of one pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptPipeline {
    /// Its name.
    pub name: String,
    /// `rows`, `model` and `metrics`, as far as they are finished.
    pub kept: Vec<Kept>,
    /// Names of the networks that were learned of it; `NAME/LEARNED` labels with one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub learned: Vec<String>,
    /// Size of its folder.
    pub bytes: u64,
    /// Size of its search index, which is a part of that; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_bytes: Option<u64>,
    /// Size of the scores that its reports keep, another part; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_bytes: Option<u64>,
    /// Documents read from its source, if it is known.
    pub documents: Option<u64>,
    /// When the last result was finished, in UTC; absent if none is.
    pub finished: Option<String>,
    /// Why its manifest cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One downloaded file or folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// Lists what `state` keeps; nothing if the folder does not exist.
///
/// # Errors
/// If a folder cannot be read. A damaged manifest is a problem of its pipeline.
pub fn list_state(state: &Path) -> Result<StateReport> {
    let pipelines = names(state)?.into_iter().map(|name| pipeline(state, name));
    Ok(StateReport {
        folder: state.to_owned(),
        pipelines: pipelines.collect::<Result<_>>()?,
        downloads: files(&state.join(DOWNLOADS))?,
        embeddings: files(&state.join(EMBEDDINGS))?,
    })
}

/// What stands in a folder, by name.
fn files(folder: &Path) -> Result<Vec<KeptFile>> {
    let file = |name: String| {
        let bytes = size(&folder.join(&name))?;
        Ok(KeptFile { name, bytes })
    };
    entries(folder)?.into_iter().map(file).collect()
}

/// Removes what is kept of the pipelines named (all of them if `names` is
/// `None`) and, with `downloads`, what was downloaded; gives what it removed. A name with a
/// `/` is one network alone: `imdb/cnn`.
///
/// # Errors
/// If a name is not there — then nothing is removed —, a folder cannot be
/// removed, or the user stops waiting for another process.
pub fn remove_state(
    state: &Path,
    wanted: Option<&[String]>,
    downloads: bool,
    watch: &dyn Watch,
) -> Result<Vec<String>> {
    if !state.exists() {
        return check(state, wanted.unwrap_or_default(), &[]).map(|()| Vec::new());
    }
    let _lock = Lock::take(state, "malmoi state remove", watch)?;
    let known = names(state)?;
    let networks = known.iter().flat_map(|name| {
        learned_names(state, name).into_iter().map(move |learned| format!("{name}/{learned}"))
    });
    let all: Vec<String> = known.iter().cloned().chain(networks).collect();
    check(state, wanted.unwrap_or_default(), &all)?;
    let mut removed = wanted.map_or_else(|| known.clone(), <[String]>::to_vec);
    removed.sort();
    removed.dedup();
    if downloads && state.join(DOWNLOADS).exists() {
        removed.push(DOWNLOADS.to_owned());
    }
    for name in &removed {
        if let Some((pipeline, learned)) = name.split_once('/') {
            remove_network(&learned_file(state, pipeline, learned)?)?;
            continue;
        }
        let path = state.join(name);
        search::wait_for_writer(&path, watch)?;
        std::fs::remove_dir_all(&path)
            .map_err(|error| Error::file("cannot remove", &path, error))?;
    }
    Ok(removed)
}

/// The network and what stands beside it; its pipeline may have been removed before.
fn remove_network(file: &Path) -> Result<()> {
    for path in [file.to_owned(), file.with_extension("json")] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::file("cannot remove", &path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check(state: &Path, wanted: &[String], known: &[String]) -> Result<()> {
    let problem = |name: &String| {
        let mut nearest = Nearest::to(name);
        known.iter().for_each(|known| nearest.offer(known));
        let hint = match nearest.listed() {
            Some(names) => format!("the nearest names are {names}; nothing was removed"),
            None => "nothing is kept there".to_owned(),
        };
        Error::usage(format!("nothing is kept of a pipeline `{name}`"))
            .at(state.display().to_string())
            .hinted(hint)
    };
    let problems = wanted.iter().filter(|name| !known.contains(name)).map(problem);
    Error::all(problems.collect()).map_or(Ok(()), Err)
}

/// Folders that hold a manifest or a result: nothing else in the state folder
/// is ever removed.
fn names(state: &Path) -> Result<Vec<String>> {
    let is_pipeline = |name: &String| {
        let folder = state.join(name);
        let is_folder = folder.symlink_metadata().is_ok_and(|found| found.is_dir());
        let mut files = Kept::ALL.map(Kept::file).into_iter().chain([MANIFEST, SCORES]);
        let is_kept = files.any(|file| folder.join(file).is_file())
            || index(&folder).is_some()
            || !learned_names(state, name).is_empty();
        is_folder && name != DOWNLOADS && is_kept
    };
    Ok(entries(state)?.into_iter().filter(is_pipeline).collect())
}

/// Names in a folder, sorted; none if there is no folder.
fn entries(folder: &Path) -> Result<Vec<String>> {
    let failed = |error| Error::file("cannot list", folder, error);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let names = entries.map(|entry| Ok(entry.map_err(failed)?.file_name().into_string().ok()));
    let mut names: Vec<String> = names.filter_map(Result::transpose).collect::<Result<_>>()?;
    names.sort();
    Ok(names)
}

/// The folder of the search index in the folder of a pipeline, if there is one.
fn index(pipeline: &Path) -> Option<PathBuf> {
    let folder = pipeline.join(search::STAGE);
    folder.join(MANIFEST).is_file().then_some(folder)
}

fn pipeline(state: &Path, name: String) -> Result<KeptPipeline> {
    let (manifest, problem) = match Shelf::open(state, &name) {
        Ok(shelf) => (shelf.manifest, None),
        Err(error) => (Manifest::default(), Some(error.to_string())),
    };
    let documents = manifest.kept.get(&Kept::Rows);
    let documents = documents.and_then(|entry| entry.stages.first()).map(|stage| stage.documents);
    let written = std::fs::metadata(state.join(&name).join(MANIFEST));
    let changed = written.and_then(|found| found.modified()).ok();
    let kept: Vec<Kept> = manifest.kept.keys().copied().collect();
    Ok(KeptPipeline {
        bytes: size(&state.join(&name))?,
        index_bytes: index(&state.join(&name)).map(|folder| size(&folder)).transpose()?,
        score_bytes: std::fs::metadata(state.join(&name).join(SCORES)).ok().map(|file| file.len()),
        documents,
        learned: learned_names(state, &name),
        finished: changed.filter(|_| !kept.is_empty()).map(utc),
        kept,
        name,
        problem,
    })
}

/// Bytes of a file, or of all files of a folder.
fn size(path: &Path) -> Result<u64> {
    let failed = |error| Error::file("cannot look at", path, error);
    let found = std::fs::symlink_metadata(path).map_err(failed)?;
    if !found.is_dir() {
        return Ok(found.len());
    }
    let mut bytes = 0;
    for entry in std::fs::read_dir(path).map_err(failed)? {
        bytes += size(&entry.map_err(failed)?.path())?;
    }
    Ok(bytes)
}

/// `2026-01-31T12:00:00Z`; days to dates as Hinnant's `civil_from_days` has it.
fn utc(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let days = days + 719_468;
    let era_day = days % 146_097;
    let era_year = (era_day - era_day / 1_460 + era_day / 36_524 - era_day / 146_096) / 365;
    let year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    let shifted_month = (5 * year_day + 2) / 153;
    let day = year_day - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era_year + days / 146_097 * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Silent;
    use std::time::Duration;

    fn state() -> tempfile::TempDir {
        let state = tempfile::tempdir().unwrap();
        for name in ["reviews", "news", "mine"] {
            let mut shelf = Shelf::open(state.path(), name).unwrap();
            crate::files::AtomicFile::write(&shelf.path(Kept::Model), b"model").unwrap();
            shelf.keep(Kept::Model, "abc", Vec::new()).unwrap();
        }
        std::fs::create_dir(state.path().join(DOWNLOADS)).unwrap();
        std::fs::write(state.path().join(DOWNLOADS).join("a.tar.gz"), "12345").unwrap();
        std::fs::create_dir(state.path().join("notes")).unwrap();
        state
    }

    fn remaining(state: &Path) -> Vec<String> {
        let report = list_state(state).unwrap();
        report.pipelines.into_iter().map(|pipeline| pipeline.name).collect()
    }

    #[test]
    fn lists_pipelines_and_downloads() {
        let state = state();
        let report = list_state(state.path()).unwrap();
        assert_eq!(remaining(state.path()), ["mine", "news", "reviews"]);
        assert_eq!(report.pipelines[0].kept, [Kept::Model]);
        assert!(report.pipelines[0].bytes > 5 && report.pipelines[0].finished.is_some());
        assert_eq!(report.downloads, [KeptFile { name: "a.tar.gz".into(), bytes: 5 }]);
        assert!(list_state(&state.path().join("none")).unwrap().pipelines.is_empty());
        assert!(report.embeddings.is_empty());
        let embedding = crate::pipeline::embedding_file(state.path(), "a").unwrap();
        crate::files::AtomicFile::write(&embedding, b"123").unwrap();
        let kept = KeptFile { name: "a.safetensors".into(), bytes: 3 };
        assert_eq!(list_state(state.path()).unwrap().embeddings, [kept]);
        assert_eq!(remaining(state.path()), ["mine", "news", "reviews"]);
        std::fs::write(state.path().join("mine").join(MANIFEST), "{").unwrap();
        let report = list_state(state.path()).unwrap();
        assert_eq!(report.pipelines.len(), 3);
        assert!(report.pipelines[0].problem.as_ref().unwrap().contains("is damaged"));
    }

    #[test]
    fn removes_what_is_named_and_nothing_else() {
        let state = state();
        let remove = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            remove_state(state.path(), Some(&names), false, &Silent::default())
        };
        let error = remove(&["news", "review", "notes", "../x", DOWNLOADS]).unwrap_err();
        assert_eq!((error.exit_code(), error.also().len()), (2, 3));
        assert!(error.hint().unwrap().starts_with("the nearest names are `reviews`"));
        assert_eq!(remaining(state.path()).len(), 3);
        assert_eq!(remove(&["news", "news"]).unwrap(), ["news"]);
        assert_eq!(remaining(state.path()), ["mine", "reviews"]);
        let all = remove_state(state.path(), None, true, &Silent::default()).unwrap();
        assert_eq!(all, ["mine", "reviews", DOWNLOADS]);
        assert!(state.path().join("notes").exists());
    }

    #[test]
    fn an_index_is_listed_and_goes_with_its_pipeline() {
        let state = state();
        let indexes = || {
            let pipelines = list_state(state.path()).unwrap().pipelines.into_iter();
            pipelines.filter_map(|one| Some((one.name, one.index_bytes?))).collect::<Vec<_>>()
        };
        for name in ["mine", "lone"] {
            let folder = state.path().join(name).join(search::STAGE);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("segment-1-0.bin"), "1234567").unwrap();
            assert_eq!(indexes(), [], "without a manifest it is none");
            std::fs::write(folder.join(MANIFEST), "{}").unwrap();
            assert_eq!(indexes(), [(name.to_owned(), 9)]);
            let names = [name.to_owned()];
            remove_state(state.path(), Some(&names), false, &Silent::default()).unwrap();
            assert!(!state.path().join(name).exists());
        }
        assert_eq!(remaining(state.path()), ["news", "reviews"]);
    }

    #[test]
    fn an_absent_folder_stays_absent() {
        let state = tempfile::tempdir().unwrap();
        let absent = state.path().join("none");
        let remove = |wanted| remove_state(&absent, wanted, true, &Silent::default());
        assert!(remove(None).unwrap().is_empty());
        assert_eq!(remove(Some(&["x".to_owned()])).unwrap_err().exit_code(), 2);
        assert!(!absent.exists());
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let check = |seconds, expected| {
            assert_eq!(utc(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        };
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_399, "2000-02-28T23:59:59Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_735_689_599, "2024-12-31T23:59:59Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
    }
}
