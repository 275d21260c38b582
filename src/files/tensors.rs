//! safetensors files of ours: tensors, and beside them what the file is and our own words.
//!
//! The header's `malmoi` is a JSON object with `kind`, `version` and the words. Promises:
//! no more is read than a file of its kind may have, and the same content is the same bytes.

use std::io::Read;
use std::path::Path;

use safetensors::SafeTensors;
use safetensors::tensor::{Metadata, View};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::open_regular;
use crate::error::{Error, Result};

/// Key of the header's words.
const KEY: &str = "malmoi";

/// Most bytes of a header that is read alone; ours have some hundred.
const MOST_HEADER: u64 = 1 << 20;

/// What a file holds and which version of its layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TensorForm {
    /// What its header calls it, and a user too.
    pub kind: &'static str,
    /// Layout version; others are refused.
    pub version: u32,
    /// How a damaged one is mended, as a hint.
    pub mend: &'static str,
    /// No larger file is read.
    pub most_bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Label<W> {
    kind: String,
    version: u32,
    #[serde(flatten)]
    words: W,
}

/// Any words.
#[derive(Deserialize)]
struct Anything {}

impl TensorForm {
    /// The bytes of a file.
    ///
    /// # Errors
    /// If it cannot be read or is too large.
    pub fn read(&self, path: &Path) -> Result<Vec<u8>> {
        self.read_most(path, self.most_bytes)
    }

    /// The bytes of its head, and some behind it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read_head(&self, path: &Path) -> Result<Vec<u8>> {
        self.read_most(path, MOST_HEADER)
    }

    fn read_most(&self, path: &Path, most: u64) -> Result<Vec<u8>> {
        let failed = |error| Error::file(&format!("cannot read the {}", self.kind), path, error);
        let mut bytes = Vec::new();
        let file = open_regular(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.len() > self.most_bytes {
            return Err(self.damaged(path, &format!("it has over {} bytes", self.most_bytes)));
        }
        file.take(most).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    /// The error of a file that is wrong.
    pub fn damaged(&self, path: &Path, why: &str) -> Error {
        Error::data(format!("the {} is damaged: {why}", self.kind))
            .at(path.display().to_string())
            .hinted(self.mend)
    }

    /// Shapes of the tensors, and our own words; what is wrong is said in a few.
    pub fn head<W: DeserializeOwned>(
        &self,
        bytes: &[u8],
    ) -> std::result::Result<(Metadata, W), String> {
        let (_, tensors) = SafeTensors::read_metadata(bytes).map_err(refused)?;
        let words = tensors.metadata().as_ref().and_then(|words| words.get(KEY));
        let words = words.ok_or("it was not written by this program")?;
        let wrong = |error: serde_json::Error| format!("its header: {error}");
        // First, whether it is a file of this form: words of another one would not fit.
        let label: Label<Anything> = serde_json::from_str(words).map_err(wrong)?;
        if label.kind != self.kind {
            let kind: String = label.kind.chars().take(40).collect();
            return Err(format!("it holds another thing: {kind}"));
        }
        if label.version != self.version {
            return Err(format!("it has version {}, not {}", label.version, self.version));
        }
        let label: Label<W> = serde_json::from_str(words).map_err(wrong)?;
        Ok((tensors, label.words))
    }

    /// The tensors of a file.
    pub fn tensors<'a>(&self, bytes: &'a [u8]) -> std::result::Result<SafeTensors<'a>, String> {
        SafeTensors::deserialize(bytes).map_err(refused)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// If a tensor has another size than its shape.
    pub fn to_bytes<W: Serialize, V: View>(
        &self,
        tensors: Vec<(String, V)>,
        words: W,
    ) -> Result<Vec<u8>> {
        let label = Label { kind: self.kind.to_owned(), version: self.version, words };
        let label = serde_json::to_string(&label).expect("words are plain data");
        // One entry alone: the order of several would be another each time.
        safetensors::serialize(tensors, Some([(KEY.to_owned(), label)].into()))
            .map_err(|error| Error::data(format!("cannot write the {}: {error}", self.kind)))
    }
}

/// Numbers as the bytes of a tensor.
pub fn le_bytes<T: Copy, const N: usize>(numbers: &[T], bytes: fn(T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(|number| bytes(*number)).collect()
}

/// The numbers that [`le_bytes`] made bytes of, or `None` if these are none.
pub fn le_numbers<T, const N: usize>(bytes: &[u8], number: fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (numbers, rest) = bytes.as_chunks::<N>();
    rest.is_empty().then(|| numbers.iter().map(|bytes| number(*bytes)).collect())
}

fn refused(error: safetensors::SafeTensorError) -> String {
    format!("it is no safetensors file: {error}")
}
