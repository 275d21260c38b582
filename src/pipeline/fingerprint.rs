//! What a result was made from, as one number.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::UNIX_EPOCH;

use serde::Serialize;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::shelf::InputFile;
use crate::analyze::dictionary::installed_checksum;
use crate::analyze::{AnalyzeParams, NamedFile};
use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::files::{fingerprint, read_dictionary};

/// Raised when the same settings would give other rows, models or metrics.
const ROWS_VERSION: u32 = 1;
const MODEL_VERSION: u32 = 2;
const METRICS_VERSION: u32 = 1;

/// Lists of words are small; anything larger is another file.
const MAX_WORDS_BYTES: u64 = 16 << 20;

/// Fingerprints of what a pipeline keeps, each built on the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprints {
    /// Of the rows.
    pub rows: String,
    /// Of the model.
    pub model: String,
    /// Of the metrics.
    pub metrics: String,
}

impl Fingerprints {
    /// From the settings and the contents of the files that will be read.
    ///
    /// # Errors
    /// If a dictionary cannot be read.
    pub fn new(pipeline: &Pipeline, inputs: &[InputFile]) -> Result<Self> {
        let source = &pipeline.source;
        let read_as =
            (&source.kind, &source.encoding, source.quoting, &source.columns, &source.labels);
        // Where a file stands does not matter, what is in it does; names tell
        // train from test and label from label.
        let contents: Vec<_> = inputs.iter().map(|file| (name(&file.path), &file.xxh3)).collect();
        let mut parts = vec![
            json(&ROWS_VERSION),
            json(&read_as),
            json(&contents),
            json(&pipeline.clean),
            json(&pipeline.analyze),
            json(&dictionaries(&pipeline.analyze)?),
            json(&pipeline.vectorize),
            json(&pipeline.evaluate.test_size),
        ];
        // Settings of later versions count only where they are used, so that what
        // earlier ones kept still fits.
        if source.unlabelled {
            parts.push(b"unlabelled".to_vec());
        }
        if !pipeline.classify.enabled {
            parts.push(b"not enabled".to_vec());
        }
        let rows = digest(&parts);
        let weighting = (&pipeline.vectorize.weighting, pipeline.vectorize.alpha);
        let model = digest(&[
            json(&MODEL_VERSION),
            json(&rows),
            json(&pipeline.classify),
            json(&weighting),
        ]);
        let metrics = digest(&[json(&METRICS_VERSION), json(&model), json(&pipeline.evaluate)]);
        Ok(Fingerprints { rows, model, metrics })
    }
}

/// The state of the files to read; contents are summed only where size or time changed.
///
/// # Errors
/// If a file cannot be read, or an interrupt, once `stop` is set.
pub fn inputs(paths: &[PathBuf], known: &[InputFile], stop: &AtomicBool) -> Result<Vec<InputFile>> {
    let known: std::collections::HashMap<&Path, &InputFile> =
        known.iter().map(|file| (file.path.as_path(), file)).collect();
    paths.iter().map(|path| input(path, known.get(path.as_path()).copied(), stop)).collect()
}

fn input(path: &Path, known: Option<&InputFile>, stop: &AtomicBool) -> Result<InputFile> {
    let failed = |error| Error::file("cannot read", path, error);
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(Error::data(format!("`{}` is no file", path.display()))
            .hinted("a source is read more than once, so a pipe must be written to a file first"));
    }
    let modified = metadata.modified().map_err(failed)?;
    let modified = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    if let Some(known) =
        known.filter(|known| known.bytes == metadata.len() && known.modified == modified)
    {
        return Ok(known.clone());
    }
    let xxh3 = sum(path, stop)?;
    Ok(InputFile { path: path.to_owned(), bytes: metadata.len(), modified, xxh3 })
}

fn sum(path: &Path, stop: &AtomicBool) -> Result<String> {
    let failed = |error| Error::file("cannot read", path, error);
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut checksum = Xxh3::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        if stop.load(Relaxed) {
            return Err(Error::interrupted());
        }
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok(format!("{:032x}", checksum.digest128())),
            read => checksum.update(&buffer[..read]),
        }
    }
}

/// Sums of all words that are read from files: lists and dictionaries of the user,
/// and the system dictionary. What is bundled is named by the program's version.
pub(super) fn dictionaries(params: &AnalyzeParams) -> Result<Vec<String>> {
    let sum_of = |file: NamedFile| {
        let text = read_dictionary(Path::new(file.path), file.what, MAX_WORDS_BYTES)
            .map_err(|error| error.hinted_if_none(file.hint()))?;
        Ok(format!("{:032x}", xxh3_128(text.as_bytes())))
    };
    let mut sums = params.files().map(sum_of).collect::<Result<Vec<_>>>()?;
    if params.needs_korean() {
        sums.push(installed_checksum()?);
    }
    Ok(sums)
}

fn name(path: &Path) -> String {
    let parts: Vec<_> = path.components().rev().take(3).collect();
    let is_text = path.extension().is_some_and(|extension| extension == "txt");
    let shown = if is_text { &parts[..] } else { &parts[..1.min(parts.len())] };
    shown.iter().rev().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("settings are plain data")
}

fn digest(parts: &[Vec<u8>]) -> String {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    format!("{:016x}", fingerprint(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summing_files_can_be_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsv");
        std::fs::write(&path, "text").unwrap();
        let sum = |stop: bool| inputs(std::slice::from_ref(&path), &[], &stop.into());
        assert_eq!(sum(true).unwrap_err().exit_code(), 130);
        assert_eq!(sum(false).unwrap()[0].bytes, 4);
    }

    /// What version 0.1 kept has to fit later ones, which know more settings.
    #[test]
    fn later_settings_count_only_where_they_are_used() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipeline.toml");
        let sample = crate::config::Config::read(&path).unwrap();
        let sample = sample.pipeline(Some("sample"), &Default::default()).unwrap();
        let of = |change: &dyn Fn(&mut Pipeline)| {
            let mut changed = sample.clone();
            change(&mut changed);
            Fingerprints::new(&changed, &[]).unwrap()
        };
        let plain = of(&|_| ());
        let shown = serde_json::to_string(&sample).unwrap();
        assert!(!shown.contains("enabled") && !shown.contains("unlabelled"), "{shown}");
        assert_eq!(of(&|pipeline| pipeline.search = Some(Default::default())), plain);
        let unlabelled = of(&|pipeline| pipeline.source.unlabelled = true).rows;
        let disabled = of(&|pipeline| pipeline.classify.enabled = false).rows;
        assert!(unlabelled != plain.rows && disabled != plain.rows && unlabelled != disabled);
    }

    #[test]
    fn a_missing_user_dictionary_is_called_so() {
        let params = AnalyzeParams {
            analyzer: crate::analyze::AnalyzerKind::Korean,
            user_dictionary: Some("no/words.txt".to_owned()),
            ..AnalyzeParams::default()
        };
        let error = dictionaries(&params).unwrap_err();
        let expected = "cannot read the user dictionary `no/words.txt`";
        assert!(error.to_string().starts_with(expected), "{error}");
        assert!(error.hint().unwrap().starts_with("`analyze.user_dictionary` names it"));
    }

    /// A model file of unknown origin may name any path.
    #[cfg(unix)]
    #[test]
    fn dictionaries_are_regular_files() {
        let params =
            AnalyzeParams { stop_words: vec!["/dev/zero".to_owned()], ..AnalyzeParams::default() };
        let error = dictionaries(&params).unwrap_err();
        assert!(error.to_string().contains("it is no regular file"), "{error}");
    }
}
