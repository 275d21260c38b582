use std::path::{Path, PathBuf};

use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::layout::{ALIGNMENT, BLOCK, HEAD};
use super::*;

const FORM: Form = Form { kind: *b"TEST", version: 3, name: "test", mend: "make it anew" };

/// A file of bytes and numbers, in a folder that lives as long as it is needed.
fn written(bytes: &[u8], numbers: &[u32]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.bin");
    let mut writer = SectionsWriter::create(&path, FORM).unwrap();
    let mut section = writer.section(*b"byte").unwrap();
    bytes.chunks(50_000).for_each(|chunk| section.write(chunk).unwrap());
    writer.section::<f64>(*b"none").unwrap();
    writer.section(*b"nums").unwrap().write(numbers).unwrap();
    writer.commit().unwrap();
    (folder, path)
}

fn read_whole(path: &Path) -> Result<(Vec<u8>, Vec<u32>)> {
    let sections = Sections::open(path, FORM)?;
    sections.check()?;
    let bytes = sections.column::<u8>(*b"byte")?;
    let numbers = sections.column::<u32>(*b"nums")?;
    Ok((bytes.all()?.to_vec(), numbers.all()?.to_vec()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn reads_what_it_wrote(
        length in prop_oneof![0..200_usize, 60_000..140_000_usize],
        numbers in prop::collection::vec(any::<u32>(), 0..300),
        ends in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let bytes: Vec<u8> = (0..length).map(|place| (place * place / 7) as u8).collect();
        let (_folder, path) = written(&bytes, &numbers);
        let sections = Sections::open(&path, FORM).unwrap();
        let (a, b) = (ends.0.index(length + 1), ends.1.index(length + 1));
        let column = sections.column::<u8>(*b"byte").unwrap();
        prop_assert_eq!(column.get(a.min(b)..a.max(b)).unwrap(), &bytes[a.min(b)..a.max(b)]);
        prop_assert_eq!(column.at(a).ok(), bytes.get(a).copied());
        prop_assert_eq!(read_whole(&path).unwrap(), (bytes, numbers));
    }

    #[test]
    fn no_tail_makes_it_panic(
        rows in prop::collection::vec((0..4_u32, 0..10_u32, 0..5_u64, 0..200_u64), 0..4),
        (blocks, body, count) in (0..3_usize, 0..5_u64, 0..5_u64),
    ) {
        let (folder, path) = written(b"", &[]);
        let whole = std::fs::read(&path).unwrap();
        let mut file = whole[..HEAD.max(body as usize * ALIGNMENT).min(whole.len())].to_vec();
        let start = file.len();
        (0..blocks).for_each(|_| file.extend(xxh3_64(&whole[..start]).to_le_bytes()));
        for (tag, size, offset, length) in rows {
            file.extend([tag.to_le_bytes(), size.to_le_bytes()].as_flattened());
            file.extend((offset * ALIGNMENT as u64).to_le_bytes());
            file.extend((u64::MAX / 2 * (length / 199) + length).to_le_bytes());
        }
        let length = file.len() as u64 + 32;
        for number in [body * ALIGNMENT as u64, count, length] {
            file.extend(number.to_le_bytes());
        }
        file.extend(xxh3_64(&file[start..]).to_le_bytes());
        std::fs::write(folder.path().join("y.bin"), &file).unwrap();
        let _ = read_whole(&folder.path().join("y.bin"));
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let (folder, path) = written(b"some bytes", &[1, 2, 3]);
    let whole = std::fs::read(&path).unwrap();
    let bad = folder.path().join("bad.bin");
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&bad, &flipped).unwrap();
        assert!(read_whole(&bad).is_err(), "bit {bit}");
    }
    for length in 0..whole.len() {
        std::fs::write(&bad, &whole[..length]).unwrap();
        assert!(read_whole(&bad).is_err(), "cut at {length}");
    }
    std::fs::write(&bad, [&whole[..], &[0]].concat()).unwrap();
    assert!(read_whole(&bad).is_err());
}

#[test]
fn damage_is_found_where_it_is_touched_and_named() {
    let (_folder, path) = written(&vec![7; 3 * BLOCK], &[1]);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[BLOCK + 5] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let sections = Sections::open(&path, FORM).unwrap();
    let column = sections.column::<u8>(*b"byte").unwrap();
    assert!(column.get(0..100).is_ok() && column.get(2 * BLOCK..3 * BLOCK).is_ok());
    for touched in [BLOCK..BLOCK + 1, 0..3 * BLOCK, 2 * BLOCK - HEAD - 1..2 * BLOCK] {
        let error = column.get(touched).unwrap_err();
        assert!(error.to_string().contains("block 1 (from byte 65536)"), "{error}");
        assert!(error.place().unwrap().contains("x.bin"));
        assert_eq!(error.hint(), Some("make it anew"));
    }
    assert!(sections.check().is_err());
}

#[test]
fn what_is_not_there_is_an_error() {
    let (_folder, path) = written(b"abc", &[1, 2]);
    let sections = Sections::open(&path, FORM).unwrap();
    assert!(sections.has(*b"none") && !sections.has(*b"else"));
    assert!(sections.column::<u8>(*b"else").is_err());
    assert!(sections.column::<u64>(*b"nums").is_err());
    let numbers = sections.column::<u32>(*b"nums").unwrap();
    assert_eq!((numbers.len(), numbers.get(2..2).unwrap().len()), (2, 0));
    #[expect(clippy::reversed_empty_ranges)]
    let outside = [1..3, 3..3, 2..1, 0..usize::MAX, usize::MAX..usize::MAX];
    outside.into_iter().for_each(|range| assert!(numbers.get(range).is_err()));
    assert!(numbers.at(2).is_err() && numbers.at(usize::MAX).is_err());
    assert!(sections.column::<f64>(*b"none").unwrap().all().unwrap().is_empty());
}

#[test]
fn a_newer_file_says_so_and_another_kind_is_refused() {
    let (_folder, path) = written(b"", &[]);
    let error = Sections::open(&path, Form { version: 2, ..FORM }).err().unwrap();
    assert!(error.to_string().contains("newer"), "{error}");
    assert!(Sections::open(&path, Form { kind: *b"ELSE", ..FORM }).is_err());
}

#[test]
fn threads_share_a_column_that_outlives_its_file() {
    let bytes: Vec<u8> = (0..5 * BLOCK).map(|place| (place / 300) as u8).collect();
    let (folder, path) = written(&bytes, &[]);
    let sections = Sections::open(&path, FORM).unwrap();
    let column = sections.column::<u8>(*b"byte").unwrap();
    drop((sections, folder));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let column = column.clone();
            scope.spawn(|| assert!({ column }.all().unwrap() == bytes));
        }
    });
}

#[test]
fn contents_tell_checksums_apart() {
    let sum = |bytes: &[u8]| {
        let (_folder, path) = written(bytes, &[]);
        Sections::open(&path, FORM).unwrap().checksum()
    };
    assert_eq!(sum(b"a"), sum(b"a"));
    assert_ne!(sum(b"a"), sum(b"b"));
}
