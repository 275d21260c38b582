use super::*;
use crate::learn::reduce::sparse::tests::{dense, some_rows};
use proptest::prelude::*;

fn fit(rows: &CsrMatrix, dimensions: usize) -> TruncatedSvd {
    let stop = AtomicBool::new(false);
    TruncatedSvd::fit(rows, dimensions, SvdParams::default(), &stop).unwrap()
}

fn sparse_of(rows: &Array2<f32>) -> CsrMatrix {
    let (mut ends, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
    for row in rows.rows() {
        let filled = row.iter().enumerate().filter(|(_, value)| **value != 0.0);
        for (column, &value) in filled {
            indices.push(column as u32);
            values.push(value);
        }
        ends.push(indices.len());
    }
    CsrMatrix::new(rows.ncols(), ends, indices, values)
}

/// Singular values by the exact way.
fn exact(rows: &CsrMatrix) -> Vec<f64> {
    let full = dense(rows).mapv(f64::from);
    let (squares, _) = eigen(&full.t().dot(&full));
    squares.iter().map(|square| square.max(0.0).sqrt()).collect()
}

#[test]
fn all_directions_put_the_rows_together_again() {
    let rows = some_rows(30, 12, 4);
    let svd = fit(&rows, 12);
    assert_eq!((svd.dimensions, svd.columns), (12, 12));
    let components = Array2::from_shape_vec((12, 12), svd.components.clone()).unwrap();
    let again = svd.transform(&rows).dot(&components.t());
    assert!((again - dense(&rows)).iter().all(|x| x.abs() < 1e-4));
    let share: f64 = svd.explained_variance_ratio.iter().sum();
    assert!((share - 1.0).abs() < 1e-5, "{share}");
}

#[test]
fn the_strongest_directions_are_those_of_the_exact_way() {
    let rows = some_rows(120, 60, 8);
    let (svd, exact) = (fit(&rows, 6), exact(&rows));
    for (found, exact) in svd.singular_values.iter().zip(&exact) {
        assert!((found / exact - 1.0).abs() < 1e-3, "{found} {exact}");
    }
}

#[test]
fn rows_of_rank_3_have_3_directions() {
    let mut random = Random::new(6);
    let mut draw = |shape| Array2::from_shape_simple_fn(shape, || random.normal() as f32);
    let rows = draw((40, 3)).dot(&draw((3, 25)));
    let svd = fit(&sparse_of(&rows), 10);
    assert_eq!(svd.dimensions, 3);
    assert_eq!(svd.components.len(), 25 * 3);
    let share: f64 = svd.explained_variance_ratio.iter().sum();
    assert!((share - 1.0).abs() < 1e-4);
}

#[test]
fn equal_columns_and_empty_ones_add_no_direction() {
    let rows =
        CsrMatrix::new(5, vec![0, 2, 4, 5], vec![0, 3, 0, 3, 4], vec![1.0, 1.0, 2.0, 2.0, 1.0]);
    let svd = fit(&rows, 5);
    assert_eq!(svd.dimensions, 2);
    assert!((svd.singular_values[0] - 10_f64.sqrt()).abs() < 1e-5);
    assert_eq!(svd.component(1), [0.0, 0.0]);
    assert!((svd.component(0)[0] - 0.5_f32.sqrt()).abs() < 1e-6);
}

#[test]
fn one_row_is_one_direction_without_variance() {
    let svd = fit(&CsrMatrix::new(3, vec![0, 2], vec![0, 2], vec![3.0, 4.0]), 2);
    assert_eq!(svd.dimensions, 1);
    assert!((svd.singular_values[0] - 5.0).abs() < 1e-6);
    assert_eq!(svd.explained_variance_ratio, [0.0]);
}

#[test]
fn what_cannot_be_reduced_is_refused() {
    let stop = AtomicBool::new(false);
    let refused = |rows: &CsrMatrix, dimensions| {
        TruncatedSvd::fit(rows, dimensions, SvdParams::default(), &stop).unwrap_err().to_string()
    };
    let zero = CsrMatrix::new(4, vec![0, 0, 0], vec![], vec![]);
    assert!(refused(&zero, 2).contains("all zero"));
    assert!(refused(&CsrMatrix::new(0, vec![0], vec![], vec![]), 2).contains("all zero"));
    let endless = CsrMatrix::new(1, vec![0, 1], vec![0], vec![f32::INFINITY]);
    assert!(refused(&endless, 1).contains("no finite number"));
    assert!(refused(&some_rows(5, 5, 1), 0).contains("0 dimensions"));
    let stopped = AtomicBool::new(true);
    let rows = some_rows(5, 5, 1);
    let error = TruncatedSvd::fit(&rows, 2, SvdParams::default(), &stopped).unwrap_err();
    assert_eq!(error.exit_code(), 130);
}

#[test]
fn threads_and_the_way_of_asking_change_no_bit() {
    let rows = some_rows(2_500, 90, 3);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let svd = fit(&rows, 4);
            let reduced = svd.transform(&rows);
            (svd, reduced)
        })
    };
    let (svd, reduced) = with(1);
    assert_eq!((svd.clone(), reduced.clone()), with(3));
    let mut one = [0.0; 4];
    let (columns, values) = rows.row(7);
    svd.transform_row(columns, values, &mut one);
    assert_eq!(reduced.row(7).to_vec(), one);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_rows_are_reduced_or_refused(
        rows in 1_usize..20, columns in 1_usize..20, dimensions in 1_usize..30,
        scale in -12_i32..12, seed: u64,
    ) {
        let mut sparse = some_rows(rows, columns, seed);
        let scale = 10_f32.powi(scale);
        sparse.for_each_row(|_, values| values.iter_mut().for_each(|value| *value *= scale));
        let stop = AtomicBool::new(false);
        let Ok(svd) = TruncatedSvd::fit(&sparse, dimensions, SvdParams::default(), &stop) else {
            prop_assert!(sparse.nnz() == 0);
            return Ok(());
        };
        prop_assert!(svd.dimensions <= dimensions.min(rows).min(columns));
        let (found, exact) = (svd.singular_values.clone(), exact(&sparse));
        prop_assert!((found[0] / exact[0] - 1.0).abs() < 1e-3, "{found:?} {exact:?}");
        prop_assert!(svd.components.iter().all(|x| x.is_finite() && x.abs() < 1.0001));
        let shares = svd.explained_variance_ratio.iter().sum::<f64>();
        prop_assert!((0.0..1.0001).contains(&shares), "{shares}");
    }
}
