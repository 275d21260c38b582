//! Rows → hits.

mod data;

use divan::counter::ItemsCount;
use malmoi::data::{Norm, Weights};
use malmoi::search::duplicates::{DuplicatesParams, Shingles, find};
use malmoi::search::segments::Writer;
use malmoi::search::{Counts, FORM, Index, Measure, Query, Record, Worker, write_segment};
use std::collections::HashMap;
use std::path::Path;
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// Reviews as rows of words.
struct Rows {
    counts: Counts,
    records: Vec<Record>,
    weights: Weights,
}

fn rows() -> Rows {
    let mut vocabulary: HashMap<String, u32> = HashMap::new();
    let (mut counts, mut records) = (Counts::default(), Vec::new());
    for review in data::reviews() {
        let words = review.body.0.to_lowercase();
        let words = words.split(|letter: char| !letter.is_alphanumeric()).filter(|w| w.len() > 1);
        let mut columns: Vec<u32> = words
            .map(|word| {
                let next = vocabulary.len() as u32;
                *vocabulary.entry(word.to_owned()).or_insert(next)
            })
            .collect();
        columns.sort_unstable();
        let groups: Vec<&[u32]> = columns.chunk_by(|left, right| left == right).collect();
        let row: Vec<u32> = groups.iter().map(|group| group[0]).collect();
        counts.push(&row, groups.iter().map(|group| group.len() as u32));
        records.push(Record { id: review.id, text: review.body.0, ..Record::default() });
    }
    let mut frequencies = vec![0u32; vocabulary.len()];
    counts.columns.iter().for_each(|column| frequencies[*column as usize] += 1);
    let documents = counts.len() as f32;
    let idf = |count: &u32| ((documents + 1.0) / (*count as f32 + 1.0)).ln() + 1.0;
    let factors = frequencies.iter().map(idf).collect();
    Rows { counts, records, weights: Weights { factors, sublinear_tf: true, norm: Norm::L2 } }
}

fn indexed(rows: &Rows, folder: &Path) -> Index {
    let mut writer = Writer::take(folder, FORM, &mut |_| Ok(())).expect("the folder is free");
    let path = writer.new_segment_path();
    let columns = rows.weights.factors.len();
    write_segment(&path, &rows.records, &rows.counts, &rows.weights, columns).expect("it fits");
    writer.add(&path, rows.records.len() as u32).expect("it was written");
    writer.commit("bench").expect("it was written");
    Index::open(folder).expect("it is whole").expect("it was written")
}

/// The first words of each document, or all of them.
#[divan::bench(args = [(3, "cosine"), (usize::MAX, "cosine"), (usize::MAX, "manhattan")])]
fn search(bencher: divan::Bencher, (terms, measure): (usize, &str)) {
    let (rows, folder) = (rows(), TempDir::new().expect("there is room"));
    let index = indexed(&rows, folder.path());
    let measure = Measure::ALL.into_iter().find(|one| one.name() == measure).expect("it is one");
    let queries: Vec<(Vec<u32>, Vec<f32>)> = index
        .places()
        .map(|place| {
            let (mut columns, frequencies) = index.row(place).expect("it is whole");
            let mut values: Vec<f32> = frequencies.iter().map(|one| *one as f32).collect();
            columns.truncate(terms);
            values.truncate(terms);
            rows.weights.weigh(&columns, &mut values);
            (columns, values)
        })
        .collect();
    let mut worker = Worker::default();
    bencher.counter(ItemsCount::new(queries.len())).bench_local(|| {
        let mut found = 0;
        for (columns, values) in &queries {
            let query = Query::new(columns, values);
            let hits = index.search(&mut worker, &rows.weights, &query, measure, 10, &None);
            found += hits.expect("it is whole").len();
        }
        found
    });
}

#[divan::bench]
fn build(bencher: divan::Bencher) {
    let rows = rows();
    bencher.counter(ItemsCount::new(rows.records.len())).bench(|| {
        let folder = TempDir::new().expect("there is room");
        indexed(&rows, folder.path()).documents()
    });
}

#[divan::bench(args = [false, true])]
fn duplicates(bencher: divan::Bencher, exact: bool) {
    let shingles = Shingles::new(1);
    let mut sets = malmoi::search::duplicates::Sets::default();
    for review in data::reviews() {
        sets.push(&shingles.of_terms(review.body.0.split_whitespace()));
    }
    let params = DuplicatesParams { exact, ..DuplicatesParams::default() };
    bencher
        .counter(ItemsCount::new(sets.len()))
        .bench(|| find(&sets, &params).expect("the settings are right").len());
}
