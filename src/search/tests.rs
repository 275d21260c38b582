//! What is found against a comparison with every document.

use proptest::prelude::*;

use super::build::build_by;
use super::chunk::Chunk;
use super::searcher::Request;
use super::segment::{OpenSegment, write_built};
use super::*;
use crate::data::{Norm, Weights};
use crate::files::Sections;

/// Documents as (column, frequency), and what is asked of them.
#[derive(Debug, Clone)]
struct Case {
    columns: usize,
    documents: Vec<Vec<(u32, u32)>>,
    query: Vec<(u32, u32)>,
    weights: Weights,
    top: usize,
    chunk: usize,
    allowed: Option<u64>,
}

fn row(columns: u32) -> impl Strategy<Value = Vec<(u32, u32)>> {
    let frequency = prop_oneof![4 => Just(1u32), 3 => 2..12u32, 1 => 12..5_000u32];
    prop::collection::btree_map(0..columns, frequency, 0..columns as usize)
        .prop_map(|row| row.into_iter().collect())
}

fn case() -> impl Strategy<Value = Case> {
    (1..40u32).prop_flat_map(|columns| {
        let documents = (prop::collection::vec(row(columns), 1..60), any::<bool>()).prop_map(
            |(mut documents, doubled)| {
                if doubled {
                    documents.extend(documents.clone());
                }
                documents
            },
        );
        let factors = prop_oneof![
            1 => Just(Vec::new()),
            3 => prop::collection::vec(0.1..9.0f32, columns as usize),
            1 => prop::collection::vec(-3.0..3.0f32, columns as usize),
            1 => prop::collection::vec(prop_oneof![Just(0.0f32), 0.1..9.0f32], columns as usize),
        ];
        let norm = prop_oneof![3 => Just(Norm::L2), 1 => Just(Norm::L1), 1 => Just(Norm::None)];
        let weights = (factors, any::<bool>(), norm)
            .prop_map(|(factors, sublinear_tf, norm)| Weights { factors, sublinear_tf, norm });
        let sizes = (1..15usize, prop_oneof![Just(3usize), Just(20), Just(4096)]);
        let allowed = prop::option::of(any::<u64>());
        (documents, row(columns), weights, sizes, allowed).prop_map(
            move |(documents, query, weights, (top, chunk), allowed)| Case {
                columns: columns as usize,
                documents,
                query,
                weights,
                top,
                chunk,
                allowed,
            },
        )
    })
}

fn weighed(weights: &Weights, row: &[(u32, u32)]) -> (Vec<u32>, Vec<f32>) {
    let columns: Vec<u32> = row.iter().map(|(column, _)| *column).collect();
    let mut values: Vec<f32> = row.iter().map(|(_, frequency)| *frequency as f32).collect();
    weights.weigh(&columns, &mut values);
    (columns, values)
}

/// The score as a book defines it, over dense rows.
fn score(measure: Measure, case: &Case, document: &[(u32, u32)]) -> Option<f64> {
    let dense = |row: &[(u32, u32)]| {
        let (columns, values) = weighed(&case.weights, row);
        let mut dense = vec![0.0; case.columns];
        for (column, value) in columns.into_iter().zip(values) {
            dense[column as usize] = f64::from(value);
        }
        dense
    };
    let (left, right) = (dense(&case.query), dense(document));
    let pairs = || left.iter().zip(&right);
    let length = |row: &[f64]| row.iter().map(|value| value * value).sum::<f64>().sqrt();
    let both = case
        .query
        .iter()
        .filter(|(column, _)| document.iter().any(|(other, _)| other == column))
        .count();
    match measure {
        Measure::Jaccard if both == 0 => None,
        Measure::Cosine => {
            let dot: f64 = pairs().map(|(left, right)| left * right).sum();
            (dot > 0.0).then(|| dot / (length(&left) * length(&right)))
        }
        Measure::Euclidean => {
            Some(pairs().map(|(left, right)| (left - right).powi(2)).sum::<f64>().sqrt())
        }
        Measure::Manhattan => Some(pairs().map(|(left, right)| (left - right).abs()).sum()),
        Measure::Jaccard => Some(both as f64 / (case.query.len() + document.len() - both) as f64),
    }
}

/// (score, number of the document), nearest first, equal ones by number.
fn search(case: &Case, measure: Measure) -> Vec<(f64, u32)> {
    let mut counts = Counts::default();
    for document in &case.documents {
        let columns: Vec<u32> = document.iter().map(|(column, _)| *column).collect();
        counts.push(&columns, document.iter().map(|(_, frequency)| *frequency));
    }
    let built = build_by(&counts, &case.weights, case.columns, case.chunk);
    let order = built.0.clone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segment");
    let record = |number: usize| Record { id: number.to_string(), ..Record::default() };
    let records: Vec<Record> = (0..counts.len()).map(record).collect();
    write_built(&path, &records, built).unwrap();
    let file = Sections::open(&path, FORM).unwrap();
    let OpenSegment { chunks, records } = OpenSegment::open(&file, order.len() as u32).unwrap();
    file.check().unwrap();
    let first = records.with_id("0").unwrap()[0];
    assert_eq!(order[first as usize], 0);
    let number = |found: &Found| order[found.chunk as usize * case.chunk + found.document as usize];
    let (columns, values) = weighed(&case.weights, &case.query);
    let allowed = case.allowed.map(|allowed| bits(&order, &chunks, case.chunk, allowed));
    let request = Request {
        query: &Query::new(&columns, &values),
        measure,
        top: case.top,
        allowed: allowed.as_deref(),
    };
    let mut worker = Worker::default();
    let by_number = |left: &Found, right: &Found| number(left).cmp(&number(right));
    let found = worker.search(&chunks, &case.weights, &request, by_number).unwrap();
    let again = worker.search(&chunks, &case.weights, &request, by_number).unwrap();
    assert_eq!(found, again, "a worker keeps nothing of its last query");
    found.iter().map(|found| (measure.score(found.key), number(found))).collect()
}

fn bits(order: &[u32], chunks: &[Chunk], length: usize, allowed: u64) -> Vec<Vec<u64>> {
    let of = |(chunk, documents): (&Chunk, &[u32])| {
        let mut words = vec![0; chunk.documents().div_ceil(64)];
        for (place, document) in documents.iter().enumerate() {
            words[place / 64] |= (allowed >> (document % 64) & 1) << (place % 64);
        }
        words
    };
    chunks.iter().zip(order.chunks(length)).map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_nearest_are_found(case in case()) {
        for measure in Measure::ALL {
            let found = search(&case, measure);
            let is_allowed = |number: u32| case.allowed.is_none_or(|bits| bits >> (number % 64) & 1 == 1);
            let mut all: Vec<(f64, u32)> = case.documents.iter().zip(0..)
                .filter(|(_, number)| is_allowed(*number))
                .filter_map(|(document, number)| Some((score(measure, &case, document)?, number)))
                .collect();
            let sign = if measure.is_distance() { 1.0 } else { -1.0 };
            all.sort_by(|left, right| (left.0 * sign).total_cmp(&(right.0 * sign)));
            all.truncate(case.top);
            prop_assert_eq!(found.len(), all.len(), "{:?}", measure);
            for ((score, number), (wanted, _)) in found.iter().zip(&all) {
                let near = 1e-5 * wanted.abs().max(1.0);
                prop_assert!((score - wanted).abs() < near, "{:?}: {} is not {}", measure, score, wanted);
                let own = self::score(measure, &case, &case.documents[*number as usize]).unwrap();
                prop_assert!((score - own).abs() < near, "{:?}: {} of another document", measure, score);
            }
        }
    }
}

#[test]
fn equal_documents_come_in_their_order() {
    let weights = Weights { factors: Vec::new(), sublinear_tf: true, norm: Norm::L2 };
    let documents = vec![vec![(0, 1), (1, 1)]; 50];
    let case = Case {
        columns: 2,
        documents,
        query: vec![(0, 1)],
        weights,
        top: 4,
        chunk: 20,
        allowed: None,
    };
    for measure in Measure::ALL {
        let found: Vec<u32> =
            search(&case, measure).into_iter().map(|(_, number)| number).collect();
        assert_eq!(found, [0, 1, 2, 3], "{measure:?}");
    }
}

#[test]
fn a_row_of_very_many_terms_is_compared_as_well() {
    let columns = 40_000;
    let long: Vec<(u32, u32)> = (0..columns).map(|column| (column, 1 + column % 3)).collect();
    let documents = vec![long[..39_000].to_vec(), vec![(7, 2)], long[5..].to_vec(), Vec::new()];
    let weights = Weights { factors: Vec::new(), sublinear_tf: false, norm: Norm::L2 };
    let case = Case {
        columns: columns as usize,
        documents,
        query: long,
        weights,
        top: 1,
        chunk: 4096,
        allowed: None,
    };
    for measure in Measure::ALL {
        assert_eq!(search(&case, measure)[0].1, 2, "{measure:?}");
    }
}
