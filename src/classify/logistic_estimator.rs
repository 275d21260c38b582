//! linfa's face of logistic regression: two classes, one weight a column.
//!
//! In: a `DatasetBase<SparseRecords, Array1<usize>>` with the targets 0 and 1.
//! Out: an estimator whose `predict` gives the same two numbers.

use std::sync::atomic::AtomicBool;

use linfa::ParamGuard;
use linfa::dataset::{DatasetBase, Records};
use linfa::traits::{Fit, PredictInplace};
use ndarray::Array1;
use rayon::prelude::*;

use crate::classify::linfa::{SparseRecords, classes_of};
use crate::classify::logistic::{self, Linear, LogisticParams};
use crate::classify::softmax::{check_rows, check_settings};
use crate::error::{Error, Result};

/// Settings of logistic regression as written; linfa's `fit` checks them first.
#[derive(Debug, Clone)]
pub struct LogisticRegressionParams(LogisticRegressionValidParams);

/// Settings of logistic regression, checked.
#[derive(Debug, Clone)]
pub struct LogisticRegressionValidParams(LogisticParams);

impl LogisticRegressionParams {
    /// The settings of `[pipeline.NAME.classify]` where nothing is written.
    pub fn new() -> Self {
        Self::default()
    }

    /// Inverse strength of the regularization.
    #[must_use]
    pub fn c(mut self, c: f64) -> Self {
        self.0.0.c = c;
        self
    }

    /// Most passes over the rows.
    #[must_use]
    pub fn max_iter(mut self, max_iter: u32) -> Self {
        self.0.0.max_iter = max_iter;
        self
    }

    /// Stop when the largest violation of optimality is below this.
    #[must_use]
    pub fn tol(mut self, tol: f64) -> Self {
        self.0.0.tol = tol;
        self
    }

    /// Seed of the order in which rows are visited.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.0.seed = seed;
        self
    }
}

impl Default for LogisticRegressionParams {
    fn default() -> Self {
        let written = crate::classify::ClassifyParams::default();
        LogisticRegressionParams(LogisticRegressionValidParams(LogisticParams {
            c: written.c,
            max_iter: written.max_iter,
            tol: written.tol,
            seed: written.seed,
        }))
    }
}

impl ParamGuard for LogisticRegressionParams {
    type Checked = LogisticRegressionValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&Self::Checked> {
        let params = &self.0.0;
        check_settings(params.c, params.max_iter, params.tol)?;
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<SparseRecords, Array1<usize>, Error> for LogisticRegressionValidParams {
    type Object = FittedLogisticRegression;

    fn fit(&self, dataset: &DatasetBase<SparseRecords, Array1<usize>>) -> Result<Self::Object> {
        let (classes, n_classes) = classes_of(dataset)?;
        if n_classes > 2 {
            let message = format!("logistic regression tells 2 classes apart, not {n_classes}");
            return Err(Error::data(message).hinted("use `SoftmaxRegressionParams`"));
        }
        let rows = &dataset.records.0;
        check_rows(rows, &classes, 2)?;
        let positive: Vec<bool> = classes.iter().map(|&class| class == 1).collect();
        let never = AtomicBool::new(false);
        logistic::fit(rows, &positive, &self.0, &never).map(FittedLogisticRegression)
    }
}

/// A fitted logistic regression behind linfa's traits.
#[derive(Debug, Clone)]
pub struct FittedLogisticRegression(Linear);

impl FittedLogisticRegression {
    /// The model itself.
    pub fn model(&self) -> &Linear {
        &self.0
    }

    /// Columns the model never saw weigh nothing.
    fn score(&self, columns: &[u32], values: &[f32]) -> f64 {
        let weight = |column: u32| self.0.weights.get(column as usize).copied().unwrap_or(0.0);
        let products = columns.iter().zip(values);
        f64::from(self.0.intercept)
            + products.map(|(&c, &value)| f64::from(weight(c)) * f64::from(value)).sum::<f64>()
    }
}

impl PredictInplace<SparseRecords, Array1<usize>> for FittedLogisticRegression {
    fn predict_inplace<'a>(&'a self, rows: &'a SparseRecords, targets: &mut Array1<usize>) {
        let class = |row| {
            let (columns, values) = rows.0.row(row);
            usize::from(self.score(columns, values) > 0.0)
        };
        let classes: Vec<usize> = (0..rows.nsamples()).into_par_iter().map(class).collect();
        *targets = Array1::from(classes);
    }

    fn default_target(&self, rows: &SparseRecords) -> Array1<usize> {
        Array1::zeros(rows.nsamples())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::CsrMatrix;
    use linfa::prelude::{Predict, ToConfusionMatrix};
    use ndarray::array;

    fn dataset(targets: Array1<usize>) -> DatasetBase<SparseRecords, Array1<usize>> {
        let rows = CsrMatrix::new(2, vec![0, 1, 2, 3, 4], vec![0, 1, 0, 1], vec![1.0; 4]);
        DatasetBase::new(SparseRecords(rows), targets)
    }

    #[test]
    fn linfa_fits_predicts_and_measures() {
        let dataset = dataset(array![0, 1, 0, 1]);
        let model = LogisticRegressionParams::new().c(10.0).fit(&dataset).unwrap();
        let predicted: Array1<usize> = model.predict(&dataset);
        assert_eq!(predicted, array![0, 1, 0, 1]);
        assert_eq!(dataset.targets.confusion_matrix(&predicted).unwrap().precision(), 1.0);
        assert_eq!(model.model().weights.len(), 2);
    }

    #[test]
    fn settings_and_targets_are_checked() {
        let good = dataset(array![0, 1, 0, 1]);
        let wrong = LogisticRegressionParams::new().c(0.0).fit(&good);
        assert_eq!(wrong.unwrap_err().exit_code(), 2);
        let fit = |targets| LogisticRegressionParams::new().fit(&dataset(targets));
        assert!(fit(array![0, 1, 2, 1]).unwrap_err().hint().unwrap().contains("Softmax"));
        assert!(fit(array![0, 0, 0, 0]).is_err());
        assert!(fit(array![0, 1]).is_err());
    }
}
