//! Records → the sections of a segment.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rayon::prelude::*;

use super::{FIELDS, Field, LONGEST_TEXT, NO_DATE, Record, TOGETHER};
use crate::error::Result;
use crate::files::SectionsWriter;

/// Writes the records in the order of `order`.
pub(in crate::search) fn write_records(
    file: &mut SectionsWriter,
    records: &[Record],
    order: &[u32],
) -> Result<()> {
    let ordered: Vec<&Record> = order.iter().map(|place| &records[*place as usize]).collect();
    write_ids(file, &ordered)?;
    write_dates(file, &ordered)?;
    (0..FIELDS.len()).try_for_each(|field| Field::write(file, &ordered, field))?;
    write_texts(file, &ordered)
}

/// Ids in the order of documents, and the documents in the order of their ids.
fn write_ids(file: &mut SectionsWriter, records: &[&Record]) -> Result<()> {
    write_strings(file, *b"IDEN", *b"IDBY", records, |record: &Record| &record.id)?;
    let mut sorted: Vec<u32> = (0..records.len() as u32).collect();
    sorted.par_sort_unstable_by_key(|place| (records[*place as usize].id.as_str(), *place));
    file.section::<u32>(*b"IDSO")?.write(&sorted)
}

/// The end of each string, and the strings.
fn write_strings(
    file: &mut SectionsWriter,
    ends: [u8; 4],
    bytes: [u8; 4],
    records: &[&Record],
    of: impl Fn(&Record) -> &str,
) -> Result<()> {
    let end = |end: &mut u64, record: &&Record| {
        *end += of(record).len() as u64;
        Some(*end)
    };
    file.section::<u64>(ends)?.write(&records.iter().scan(0, end).collect::<Vec<_>>())?;
    let mut section = file.section::<u8>(bytes)?;
    records.iter().try_for_each(|record| section.write(of(record).as_bytes()))
}

fn write_dates(file: &mut SectionsWriter, records: &[&Record]) -> Result<()> {
    let date = |place: u32| records[place as usize].date.unwrap_or(NO_DATE);
    let mut sorted: Vec<u32> = (0..records.len() as u32).collect();
    sorted.sort_unstable_by_key(|place| (date(*place), *place));
    let dates: Vec<u64> = sorted.iter().map(|place| date(*place) as u64).collect();
    file.section::<u64>(*b"DATE")?.write(&dates)?;
    file.section::<u32>(*b"DATO")?.write(&sorted)?;
    let dates: Vec<u64> = (0..records.len() as u32).map(|place| date(place) as u64).collect();
    file.section::<u64>(*b"DATD")?.write(&dates)?;
    write_strings(file, *b"DTEN", *b"DTBY", records, |record: &Record| &record.date_text)
}

/// Titles and texts, several documents together: (end of title, end of text) within them.
fn write_texts(file: &mut SectionsWriter, records: &[&Record]) -> Result<()> {
    let mut ends = Vec::with_capacity(records.len());
    for together in records.chunks(TOGETHER) {
        let mut end = 0;
        for record in together {
            let title = end + cut(&record.title).len() as u32;
            end = title + cut(&record.text).len() as u32;
            ends.push([title, end]);
        }
    }
    file.section::<[u32; 2]>(*b"TXTE")?.write(&ends)?;
    let mut section_ends = Vec::new();
    let mut section = file.section::<u8>(*b"TEXT")?;
    let mut end = 0;
    for many in records.chunks(TOGETHER * 256) {
        let packed: Vec<Vec<u8>> = many.par_chunks(TOGETHER).map(pack).collect();
        for bytes in packed {
            end += bytes.len() as u64;
            section_ends.push(end);
            section.write(&bytes)?;
        }
    }
    file.section::<u64>(*b"TXTB")?.write(&section_ends)
}

fn cut(text: &str) -> &str {
    let end = (0..=text.len().min(LONGEST_TEXT)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

fn pack(records: &[&Record]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    for record in records {
        let parts = [cut(&record.title).as_bytes(), cut(&record.text).as_bytes()];
        parts.iter().for_each(|part| encoder.write_all(part).expect("memory takes all"));
    }
    encoder.finish().expect("memory takes all")
}
