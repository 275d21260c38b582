//! How near made rows are to real ones, measured.

use serde::Serialize;

use crate::data::Random;

/// More rows of each kind are not compared with each other.
const MOST_ROWS: usize = 1_000;

/// How near made rows are to real ones.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Likeness {
    /// Length of the difference of the means, in deviations of the real columns.
    pub mean_distance: f64,
    /// Length of the difference of the covariances (Frobenius), as part of the real one's.
    pub covariance_distance: f64,
    /// Share of rows, real and made, whose nearest other row is of their own kind (Lopez-Paz
    /// & Oquab 2017): 0.5 where nothing tells them apart, 1 where everything does.
    pub nearest_of_own_kind: f64,
    /// The same between two halves of the real rows: what chance alone gives.
    pub of_real_halves: f64,
}

impl Likeness {
    /// Compares rows of `columns` numbers; `None` with fewer than four rows of a kind.
    pub fn of(real: &[f32], made: &[f32], columns: usize, seed: u64) -> Option<Self> {
        let (real, made) = (rows(real, columns), rows(made, columns));
        if columns == 0 || real.len() < 4 || made.len() < 4 {
            return None;
        }
        let (real_mean, made_mean) = (mean(&real), mean(&made));
        let (real_covariance, made_covariance) =
            (covariance(&real, &real_mean), covariance(&made, &made_mean));
        let scales: Vec<f64> = (0..columns)
            .map(|at| real_covariance[at * columns + at].sqrt())
            .map(|scale| if scale > 0.0 { scale } else { 1.0 })
            .collect();
        let shifts = real_mean.iter().zip(&made_mean).zip(&scales);
        let shifts = shifts.map(|((real, made), scale)| ((real - made) / scale).powi(2));
        let differences = real_covariance.iter().zip(&made_covariance);
        let differences: f64 = differences.map(|(one, other)| (one - other).powi(2)).sum();
        let size: f64 = real_covariance.iter().map(|one| one * one).sum();
        let mut random = Random::new(seed);
        let (mut real, mut made) = (scaled(&real, &scales), scaled(&made, &scales));
        random.shuffle(&mut real);
        random.shuffle(&mut made);
        let (first, second) = real.split_at(real.len() / 2);
        let count = real.len().min(made.len()).min(MOST_ROWS);
        let half = first.len().min(MOST_ROWS);
        Some(Likeness {
            mean_distance: shifts.sum::<f64>().sqrt(),
            covariance_distance: (differences / size.max(f64::MIN_POSITIVE)).sqrt(),
            nearest_of_own_kind: of_own_kind(&real[..count], &made[..count]),
            of_real_halves: of_own_kind(&first[..half], &second[..half]),
        })
    }
}

fn rows(values: &[f32], columns: usize) -> Vec<Vec<f64>> {
    let row = |row: &[f32]| row.iter().map(|value| f64::from(*value)).collect();
    values.chunks_exact(columns.max(1)).map(row).collect()
}

fn mean(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; rows[0].len()];
    for row in rows {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sums.into_iter().map(|sum| sum / rows.len() as f64).collect()
}

fn covariance(rows: &[Vec<f64>], mean: &[f64]) -> Vec<f64> {
    let width = mean.len();
    let mut sums = vec![0.0; width * width];
    for row in rows {
        for (one, sums) in sums.chunks_exact_mut(width).enumerate() {
            let of_one = row[one] - mean[one];
            let others = row.iter().zip(mean).map(|(value, mean)| value - mean);
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += of_one * other);
        }
    }
    sums.into_iter().map(|sum| sum / rows.len() as f64).collect()
}

fn scaled(rows: &[Vec<f64>], scales: &[f64]) -> Vec<Vec<f64>> {
    let row = |row: &Vec<f64>| row.iter().zip(scales).map(|(x, scale)| x / scale).collect();
    rows.iter().map(row).collect()
}

/// Share of rows whose nearest other one is of the same kind.
fn of_own_kind(one: &[Vec<f64>], other: &[Vec<f64>]) -> f64 {
    let all: Vec<&Vec<f64>> = one.iter().chain(other).collect();
    let distance =
        |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum() };
    let own = |place: &usize| {
        let others = (0..all.len()).filter(|other| other != place);
        let nearest = others.min_by(|a, b| {
            distance(all[*place], all[*a]).total_cmp(&distance(all[*place], all[*b]))
        });
        nearest.is_some_and(|nearest| (nearest < one.len()) == (*place < one.len()))
    };
    (0..all.len()).filter(own).count() as f64 / all.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(count: usize, shift: f64, wide: f64, seed: u64) -> Vec<f32> {
        let mut random = Random::new(seed);
        (0..2 * count).map(|_| (shift + wide * random.normal()) as f32).collect()
    }

    #[test]
    fn the_same_cloud_is_near_and_another_is_far() {
        let real = points(200, 0.0, 1.0, 1);
        let near = Likeness::of(&real, &points(200, 0.0, 1.0, 2), 2, 1).unwrap();
        assert!(near.mean_distance < 0.3 && near.covariance_distance < 0.3, "{near:?}");
        assert!((near.nearest_of_own_kind - 0.5).abs() < 0.1, "{near:?}");
        let far = Likeness::of(&real, &points(200, 8.0, 1.0, 2), 2, 1).unwrap();
        assert!(far.mean_distance > 10.0 && far.nearest_of_own_kind == 1.0, "{far:?}");
        // One point again and again has the right mean and nothing else.
        let narrow = Likeness::of(&real, &points(200, 0.0, 0.01, 2), 2, 1).unwrap();
        assert!(narrow.covariance_distance > 0.9 && narrow.nearest_of_own_kind > 0.7, "{narrow:?}");
        assert!(Likeness::of(&real[..6], &real, 2, 1).is_none());
    }
}
