//! Symmetric matrices → eigenvalues and eigenvectors.
//!
//! Jacobi's rotations: a hundred columns take some hundredths of a second, small
//! eigenvalues come out as exact as large ones, and it ends on any finite matrix.
//! The tridiagonal way of linfa-linalg 0.2 is faster, but has no bound on its rounds.

use ndarray::{Array1, Array2};

/// Rounds over all pairs; about eight are needed.
const MOST_ROUNDS: usize = 60;

/// Eigenvalues, falling, and the eigenvectors as columns in the same order.
///
/// The largest entry of an eigenvector, by magnitude, is positive.
pub fn eigen(symmetric: &Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let size = symmetric.nrows();
    // Row by row is how memory lies: vectors are kept as rows meanwhile.
    let mut matrix = symmetric.as_standard_layout().into_owned();
    let mut vectors = Array2::eye(size);
    for _ in 0..MOST_ROUNDS {
        if !round(&mut matrix, &mut vectors) {
            break;
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| matrix[[b, b]].total_cmp(&matrix[[a, a]]).then(a.cmp(&b)));
    let values = order.iter().map(|&place| matrix[[place, place]]).collect();
    let mut sorted = vectors.select(ndarray::Axis(0), &order);
    for mut vector in sorted.rows_mut() {
        if leans_down(vector.iter().copied()) {
            vector.mapv_inplace(|x| -x);
        }
    }
    (values, sorted.reversed_axes().as_standard_layout().into_owned())
}

/// Whether the entry of largest magnitude, the first of equals, is negative.
pub fn leans_down(vector: impl IntoIterator<Item = f64>) -> bool {
    let largest =
        vector.into_iter().fold(0.0_f64, |best, x| if x.abs() > best.abs() { x } else { best });
    largest < 0.0
}

/// Turns every pair of axes once; whether a turn was needed.
fn round(matrix: &mut Array2<f64>, vectors: &mut Array2<f64>) -> bool {
    let mut turned = false;
    for p in 0..matrix.nrows() {
        for q in p + 1..matrix.nrows() {
            if let Some((c, s)) = rotation(matrix[[p, p]], matrix[[q, q]], matrix[[p, q]]) {
                turn_rows(matrix, p, q, c, s);
                turn_columns(matrix, p, q, c, s);
                (matrix[[p, q]], matrix[[q, p]]) = (0.0, 0.0);
                turn_rows(vectors, p, q, c, s);
                turned = true;
            }
        }
    }
    turned
}

/// Cosine and sine of the turn that makes the off-diagonal entry zero; none where it is
/// nothing beside the diagonal (Demmel & Veselić 1992).
fn rotation(pp: f64, qq: f64, pq: f64) -> Option<(f64, f64)> {
    let smallest = f64::EPSILON * (pp.abs() * qq.abs()).sqrt();
    if pq.abs() <= smallest.max(f64::MIN_POSITIVE) || !pq.is_finite() {
        return None;
    }
    let theta = (qq - pp) / (2.0 * pq);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    // Where rounding leaves everything as it is, nothing is left to turn.
    (tangent != 0.0).then_some((cosine, tangent * cosine))
}

fn turn_rows(matrix: &mut Array2<f64>, p: usize, q: usize, c: f64, s: f64) {
    let (one, other) = matrix.multi_slice_mut((ndarray::s![p, ..], ndarray::s![q, ..]));
    for (a, b) in one.into_iter().zip(other) {
        (*a, *b) = (c * *a - s * *b, s * *a + c * *b);
    }
}

fn turn_columns(matrix: &mut Array2<f64>, p: usize, q: usize, c: f64, s: f64) {
    for mut row in matrix.rows_mut() {
        (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Random;
    use ndarray::array;
    use proptest::prelude::*;

    #[test]
    fn a_known_matrix_has_its_known_axes() {
        let (values, vectors) = eigen(&array![[2.0, 1.0], [1.0, 2.0]]);
        assert!((values[0] - 3.0).abs() < 1e-14 && (values[1] - 1.0).abs() < 1e-14);
        let half = 0.5_f64.sqrt();
        assert!((vectors[[0, 0]] - half).abs() < 1e-14 && (vectors[[1, 0]] - half).abs() < 1e-14);
    }

    #[test]
    fn small_eigenvalues_are_not_lost_among_large_ones() {
        let (values, _) = eigen(&array![[1e12, 1.0], [1.0, 1e-3]]);
        assert!((values[1] - (1e-3 - 1e-12)).abs() < 1e-14, "{values}");
    }

    #[test]
    fn matrices_without_rank_end() {
        for matrix in [Array2::zeros((4, 4)), Array2::ones((4, 4)), Array2::zeros((0, 0))] {
            let (values, vectors) = eigen(&matrix);
            let difference = vectors.t().dot(&vectors) - Array2::<f64>::eye(values.len());
            assert!(difference.iter().all(|x| x.abs() < 1e-14));
        }
        eigen(&array![[f64::NAN, 1.0], [1.0, f64::INFINITY]]);
    }

    proptest! {
        #[test]
        fn the_matrix_is_put_together_again(size in 1_usize..12, rank in 1_usize..12, seed: u64) {
            let mut random = Random::new(seed);
            let half = Array2::from_shape_simple_fn((rank, size), || random.normal());
            let matrix = half.t().dot(&half);
            let (values, vectors) = eigen(&matrix);
            prop_assert!(values.windows(2).into_iter().all(|pair| pair[0] >= pair[1]));
            let again = (&vectors * &values).dot(&vectors.t());
            let scale = values[0].max(1e-300);
            prop_assert!((again - matrix).iter().all(|x| x.abs() < 1e-12 * scale));
            let unit = vectors.t().dot(&vectors) - Array2::<f64>::eye(size);
            prop_assert!(unit.iter().all(|x| x.abs() < 1e-12));
        }
    }
}
