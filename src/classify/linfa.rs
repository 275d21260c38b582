//! linfa's face of this room: its datasets in, its predictions out.
//!
//! In: a `DatasetBase<SparseRecords, Array1<usize>>`. Out: fitted estimators
//! whose `predict` gives an `Array1<usize>`, so that linfa's splits and
//! `confusion_matrix` work on sparse text.

use linfa::ParamGuard;
use linfa::dataset::{DatasetBase, Records};
use linfa::traits::{Fit, PredictInplace};
use ndarray::Array1;

use crate::classify::softmax::check_settings;
use crate::classify::{Softmax, SoftmaxParams};
use crate::data::CsrMatrix;
use crate::error::{Error, Result};

/// Sparse rows as linfa's records.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseRecords(pub CsrMatrix);

impl Records for SparseRecords {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.0.rows()
    }

    fn nfeatures(&self) -> usize {
        self.0.columns()
    }
}

/// Settings of softmax regression as written; linfa's `fit` checks them first.
///
/// # Examples
/// ```
/// use linfa::prelude::*;
/// use malmoi::classify::{SoftmaxRegressionParams, SparseRecords};
/// use malmoi::data::CsrMatrix;
/// use ndarray::{Array1, array};
///
/// let rows = CsrMatrix::new(2, vec![0, 1, 2], vec![0, 1], vec![1.0, 1.0]);
/// let dataset = DatasetBase::new(SparseRecords(rows), array![0_usize, 1]);
/// let model = SoftmaxRegressionParams::new().c(10.0).fit(&dataset)?;
/// let predicted: Array1<usize> = model.predict(&dataset);
/// assert_eq!(predicted, array![0, 1]);
/// # Ok::<(), malmoi::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SoftmaxRegressionParams(SoftmaxRegressionValidParams);

/// Settings of softmax regression, checked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SoftmaxRegressionValidParams(SoftmaxParams);

impl SoftmaxRegressionParams {
    /// scikit-learn's settings, with time to converge.
    pub fn new() -> Self {
        Self::default()
    }

    /// Inverse strength of the regularization.
    #[must_use]
    pub fn c(mut self, c: f64) -> Self {
        self.0.0.c = c;
        self
    }

    /// Most steps of the solver.
    #[must_use]
    pub fn max_iter(mut self, max_iter: u32) -> Self {
        self.0.0.max_iter = max_iter;
        self
    }

    /// Stop when no slope of the mean objective exceeds this.
    #[must_use]
    pub fn tol(mut self, tol: f64) -> Self {
        self.0.0.tol = tol;
        self
    }
}

impl ParamGuard for SoftmaxRegressionParams {
    type Checked = SoftmaxRegressionValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&Self::Checked> {
        let SoftmaxParams { c, max_iter, tol } = self.0.0;
        check_settings(c, max_iter, tol)?;
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<SparseRecords, Array1<usize>, Error> for SoftmaxRegressionValidParams {
    type Object = FittedSoftmaxRegression;

    fn fit(&self, dataset: &DatasetBase<SparseRecords, Array1<usize>>) -> Result<Self::Object> {
        let (classes, n_classes) = classes_of(dataset)?;
        let model = Softmax::fit(&dataset.records.0, &classes, n_classes, &self.0, None)?;
        Ok(FittedSoftmaxRegression(model))
    }
}

/// A fitted softmax regression behind linfa's traits.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedSoftmaxRegression(Softmax);

impl FittedSoftmaxRegression {
    /// The model itself.
    pub fn model(&self) -> &Softmax {
        &self.0
    }
}

impl PredictInplace<SparseRecords, Array1<usize>> for FittedSoftmaxRegression {
    fn predict_inplace<'a>(&'a self, rows: &'a SparseRecords, targets: &mut Array1<usize>) {
        *targets = self.0.predict(&rows.0).into_iter().map(|class| class as usize).collect();
    }

    fn default_target(&self, rows: &SparseRecords) -> Array1<usize> {
        Array1::zeros(rows.nsamples())
    }
}

/// Class ids of a dataset and how many there are.
pub(super) fn classes_of(
    dataset: &DatasetBase<SparseRecords, Array1<usize>>,
) -> Result<(Vec<u32>, usize)> {
    let rows = dataset.records.nsamples();
    if dataset.targets.len() != rows {
        return Err(linfa::Error::MismatchedShapes(rows, dataset.targets.len()).into());
    }
    if dataset.weights().is_some_and(|weights| weights.iter().any(|&weight| weight != 1.0)) {
        return Err(Error::usage("documents with weights are not supported")
            .hinted("leave the weights of the dataset out"));
    }
    let n_classes = dataset.targets.iter().max().map_or(0, |class| class.saturating_add(1));
    let narrow = |&class: &usize| u32::try_from(class);
    let classes: std::result::Result<Vec<u32>, _> = dataset.targets.iter().map(narrow).collect();
    let classes = classes.map_err(|error| {
        Error::data(format!("class {} is out of range", n_classes - 1)).caused_by(error)
    })?;
    Ok((classes, n_classes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::prelude::{Predict, ToConfusionMatrix};
    use ndarray::array;

    fn dataset(targets: Array1<usize>) -> DatasetBase<SparseRecords, Array1<usize>> {
        let rows = CsrMatrix::new(3, vec![0, 1, 2, 3, 4], vec![0, 1, 2, 0], vec![1.0; 4]);
        DatasetBase::new(SparseRecords(rows), targets)
    }

    #[test]
    fn linfa_fits_predicts_and_measures() {
        let dataset = dataset(array![0, 1, 2, 0]);
        let model = SoftmaxRegressionParams::new().c(100.0).fit(&dataset).unwrap();
        let predicted = model.predict(&dataset);
        assert_eq!(predicted, array![0, 1, 2, 0]);
        let confusion = dataset.targets.confusion_matrix(&predicted).unwrap();
        assert_eq!(confusion.accuracy(), 1.0);
        assert_eq!(model.model().classes(), 3);
        let moved: DatasetBase<SparseRecords, Array1<usize>> = model.predict(dataset);
        assert_eq!(moved.targets, predicted);
    }

    #[test]
    fn targets_of_any_length_are_replaced() {
        let dataset = dataset(array![0, 1, 0, 1]);
        let model = SoftmaxRegressionParams::new().fit(&dataset).unwrap();
        let mut targets = array![9];
        model.predict_inplace(&dataset.records, &mut targets);
        assert_eq!(targets.len(), 4);
    }

    #[test]
    fn settings_are_checked_before_fitting() {
        let wrong = SoftmaxRegressionParams::new().c(-1.0);
        assert_eq!(wrong.check_ref().unwrap_err().exit_code(), 2);
        assert_eq!(wrong.fit(&dataset(array![0, 1, 0, 1])).unwrap_err().exit_code(), 2);
        assert!(SoftmaxRegressionParams::new().max_iter(0).check().is_err());
        assert!(SoftmaxRegressionParams::new().tol(0.0).check().is_err());
    }

    #[test]
    fn datasets_that_do_not_fit_are_refused() {
        let fit = |dataset| SoftmaxRegressionParams::new().fit(&dataset);
        assert!(fit(dataset(array![0, 1])).is_err());
        assert!(fit(dataset(array![0, 0, 0, 0])).is_err());
        assert!(fit(dataset(array![0, 1, usize::MAX, 1])).is_err());
        let weighted = dataset(array![0, 1, 0, 1]).with_weights(array![1.0, 2.0, 1.0, 1.0]);
        assert!(fit(weighted).unwrap_err().to_string().contains("weights"));
    }
}
