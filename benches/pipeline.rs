//! The whole run, nothing kept, and labels for single texts.

mod data;

use std::path::Path;

use divan::counter::ItemsCount;
use malmoi::config::{Config, Overrides, Pipeline};
use malmoi::pipeline::{Predictor, Silent, load_labeler, run};

fn main() {
    divan::main();
}

#[divan::bench]
fn cold_run(bencher: divan::Bencher) {
    let pipeline = pipeline();
    let count = data::reviews().len();
    bencher
        .counter(ItemsCount::new(count))
        .with_inputs(|| tempfile::tempdir().expect("a folder can be made"))
        .bench_refs(|state| run(&pipeline, state.path(), true, &Silent::default()).is_ok());
}

#[divan::bench]
fn predict(bencher: divan::Bencher) {
    let state = tempfile::tempdir().expect("a folder can be made");
    let pipeline = pipeline();
    run(&pipeline, state.path(), true, &Silent::default()).expect("the pipeline runs");
    let model = load_labeler(state.path(), &pipeline.name, &Silent::default())
        .expect("it was just trained");
    let reviews = data::reviews();
    bencher.counter(ItemsCount::new(reviews.len())).bench(|| {
        let mut predictor = Predictor::new(&model);
        reviews
            .iter()
            .map(|review| predictor.predict(&review.body.0).expect("reviews are short").1)
            .sum::<f64>()
    });
}

/// The pipeline for the reviews that stand here.
fn pipeline() -> Pipeline {
    let config = Config::read(Path::new("pipeline.toml")).expect("the settings are right");
    let name = if std::env::var_os("MALMOI_DATA").is_some() { "imdb" } else { "sample" };
    let place = format!("source.path={}", data::corpus().1.display());
    let overrides = Overrides::new(Vec::new(), &[place]).expect("the override is right");
    config.pipeline(Some(name), &overrides).expect("the pipeline is there")
}
