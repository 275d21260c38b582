//! The end of a file of sections: checksums of its blocks, table, lengths.
//!
//! Whoever made the file may have made it to hurt: nothing is believed before it fits
//! the length of the file, and there is one way alone in which sections may lie.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::layout::{ALIGNMENT, BLOCK, HEAD};

/// Length of what stands last.
pub(super) const LAST: usize = 32;
const ROW: usize = 24;
/// Far more than any layout has; bounds the time to read a hostile table.
pub(super) const MAX_SECTIONS: usize = 1000;

/// What a file says about itself.
#[derive(Debug)]
pub(super) struct Tail {
    /// Length of head and body.
    pub(super) body: usize,
    /// Of the tail, and so of all that its checksums cover.
    pub(super) checksum: u64,
    sections: Vec<Section>,
}

/// A row of the section table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) tag: [u8; 4],
    pub(super) element_size: u32,
    pub(super) offset: usize,
    pub(super) length: usize,
}

impl Section {
    /// Its bytes in the file.
    pub(super) fn place(&self) -> Range<usize> {
        self.offset..self.offset + self.length
    }
}

impl Tail {
    /// Reads the tail of a whole file; says what is wrong with it otherwise.
    pub(super) fn read(file: &[u8]) -> Result<Self, &'static str> {
        let Some((_, last)) = file.split_last_chunk::<LAST>() else {
            return Err("it ends too early");
        };
        let [body, count, length, checksum] = numbers(last);
        if length != file.len() as u64 {
            return Err("its length is not the one it was written with");
        }
        let (body, table) =
            places(body, count, file.len()).ok_or("its parts do not fit its length")?;
        if xxh3_64(&file[body..file.len() - 8]) != checksum {
            return Err("the checksum of its tail does not match");
        }
        let sections = sections(&file[table..file.len() - LAST], body)
            .ok_or("its table of sections contradicts itself")?;
        Ok(Tail { body, checksum, sections })
    }

    /// The section of that tag.
    pub(super) fn find(&self, tag: [u8; 4]) -> Option<&Section> {
        self.sections.iter().find(|section| section.tag == tag)
    }
}

/// Number of blocks, the last of which may be short.
pub(super) fn blocks(body: usize) -> usize {
    body.div_ceil(BLOCK)
}

/// The bytes of a tail.
pub(super) fn write(body: u64, sums: &[u64], sections: &[Section]) -> Vec<u8> {
    let mut tail: Vec<u8> = sums.iter().flat_map(|sum| sum.to_le_bytes()).collect();
    for section in sections {
        tail.extend(section.tag);
        tail.extend(section.element_size.to_le_bytes());
        tail.extend((section.offset as u64).to_le_bytes());
        tail.extend((section.length as u64).to_le_bytes());
    }
    let length = body + (tail.len() + LAST) as u64;
    for number in [body, sections.len() as u64, length] {
        tail.extend(number.to_le_bytes());
    }
    tail.extend(xxh3_64(&tail).to_le_bytes());
    tail
}

/// Where body and table end and begin, if what is said fills the file exactly.
fn places(body: u64, count: u64, length: usize) -> Option<(usize, usize)> {
    let body = usize::try_from(body).ok().filter(|body| *body >= HEAD && *body <= length)?;
    let count = usize::try_from(count).ok().filter(|count| *count <= MAX_SECTIONS)?;
    let table = body + blocks(body) * 8;
    (body.is_multiple_of(ALIGNMENT) && table + count * ROW + LAST == length)
        .then_some((body, table))
}

/// The rows of the table, if each section follows upon the other up to the end of the
/// body; so they neither overlap nor leave anything unnamed.
fn sections(table: &[u8], body: usize) -> Option<Vec<Section>> {
    let mut sections: Vec<Section> = Vec::new();
    let mut next = HEAD;
    for row in table.as_chunks::<ROW>().0 {
        let section = section(row)?;
        let end = section.offset.checked_add(section.length)?;
        let is_new = sections.iter().all(|other| other.tag != section.tag);
        let is_whole = matches!(section.element_size, 1 | 2 | 4 | 8)
            && section.length.is_multiple_of(section.element_size as usize);
        if section.offset != next || end > body || !is_new || !is_whole {
            return None;
        }
        next = end.next_multiple_of(ALIGNMENT);
        sections.push(section);
    }
    (next == body).then_some(sections)
}

fn section(row: &[u8; ROW]) -> Option<Section> {
    let [first, offset, length] = numbers(row);
    let first = first.to_le_bytes();
    let ([tag, size], _) = first.as_chunks::<4>() else { return None };
    Some(Section {
        tag: *tag,
        element_size: u32::from_le_bytes(*size),
        offset: usize::try_from(offset).ok()?,
        length: usize::try_from(length).ok()?,
    })
}

fn numbers<const COUNT: usize>(bytes: &[u8]) -> [u64; COUNT] {
    let (numbers, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|place| u64::from_le_bytes(numbers[place]))
}
