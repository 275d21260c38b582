//! Softmax regression: one linear score a class.
//!
//! In: sparse rows and their classes. Out: weights whose softmax gives the
//! probabilities. The objective is that of scikit-learn's
//! `LogisticRegression(solver="lbfgs")`: C · Σ log-loss + ½‖W‖², intercepts free.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::classify::softmax_objective::Objective;
use crate::data::lbfgs::{self, Minimum};
use crate::data::{CsrMatrix, softmax};
use crate::error::{Error, Result};

/// How softmax regression learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoftmaxParams {
    /// Inverse strength of the regularization, as in scikit-learn.
    pub c: f64,
    /// Most steps of the solver.
    pub max_iter: u32,
    /// Stop when no slope of the mean objective exceeds this.
    pub tol: f64,
}

impl Default for SoftmaxParams {
    fn default() -> Self {
        SoftmaxParams { c: 1.0, max_iter: 1000, tol: 1e-4 }
    }
}

/// A fitted softmax regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Softmax {
    /// Weight of each column for each class, the classes of a column side by
    /// side: a stored value then meets all its weights in one cache line.
    pub weights: Vec<f32>,
    /// One a class.
    pub intercepts: Vec<f32>,
    /// Steps the solver took.
    pub iterations: u32,
    /// Whether it reached the tolerance.
    pub converged: bool,
}

impl Softmax {
    /// Learns from `rows` with one class id (0 to `n_classes` - 1) each.
    ///
    /// With `scales`, class k sees the features x_j · scales\[k\]\[j\] (one
    /// class against the rest, weighted by naive Bayes); the scales are part of
    /// the weights returned, so that prediction takes plain rows.
    ///
    /// # Errors
    /// `Kind::Usage` for settings out of range; `Kind::Data` when lengths
    /// differ, a class is unknown or has no document, or a value is not finite.
    pub fn fit(
        rows: &CsrMatrix,
        classes: &[u32],
        n_classes: usize,
        params: &SoftmaxParams,
        scales: Option<&[Vec<f32>]>,
    ) -> Result<Softmax> {
        fit(rows, classes, n_classes, params, scales, &AtomicBool::new(false))
    }

    fn at(minimum: &Minimum, objective: &Objective, n_classes: usize) -> Result<Softmax> {
        let (weights, intercepts) = minimum.point.split_at(minimum.point.len() - n_classes);
        let scaled = objective.scaled(weights);
        let narrow = |numbers: &[f64]| numbers.iter().map(|&n| n as f32).collect::<Vec<f32>>();
        let model = Softmax {
            weights: narrow(scaled.as_deref().unwrap_or(weights)),
            intercepts: narrow(intercepts),
            iterations: minimum.iterations,
            converged: minimum.converged,
        };
        if model.weights.iter().chain(&model.intercepts).any(|weight| !weight.is_finite()) {
            return Err(Error::data("weights grew beyond all numbers")
                .hinted("scale the features down or lower `C`"));
        }
        Ok(model)
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.intercepts.len()
    }

    /// The linear score of each class, into `scores`; columns the model never
    /// saw weigh nothing.
    pub fn scores(&self, columns: &[u32], values: &[f32], scores: &mut Vec<f64>) {
        let classes = self.classes();
        scores.clear();
        scores.extend(self.intercepts.iter().map(|&b| f64::from(b)));
        for (&column, &value) in columns.iter().zip(values) {
            let start = column as usize * classes;
            let Some(weights) = self.weights.get(start..start + classes) else { continue };
            for (score, &weight) in scores.iter_mut().zip(weights) {
                *score += f64::from(weight) * f64::from(value);
            }
        }
    }

    /// Row by row, the probability of each class.
    pub fn probabilities(&self, rows: &CsrMatrix) -> Vec<f64> {
        let one = |row| {
            let (columns, values) = rows.row(row);
            let mut scores = Vec::with_capacity(self.classes());
            self.scores(columns, values, &mut scores);
            softmax(&mut scores);
            scores
        };
        (0..rows.rows()).into_par_iter().flat_map_iter(one).collect()
    }

    /// The most probable class of each row; the first of equals.
    pub fn predict(&self, rows: &CsrMatrix) -> Vec<u32> {
        let one = |row| {
            let (columns, values) = rows.row(row);
            let mut scores = Vec::with_capacity(self.classes());
            self.scores(columns, values, &mut scores);
            first_largest(&scores)
        };
        (0..rows.rows()).into_par_iter().map(one).collect()
    }
}

/// [`Softmax::fit`], which ends with an interrupt once `stop` is set.
pub(super) fn fit(
    rows: &CsrMatrix,
    classes: &[u32],
    n_classes: usize,
    params: &SoftmaxParams,
    scales: Option<&[Vec<f32>]>,
    stop: &AtomicBool,
) -> Result<Softmax> {
    let SoftmaxParams { c, max_iter, tol } = *params;
    check_settings(c, max_iter, tol)?;
    check_rows(rows, classes, n_classes)?;
    let scales = scales.map(|s| interleave(s, n_classes, rows.columns())).transpose()?;
    let objective = Objective::new(rows, classes, n_classes, c, scales)?;
    let start = vec![0.0; objective.size()];
    let minimum = lbfgs::minimize(start, tol, max_iter, stop, |point, gradient| {
        objective.evaluate(point, gradient)
    })?;
    Softmax::at(&minimum, &objective, n_classes)
}

/// What every solver of this room asks of its settings.
pub(super) fn check_settings(c: f64, max_iter: u32, tol: f64) -> Result<()> {
    let mut problems = Vec::new();
    if !(c.is_finite() && c > 0.0) {
        let message = format!("setting `C` is {c}, but must be a number above 0");
        problems.push(Error::usage(message).hinted("1.0 is a good start"));
    }
    if max_iter == 0 {
        let message = "setting `max_iter` is 0, but must be at least 1";
        problems.push(Error::usage(message).hinted("100 suffices for most corpora"));
    }
    if !(tol.is_finite() && tol > 0.0) {
        let message = format!("setting `tol` is {tol}, but must be a number above 0");
        problems.push(Error::usage(message).hinted("0.0001 is a good start"));
    }
    Error::all(problems).map_or(Ok(()), Err)
}

/// What every solver of this room asks of what it learns from.
pub(super) fn check_rows(rows: &CsrMatrix, classes: &[u32], n_classes: usize) -> Result<()> {
    if rows.rows() != classes.len() {
        let message = format!("{} classes for {} rows", classes.len(), rows.rows());
        return Err(Error::data(message));
    }
    // Before anything as long as `n_classes` is allocated: each class needs a row.
    if n_classes < 2 || n_classes > classes.len() {
        let message = format!("{n_classes} classes cannot be told apart by {} rows", classes.len());
        return Err(
            Error::data(message).hinted("give at least one document of each of two classes")
        );
    }
    let mut seen = vec![false; n_classes];
    for &class in classes {
        match seen.get_mut(class as usize) {
            Some(seen) => *seen = true,
            None => {
                return Err(Error::data(format!("class {class} is not below {n_classes}")));
            }
        }
    }
    if let Some(class) = seen.iter().position(|seen| !seen) {
        return Err(Error::data(format!("class {class} has no document to learn from")));
    }
    if rows.values().iter().any(|value| !value.is_finite()) {
        return Err(Error::data("a feature is not finite"));
    }
    Ok(())
}

/// Scales in the order of the weights.
fn interleave(scales: &[Vec<f32>], n_classes: usize, columns: usize) -> Result<Vec<f64>> {
    if scales.len() != n_classes || scales.iter().any(|scale| scale.len() != columns) {
        return Err(Error::data(format!("scales are not {n_classes} classes × {columns} columns")));
    }
    if scales.iter().flatten().any(|scale| !scale.is_finite()) {
        return Err(Error::data("a scale is not finite"));
    }
    let column = |column: usize| scales.iter().map(move |scale| f64::from(scale[column]));
    Ok((0..columns).flat_map(column).collect())
}

fn first_largest(scores: &[f64]) -> u32 {
    let better =
        |best: usize, class: usize| if scores[class] > scores[best] { class } else { best };
    (0..scores.len()).fold(0, better) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        c: f64,
        classes: usize,
        columns: usize,
        truth: Vec<u32>,
        row_ends: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<f32>,
        coefficients: Vec<Vec<f64>>,
        intercepts: Vec<f64>,
        probabilities: Vec<f64>,
    }

    impl Case {
        fn rows(&self) -> CsrMatrix {
            let values = self.values.clone();
            CsrMatrix::new(self.columns, self.row_ends.clone(), self.indices.clone(), values)
        }
    }

    fn golden() -> Vec<Case> {
        let text = include_str!("../../tests/golden/classify/softmax.json");
        serde_json::from_str::<Golden>(text).unwrap().cases
    }

    fn exact(c: f64) -> SoftmaxParams {
        SoftmaxParams { c, tol: 1e-9, ..SoftmaxParams::default() }
    }

    fn largest_gap(ours: &[f64], theirs: &[f64]) -> f64 {
        assert_eq!(ours.len(), theirs.len());
        ours.iter().zip(theirs).fold(0.0, |most, (o, t)| most.max((o - t).abs()))
    }

    /// Any 7,000 rows, some empty: enough for several chunks.
    fn many_rows() -> (CsrMatrix, Vec<u32>) {
        let (mut ends, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for row in 0..7000_u32 {
            for column in (0..40).filter(|column| (row * 7 + column * column) % 11 == 0) {
                indices.push(column);
                values.push(1.0 + ((row + column) % 5) as f32 / 3.0);
            }
            ends.push(indices.len());
        }
        (CsrMatrix::new(40, ends, indices, values), (0..7000).map(|row| row % 13 % 3).collect())
    }

    /// `python tests/golden/classify/make.py` fitted scikit-learn's model.
    #[test]
    fn equals_scikit_learn() {
        for case in golden() {
            let rows = case.rows();
            let model =
                Softmax::fit(&rows, &case.truth, case.classes, &exact(case.c), None).unwrap();
            assert!(model.converged, "{}", case.name);
            let theirs: Vec<f64> = (0..case.columns)
                .flat_map(|column| case.coefficients.iter().map(move |class| class[column]))
                .collect();
            let wide = |numbers: &[f32]| numbers.iter().map(|&n| f64::from(n)).collect::<Vec<_>>();
            let gaps = [
                largest_gap(&wide(&model.weights), &theirs),
                largest_gap(&wide(&model.intercepts), &case.intercepts),
                largest_gap(&model.probabilities(&rows), &case.probabilities),
            ];
            assert!(gaps.iter().all(|&gap| gap < 1e-5), "{}: {gaps:?}", case.name);
        }
    }

    #[test]
    fn default_tolerance_is_near_enough() {
        for case in golden() {
            let (rows, params) = (case.rows(), SoftmaxParams { c: case.c, ..Default::default() });
            let model = Softmax::fit(&rows, &case.truth, case.classes, &params, None).unwrap();
            let gap = largest_gap(&model.probabilities(&rows), &case.probabilities);
            assert!(gap < 2e-3, "{}: {gap}", case.name);
        }
    }

    #[test]
    fn threads_do_not_show() {
        let (rows, classes) = many_rows();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Softmax::fit(&rows, &classes, 3, &SoftmaxParams::default(), None))
        };
        let one = with(1).unwrap();
        assert!(one.converged && one.weights.iter().any(|&weight| weight != 0.0));
        for threads in [2, 3, 7] {
            assert_eq!(with(threads).unwrap(), one);
        }
    }

    #[test]
    fn equal_scales_scale_the_features() {
        let case = &golden()[0];
        let mut doubled = case.rows();
        doubled.for_each_row(|_, values| values.iter_mut().for_each(|value| *value *= 2.0));
        let scales = vec![vec![2.0; case.columns]; case.classes];
        let fit = |rows: &CsrMatrix, scales: Option<&[Vec<f32>]>| {
            Softmax::fit(rows, &case.truth, case.classes, &exact(1.0), scales).unwrap()
        };
        let plain = fit(&doubled, None).probabilities(&doubled);
        let scaled = fit(&case.rows(), Some(&scales)).probabilities(&case.rows());
        assert!(largest_gap(&plain, &scaled) < 1e-5);
    }

    #[test]
    fn a_zero_scale_hides_a_column_from_a_class() {
        let case = &golden()[0];
        let mut scales = vec![vec![1.0; case.columns]; case.classes];
        scales[1][2] = 0.0;
        let model =
            Softmax::fit(&case.rows(), &case.truth, case.classes, &exact(1.0), Some(&scales));
        let weights = model.unwrap().weights;
        assert_eq!(weights[2 * case.classes + 1], 0.0);
        assert_ne!(weights[2 * case.classes], 0.0);
    }

    #[test]
    fn unknown_columns_weigh_nothing() {
        let model = Softmax {
            weights: vec![1.0, -1.0],
            intercepts: vec![0.0, 0.5],
            iterations: 1,
            converged: true,
        };
        let wider = CsrMatrix::new(9, vec![0, 1, 2, 2], vec![0, 8], vec![1.0, 50.0]);
        assert_eq!(model.predict(&wider), [0, 1, 1]);
        assert_eq!(Softmax { intercepts: vec![0.0, 0.0], ..model }.predict(&wider)[1], 0);
    }

    #[test]
    fn what_cannot_be_learned_is_refused() {
        let rows = CsrMatrix::new(1, vec![0, 1, 1], vec![0], vec![1.0]);
        let refused = |classes: &[u32], n: usize, scales: Option<&[Vec<f32>]>, says: &str| {
            let fitted = Softmax::fit(&rows, classes, n, &SoftmaxParams::default(), scales);
            let error = fitted.unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        refused(&[0], 2, None, "1 classes for 2 rows");
        refused(&[0, 0], 1, None, "told apart");
        refused(&[0, 1], usize::MAX, None, "told apart");
        refused(&[0, 0], 2, None, "class 1 has no document");
        refused(&[0, 5], 2, None, "class 5");
        refused(&[0, 1], 2, Some(&[vec![1.0]]), "scales");
        refused(&[0, 1], 2, Some(&[vec![1.0], vec![f32::NAN]]), "finite");
        let endless = CsrMatrix::new(1, vec![0, 1, 1], vec![0], vec![f32::INFINITY]);
        assert!(Softmax::fit(&endless, &[0, 1], 2, &SoftmaxParams::default(), None).is_err());
    }

    #[test]
    fn all_wrong_settings_are_named_at_once() {
        let error = check_settings(f64::NAN, 0, -1.0).unwrap_err();
        assert_eq!((error.exit_code(), error.also().len()), (2, 2));
    }

    #[test]
    fn huge_values_end_in_an_answer() {
        let rows = CsrMatrix::new(1, vec![0, 1, 2], vec![0, 0], vec![f32::MAX, f32::MIN]);
        let params = SoftmaxParams { c: 1e300, ..SoftmaxParams::default() };
        let _ = Softmax::fit(&rows, &[0, 1], 2, &params, None);
    }

    #[test]
    fn it_can_be_stopped() {
        let (rows, classes) = many_rows();
        let params = SoftmaxParams::default();
        let stopped = super::fit(&rows, &classes, 3, &params, None, &AtomicBool::new(true));
        assert_eq!(stopped.unwrap_err().exit_code(), 130);
    }
}
