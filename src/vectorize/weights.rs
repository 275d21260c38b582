//! Weights of columns: inverse document frequency, naive-Bayes ratio.

use rayon::prelude::*;

use super::{VectorizeParams, Weighting};
use crate::data::{CsrMatrix, Weights};
use crate::error::{Error, Result};

/// Learns the weights of columns.
///
/// `classes` are the rows' labels, numbered from 0. Naive-Bayes ratios need
/// two of them; with more, see [`class_ratios`].
///
/// # Errors
/// If ratios are asked for without labels.
pub fn learn(
    params: &VectorizeParams,
    rows: &CsrMatrix,
    document_frequencies: &[u32],
    classes: &[u32],
) -> Result<Weights> {
    let factors = match params.weighting {
        Weighting::Tfidf if params.use_idf => {
            inverse_document_frequencies(document_frequencies, rows.rows(), params.smooth_idf)
        }
        Weighting::Tfidf => Vec::new(),
        Weighting::NaiveBayesRatio if classes.is_empty() => {
            return Err(Error::usage("`vectorize.weighting = \"naive_bayes_ratio\"` needs labels")
                .hinted("use weighting = \"tfidf\" for texts without labels"));
        }
        Weighting::NaiveBayesRatio if classes.iter().any(|&class| class > 1) => Vec::new(),
        Weighting::NaiveBayesRatio => log_count_ratios(rows, classes, 1, params.alpha),
    };
    Ok(Weights { factors, sublinear_tf: params.sublinear_tf, norm: params.norm })
}

/// ln(n / df) + 1, with one added to both n and df if smooth (as scikit-learn has it).
fn inverse_document_frequencies(frequencies: &[u32], documents: usize, smooth: bool) -> Vec<f32> {
    let add = f64::from(u8::from(smooth));
    let documents = documents as f64 + add;
    let idf = |&frequency: &u32| ((documents / (f64::from(frequency) + add)).ln() + 1.0) as f32;
    frequencies.iter().map(idf).collect()
}

/// The ratios of each class against all others: with more than two labels the
/// features of a class are weighed by its own.
pub fn class_ratios(rows: &CsrMatrix, classes: &[u32], count: usize, alpha: f64) -> Vec<Vec<f32>> {
    (0..count as u32).map(|class| log_count_ratios(rows, classes, class, alpha)).collect()
}

/// ln((α+p)/‖α+p‖₁) − ln((α+q)/‖α+q‖₁), where p and q count the documents of
/// `class` and of the others that hold a term (Wang & Manning 2012, binarized).
fn log_count_ratios(rows: &CsrMatrix, classes: &[u32], class: u32, alpha: f64) -> Vec<f32> {
    let of = |inside: bool| {
        let mut counts = vec![0u32; rows.columns()];
        for (row, _) in classes.iter().enumerate().filter(|(_, found)| (**found == class) == inside)
        {
            rows.row(row).0.iter().for_each(|&column| counts[column as usize] += 1);
        }
        counts
    };
    let (outside, inside) = rayon::join(|| of(false), || of(true));
    let total = |counts: &[u32]| -> f64 {
        let sum: u64 = counts.iter().map(|&count| u64::from(count)).sum();
        sum as f64 + alpha * counts.len() as f64
    };
    let shift = (total(&outside) / total(&inside)).ln();
    let ratio = |(&p, &q): (&u32, &u32)| {
        (((f64::from(p) + alpha) / (f64::from(q) + alpha)).ln() + shift) as f32
    };
    inside.par_iter().zip(&outside).map(ratio).collect()
}
