//! A vectorizer ↔ the parts of a file: a few words in its header, and arrays.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::files::{ContainerReader, ContainerWriter};
use crate::vectorize::{Norm, Vectorizer, Vocabulary, VocabularyParts, Weights};

/// No vectorizer has longer n-grams.
const MOST_LEVELS: usize = 64;

/// The small parts of a vectorizer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct VectorizerHead {
    joiner: String,
    sublinear_tf: bool,
    norm: Norm,
    binary: bool,
    levels: usize,
}

/// The large ones.
pub(super) struct VectorizerArrays {
    /// Lengths of the tokens in `text`, in bytes.
    pub lengths: Vec<u32>,
    /// All tokens, one after another.
    pub text: Vec<u8>,
    /// Of n-grams of two tokens and more, level by level.
    pub keys: Vec<Vec<u64>>,
    /// Of all n-grams, level by level.
    pub columns: Vec<Vec<u32>>,
    /// Weights of the columns, or none.
    pub factors: Vec<f32>,
}

impl VectorizerHead {
    pub fn of(vectorizer: &Vectorizer) -> Self {
        let parts = vectorizer.vocabulary.parts();
        VectorizerHead {
            joiner: parts.joiner.clone(),
            sublinear_tf: vectorizer.weights.sublinear_tf,
            norm: vectorizer.weights.norm,
            binary: vectorizer.binary,
            levels: parts.columns.len(),
        }
    }

    /// Length of the longest n-grams.
    ///
    /// # Errors
    /// If none is so long.
    pub fn levels(&self) -> std::result::Result<usize, String> {
        match (1..=MOST_LEVELS).contains(&self.levels) {
            true => Ok(self.levels),
            false => Err("n-grams of impossible length".to_owned()),
        }
    }

    /// The vectorizer of these parts.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn join(&self, arrays: VectorizerArrays) -> std::result::Result<Vectorizer, String> {
        let VectorizerArrays { lengths, text, keys, columns, factors } = arrays;
        let tokens = cut(&text, &lengths).ok_or("its tokens are no text")?;
        let tokens = tokens.into_iter().map(str::to_owned).collect();
        let parts = VocabularyParts { tokens, keys, columns, joiner: self.joiner.clone() };
        let vocabulary = Vocabulary::from_parts(parts).map_err(|error| error.to_string())?;
        if !factors.is_empty() && factors.len() != vocabulary.len() {
            return Err("columns and weights do not fit together".to_owned());
        }
        let weights = Weights { factors, sublinear_tf: self.sublinear_tf, norm: self.norm };
        Ok(Vectorizer { vocabulary, weights, binary: self.binary })
    }
}

/// Writes the arrays.
pub(super) fn write_vectorizer(file: &mut ContainerWriter, vectorizer: &Vectorizer) -> Result<()> {
    let parts = vectorizer.vocabulary.parts();
    file.u32s(&lengths(&parts.tokens))?;
    file.bytes(parts.tokens.concat().as_bytes())?;
    parts.keys.iter().try_for_each(|keys| file.u64s(keys))?;
    parts.columns.iter().try_for_each(|columns| file.u32s(columns))?;
    file.f32s(&vectorizer.weights.factors)
}

/// Reads what [`write_vectorizer`] wrote.
pub(super) fn read_vectorizer(
    file: &mut ContainerReader,
    head: &VectorizerHead,
) -> Result<Vectorizer> {
    let levels = head.levels().map_err(|what| file.contradiction(&what))?;
    let arrays = VectorizerArrays {
        lengths: file.u32s()?,
        text: file.bytes()?.to_vec(),
        keys: (1..levels).map(|_| file.u64s()).collect::<Result<_>>()?,
        columns: (0..levels).map(|_| file.u32s()).collect::<Result<_>>()?,
        factors: file.f32s()?,
    };
    head.join(arrays).map_err(|what| file.contradiction(&what))
}

/// Lengths of texts in bytes.
pub(super) fn lengths(texts: &[impl AsRef<str>]) -> Vec<u32> {
    texts.iter().map(|text| text.as_ref().len() as u32).collect()
}

/// The texts of these lengths, or `None` if there are none such.
pub(super) fn cut<'a>(bytes: &'a [u8], lengths: &[u32]) -> Option<Vec<&'a str>> {
    let mut rest = std::str::from_utf8(bytes).ok()?;
    let mut texts = Vec::with_capacity(lengths.len());
    for &length in lengths {
        let (text, tail) = rest.split_at_checked(length as usize)?;
        texts.push(text);
        rest = tail;
    }
    rest.is_empty().then_some(texts)
}
