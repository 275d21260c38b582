//! Where what was learned is kept.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Folder of embeddings, beside those of the pipelines.
pub(in crate::pipeline) const EMBEDDINGS: &str = "embeddings";

/// Folder of what was learned of a pipeline, in its own.
const LEARNED: &str = "learned";

/// The embedding of this name: that of a pipeline, or one that was imported.
///
/// # Errors
/// If the name cannot name a file.
pub fn embedding_file(state: &Path, name: &str) -> Result<PathBuf> {
    check_name(name, "an embedding")?;
    Ok(state.join(EMBEDDINGS).join(format!("{name}.safetensors")))
}

/// What was learned of `pipeline` under this name.
///
/// # Errors
/// If a name cannot name a file.
pub fn learned_file(state: &Path, pipeline: &str, name: &str) -> Result<PathBuf> {
    check_name(pipeline, "a pipeline")?;
    check_name(name, "a learned model")?;
    Ok(state.join(pipeline).join(LEARNED).join(format!("{name}.safetensors")))
}

/// Names of what was learned of `pipeline`, sorted.
pub(in crate::pipeline) fn learned_names(state: &Path, pipeline: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(state.join(pipeline).join(LEARNED)) else {
        return Vec::new();
    };
    let name = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?.strip_suffix(".safetensors")?.to_owned();
        learned_file(state, pipeline, &name).is_ok().then_some(name)
    };
    let mut names: Vec<String> = entries.flatten().filter_map(name).collect();
    names.sort();
    names
}

fn check_name(name: &str, what: &str) -> Result<()> {
    let is_plain = |character: char| character.is_alphanumeric() || "-_.".contains(character);
    if name.is_empty() || name.len() > 100 || name.starts_with('.') || !name.chars().all(is_plain) {
        return Err(Error::usage(format!("`{name}` cannot be the name of {what}"))
            .hinted("use letters, digits, `-` and `_`; it names a file"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_learned_is_listed() {
        let state = tempfile::tempdir().unwrap();
        assert!(learned_names(state.path(), "nsmc").is_empty());
        let folder = state.path().join("nsmc/learned");
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["rnn.safetensors", "rnn.json", "cnn.safetensors", ".tmp.safetensors"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        assert_eq!(learned_names(state.path(), "nsmc"), ["cnn", "rnn"]);
    }

    #[test]
    fn names_stay_within_their_folder() {
        let state = Path::new("s");
        assert_eq!(embedding_file(state, "a").unwrap(), state.join("embeddings/a.safetensors"));
        let learned = learned_file(state, "nsmc", "gru").unwrap();
        assert_eq!(learned, state.join("nsmc/learned/gru.safetensors"));
        for name in ["", "..", "a/b", ".hidden", "a\\b", "a\0"] {
            assert!(embedding_file(state, name).is_err(), "{name}");
            assert!(
                learned_file(state, name, "x").is_err() && learned_file(state, "x", name).is_err()
            );
        }
    }
}
