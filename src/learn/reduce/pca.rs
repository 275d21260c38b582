//! Dense rows → the axes along which they vary most.
//!
//! Exact: the eigenvectors of the columns' covariance, summed in double precision. The
//! `Pca` of linfa-reduction 0.8 searches for them step by step: of 25,000 rows of 100 it
//! takes 5 to 14 times as long, and of few columns it finds others (300 rows of 5: 4 % less
//! variance). The tests compare with it where it is right.

use ndarray::{Array1, Array2, ArrayView2, s};

use super::dense::{gram, mean};
use super::eigen::eigen;
use crate::error::{Error, Result};

/// Principal components of dense rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    /// Mean of the rows.
    pub mean: Array1<f64>,
    /// Columns × components, each of length 1; its largest entry is positive.
    pub components: Array2<f64>,
    /// Variance along each, falling; divided by one less than the number of rows.
    pub explained_variance: Array1<f64>,
    /// Variance of all columns together.
    pub total_variance: f64,
}

impl Pca {
    /// Finds the `dimensions` axes along which `rows` vary most.
    ///
    /// # Errors
    /// If there are fewer than two rows, or more axes are asked for than there are columns.
    pub fn fit(rows: ArrayView2<f32>, dimensions: usize) -> Result<Self> {
        if rows.nrows() < 2 {
            return Err(Error::data("one document does not vary: principal components need two"));
        }
        let mean = mean(rows);
        let covariance = gram(rows, Some(&mean)) / (rows.nrows() as f64 - 1.0);
        Self::of_covariance(mean, &covariance, dimensions)
    }

    /// The same of a covariance that is known.
    pub(super) fn of_covariance(
        mean: Array1<f64>,
        covariance: &Array2<f64>,
        dimensions: usize,
    ) -> Result<Self> {
        let columns = covariance.nrows();
        if dimensions == 0 || dimensions > columns {
            return Err(too_many(dimensions, columns));
        }
        let (values, vectors) = eigen(covariance);
        Ok(Pca {
            mean,
            components: vectors.slice(s![.., ..dimensions]).to_owned(),
            explained_variance: values.slice(s![..dimensions]).mapv(|value| value.max(0.0)),
            total_variance: covariance.diag().sum(),
        })
    }

    /// Share of the variance of the rows along each component.
    pub fn explained_variance_ratio(&self) -> Array1<f64> {
        match self.total_variance > 0.0 {
            true => &self.explained_variance / self.total_variance,
            false => Array1::zeros(self.explained_variance.len()),
        }
    }
}

/// More axes are asked for than there are.
pub(super) fn too_many(dimensions: usize, columns: usize) -> Error {
    Error::usage(format!("{dimensions} dimensions cannot be made of {columns}"))
        .hinted(format!("ask for 1 to {columns}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;
    use linfa::traits::Fit;

    fn rows(count: usize, columns: usize) -> Array2<f32> {
        let mut random = Random::new(9);
        let mut rows = Array2::from_shape_simple_fn((count, columns), || random.normal() as f32);
        for (place, mut column) in rows.columns_mut().into_iter().enumerate() {
            column.mapv_inplace(|x| x * (columns - place) as f32 + place as f32);
        }
        rows
    }

    /// It needs five times as many columns as axes, or its axes are wrong.
    #[test]
    fn axes_are_those_of_linfa() {
        let rows = rows(300, 12);
        let ours = Pca::fit(rows.view(), 2).unwrap();
        let data = linfa::DatasetBase::from(rows.mapv(f64::from));
        let theirs = linfa_reduction::Pca::params(2).fit(&data).unwrap();
        for (ours, theirs) in ours.components.columns().into_iter().zip(theirs.components().rows())
        {
            let cosine = ours.dot(&theirs).abs();
            assert!((cosine - 1.0).abs() < 1e-6, "{cosine}");
        }
        // What it calls the explained variance is divided by one less than the axes.
        let variance = theirs.singular_values().mapv(|x| x * x / 299.0);
        assert!((ours.explained_variance - variance).iter().all(|x| x.abs() < 1e-5));
    }

    #[test]
    fn all_axes_explain_all_variance() {
        let pca = Pca::fit(rows(50, 5).view(), 5).unwrap();
        assert!((pca.explained_variance_ratio().sum() - 1.0).abs() < 1e-12);
        let alike = Pca::fit(Array2::ones((3, 2)).view(), 2).unwrap();
        assert_eq!(alike.explained_variance_ratio().to_vec(), [0.0, 0.0]);
    }

    #[test]
    fn what_has_no_axes_is_refused() {
        assert!(Pca::fit(rows(1, 5).view(), 1).is_err());
        assert!(Pca::fit(rows(9, 5).view(), 0).is_err());
        let error = Pca::fit(rows(9, 5).view(), 6).unwrap_err();
        assert_eq!(error.hint(), Some("ask for 1 to 5"));
    }
}
