//! One field of all documents: the value of each, and the documents of each value.

use std::collections::BTreeMap;

use super::{Record, between, damaged, text};
use crate::error::Result;
use crate::files::{Column, Sections, SectionsWriter};

/// A field as it is read.
pub(super) struct Field {
    /// The values, rising.
    pub values: Column<u8>,
    pub value_ends: Column<u64>,
    /// The documents of each value, rising.
    pub documents: Column<u32>,
    pub document_ends: Column<u64>,
    /// Of each document the number of its value, counted from 1; 0 if it has none.
    pub value_of: Column<u32>,
}

/// Sections of the field of a number.
fn tag(field: usize, part: &[u8; 2]) -> [u8; 4] {
    [b'F', b'0' + field as u8, part[0], part[1]]
}

impl Field {
    pub fn open(file: &Sections, field: usize) -> Result<Self> {
        Ok(Field {
            values: file.column(tag(field, b"VA"))?,
            value_ends: file.column(tag(field, b"VE"))?,
            documents: file.column(tag(field, b"DO"))?,
            document_ends: file.column(tag(field, b"DE"))?,
            value_of: file.column(tag(field, b"OF"))?,
        })
    }

    pub fn write(file: &mut SectionsWriter, records: &[&Record], field: usize) -> Result<()> {
        let mut by_value: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (place, record) in records.iter().enumerate() {
            let value = record.fields[field].as_str();
            if !value.is_empty() {
                by_value.entry(value).or_default().push(place as u32);
            }
        }
        let mut value_of = vec![0; records.len()];
        for (number, documents) in (1..).zip(by_value.values()) {
            documents.iter().for_each(|document| value_of[*document as usize] = number);
        }
        let mut section = file.section::<u8>(tag(field, b"VA"))?;
        by_value.keys().try_for_each(|value| section.write(value.as_bytes()))?;
        let value_ends = ends(by_value.keys().map(|value| value.len()));
        file.section::<u64>(tag(field, b"VE"))?.write(&value_ends)?;
        let document_ends = ends(by_value.values().map(Vec::len));
        file.section::<u64>(tag(field, b"DE"))?.write(&document_ends)?;
        let mut section = file.section::<u32>(tag(field, b"DO"))?;
        by_value.values().try_for_each(|documents| section.write(documents))?;
        file.section::<u32>(tag(field, b"OF"))?.write(&value_of)
    }

    /// How many documents it tells of.
    pub fn documents(&self) -> usize {
        self.value_of.len()
    }

    pub fn value(&self, number: usize) -> Result<&str> {
        text(self.values.get(between(&self.value_ends, number)?)?)
    }

    pub fn documents_of(&self, number: usize) -> Result<&[u32]> {
        self.documents.get(between(&self.document_ends, number)?)
    }

    pub fn documents_with(&self, value: &str) -> Result<&[u32]> {
        let (mut low, mut high) = (0, self.value_ends.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.value(middle)?.cmp(value) {
                std::cmp::Ordering::Equal => return self.documents_of(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(&[])
    }

    /// Empty if the document has no value.
    pub fn value_of(&self, document: u32) -> Result<String> {
        match self.value_of.at(document as usize)? {
            0 => Ok(String::new()),
            number => self.value(number as usize - 1).map(str::to_owned),
        }
    }

    /// Whether both ways to ask have the same answers.
    pub fn check(&self) -> Result<()> {
        let mut value_of = vec![0; self.documents()];
        for number in 0..self.value_ends.len() {
            if number > 0 && self.value(number - 1)? >= self.value(number)? {
                return Err(damaged("the values of a field do not rise"));
            }
            for &document in self.documents_of(number)? {
                match value_of.get_mut(document as usize) {
                    Some(value @ 0) => *value = number as u32 + 1,
                    _ => {
                        return Err(damaged("a field names a document twice, or one there is not"));
                    }
                }
            }
        }
        match self.value_of.all()? == value_of {
            true => Ok(()),
            false => Err(damaged("the values of a field are not those of its documents")),
        }
    }
}

fn ends(lengths: impl Iterator<Item = usize>) -> Vec<u64> {
    let sum = |end: &mut u64, length| {
        *end += length as u64;
        Some(*end)
    };
    lengths.scan(0, sum).collect()
}
