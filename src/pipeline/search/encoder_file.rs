//! The encoder of an index: all that turns a text into a row.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::analyze::AnalyzeParams;
use crate::clean::CleanParams;
use crate::error::Result;
use crate::files::{ContainerReader, ContainerWriter, Form};
use crate::pipeline::encoder::Encoder;
use crate::pipeline::fingerprint::dictionaries;
use crate::pipeline::model::dictionaries_changed;
use crate::pipeline::vectorizer_file::{VectorizerHead, read_vectorizer, write_vectorizer};
use crate::pipeline::watch::Watch;

const FORM: Form = Form {
    kind: *b"ENCO",
    version: 1,
    name: "encoder of a search index",
    mend: "build the index again with `malmoi index NAME --rebuild`",
};

#[derive(Serialize, Deserialize)]
struct Head {
    clean: CleanParams,
    analyze: AnalyzeParams,
    /// Sums of the dictionaries that `analyze` names: their files may change later.
    dictionaries: Vec<String>,
    vectorizer: VectorizerHead,
}

/// Where the encoder of an index stands.
pub(super) fn path(folder: &Path, fingerprint: &str) -> PathBuf {
    let short: String = fingerprint.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    folder.join(format!("encoder-{short}.bin"))
}

pub(super) fn save(path: &Path, encoder: &Encoder) -> Result<()> {
    let head = Head {
        clean: encoder.clean.clone(),
        analyze: encoder.analyze.clone(),
        dictionaries: dictionaries(&encoder.analyze)?,
        vectorizer: VectorizerHead::of(&encoder.vectorizer),
    };
    let mut file = ContainerWriter::create(path, FORM)?;
    file.bytes(&serde_json::to_vec(&head).expect("a head is plain data"))?;
    write_vectorizer(&mut file, &encoder.vectorizer)?;
    file.commit()
}

/// Reads an encoder; the Korean dictionary is installed if it needs it.
pub(super) fn load(path: &Path, watch: &dyn Watch) -> Result<Encoder> {
    let file = ContainerReader::open(path, FORM);
    let mut file = file.map_err(|error| error.hinted_if_none(FORM.mend))?;
    let head = serde_json::from_slice(file.bytes()?);
    let head: Head = head.map_err(|error| file.contradiction(&error.to_string()))?;
    let vectorizer = read_vectorizer(&mut file, &head.vectorizer)?;
    crate::pipeline::dictionary::ensure_for(&head.analyze, watch)?;
    if dictionaries(&head.analyze)? != head.dictionaries {
        return Err(dictionaries_changed(&head.analyze, path));
    }
    Encoder::new(&head.clean, &head.analyze, vectorizer)
}

/// Removes the encoders of earlier indexes.
pub(super) fn remove_others(folder: &Path, kept: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("encoder-") && path != kept {
            // It is in nobody's way; the next build tries again.
            let _ = std::fs::remove_file(&path);
        }
    }
}
