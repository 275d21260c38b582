//! Folds for cross-validation on the training part.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::ingest::Meta;

/// The fold of each document of `train`, 0 to `folds` − 1.
///
/// Documents of one group stay together, and so do equal texts without one.
/// Groups go, in the order of a hash of their names, to the fold that is
/// smallest so far: the folds differ by one group at most and do not depend on
/// the order of the corpus.
pub fn folds(documents: &[Meta], train: &[usize], folds: usize) -> Vec<usize> {
    let names: Vec<String> = train.iter().map(|&place| name(&documents[place])).collect();
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    names.iter().for_each(|name| *sizes.entry(name).or_default() += 1);
    let mut groups: Vec<(u64, &str)> =
        sizes.keys().map(|name| (xxh3_64(name.as_bytes()), *name)).collect();
    groups.sort_unstable();
    let mut filled = vec![0; folds];
    let mut fold_of: HashMap<&str, usize> = HashMap::new();
    for (_, group) in groups {
        let smallest = (0..folds).min_by_key(|&fold| filled[fold]).expect("there is a fold");
        filled[smallest] += sizes[group];
        fold_of.insert(group, smallest);
    }
    names.iter().map(|name| fold_of[name.as_str()]).collect()
}

fn name(document: &Meta) -> String {
    match &document.group {
        Some(group) => format!("group {group}"),
        None => format!("text {:x}", document.text),
    }
}

/// The mean over the folds, and its standard error.
pub(super) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0) / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(n: u32, group: Option<u32>) -> Meta {
        Meta {
            id: n.to_string(),
            label: None,
            rating: None,
            split: None,
            group: group.map(|group| group.to_string()),
            text: n.into(),
            content: n.into(),
        }
    }

    #[test]
    fn groups_stay_together_and_folds_are_even() {
        let documents: Vec<Meta> = (0..100).map(|n| document(n, Some(n / 5))).collect();
        let train: Vec<usize> = (0..100).collect();
        let found = folds(&documents, &train, 5);
        assert!(found.chunks(5).all(|group| group.iter().all(|fold| *fold == group[0])));
        assert!((0..5).all(|fold| found.iter().filter(|found| **found == fold).count() == 20));
    }

    #[test]
    fn the_order_of_documents_does_not_matter() {
        let documents: Vec<Meta> = (0..50).map(|n| document(n, None)).collect();
        let forwards: Vec<usize> = (0..50).collect();
        let backwards: Vec<usize> = (0..50).rev().collect();
        let mut found = folds(&documents, &backwards, 3);
        found.reverse();
        assert_eq!(found, folds(&documents, &forwards, 3));
    }

    #[test]
    fn the_mean_has_an_error() {
        let (mean, error) = mean_and_error(&[0.9, 0.92, 0.94]);
        assert!((mean - 0.92).abs() < 1e-12);
        assert!((error - 0.02 / 3f64.sqrt()).abs() < 1e-12);
        assert_eq!([mean_and_error(&[2.0]), mean_and_error(&[])], [(2.0, 0.0), (0.0, 0.0)]);
    }
}
