//! An embedding → a safetensors file, and back.
//!
//! Tensors: `terms` (their bytes, one after another), `term_lengths`, `counts`, `vectors`
//! (terms × dimensions) and, with sub-words, `subwords` (buckets × dimensions). The header's
//! `malmoi` says the rest, as JSON.

use std::borrow::Cow;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, View};
use serde::{Deserialize, Serialize};

use super::embedding::{About, Embedding};
use super::params::{MOST_DIMENSIONS, SubwordKind};
use super::subwords::Subwords;
use crate::data::{Interner, UNKNOWN};
use crate::error::Result;
use crate::files::{AtomicFile, TensorForm};

const FORM: TensorForm = TensorForm {
    kind: "embedding",
    version: 1,
    mend: "train or import it again",
    most_bytes: 32 << 30,
};

/// The longest term, in bytes.
pub(super) const LONGEST_TERM: usize = 1 << 12;

#[derive(Serialize, Deserialize)]
struct Words {
    about: About,
    #[serde(default)]
    subwords: SubwordKind,
}

/// What the head of a file says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// How many terms there are.
    pub terms: usize,
    /// Numbers of a vector.
    pub dimensions: usize,
    /// What unknown words are made of.
    pub subwords: SubwordKind,
    /// Where it comes from.
    #[serde(flatten)]
    pub about: About,
}

impl Summary {
    /// Reads the head of a file alone.
    ///
    /// # Errors
    /// As [`Embedding::load`], as far as the head tells.
    pub fn read(path: &Path) -> Result<Self> {
        summary(&FORM.read_head(path)?).map_err(|why| FORM.damaged(path, &why))
    }
}

fn summary(bytes: &[u8]) -> Result<Summary, Cow<'static, str>> {
    let (tensors, words): (_, Words) = FORM.head(bytes)?;
    let vectors = tensors.info("vectors").ok_or("it has no tensor `vectors`")?;
    let [terms, dimensions] = vectors.shape[..] else {
        return Err("its tensor `vectors` is no matrix".into());
    };
    Ok(Summary { terms, dimensions, subwords: words.subwords, about: words.about })
}

impl Embedding {
    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        AtomicFile::write(path, &self.to_bytes()?)
    }

    /// Reads what [`Embedding::save`] wrote.
    ///
    /// # Errors
    /// The file cannot be read, or it is none of ours, or damaged.
    pub fn load(path: &Path) -> Result<Self> {
        Embedding::from_bytes(&FORM.read(path)?).map_err(|why| FORM.damaged(path, &why))
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        let terms = || (0..self.len()).map(|row| self.term(row));
        let text: String = terms().collect();
        let lengths: Vec<u32> = terms().map(|term| term.len() as u32).collect();
        let mut tensors = vec![
            ("terms", Tensor::new(Dtype::U8, vec![text.len()], text.as_bytes().into())),
            ("term_lengths", Tensor::new(Dtype::U32, vec![self.len()], le_u32(&lengths))),
            ("counts", Tensor::new(Dtype::U64, vec![self.counts.len()], le_u64(&self.counts))),
            ("vectors", Tensor::rows(&self.vectors, self.dimensions)),
        ];
        if let Some(subwords) = &self.subwords {
            tensors.push(("subwords", Tensor::rows(&subwords.vectors, self.dimensions)));
        }
        let subwords = self.subwords.as_ref().map_or(SubwordKind::None, |one| one.kind);
        let tensors = tensors.into_iter().map(|(name, tensor)| (name.to_owned(), tensor));
        FORM.to_bytes(tensors.collect(), Words { about: self.about.clone(), subwords })
    }

    /// What is wrong is said in a few words.
    fn from_bytes(bytes: &[u8]) -> Result<Self, Cow<'static, str>> {
        let (_, words): (_, Words) = FORM.head(bytes)?;
        let tensors = FORM.tensors(bytes)?;
        let lengths = numbers(&tensors, "term_lengths", Dtype::U32, u32::from_le_bytes)?;
        let counts = numbers(&tensors, "counts", Dtype::U64, u64::from_le_bytes)?;
        let terms = terms(&tensors, &lengths)?;
        let (vectors, rows, dimensions) = matrix(&tensors, "vectors")?;
        if rows != terms.len() || counts.len() != terms.len() {
            return Err("it has another number of vectors than of terms".into());
        }
        let subwords = match words.subwords {
            SubwordKind::None => None,
            kind => Some((kind, matrix(&tensors, "subwords")?)),
        };
        if subwords.as_ref().is_some_and(|(_, (_, rows, other))| *other != dimensions || *rows == 0)
        {
            return Err("its sub-words have another size than its terms".into());
        }
        let tagged = words.about.tagged;
        let subwords = subwords.map(|(kind, (vectors, ..))| Subwords { kind, tagged, vectors });
        Ok(Embedding { terms, counts, dimensions, vectors, subwords, about: words.about })
    }
}

/// What is said of a file's own words.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn terms(tensors: &SafeTensors, lengths: &[u32]) -> Result<Interner, Cow<'static, str>> {
    let bytes = tensor(tensors, "terms", Dtype::U8)?.data();
    let total: u64 = lengths.iter().map(|length| u64::from(*length)).sum();
    if total != bytes.len() as u64 || total > u64::from(u32::MAX) {
        return Err("the lengths of its terms are wrong".into());
    }
    if lengths.len() >= UNKNOWN as usize {
        return Err("it has too many terms".into());
    }
    let (mut terms, mut rest) = (Interner::default(), bytes);
    for (row, &length) in lengths.iter().enumerate() {
        let (term, after) = rest.split_at(length as usize);
        let term = str::from_utf8(term).map_err(|_| "a term is no UTF-8")?;
        if term.is_empty() || term.len() > LONGEST_TERM {
            return Err("a term is empty or too long".into());
        }
        if terms.intern(term) as usize != row {
            return Err(format!("the term `{}` stands there twice", short(term)).into());
        }
        rest = after;
    }
    Ok(terms)
}

fn tensor<'a>(
    tensors: &SafeTensors<'a>,
    name: &str,
    dtype: Dtype,
) -> Result<TensorView<'a>, Cow<'static, str>> {
    let found = tensors.tensor(name).map_err(|_| format!("it has no tensor `{name}`"))?;
    match found.dtype() == dtype {
        true => Ok(found),
        false => Err(format!("its tensor `{name}` holds other numbers than {dtype:?}").into()),
    }
}

/// The numbers of a tensor of one dimension.
fn numbers<T, const N: usize>(
    tensors: &SafeTensors,
    name: &str,
    dtype: Dtype,
    number: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, Cow<'static, str>> {
    let found = tensor(tensors, name, dtype)?;
    let (numbers, _) = found.data().as_chunks::<N>();
    Ok(numbers.iter().map(|bytes| number(*bytes)).collect())
}

/// Rows of finite numbers, how many rows, and how many numbers in each.
fn matrix(
    tensors: &SafeTensors,
    name: &str,
) -> Result<(Vec<f32>, usize, usize), Cow<'static, str>> {
    let values = numbers(tensors, name, Dtype::F32, f32::from_le_bytes)?;
    let shape = tensor(tensors, name, Dtype::F32)?.shape().to_vec();
    let [rows, dimensions] = shape[..] else {
        return Err(format!("its tensor `{name}` is no matrix").into());
    };
    if !(1..=MOST_DIMENSIONS).contains(&dimensions) {
        return Err(format!("its vectors have {dimensions} numbers").into());
    }
    match values.iter().all(|value| value.is_finite()) {
        true => Ok((values, rows, dimensions)),
        false => Err("a number is infinite, or is none".into()),
    }
}

/// A tensor to write.
struct Tensor<'a> {
    dtype: Dtype,
    shape: Vec<usize>,
    data: Cow<'a, [u8]>,
}

impl<'a> Tensor<'a> {
    fn new(dtype: Dtype, shape: Vec<usize>, data: Cow<'a, [u8]>) -> Self {
        Tensor { dtype, shape, data }
    }

    fn rows(values: &[f32], dimensions: usize) -> Tensor<'static> {
        let shape = vec![values.len() / dimensions.max(1), dimensions];
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Tensor { dtype: Dtype::F32, shape, data: bytes.into() }
    }
}

fn le_u32(numbers: &[u32]) -> Cow<'static, [u8]> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn le_u64(numbers: &[u64]) -> Cow<'static, [u8]> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

impl View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.data)
    }

    fn data_len(&self) -> usize {
        self.data.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::embedding::tests::sample;
    use super::*;

    fn kept() -> Embedding {
        let mut embedding = sample(&[("재미/NNG", &[0.5, -1.0]), ("a", &[2.0, 3.5])]);
        embedding.about.tagged = true;
        embedding.about.method = "skip-gram".into();
        let vectors = vec![0.25; 6];
        embedding.subwords = Some(Subwords { kind: SubwordKind::Jamo, tagged: true, vectors });
        embedding
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/a.safetensors");
        let embedding = kept();
        embedding.save(&path).unwrap();
        let loaded = Embedding::load(&path).unwrap();
        assert_eq!((loaded.term(0), loaded.term(1), loaded.len()), ("재미/NNG", "a", 2));
        assert_eq!((loaded.vectors, loaded.counts), (embedding.vectors.clone(), vec![2, 1]));
        assert_eq!(
            (loaded.subwords, loaded.about),
            (embedding.subwords.clone(), embedding.about.clone())
        );
        assert_eq!(embedding.to_bytes().unwrap(), std::fs::read(&path).unwrap());
        let summary = Summary::read(&path).unwrap();
        assert_eq!(
            (summary.terms, summary.dimensions, summary.subwords),
            (2, 2, SubwordKind::Jamo)
        );
    }

    #[test]
    fn damage_is_told() {
        let check = |change: &dyn Fn(&mut Embedding), expected: &str| {
            let mut embedding = kept();
            change(&mut embedding);
            let error = Embedding::from_bytes(&embedding.to_bytes().unwrap()).err().unwrap();
            assert!(error.contains(expected), "{error}");
        };
        check(&|embedding| embedding.vectors[1] = f32::NAN, "infinite, or is none");
        check(&|embedding| embedding.vectors.truncate(2), "another number of vectors");
        check(&|embedding| embedding.counts.truncate(1), "another number of vectors");
        check(&|embedding| _ = embedding.terms.intern(""), "a term is empty");
        check(&|embedding| embedding.subwords.as_mut().unwrap().vectors.clear(), "another size");
        let error = Embedding::from_bytes(b"{}").err().unwrap();
        assert!(error.contains("no safetensors file"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, b"12345678").unwrap();
        let error = Embedding::load(&path).err().unwrap();
        assert_eq!(error.place(), Some(path.display().to_string().as_str()));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(place in 0usize..700, byte: u8, end in 0usize..700) {
            let mut bytes = kept().to_bytes().unwrap();
            let (place, end) = (place % bytes.len(), end % bytes.len());
            bytes[place] = byte;
            if let Ok(embedding) = Embedding::from_bytes(&bytes) {
                prop_assert_eq!(embedding.vectors.len(), embedding.len() * embedding.dimensions);
                prop_assert!(embedding.vectors.iter().all(|value| value.is_finite()));
            }
            prop_assert!(Embedding::from_bytes(&bytes[..end]).is_err());
        }
    }
}
