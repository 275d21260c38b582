//! Dense rows with classes → the axes that tell the classes apart best.
//!
//! Linear discriminant analysis as scikit-learn has it: without shrinkage as its solver
//! `svd`, with shrinkage as its solver `eigen`.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};

use super::dense::{gram, mean};
use super::eigen::eigen;
use super::pca::Pca;
use crate::error::{Error, Result};

/// Directions within the classes that vary less, beside the strongest, are no directions.
const LEAST: f64 = 1e-8;

/// Discriminants of dense rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Lda {
    /// Mean of the rows.
    pub mean: Array1<f64>,
    /// Columns × discriminants, the strongest first; along each, rows of one class have
    /// variance 1. The last class lies on the positive side.
    pub scalings: Array2<f64>,
    /// Variance between the classes, of that within them, along each.
    pub separation: Array1<f64>,
    /// Share of each in what tells the classes apart.
    pub explained_variance_ratio: Array1<f64>,
}

impl Lda {
    /// Finds the axes, at most one less than there are classes.
    ///
    /// `classes` are numbered from 0. `shrinkage` from 0 to 1 draws the covariance within
    /// the classes towards a ball, which helps where there are few rows.
    ///
    /// # Errors
    /// If there are fewer than two classes, no more rows than classes, a shrinkage out of
    /// its range, or rows that do not vary within their class.
    pub fn fit(rows: ArrayView2<f32>, classes: &[u32], shrinkage: Option<f64>) -> Result<Self> {
        if let Some(wrong) = shrinkage.filter(|shrinkage| !(0.0..=1.0).contains(shrinkage)) {
            return Err(Error::usage(format!("the shrinkage is {wrong}"))
                .hinted("it lies between 0 (none) and 1 (a ball)"));
        }
        let groups = Groups::of(rows, classes)?;
        let mean = mean(rows);
        let count = rows.nrows() as f64;
        let total = gram(rows, Some(&mean));
        let between = groups.between(&mean);
        let within = &total - &between;
        let shrunk = |sums: Array2<f64>| shrunk(sums / count, shrinkage.unwrap_or(0.0));
        let axes = solve(&mean, shrunk(within), shrunk(between))?;
        Ok(axes.of(mean, &groups))
    }

    /// The axes along which rows vary most in what the discriminants leave of them.
    ///
    /// # Errors
    /// If more are asked for than are left.
    pub fn rest(&self, rows: ArrayView2<f32>, dimensions: usize) -> Result<Pca> {
        let columns = self.scalings.nrows();
        let covariance = gram(rows, Some(&self.mean)) / (rows.nrows() as f64 - 1.0).max(1.0);
        let mut leave = Array2::eye(columns);
        for direction in basis(&self.scalings) {
            let column = direction.view().insert_axis(Axis(1));
            leave = &leave - &column.dot(&column.t());
        }
        let left = columns - self.scalings.ncols();
        if dimensions > left {
            return Err(super::pca::too_many(dimensions + self.scalings.ncols(), columns));
        }
        Pca::of_covariance(self.mean.clone(), &leave.dot(&covariance).dot(&leave), dimensions)
    }
}

/// How many rows each class has, and their means.
struct Groups {
    counts: Vec<f64>,
    means: Array2<f64>,
}

impl Groups {
    /// Numbers that no row has are no classes.
    fn of(rows: ArrayView2<f32>, classes: &[u32]) -> Result<Self> {
        assert_eq!(rows.nrows(), classes.len(), "each row has a class");
        let mut names: Vec<u32> = classes.to_vec();
        names.sort_unstable();
        names.dedup();
        if names.len() < 2 {
            return Err(Error::data(format!(
                "discriminants tell classes apart, and there {}",
                if names.is_empty() { "is none" } else { "is one alone" }
            )));
        }
        if rows.nrows() <= names.len() {
            return Err(Error::data(format!(
                "{} documents of {} classes do not show how documents of one class differ",
                rows.nrows(),
                names.len()
            )));
        }
        let mut groups = Groups {
            counts: vec![0.0; names.len()],
            means: Array2::zeros((names.len(), rows.ncols())),
        };
        for (row, class) in rows.rows().into_iter().zip(classes) {
            let place = names.binary_search(class).expect("it is among the names");
            groups.counts[place] += 1.0;
            let mut sum = groups.means.row_mut(place);
            sum.zip_mut_with(&row, |sum, value| *sum += f64::from(*value));
        }
        for (mut mean, count) in groups.means.rows_mut().into_iter().zip(&groups.counts) {
            mean /= *count;
        }
        Ok(groups)
    }

    /// Sum over all rows of how far their class lies from the middle.
    fn between(&self, mean: &Array1<f64>) -> Array2<f64> {
        let mut away = &self.means - mean;
        for (mut row, count) in away.rows_mut().into_iter().zip(&self.counts) {
            row *= count.sqrt();
        }
        away.t().dot(&away)
    }
}

/// Directions, the strongest first.
struct Axes {
    scalings: Array2<f64>,
    values: Array1<f64>,
}

/// The directions with the most between of that within: what is within is made a ball,
/// and the eigenvectors of what is between are taken there.
fn solve(mean: &Array1<f64>, within: Array2<f64>, between: Array2<f64>) -> Result<Axes> {
    let mut scale = within.diag().to_owned();
    scale.zip_mut_with(mean, |scale, mean| {
        // What rounding leaves of a column that is everywhere the same is no variance.
        let is_constant = *scale <= 1e-13 * mean * mean;
        *scale = if is_constant { 1.0 } else { scale.sqrt() };
    });
    let mut unit = within;
    for ((row, column), value) in unit.indexed_iter_mut() {
        *value /= scale[row] * scale[column];
    }
    let (values, vectors) = eigen(&unit);
    let rank = values.iter().take_while(|value| **value > LEAST).count();
    if rank == 0 {
        return Err(Error::data("all documents of one class are alike: nothing varies in them"));
    }
    let mut whitened = vectors.slice(s![.., ..rank]).to_owned();
    for (mut column, value) in whitened.columns_mut().into_iter().zip(&values) {
        column /= value.sqrt();
        column /= &scale;
    }
    let (values, turn) = eigen(&whitened.t().dot(&between).dot(&whitened));
    Ok(Axes { scalings: whitened.dot(&turn), values: values.mapv(|value| value.max(0.0)) })
}

impl Axes {
    fn of(self, mean: Array1<f64>, groups: &Groups) -> Lda {
        let most = groups.counts.len() - 1;
        let strongest = self.values[0];
        let is_axis = |value: &&f64| **value > LEAST * strongest;
        // Classes in one place are told apart by no axis; the first then says so with 0.
        let kept = self.values.iter().take(most).take_while(is_axis).count().max(1);
        let mut scalings = self.scalings.slice(s![.., ..kept]).to_owned();
        let last = &groups.means.row(groups.counts.len() - 1) - &mean;
        for mut axis in scalings.columns_mut() {
            if axis.dot(&last) < 0.0 {
                axis.mapv_inplace(|x| -x);
            }
        }
        let separation = self.values.slice(s![..kept]).to_owned();
        let total = self.values.sum();
        let explained_variance_ratio =
            separation.mapv(|value| if total > 0.0 { value / total } else { 0.0 });
        Lda { mean, scalings, separation, explained_variance_ratio }
    }
}

/// Drawn towards a ball of the same variance.
fn shrunk(covariance: Array2<f64>, shrinkage: f64) -> Array2<f64> {
    let ball = covariance.diag().sum() / covariance.nrows() as f64;
    let mut shrunk = covariance * (1.0 - shrinkage);
    shrunk.diag_mut().mapv_inplace(|variance| variance + shrinkage * ball);
    shrunk
}

/// Orthonormal directions that span the columns.
fn basis(columns: &Array2<f64>) -> Vec<Array1<f64>> {
    let mut basis: Vec<Array1<f64>> = Vec::new();
    for column in columns.columns() {
        let mut left = column.to_owned();
        // Twice: rounding leaves some of the others after once.
        for _ in 0..2 {
            for direction in &basis {
                left.scaled_add(-left.dot(direction), direction);
            }
        }
        let length = left.dot(&left).sqrt();
        if length > 1e-10 * column.dot(&column).sqrt() {
            basis.push(left / length);
        }
    }
    basis
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;

    /// Two heaps that differ along the first column, and vary most along the second.
    fn heaps() -> (Array2<f32>, Vec<u32>) {
        let mut random = Random::new(3);
        let mut rows = Array2::from_shape_simple_fn((200, 3), || random.normal() as f32);
        let classes: Vec<u32> = (0..200).map(|place| place % 2).collect();
        for (mut row, class) in rows.rows_mut().into_iter().zip(&classes) {
            row[0] = row[0] * 0.1 + *class as f32;
            row[1] *= 5.0;
        }
        (rows, classes)
    }

    #[test]
    fn classes_lie_apart_along_the_axis() {
        let (rows, classes) = heaps();
        let lda = Lda::fit(rows.view(), &classes, None).unwrap();
        assert_eq!(lda.scalings.dim(), (3, 1));
        assert!(lda.separation[0] > 20.0 && lda.explained_variance_ratio[0] > 0.999);
        let centred = rows.mapv(f64::from) - &lda.mean;
        let along = centred.dot(&lda.scalings);
        let right = along.iter().zip(&classes).filter(|(x, class)| (**x > 0.0) == (**class == 1));
        assert_eq!(right.count(), 200, "the last class lies on the positive side");
    }

    #[test]
    fn the_rest_is_what_the_axis_leaves() {
        let (rows, classes) = heaps();
        let lda = Lda::fit(rows.view(), &classes, None).unwrap();
        let rest = lda.rest(rows.view(), 2).unwrap();
        assert!(rest.components[[1, 0]] > 0.99, "{}", rest.components);
        let across = lda.scalings.t().dot(&rest.components);
        assert!(across.iter().all(|x| x.abs() < 1e-9), "{across}");
        assert!(lda.rest(rows.view(), 3).unwrap_err().hint().unwrap().contains("1 to 3"));
    }

    #[test]
    fn columns_that_say_nothing_do_no_harm() {
        let (rows, classes) = heaps();
        let mut wide = Array2::zeros((200, 6));
        wide.slice_mut(s![.., ..3]).assign(&rows);
        wide.slice_mut(s![.., 4]).assign(&rows.column(1));
        wide.slice_mut(s![.., 5]).fill(0.1);
        let narrow = Lda::fit(rows.view(), &classes, None).unwrap();
        let wide = Lda::fit(wide.view(), &classes, None).unwrap();
        assert!((wide.separation[0] / narrow.separation[0] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_tells_nothing_apart_is_refused() {
        let (rows, classes) = heaps();
        assert!(Lda::fit(rows.view(), &[0; 200], None).is_err());
        assert!(Lda::fit(rows.view(), &classes, Some(1.5)).is_err());
        assert!(Lda::fit(rows.slice(s![..2, ..]), &[0, 1], None).is_err());
        assert!(Lda::fit(rows.slice(s![..0, ..]), &[], None).is_err());
        assert!(Lda::fit(Array2::ones((9, 2)).view(), &[0, 1, 0, 1, 0, 1, 0, 1, 0], None).is_err());
    }
}
