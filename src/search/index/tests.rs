//! An index that was changed and is filtered, against one that was built of what is left.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::data::Norm;
use crate::search::segments::Writer;
use crate::search::{Counts, FIELDS, write_segment};

const COLUMNS: u32 = 9;

/// A row, and what it can be filtered by.
#[derive(Debug, Clone)]
struct Document {
    row: BTreeMap<u32, u32>,
    date: Option<i64>,
    fields: [String; FIELDS.len()],
}

type Documents = BTreeMap<String, Document>;

#[derive(Debug, Clone)]
enum Change {
    /// Adds documents; those of the same ids are replaced.
    Add(Documents),
    Delete(BTreeSet<String>),
    /// Makes one segment of all.
    Merge,
}

fn id() -> impl Strategy<Value = String> {
    "[ab가🙂]{1,3}"
}

fn row() -> impl Strategy<Value = BTreeMap<u32, u32>> {
    prop::collection::btree_map(0..COLUMNS, prop_oneof![1..4u32, 4..300u32], 0..COLUMNS as usize)
}

fn document() -> impl Strategy<Value = Document> {
    let date = prop::option::of(prop_oneof![9 => -3..3i64, 1 => Just(i64::MAX)]);
    let field = || prop_oneof![Just(""), Just("x"), Just("나")].prop_map(str::to_owned);
    (row(), date, [field(), field(), field()]).prop_map(|(row, date, fields)| Document {
        row,
        date,
        fields,
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => prop::collection::btree_map(id(), document(), 1..140).prop_map(Change::Add),
        2 => prop::collection::btree_set(id(), 0..40).prop_map(Change::Delete),
        1 => Just(Change::Merge),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let bound = || prop::option::of(prop_oneof![9 => -4..5i64, 1 => Just(i64::MIN)]);
    let value = prop_oneof![3 => Just("x"), 3 => Just("나"), 1 => Just("nobody"), 1 => Just("")];
    let values = prop::collection::vec(value.prop_map(str::to_owned), 0..3);
    let values = prop_oneof![2 => Just(Vec::new()), 1 => values];
    (bound(), bound(), [values.clone(), values.clone(), values])
        .prop_map(|(since, until, values)| Filter { since, until, values })
}

fn weights() -> impl Strategy<Value = Weights> {
    let factors = prop::collection::vec(-1.0..9.0f32, COLUMNS as usize);
    let norm = prop_oneof![Just(Norm::L2), Just(Norm::L1), Just(Norm::None)];
    (factors, any::<bool>(), norm).prop_map(|(factors, sublinear_tf, norm)| Weights {
        factors,
        sublinear_tf,
        norm,
    })
}

/// What `filter` says, read once more.
fn passes(filter: &Filter, document: &Document) -> bool {
    let has_dates = filter.since.is_some() || filter.until.is_some();
    let in_time = document.date.is_some_and(|date| {
        filter.since.is_none_or(|since| date >= since)
            && filter.until.is_none_or(|until| date < until)
    });
    let has_values =
        filter.values.iter().zip(&document.fields).all(|(values, field)| {
            values.is_empty() || (!field.is_empty() && values.contains(field))
        });
    (in_time || !has_dates) && has_values
}

fn record(id: &str, document: &Document) -> Record {
    let Document { date, fields, .. } = document.clone();
    Record { id: id.to_owned(), text: format!("{id}!"), date, fields, ..Record::default() }
}

fn writer(folder: &Path) -> Writer {
    Writer::take(folder, FORM, &mut |_| Ok(())).unwrap()
}

fn write<'a>(
    writer: &mut Writer,
    weights: &Weights,
    documents: impl Iterator<Item = (&'a String, &'a Document)>,
) -> Option<(std::path::PathBuf, u32)> {
    let (mut counts, mut records) = (Counts::default(), Vec::new());
    for (id, document) in documents {
        let columns: Vec<u32> = document.row.keys().copied().collect();
        counts.push(&columns, document.row.values().copied());
        records.push(record(id, document));
    }
    let path = writer.new_segment_path();
    (!records.is_empty()).then(|| {
        write_segment(&path, &records, &counts, weights, COLUMNS as usize).unwrap();
        (path, records.len() as u32)
    })
}

fn delete<'a>(folder: &Path, writer: &mut Writer, ids: impl Iterator<Item = &'a String>) {
    let Some(index) = Index::open(folder).unwrap() else { return };
    for place in ids.filter_map(|id| index.find(id).unwrap()) {
        writer.delete(place.segment as usize, &[place.document]).unwrap();
    }
}

fn apply(folder: &Path, change: &Change, weights: &Weights, documents: &mut Documents) {
    let mut writer = writer(folder);
    match change {
        Change::Add(added) => {
            delete(folder, &mut writer, added.keys());
            let (path, count) = write(&mut writer, weights, added.iter()).unwrap();
            writer.add(&path, count).unwrap();
            documents.extend(added.clone());
        }
        Change::Delete(ids) => {
            delete(folder, &mut writer, ids.iter());
            documents.retain(|id, _| !ids.contains(id));
        }
        Change::Merge => {
            let merged = write(&mut writer, weights, documents.iter());
            let new = merged.as_ref().map(|(path, count)| (path.as_path(), *count));
            writer.replace(0..writer.segments().len(), new).unwrap();
        }
    }
    writer.commit("test").unwrap();
}

/// Ids and scores of the nearest, to the last bit.
fn search(
    index: &Index,
    weights: &Weights,
    query: &BTreeMap<u32, u32>,
    (measure, top): (Measure, usize),
    filter: &Filter,
) -> Vec<(String, f64)> {
    let columns: Vec<u32> = query.keys().copied().collect();
    let mut values: Vec<f32> = query.values().map(|count| *count as f32).collect();
    weights.weigh(&columns, &mut values);
    let query = Query::new(&columns, &values);
    let allowed = index.allowed(filter).unwrap();
    let mut worker = Worker::default();
    let hits = index.search(&mut worker, weights, &query, measure, top, &allowed).unwrap();
    hits.into_iter().map(|hit| (hit.id, hit.score)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_changed_index_is_one_of_what_is_left(
        changes in prop::collection::vec(change(), 1..7),
        (weights, filter, query, top) in (weights(), filter(), row(), 1..30usize),
    ) {
        let (changed, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut documents = Documents::new();
        for change in &changes {
            apply(changed.path(), change, &weights, &mut documents);
        }
        let index = Index::open(changed.path()).unwrap().unwrap();
        index.check(&weights, COLUMNS as usize).unwrap();
        prop_assert_eq!(index.documents(), documents.len() as u64);
        let found: BTreeSet<&str> = index.places().map(|place| index.id(place).unwrap()).collect();
        prop_assert!(found.iter().eq(documents.keys()), "{:?}", found);
        for (id, document) in &documents {
            let place = index.find(id).unwrap().unwrap();
            prop_assert_eq!(index.record(place).unwrap(), record(id, document));
        }

        let mut writer = writer(fresh.path());
        let passing = documents.iter().filter(|(_, document)| passes(&filter, document));
        if let Some((path, count)) = write(&mut writer, &weights, passing) {
            writer.add(&path, count).unwrap();
        }
        writer.commit("test").unwrap();
        let left = Index::open(fresh.path()).unwrap().unwrap();
        for measure in Measure::ALL {
            for top in [top, 1000] {
                let asked = (measure, top);
                let found = search(&index, &weights, &query, asked, &filter);
                let wanted = search(&left, &weights, &query, asked, &Filter::default());
                prop_assert_eq!(found, wanted, "{:?}", asked);
            }
        }
    }
}
