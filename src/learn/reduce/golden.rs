//! The same table here and in scikit-learn; `tests/golden/learn/reduce.py` wrote it down.

use std::sync::atomic::AtomicBool;

use ndarray::Array2;
use serde::Deserialize;

use super::{Lda, Pca, SvdParams, TruncatedSvd};
use crate::data::CsrMatrix;

#[derive(Deserialize)]
struct Golden {
    table: Vec<Vec<f32>>,
    classes: Vec<u32>,
    svd: Expected,
    pca: Expected,
    lda: Expected,
    lda_shrunk: Expected,
}

#[derive(Deserialize)]
struct Expected {
    #[serde(default)]
    singular_values: Vec<f64>,
    #[serde(default)]
    explained_variance: Vec<f64>,
    explained_variance_ratio: Vec<f64>,
    rows: Vec<Vec<f64>>,
}

fn golden() -> Golden {
    let text = include_str!("../../../tests/golden/learn/reduce_sample.json");
    serde_json::from_str(text).expect("the script writes JSON")
}

fn matrix(rows: &[Vec<f32>]) -> Array2<f32> {
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(row, column)| rows[row][column])
}

fn close(ours: impl IntoIterator<Item = f64>, theirs: &[f64], bound: f64) {
    let ours: Vec<f64> = ours.into_iter().collect();
    assert_eq!(ours.len(), theirs.len());
    let pairs = ours.iter().zip(theirs);
    let far: Vec<_> = pairs.filter(|(a, b)| (*a - *b).abs() > bound * b.abs().max(1.0)).collect();
    assert!(far.is_empty(), "{far:?}");
}

/// Equal but for the sign of each axis.
fn close_rows(ours: &Array2<f64>, theirs: &[Vec<f64>], bound: f64) {
    for (axis, ours) in ours.columns().into_iter().enumerate() {
        let theirs: Vec<f64> = theirs.iter().map(|row| row[axis]).collect();
        let same: f64 = ours.iter().zip(&theirs).map(|(a, b)| a * b).sum();
        close(ours.iter().map(|x| x * same.signum()), &theirs, bound);
    }
}

#[test]
fn the_svd_is_that_of_scikit_learn() {
    let golden = golden();
    let filled = golden.table.iter().flat_map(|row| row.iter().enumerate());
    let filled: Vec<(u32, f32)> =
        filled.filter(|(_, x)| **x != 0.0).map(|(column, x)| (column as u32, *x)).collect();
    let mut ends = vec![0];
    for row in &golden.table {
        ends.push(ends[ends.len() - 1] + row.iter().filter(|x| **x != 0.0).count());
    }
    let (columns, values) = filled.into_iter().unzip();
    let rows = CsrMatrix::new(golden.table[0].len(), ends, columns, values);
    let stop = AtomicBool::new(false);
    let svd = TruncatedSvd::fit(&rows, 4, SvdParams::default(), &stop).unwrap();
    close(svd.singular_values.iter().copied(), &golden.svd.singular_values, 1e-5);
    let ratio = svd.explained_variance_ratio.iter().copied();
    close(ratio, &golden.svd.explained_variance_ratio, 1e-5);
    let reduced = svd.transform(&rows).mapv(f64::from);
    close_rows(&reduced, &golden.svd.rows, 1e-4);
    let signs = reduced.iter().zip(golden.svd.rows.iter().flatten());
    assert!(signs.filter(|(a, b)| b.abs() > 0.01 && **a * **b < 0.0).count() == 0, "the signs");
}

#[test]
fn principal_components_are_those_of_scikit_learn() {
    let golden = golden();
    let table = matrix(&golden.table);
    let pca = Pca::fit(table.view(), 6).unwrap();
    close(pca.explained_variance.iter().copied(), &golden.pca.explained_variance, 1e-8);
    let ratio = pca.explained_variance_ratio();
    close(ratio, &golden.pca.explained_variance_ratio, 1e-8);
    let rows = (table.mapv(f64::from) - &pca.mean).dot(&pca.components);
    close_rows(&rows, &golden.pca.rows, 1e-8);
}

#[test]
fn discriminants_are_those_of_scikit_learn() {
    let golden = golden();
    let table = matrix(&golden.table);
    for (shrinkage, expected) in [(None, &golden.lda), (Some(0.3), &golden.lda_shrunk)] {
        let lda = Lda::fit(table.view(), &golden.classes, shrinkage).unwrap();
        assert_eq!(lda.scalings.ncols(), 2);
        let ratio = lda.explained_variance_ratio.iter().copied();
        close(ratio, &expected.explained_variance_ratio, 1e-8);
        let rows = (table.mapv(f64::from) - &lda.mean).dot(&lda.scalings);
        close_rows(&rows, &expected.rows, 1e-8);
    }
}
