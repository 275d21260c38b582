//! A pipeline's documents → an embedding that is kept by name.
//!
//! Promises: documents of a test part are never trained on.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::material::Material;
use super::place::{EMBEDDINGS, embedding_file};
use crate::analyze::{AnalyzeParams, AnalyzerKind};
use crate::config::Pipeline;
use crate::data::Split;
use crate::error::{Error, Result};
use crate::learn::Curve;
use crate::learn::embed::{EmbedParams, Embedding, Imported, Step, Summary, import, train};
use crate::pipeline::nearest::Nearest;
use crate::pipeline::shelf::Lock;
use crate::pipeline::watch::Watch;

/// What a training gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmbedReport {
    /// The name of the embedding.
    pub name: String,
    /// Whose documents it was trained on.
    pub pipeline: String,
    /// Where it is kept.
    pub file: PathBuf,
    /// Documents it was trained on.
    pub documents: u64,
    /// Documents of test parts, which were left out.
    pub left_out: u64,
    /// Terms that have a vector.
    pub terms: usize,
    /// Numbers of a vector.
    pub dimensions: usize,
    /// Words of the documents.
    pub words: u64,
    /// Passes over them.
    pub epochs: usize,
    /// Seconds that these took, all together.
    pub seconds: f64,
    /// Words of all passes a second.
    pub words_per_second: f64,
    /// Threads that worked.
    pub threads: usize,
    /// The loss of each epoch.
    pub curve: Curve,
}

/// Trains an embedding on the documents of `pipeline` and keeps it as `name`. Left out are
/// the pipeline's own test part, and all documents whose text stands in that of `other`.
///
/// # Errors
/// A setting out of bounds; the source cannot be read; too few words; the training diverges;
/// an interrupt.
pub fn train_embedding(
    pipeline: &Pipeline,
    other: Option<&Pipeline>,
    state: &Path,
    name: &str,
    params: &EmbedParams,
    watch: &dyn Watch,
) -> Result<EmbedReport> {
    params.check()?;
    let file = embedding_file(state, name)?;
    let _lock = Lock::take(state, &format!("malmoi embed train {}", pipeline.name), watch)?;
    let analyze = analyze(pipeline);
    let strange = other.map(|other| test_texts(other, state, watch)).transpose()?;
    let material = Material::read(pipeline, &analyze, state, watch)?;
    let used = used(&material, &strange.unwrap_or_default());
    let left_out = (material.corpus.documents.len() - used.len()) as u64;
    let documents = material.corpus.sequences.select(&used);
    let names = material.corpus.names;
    drop(material.corpus.sequences);
    watch.stage("train");
    let threads = rayon::current_num_threads().max(1);
    let passed = used.len() as u64 * params.epochs as u64;
    let advance = |step: Step| {
        let share = step.done as f64 / step.total.max(1) as f64;
        watch.advance((passed as f64 * share) as u64, None);
    };
    let tagged = analyze.tagged && analyze.needs_korean();
    let trained = train(&names, &documents, params, tagged, threads, watch.stop(), &advance)?;
    let mut embedding = trained.embedding;
    embedding.about.pipeline.clone_from(&pipeline.name);
    embedding.about.analyze = serde_json::to_value(&analyze).expect("settings are plain data");
    embedding.save(&file)?;
    let seconds = trained.spent.as_secs_f64();
    let words = trained.raw_words * params.epochs as u64;
    Ok(EmbedReport {
        name: name.to_owned(),
        pipeline: pipeline.name.clone(),
        file,
        documents: used.len() as u64,
        left_out,
        terms: embedding.len(),
        dimensions: embedding.dimensions,
        words: trained.raw_words,
        epochs: params.epochs,
        seconds,
        words_per_second: words as f64 / seconds.max(1e-9),
        threads,
        curve: trained.curve,
    })
}

/// Words or morphemes as they stand: marks of negation and characters are no words.
fn analyze(pipeline: &Pipeline) -> AnalyzeParams {
    AnalyzeParams { characters: false, negation: 0, ..pipeline.analyze.clone() }
}

/// All documents that stand in no test part, those without a label too.
fn used(material: &Material, strange: &HashSet<u128>) -> Vec<usize> {
    let test: HashSet<usize> = material.parts.test.iter().copied().collect();
    let documents = material.corpus.documents.iter().enumerate();
    let is_used = |place: usize, split: Option<Split>, text: u128| {
        !test.contains(&place) && split != Some(Split::Test) && !strange.contains(&text)
    };
    documents
        .filter(|(place, one)| is_used(*place, one.split, one.text))
        .map(|(place, _)| place)
        .collect()
}

/// The texts of the test part of a pipeline.
fn test_texts(pipeline: &Pipeline, state: &Path, watch: &dyn Watch) -> Result<HashSet<u128>> {
    // How they are cut does not matter; characters need no dictionary.
    let analyze = AnalyzeParams { analyzer: AnalyzerKind::Char, ..AnalyzeParams::default() };
    let material = Material::read(pipeline, &analyze, state, watch)?;
    let documents = &material.corpus.documents;
    Ok(material.parts.test.iter().map(|&place| documents[place].text).collect())
}

/// Reads a file of vectors and keeps it as `name`; gives where, and what was read.
///
/// # Errors
/// If the file cannot be read, or an interrupt.
pub fn import_embedding(
    path: &Path,
    state: &Path,
    (name, replace): (&str, bool),
    watch: &dyn Watch,
) -> Result<(PathBuf, Imported)> {
    let file = embedding_file(state, name)?;
    let trained = Summary::read(&file).ok().map(|kept| kept.about.pipeline);
    if let Some(pipeline) = trained.filter(|pipeline| !pipeline.is_empty() && !replace) {
        return Err(Error::usage(format!(
            "`{name}` is an embedding that was trained on `{pipeline}`"
        ))
        .at(file.display().to_string())
        .hinted("keep the imported one by another name (--name), or say --replace"));
    }
    watch.stage("import");
    let imported = import(path, &|| watch.check())?;
    imported.embedding.save(&file)?;
    Ok((file, imported))
}

/// The embedding that is kept as `name`.
///
/// # Errors
/// There is none, then with the names that are; or it is damaged.
pub fn load_embedding(state: &Path, name: &str) -> Result<Embedding> {
    Embedding::load(&kept(state, name)?)
}

/// Removes the embedding that is kept as `name`.
///
/// # Errors
/// There is none, or it cannot be removed.
pub fn remove_embedding(state: &Path, name: &str) -> Result<PathBuf> {
    let file = kept(state, name)?;
    std::fs::remove_file(&file).map_err(|error| Error::file("cannot remove", &file, error))?;
    Ok(file)
}

fn kept(state: &Path, name: &str) -> Result<PathBuf> {
    let file = embedding_file(state, name)?;
    if file.is_file() {
        return Ok(file);
    }
    let mut nearest = Nearest::to(name);
    embedding_names(state)?.iter().for_each(|known| nearest.offer(known));
    let hint = match nearest.listed() {
        Some(names) => format!("the nearest names are {names}; `malmoi embed list` shows all"),
        None => format!("`malmoi embed train {name}` makes it of the documents of a pipeline"),
    };
    Err(Error::usage(format!("there is no embedding `{name}`"))
        .at(state.display().to_string())
        .hinted(hint))
}

/// An embedding that is kept.
#[derive(Debug, Serialize)]
pub struct KeptEmbedding {
    /// Its name.
    pub name: String,
    /// Size of its file.
    pub bytes: u64,
    /// What it says of itself.
    #[serde(flatten)]
    pub summary: Option<Summary>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// All embeddings, by name.
///
/// # Errors
/// If the folder cannot be read.
pub fn list_embeddings(state: &Path) -> Result<Vec<KeptEmbedding>> {
    let one = |name: String| {
        let file = embedding_file(state, &name)?;
        let bytes = std::fs::metadata(&file).map_or(0, |found| found.len());
        let (summary, problem) = match Summary::read(&file) {
            Ok(summary) => (Some(summary), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Ok(KeptEmbedding { name, bytes, summary, problem })
    };
    embedding_names(state)?.into_iter().map(one).collect()
}

fn embedding_names(state: &Path) -> Result<Vec<String>> {
    let folder = state.join(EMBEDDINGS);
    let failed = |error| Error::file("cannot list", &folder, error);
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name().into_string().unwrap_or_default();
        let name = name.strip_suffix(".safetensors").filter(|name| !name.starts_with('.'));
        names.extend(name.filter(|name| embedding_file(state, name).is_ok()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}
