//! TF-IDF rows in few dimensions, as a network reads them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::material::Material;
use super::reading::Read;
use crate::data::CsrMatrix;
use crate::error::Result;
use crate::files::{le_bytes, le_numbers};
use crate::learn::reduce::{SvdParams, TruncatedSvd};
use crate::pipeline::vectorizer_file::{VectorizerArrays, VectorizerHead, lengths};
use crate::pipeline::watch::Watch;
use crate::vectorize::{VectorizeParams, Vectorizer};

/// Tokens → a TF-IDF row → few numbers, each of mean 0 and deviation 1 in the training part.
pub(super) struct ReducedRows {
    pub vectorizer: Vectorizer,
    svd: TruncatedSvd,
    means: Vec<f32>,
    deviations: Vec<f32>,
}

/// The small parts of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReducedHead {
    vectorizer: VectorizerHead,
    dimensions: usize,
}

impl ReducedRows {
    /// Learns the way from the training part, and takes both parts along it.
    ///
    /// # Errors
    /// If no term is left, or there is no direction in which the rows differ.
    pub fn fit(
        material: &Material,
        params: &VectorizeParams,
        (dimensions, seed): (usize, u64),
        watch: &dyn Watch,
    ) -> Result<(Self, Read, Read)> {
        let rows = material.tfidf(params)?;
        let svd_params = SvdParams { seed, ..SvdParams::default() };
        let svd = TruncatedSvd::fit(&rows.train, dimensions, svd_params, watch.stop())?;
        let columns = svd.dimensions;
        if columns < dimensions {
            watch.note(&format!("the rows differ in {columns} directions only, not {dimensions}"));
        }
        let reduced = |rows: &CsrMatrix| svd.transform(rows).into_raw_vec_and_offset().0;
        let (mut train, mut test) = (reduced(&rows.train), reduced(&rows.test));
        let (means, deviations) = scales(&train, columns);
        let reduced = ReducedRows { vectorizer: rows.vectorizer, svd, means, deviations };
        for values in [&mut train, &mut test] {
            values.chunks_exact_mut(columns).for_each(|row| reduced.scale(row));
        }
        let read = |values| Read::Rows { values, columns };
        Ok((reduced, read(train), read(test)))
    }

    /// Numbers of a row.
    pub fn width(&self) -> usize {
        self.svd.dimensions
    }

    /// One row, into `out`.
    pub fn reduce_row(&self, columns: &[u32], values: &[f32], out: &mut Vec<f32>) {
        out.resize(self.width(), 0.0);
        self.svd.transform_row(columns, values, out);
        self.scale(out);
    }

    fn scale(&self, row: &mut [f32]) {
        let scales = self.means.iter().zip(&self.deviations);
        row.iter_mut().zip(scales).for_each(|(value, (mean, deviation))| {
            *value = (*value - mean) / deviation;
        });
    }

    /// What a file says of it.
    pub fn to_parts(&self) -> (ReducedHead, BTreeMap<String, Vec<u8>>) {
        let parts = self.vectorizer.vocabulary.parts();
        let f32s = |values: &[f32]| le_bytes(values, f32::to_le_bytes);
        let f64s = |values: &[f64]| le_bytes(values, f64::to_le_bytes);
        let mut bytes = BTreeMap::from(
            [
                ("terms", parts.tokens.concat().into_bytes()),
                ("term_lengths", le_bytes(&lengths(&parts.tokens), u32::to_le_bytes)),
                ("factors", f32s(&self.vectorizer.weights.factors)),
                ("components", f32s(&self.svd.components)),
                ("singular_values", f64s(&self.svd.singular_values)),
                ("explained_variance_ratio", f64s(&self.svd.explained_variance_ratio)),
                ("means", f32s(&self.means)),
                ("deviations", f32s(&self.deviations)),
            ]
            .map(|(name, bytes)| (name.to_owned(), bytes)),
        );
        for (level, keys) in (1..).zip(&parts.keys) {
            bytes.insert(format!("keys.{level}"), le_bytes(keys, u64::to_le_bytes));
        }
        for (level, columns) in parts.columns.iter().enumerate() {
            bytes.insert(format!("columns.{level}"), le_bytes(columns, u32::to_le_bytes));
        }
        let vectorizer = VectorizerHead::of(&self.vectorizer);
        (ReducedHead { vectorizer, dimensions: self.svd.dimensions }, bytes)
    }

    /// What [`ReducedRows::to_parts`] gave, or `None` if it is damaged.
    pub fn from_parts(head: &ReducedHead, bytes: &BTreeMap<String, Vec<u8>>) -> Option<Self> {
        let f32s = |name: &str| le_numbers(bytes.get(name)?, f32::from_le_bytes);
        let f64s = |name: &str| le_numbers(bytes.get(name)?, f64::from_le_bytes);
        let vectorizer = vectorizer(&head.vectorizer, bytes)?;
        let svd = TruncatedSvd {
            dimensions: head.dimensions,
            columns: vectorizer.vocabulary.len(),
            components: f32s("components")?,
            singular_values: f64s("singular_values")?,
            explained_variance_ratio: f64s("explained_variance_ratio")?,
        };
        let (means, deviations) = (f32s("means")?, f32s("deviations")?);
        let fits = svd.columns.checked_mul(svd.dimensions) == Some(svd.components.len())
            && [means.len(), deviations.len()] == [svd.dimensions; 2]
            && [svd.singular_values.len(), svd.explained_variance_ratio.len()]
                == [svd.dimensions; 2]
            && [&svd.components, &means, &vectorizer.weights.factors]
                .into_iter()
                .all(|numbers| numbers.iter().all(|one| one.is_finite()))
            && deviations.iter().all(|one| *one > 0.0 && one.is_finite());
        fits.then_some(ReducedRows { vectorizer, svd, means, deviations })
    }
}

fn vectorizer(head: &VectorizerHead, bytes: &BTreeMap<String, Vec<u8>>) -> Option<Vectorizer> {
    let levels = head.levels().ok()?;
    let u32s = |name: &str| le_numbers(bytes.get(name)?, u32::from_le_bytes);
    let u64s = |name: &str| le_numbers(bytes.get(name)?, u64::from_le_bytes);
    let keys = (1..levels).map(|level| u64s(&format!("keys.{level}")));
    let columns = (0..levels).map(|level| u32s(&format!("columns.{level}")));
    let arrays = VectorizerArrays {
        lengths: u32s("term_lengths")?,
        text: bytes.get("terms")?.clone(),
        keys: keys.collect::<Option<_>>()?,
        columns: columns.collect::<Option<_>>()?,
        factors: le_numbers(bytes.get("factors")?, f32::from_le_bytes)?,
    };
    head.join(arrays).ok()
}

/// Mean and deviation of each column.
fn scales(values: &[f32], columns: usize) -> (Vec<f32>, Vec<f32>) {
    let mut sums = vec![(0.0f64, 0.0f64); columns];
    for row in values.chunks_exact(columns) {
        for ((sum, squares), value) in sums.iter_mut().zip(row) {
            *sum += f64::from(*value);
            *squares += f64::from(*value) * f64::from(*value);
        }
    }
    let count = (values.len() / columns).max(1) as f64;
    let scale = |(sum, squares): (f64, f64)| {
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        (mean as f32, if variance > 0.0 { variance.sqrt() as f32 } else { 1.0 })
    };
    sums.into_iter().map(scale).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Interner, Sequences};
    use std::sync::atomic::AtomicBool;

    fn sample() -> ReducedRows {
        let mut names = Interner::default();
        let mut texts = Sequences::default();
        for text in ["a good film", "a bad film", "good good acting", "bad sound"] {
            texts.push(text.split(' ').map(|term| names.intern(term)));
        }
        let params = VectorizeParams { ngram_range: (1, 2), ..VectorizeParams::default() };
        let (vectorizer, rows) =
            Vectorizer::fit_transform(&params, &texts, &names, " ", &[]).unwrap();
        let svd =
            TruncatedSvd::fit(&rows, 2, SvdParams::default(), &AtomicBool::new(false)).unwrap();
        let (means, deviations) = (vec![0.5, -0.25], vec![2.0, 0.5]);
        ReducedRows { vectorizer, svd, means, deviations }
    }

    #[test]
    fn what_is_kept_reduces_alike() {
        let before = sample();
        let (head, bytes) = before.to_parts();
        let head = serde_json::from_value(serde_json::to_value(head).unwrap()).unwrap();
        let after = ReducedRows::from_parts(&head, &bytes).unwrap();
        let (mut one, mut other) = (Vec::new(), Vec::new());
        before.reduce_row(&[0, 3], &[0.6, 0.8], &mut one);
        after.reduce_row(&[0, 3], &[0.6, 0.8], &mut other);
        assert_eq!((one.len(), &one), (2, &other));
        before.reduce_row(&[], &[], &mut one);
        assert_eq!(one, [-0.25, 0.5], "nothing is the mean's distance from 0");
        assert_eq!(after.to_parts().1, bytes);
    }

    #[test]
    fn damage_is_noticed() {
        let (head, bytes) = sample().to_parts();
        for name in bytes.keys() {
            let mut without = bytes.clone();
            without.remove(name);
            assert!(ReducedRows::from_parts(&head, &without).is_none(), "without {name}");
        }
        let names = ["means", "components", "factors", "columns.1", "keys.1", "term_lengths"];
        for name in names.into_iter().chain(["singular_values", "explained_variance_ratio"]) {
            let mut cut = bytes.clone();
            let length = cut[name].len();
            cut.get_mut(name).unwrap().truncate(length - 8);
            assert!(ReducedRows::from_parts(&head, &cut).is_none(), "{name} cut");
        }
        let mut flat = bytes.clone();
        flat.insert("deviations".to_owned(), le_bytes(&[0.0, 1.0], f32::to_le_bytes));
        assert!(ReducedRows::from_parts(&head, &flat).is_none());
    }
}
