//! Which documents a model learns from and which it is measured on.

use std::collections::{BTreeMap, HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::ingest::Meta;
use crate::data::Split;

/// Places of the labelled documents in the corpus, by part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// What is learned from.
    pub train: Vec<usize>,
    /// What is measured on.
    pub test: Vec<usize>,
    /// Whether the corpus itself says which is which.
    pub official: bool,
}

/// Parts the documents: as the corpus says, or else by a hash of the id,
/// `test_size` of each label, equal texts on one side.
///
/// Documents without a label are learned from only if none has one.
pub fn split(documents: &[Meta], test_size: f64) -> Parts {
    let is_labelled = documents.iter().any(|document| document.label.is_some());
    let used: Vec<usize> = (0..documents.len())
        .filter(|&place| !is_labelled || documents[place].label.is_some())
        .collect();
    if used.iter().any(|&place| documents[place].split.is_some()) {
        return official(documents, &used);
    }
    if !is_labelled {
        return Parts { train: used, test: Vec::new(), official: false };
    }
    by_hash(documents, &used, test_size, |document| document.label.clone().unwrap_or_default())
}

/// Parts the documents that have a rating in the same way, `test_size` of each rating.
pub fn split_rated(documents: &[Meta], test_size: f64) -> Parts {
    let is_rated = |place: &usize| documents[*place].rating.is_some_and(f32::is_finite);
    let used: Vec<usize> = (0..documents.len()).filter(is_rated).collect();
    if used.iter().any(|&place| documents[place].split.is_some()) {
        return official(documents, &used);
    }
    by_hash(documents, &used, test_size, |document| document.rating.map_or(0, f32::to_bits))
}

/// Places in `test` whose text stands in `train` as well.
pub fn leaked(documents: &[Meta], parts: &Parts) -> Vec<bool> {
    let train: HashSet<u128> = parts.train.iter().map(|&place| documents[place].text).collect();
    parts.test.iter().map(|&place| train.contains(&documents[place].text)).collect()
}

fn official(documents: &[Meta], used: &[usize]) -> Parts {
    let of = |split| {
        used.iter().copied().filter(|&place| documents[place].split == Some(split)).collect()
    };
    Parts { train: of(Split::Train), test: of(Split::Test), official: true }
}

/// `test_size` of the documents of each `class` is tested.
fn by_hash<Class: Ord>(
    documents: &[Meta],
    used: &[usize],
    test_size: f64,
    class: impl Fn(&Meta) -> Class,
) -> Parts {
    // Equal texts go where the smallest of their ids goes.
    let mut speakers: HashMap<u128, &str> = HashMap::new();
    for &place in used {
        let document = &documents[place];
        let speaker = speakers.entry(document.text).or_insert(&document.id);
        *speaker = (*speaker).min(&document.id);
    }
    let mut by_class: BTreeMap<Class, Vec<(u64, usize)>> = BTreeMap::new();
    for &place in used {
        let document = &documents[place];
        let hash = xxh3_64(speakers[&document.text].as_bytes());
        by_class.entry(class(document)).or_default().push((hash, place));
    }
    let mut parts = Parts::default();
    let mut tested: HashSet<u128> = HashSet::new();
    for places in by_class.values_mut() {
        places.sort_unstable();
        let wanted = (places.len() as f64 * test_size).round() as usize;
        tested.extend(places[..wanted].iter().map(|&(_, place)| documents[place].text));
    }
    for &place in used {
        let part = if tested.contains(&documents[place].text) {
            &mut parts.test
        } else {
            &mut parts.train
        };
        part.push(place);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(id: &str, label: &str, text: u128) -> Meta {
        Meta {
            id: id.into(),
            label: Some(label.into()),
            rating: None,
            split: None,
            group: None,
            text,
            content: 0,
        }
    }

    #[test]
    fn a_fifth_of_each_label_is_tested() {
        let documents: Vec<Meta> = (0..100)
            .map(|n| document(&format!("d{n}"), if n % 4 == 0 { "a" } else { "b" }, n as u128))
            .collect();
        let parts = split(&documents, 0.2);
        let count = |label: &str| {
            parts
                .test
                .iter()
                .filter(|&&place| documents[place].label.as_deref() == Some(label))
                .count()
        };
        assert_eq!((count("a"), count("b")), (5, 15));
        assert_eq!(parts.train.len(), 80);
    }

    #[test]
    fn a_fifth_of_each_rating_is_tested() {
        let mut documents: Vec<Meta> =
            (0..100).map(|n| document(&format!("d{n}"), "a", n as u128)).collect();
        for (n, document) in documents.iter_mut().enumerate() {
            document.label = None;
            document.rating = (n >= 20).then_some([1.0, 10.0][n % 2]);
        }
        let parts = split_rated(&documents, 0.2);
        let count = |rating| {
            parts.test.iter().filter(|&&place| documents[place].rating == Some(rating)).count()
        };
        assert_eq!((count(1.0), count(10.0), parts.train.len()), (8, 8, 64));
        documents[50].split = Some(Split::Test);
        assert_eq!(split_rated(&documents, 0.2).test, [50]);
    }

    #[test]
    fn equal_texts_stay_together() {
        let documents: Vec<Meta> = (0..40)
            .map(|n| document(&format!("d{n}"), ["a", "b"][n % 2], (n / 4) as u128))
            .collect();
        let parts = split(&documents, 0.5);
        assert!(!leaked(&documents, &parts).contains(&true));
        assert!(!parts.test.is_empty() && !parts.train.is_empty());
    }

    #[test]
    fn the_order_of_documents_does_not_matter() {
        let mut documents: Vec<Meta> =
            (0..30).map(|n| document(&format!("d{n}"), ["a", "b"][n % 2], n as u128)).collect();
        let ids = |documents: &[Meta]| {
            let mut ids: Vec<String> = split(documents, 0.2)
                .test
                .iter()
                .map(|&place| documents[place].id.clone())
                .collect();
            ids.sort();
            ids
        };
        let before = ids(&documents);
        documents.reverse();
        assert_eq!(before, ids(&documents));
    }

    #[test]
    fn official_splits_win() {
        let mut documents = vec![document("x", "a", 1), document("y", "b", 1)];
        documents[0].split = Some(Split::Train);
        documents[1].split = Some(Split::Test);
        let parts = split(&documents, 0.2);
        assert_eq!((parts.train.as_slice(), parts.test.as_slice()), (&[0][..], &[1][..]));
        assert_eq!(leaked(&documents, &parts), [true]);
    }
}
