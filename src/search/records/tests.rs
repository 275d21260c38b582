//! Records that are written and read again.

use proptest::prelude::*;

use super::*;
use crate::files::SectionsWriter;
use crate::search::FORM;

/// The records as they are read, in `order`.
fn written<T>(records: &[Record], order: &[u32], read: impl FnOnce(&Records) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records");
    let mut file = SectionsWriter::create(&path, FORM).unwrap();
    write_records(&mut file, records, order).unwrap();
    file.commit().unwrap();
    read(&Records::open(&Sections::open(&path, FORM).unwrap(), order.len() as u32).unwrap())
}

fn any_record() -> impl Strategy<Value = Record> {
    let text = || prop_oneof![3 => ".{0,20}", 1 => "(?s).{0,300}"];
    let field = || prop_oneof![2 => Just(String::new()), 1 => "[ab가]{1,2}", 1 => any::<String>()];
    let date = prop::option::of((i64::MIN + 1)..=i64::MAX);
    (text(), text(), date, text(), [field(), field(), field()]).prop_map(
        |(text, title, date, date_text, fields)| Record {
            id: String::new(),
            text,
            title,
            date,
            date_text,
            fields,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_records_come_back(
        records in prop::collection::btree_map(any::<String>(), any_record(), 0..60),
        (missing, turned) in (any::<String>(), any::<bool>()),
    ) {
        let with_id = |(id, record)| Record { id, ..record };
        let records: Vec<Record> = records.into_iter().map(with_id).collect();
        let mut order: Vec<u32> = (0..records.len() as u32).collect();
        if turned {
            order.reverse();
            order.rotate_right(records.len() / 3);
        }
        written(&records, &order, |read| {
            let (mut inflate, mut unpacked) = (Decompress::new(false), Vec::new());
            for (document, place) in order.iter().enumerate() {
                let record = &records[*place as usize];
                read.unpack_up_to(document as u32, &mut inflate, &mut unpacked).unwrap();
                prop_assert_eq!(&read.record_of(document as u32, &unpacked).unwrap(), record);
                prop_assert_eq!(&read.record(document as u32).unwrap(), record);
                prop_assert_eq!(read.with_id(&record.id).unwrap(), [document as u32]);
            }
            let is_known = records.iter().any(|record| record.id == missing);
            prop_assert_eq!(read.with_id(&missing).unwrap().len(), usize::from(is_known));
            prop_assert!(read.record(order.len() as u32).is_err());
            Ok(())
        })?;
    }
}

#[test]
fn an_id_that_comes_again_names_all() {
    let record = |id: &str| Record { id: id.to_owned(), ..Record::default() };
    written(&["b", "a", "b", "c", "b"].map(record), &[3, 0, 1, 4, 2], |read| {
        let with_id = |id: &str| read.with_id(id).unwrap();
        assert_eq!([with_id("a"), with_id("b"), with_id("c")], [vec![2], vec![1, 3, 4], vec![0]]);
        assert!(with_id("").is_empty() && with_id("bb").is_empty() && with_id("d").is_empty());
    });
}

#[test]
fn texts_and_titles_without_end_are_cut_between_characters() {
    let long = format!("a{}", "가".repeat(LONGEST_TEXT));
    let record = |id: u32| Record {
        id: format!("{id:02}"),
        text: long.clone(),
        title: long.clone(),
        ..Record::default()
    };
    let records: Vec<Record> = (0..TOGETHER as u32 + 1).map(record).collect();
    let order: Vec<u32> = (0..records.len() as u32).collect();
    written(&records, &order, |read| {
        for document in &order {
            let record = read.record(*document).unwrap();
            for part in [record.title, record.text] {
                assert!((LONGEST_TEXT - 2..=LONGEST_TEXT).contains(&part.len()));
                assert!(long.starts_with(&part));
            }
        }
    });
}
