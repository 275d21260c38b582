//! All ways to look for pairs, held against each other.

use proptest::prelude::*;

use super::overlap::{jaccard, overlap};
use super::*;

const THRESHOLDS: [f64; 12] =
    [1e-9, 0.05, 0.1, 0.25, 1.0 / 3.0, 0.5, 0.6, 2.0 / 3.0, 0.7, 0.8, 0.95, 1.0];

fn sets(documents: &[Vec<u64>]) -> Sets {
    let mut sets = Sets::default();
    documents.iter().for_each(|set| sets.push(set));
    sets
}

/// Every pair looked at.
fn all_pairs(sets: &Sets, threshold: f64) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for first in 0..sets.len() {
        for second in first + 1..sets.len() {
            let (left, right) = (sets.get(first), sets.get(second));
            let shared = overlap(left, right, 0).unwrap();
            let similarity = jaccard(shared, (left.len(), right.len()));
            if shared > 0 && similarity >= threshold {
                pairs.push(Pair { first: first as u32, second: second as u32, similarity });
            }
        }
    }
    pairs
}

fn check(documents: &[Vec<u64>]) {
    let sets = sets(documents);
    for threshold in THRESHOLDS {
        let expected = all_pairs(&sets, threshold);
        assert_eq!(exact_pairs(&sets, threshold), expected, "exact, {threshold}");
        let lsh = MinHashLsh::for_threshold(threshold);
        let hashed = lsh.pairs(&sets, threshold);
        assert!(hashed.iter().all(|pair| expected.contains(pair)), "hashed, {threshold}");
        assert_eq!(streamed(&sets, threshold), hashed, "streamed, {threshold}");
        check_groups(&sets, threshold, &expected);
    }
}

fn streamed(sets: &Sets, threshold: f64) -> Vec<Pair> {
    let mut stream = Stream::new(threshold);
    let mut pairs = Vec::new();
    for document in 0..sets.len() {
        let found = stream.insert(document as u64, sets.get(document)).into_iter();
        pairs.extend(found.map(|(one, score)| Pair::of(one as u32, document as u32, score)));
    }
    pairs.sort_by_key(|pair| (pair.first, pair.second));
    pairs
}

/// Sets that were tied together first make the groups of all pairs.
fn check_groups(sets: &Sets, threshold: f64, expected: &[Pair]) {
    let params = DuplicatesParams { threshold, exact: true, ..DuplicatesParams::default() };
    assert_eq!(find(sets, &params).unwrap(), groups(expected, sets), "groups, {threshold}");
}

/// Sets over few elements, some rare, and changed copies of sets before them.
fn documents() -> impl Strategy<Value = Vec<Vec<u64>>> {
    let element = prop_oneof![0..6u64, 0..40u64, any::<u64>()];
    let set = prop::collection::vec(element, 0..24);
    let copy = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..9u64, 0..3u8);
    (prop::collection::vec(set, 0..14), prop::collection::vec(copy, 0..14)).prop_map(
        |(mut documents, copies): (Vec<Vec<u64>>, _)| {
            documents.push(Vec::new());
            for (of, at, element, change) in copies {
                let mut set = of.get(&documents).clone();
                match change {
                    0 if !set.is_empty() => drop(set.remove(at.index(set.len()))),
                    1 => set.push(element),
                    _ => {}
                }
                documents.insert(at.index(documents.len()), set);
            }
            documents
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_pair_is_found(documents in documents()) {
        check(&documents);
    }
}

#[test]
fn empty_and_equal_sets() {
    check(&[]);
    check(&[vec![], vec![]]);
    check(&[vec![1], vec![], vec![1], vec![2], vec![1]]);
    check(&[vec![1, 2], vec![2, 3], vec![1, 2], vec![], vec![3, 2]]);
}

/// Copies of which every seventh element is another, beside as many unrelated sets.
fn changed_copies(count: u64) -> Sets {
    let element = |document: u64, place: u64| overlap::mixed(document << 32 | place) % (1 << 40);
    let set = |document: u64| (0..60).map(|place| element(document, place)).collect::<Vec<u64>>();
    let changed = |document: u64| {
        let other = |(place, element): (usize, u64)| element ^ u64::from(place % 7 == 0) << 50;
        set(document).into_iter().enumerate().map(other).collect()
    };
    sets(&(0..count).flat_map(|document| [set(document), changed(document)]).collect::<Vec<_>>())
}

#[test]
fn hashing_misses_few_right_at_the_threshold() {
    let sets = changed_copies(4000);
    // 51 of 60 + 9 elements.
    let threshold = 51.0 / 69.0;
    let found = MinHashLsh::for_threshold(threshold).pairs(&sets, threshold);
    assert_eq!(exact_pairs(&sets, threshold).len(), 4000);
    assert!((3988..=4000).contains(&found.len()), "{} of 4000", found.len());
}

#[test]
fn threads_do_not_show() {
    let sets = changed_copies(300);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (exact_pairs(&sets, 0.7), MinHashLsh::for_threshold(0.7).pairs(&sets, 0.7)))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn bands_follow_the_threshold() {
    for hundredths in 10..=100 {
        let threshold = f64::from(hundredths) / 100.0;
        let lsh = MinHashLsh::for_threshold(threshold);
        assert!(lsh.miss(threshold) <= 0.001, "{lsh:?} at {threshold}");
        assert!(lsh.bands() * lsh.rows() <= 256, "{lsh:?} at {threshold}");
    }
    assert_eq!(MinHashLsh::for_threshold(f64::NAN).bands(), 1);
    assert_eq!(MinHashLsh::for_threshold(0.0), MinHashLsh::new(256, 1));
    assert_eq!(MinHashLsh::new(0, u32::MAX), MinHashLsh::new(1, 64));
}

#[test]
fn all_wrong_settings_are_named() {
    assert!(DuplicatesParams::default().check().is_empty());
    for threshold in [0.0, -1.0, 1.5, f64::NAN] {
        let params = DuplicatesParams { threshold, shingle: 0, exact: false };
        let error = find(&Sets::default(), &params).unwrap_err();
        let expected = format!("`threshold` is {threshold}, but must be greater than 0.0");
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert_eq!(error.also()[0].to_string(), "`shingle` is 0, but must be from 1 to 16");
    }
}

#[test]
fn settings_are_read_by_name() {
    let params: DuplicatesParams = serde_json::from_str(r#"{"exact": true}"#).unwrap();
    assert_eq!(params, DuplicatesParams { exact: true, ..DuplicatesParams::default() });
    assert!(serde_json::from_str::<DuplicatesParams>(r#"{"treshold": 0.5}"#).is_err());
}
