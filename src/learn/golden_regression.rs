//! Regressions end where scikit-learn's do.

use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use super::*;
use crate::data::CsrMatrix;

#[derive(Deserialize)]
struct Golden {
    classes: Vec<ClassCase>,
    linear: Vec<LinearCase>,
}

#[derive(Deserialize)]
struct ClassCase {
    name: String,
    columns: usize,
    count: usize,
    c: Option<f64>,
    values: Vec<f64>,
    classes: Vec<u32>,
    weights: Vec<f64>,
    intercepts: Vec<f64>,
    probabilities: Vec<f64>,
}

#[derive(Deserialize)]
struct LinearCase {
    name: String,
    columns: usize,
    alpha: f64,
    values: Vec<f64>,
    target: Vec<f64>,
    weights: Vec<f64>,
    intercept: f64,
    coarse: Vec<f64>,
    rmse: f64,
    mae: f64,
    r2: f64,
    spearman: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../tests/golden/learn/regression.json")).unwrap()
}

fn table(columns: usize, values: &[f64]) -> DenseTable {
    let names = (0..columns).map(|column| format!("c{column}")).collect();
    DenseTable::new(names, values.to_vec()).unwrap()
}

fn near<'a>(
    name: &str,
    found: impl IntoIterator<Item = &'a f64>,
    expected: &[f64],
    tolerance: f64,
) {
    let found: Vec<f64> = found.into_iter().copied().collect();
    let pairs = found.iter().zip(expected);
    let most = pairs.fold(0.0, |most, (left, right)| f64::max(most, (left - right).abs()));
    assert!(found.len() == expected.len() && most <= tolerance, "{name}: {most} {found:?}");
}

const LBFGS: DescentParams = DescentParams {
    optimizer: Optimizer::Lbfgs,
    learning_rate: 0.0,
    steps: 2000,
    batch_size: 0,
    seed: 1,
    record_every: 0,
};

const ADAM: DescentParams =
    DescentParams { optimizer: Optimizer::Adam, learning_rate: 0.05, steps: 2000, ..LBFGS };

#[test]
fn classes_end_at_the_optimum() {
    for case in golden().classes {
        let table = table(case.columns, &case.values);
        let loss = match case.count {
            2 => Loss::Logistic(&case.classes),
            count => Loss::Softmax { classes: &case.classes, count },
        };
        let penalty = case.c.map_or(0.0, |c| 1.0 / (c * table.rows() as f64));
        for descent in [LBFGS, ADAM] {
            let params = RegressionParams { descent, penalty, standardize: false };
            let found = fit(&table, loss, &params, &AtomicBool::new(false)).unwrap();
            let name = format!("{}, {:?}", case.name, descent.optimizer);
            near(&name, found.model.weights.iter().flatten(), &case.weights, 1e-4);
            near(&name, &found.model.intercepts, &case.intercepts, 1e-4);
            let rows = 0..table.rows();
            let probabilities: Vec<f64> =
                rows.flat_map(|row| found.model.probabilities(table.row(row))).collect();
            near(&name, &probabilities, &case.probabilities, 1e-4);
        }
    }
}

#[test]
fn lines_end_at_the_optimum() {
    for case in golden().linear {
        let table = table(case.columns, &case.values);
        let rows = table.rows();
        let l2 = case.alpha / rows as f64;
        let (weights, intercept) =
            closed_form(&table, &case.target, l2, &Scaling::none(case.columns)).unwrap();
        near(&case.name, &weights, &case.weights, 1e-7);
        near(&case.name, [&intercept], &[case.intercept], 1e-7);
        let params = RegressionParams { descent: LBFGS, penalty: 2.0 * l2, standardize: false };
        let stop = AtomicBool::new(false);
        let found = fit(&table, Loss::Squared(&case.target), &params, &stop).unwrap();
        near(&case.name, &found.model.weights[0], &case.weights, 1e-5);
        let sparse = CsrMatrix::new(
            case.columns,
            (0..=rows).map(|row| row * case.columns).collect(),
            (0..rows).flat_map(|_| 0..case.columns as u32).collect(),
            case.values.iter().map(|value| *value as f32).collect(),
        );
        let params = RidgeParams { alpha: case.alpha, tol: 1e-12, max_iter: 500 };
        let found = RidgeRows::new(&sparse).solve(&case.target, &params, None, &stop).unwrap();
        // The rows are kept with the seven digits of an `f32`.
        near(&case.name, &found.model.weights, &case.weights, 1e-5);
        near(&case.name, [&found.model.intercept], &[case.intercept], 1e-5);
    }
}

#[test]
fn measures_are_those_of_the_peers() {
    for case in golden().linear {
        let found = Measures::of(&case.target, &case.coarse).unwrap();
        let numbers = [found.rmse, found.mae, found.r2.unwrap(), found.spearman.unwrap()];
        near(&case.name, &numbers, &[case.rmse, case.mae, case.r2, case.spearman], 1e-9);
    }
}
