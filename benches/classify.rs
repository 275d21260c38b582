//! Rows → labels.

mod data;
#[path = "data/tokens.rs"]
mod tokens;

use divan::counter::ItemsCount;
use malmoi::classify::{Classifier, ClassifyParams};
use malmoi::data::CsrMatrix;
use malmoi::vectorize::Vectorizer;

fn main() {
    divan::main();
}

#[divan::bench(args = [1.0, 20.0])]
fn fit(bencher: divan::Bencher, c: f64) {
    let (rows, classes) = rows();
    bencher.counter(ItemsCount::new(rows.rows())).bench(|| fitted(&rows, &classes, c));
}

#[divan::bench]
fn probabilities(bencher: divan::Bencher) {
    let (rows, classes) = rows();
    let classifier = fitted(&rows, &classes, 1.0);
    let mut probabilities = Vec::new();
    bencher.counter(ItemsCount::new(rows.rows())).bench_local(|| {
        for row in 0..rows.rows() {
            let (columns, values) = rows.row(row);
            classifier.probabilities(columns, values, &mut probabilities);
            divan::black_box(&probabilities);
        }
    });
}

fn rows() -> (CsrMatrix, Vec<u32>) {
    let (corpus, names, classes) = tokens::tokens();
    let settings = tokens::settings(3);
    let (_, rows) = Vectorizer::fit_transform(&settings, &corpus, &names, " ", &classes)
        .expect("there are terms to learn");
    (rows, classes)
}

fn fitted(rows: &CsrMatrix, classes: &[u32], c: f64) -> Classifier {
    let labels = ["negative".to_owned(), "positive".to_owned()];
    let params = ClassifyParams { c, ..ClassifyParams::default() };
    Classifier::fit(rows, classes, &labels, &params, &false.into(), || None)
        .expect("both labels occur")
}
