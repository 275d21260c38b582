//! What is told of a document that was found: its id, its title, its text, and by what
//! it can be filtered.

mod check;
mod field;
#[cfg(test)]
mod tests;
mod write;

use std::io::Read;

use flate2::read::DeflateDecoder;
use flate2::{Decompress, FlushDecompress};

use crate::error::{Error, Result};
use crate::files::{Column, Sections};
use field::Field;
pub(in crate::search) use write::write_records;

/// One document as it is kept beside its row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Its name; `--add` and `--delete` mean by it every document that has it.
    pub id: String,
    /// Its text, clean.
    pub text: String,
    /// Its title; empty if it has none.
    pub title: String,
    /// Its date in seconds since 1970, to filter by.
    pub date: Option<i64>,
    /// Its date as the corpus writes it; empty if it has none.
    pub date_text: String,
    /// Values to filter by, in the order of [`FIELDS`]; empty if it has none.
    pub fields: [String; FIELDS.len()],
}

/// What documents can be filtered by beside their date.
pub const FIELDS: [&str; 3] = ["source", "label", "language"];

/// Documents whose texts are compressed together.
const TOGETHER: usize = 16;

/// Longer texts and titles are cut: a snippet is all that is shown of them.
const LONGEST_TEXT: usize = 1 << 20;

/// What no date is written as; it sorts before all others.
const NO_DATE: i64 = i64::MIN;

/// The records of a segment.
pub struct Records {
    documents: u32,
    id_ends: Column<u64>,
    ids: Column<u8>,
    by_id: Column<u32>,
    dates: Column<u64>,
    by_date: Column<u32>,
    date_of: Column<u64>,
    date_text_ends: Column<u64>,
    date_texts: Column<u8>,
    fields: Vec<Field>,
    text_ends: Column<[u32; 2]>,
    texts: Column<u8>,
    together_ends: Column<u64>,
}

impl Records {
    pub(super) fn open(file: &Sections, documents: u32) -> Result<Self> {
        let records = Records {
            documents,
            id_ends: file.column(*b"IDEN")?,
            ids: file.column(*b"IDBY")?,
            by_id: file.column(*b"IDSO")?,
            dates: file.column(*b"DATE")?,
            by_date: file.column(*b"DATO")?,
            date_of: file.column(*b"DATD")?,
            date_text_ends: file.column(*b"DTEN")?,
            date_texts: file.column(*b"DTBY")?,
            fields: (0..FIELDS.len()).map(|one| Field::open(file, one)).collect::<Result<_>>()?,
            text_ends: file.column(*b"TXTE")?,
            texts: file.column(*b"TEXT")?,
            together_ends: file.column(*b"TXTB")?,
        };
        let count = documents as usize;
        let lengths = [
            records.id_ends.len(),
            records.by_id.len(),
            records.dates.len(),
            records.by_date.len(),
            records.date_of.len(),
            records.date_text_ends.len(),
            records.text_ends.len(),
        ];
        let is_whole = lengths.iter().all(|length| *length == count)
            && records.fields.iter().all(|field| field.documents() == count)
            && records.together_ends.len() == count.div_ceil(TOGETHER);
        match is_whole {
            true => Ok(records),
            false => Err(file.contradiction("it lacks records of its documents")),
        }
    }

    /// The id of a document.
    ///
    /// # Errors
    /// If the file is damaged there; so with the other methods.
    pub fn id(&self, document: u32) -> Result<&str> {
        let range = between(&self.id_ends, document as usize)?;
        text(self.ids.get(range)?)
    }

    /// The documents with an id, rising: more than one if the corpus uses it again.
    pub fn with_id(&self, id: &str) -> Result<Vec<u32>> {
        let (mut low, mut high) = (0, self.documents as usize);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id(self.by_id.at(middle)?)? < id {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let mut found = Vec::new();
        for place in low..self.documents as usize {
            let document = self.by_id.at(place)?;
            if self.id(document)? != id {
                break;
            }
            found.push(document);
        }
        Ok(found)
    }

    /// All that is kept of a document.
    pub fn record(&self, document: u32) -> Result<Record> {
        let mut unpacked = Vec::new();
        self.unpack(self.pack(document), &mut unpacked)?;
        self.record_of(document, &unpacked)
    }

    /// The same where the pack of its text was unpacked already.
    pub(super) fn record_of(&self, document: u32, unpacked: &[u8]) -> Result<Record> {
        let (title, text) = self.title_and_text(document, unpacked)?;
        let (title, text) = (title.to_owned(), text.to_owned());
        Ok(Record { title, text, ..self.facts(document)? })
    }

    /// The same without title and text.
    pub fn facts(&self, document: u32) -> Result<Record> {
        let mut fields = [const { String::new() }; FIELDS.len()];
        for (value, field) in fields.iter_mut().zip(&self.fields) {
            *value = field.value_of(document)?;
        }
        let range = between(&self.date_text_ends, document as usize)?;
        let date_text = self::text(self.date_texts.get(range)?)?.to_owned();
        let (id, date) = (self.id(document)?.to_owned(), self.date(document)?);
        Ok(Record { id, date, date_text, fields, ..Record::default() })
    }

    /// The values of a field, and how many documents have each.
    pub fn values(&self, field: usize) -> Result<Vec<(&str, u64)>> {
        let field = &self.fields[field];
        let value = |number| Ok((field.value(number)?, field.documents_of(number)?.len() as u64));
        (0..field.value_ends.len()).map(value).collect()
    }

    /// Whether some document has a date.
    pub fn has_dates(&self) -> Result<bool> {
        // They are sorted, and those that are none come first.
        let last = self.documents.checked_sub(1).map(|last| self.dates.at(last as usize));
        Ok(last.transpose()?.is_some_and(|date| date as i64 != NO_DATE))
    }

    /// Sets the bits of documents with one of `values` in the field of that number.
    pub fn with_values(&self, field: usize, values: &[String], bits: &mut [u64]) -> Result<()> {
        for value in values {
            for &document in self.fields[field].documents_with(value)? {
                set(bits, document, self.documents)?;
            }
        }
        Ok(())
    }

    /// Sets the bits of documents with a date from `since` on and before `until`.
    pub fn with_dates(
        &self,
        since: Option<i64>,
        until: Option<i64>,
        bits: &mut [u64],
    ) -> Result<()> {
        let dates = self.dates.all()?;
        let since = since.unwrap_or(NO_DATE).max(NO_DATE + 1);
        let start = dates.partition_point(|date| (*date as i64) < since);
        let end =
            until.map_or(dates.len(), |until| dates.partition_point(|date| (*date as i64) < until));
        for &document in self.by_date.get(start..end.max(start))? {
            set(bits, document, self.documents)?;
        }
        Ok(())
    }

    /// The date of a document, if it has one.
    pub fn date(&self, document: u32) -> Result<Option<i64>> {
        let date = self.date_of.at(document as usize)? as i64;
        Ok((date != NO_DATE).then_some(date))
    }

    /// The number of the pack that holds the text of a document.
    pub(super) fn pack(&self, document: u32) -> usize {
        document as usize / TOGETHER
    }

    /// The same of a pack up to the text of a document: who wants that one alone need not
    /// wait for those behind it.
    pub(super) fn unpack_up_to(
        &self,
        document: u32,
        inflate: &mut Decompress,
        unpacked: &mut Vec<u8>,
    ) -> Result<()> {
        let packed = self.texts.get(between(&self.together_ends, self.pack(document))?)?;
        let [_, length] = self.text_ends.at(document as usize)?;
        unpacked.resize(length.min(MOST_TOGETHER) as usize, 0);
        inflate.reset(false);
        let flush = FlushDecompress::None;
        while (inflate.total_out() as usize) < unpacked.len() {
            let (read, written) = (inflate.total_in() as usize, inflate.total_out() as usize);
            let ended = inflate.decompress(&packed[read..], &mut unpacked[written..], flush);
            ended.map_err(|error| damaged(&error.to_string()))?;
            if inflate.total_out() as usize == written {
                return Err(damaged("a text is shorter than it says"));
            }
        }
        Ok(())
    }

    /// Titles and texts of a pack.
    pub(super) fn unpack(&self, pack: usize, unpacked: &mut Vec<u8>) -> Result<()> {
        let last = (pack * TOGETHER + TOGETHER).min(self.documents as usize).saturating_sub(1);
        let packed = self.texts.get(between(&self.together_ends, pack)?)?;
        let [_, length] = self.text_ends.at(last)?;
        unpacked.clear();
        DeflateDecoder::new(packed)
            .take(u64::from(length.min(MOST_TOGETHER)))
            .read_to_end(unpacked)
            .map_err(|error| damaged(&error.to_string()))?;
        Ok(())
    }

    /// Title and text of a document whose pack is `unpacked`.
    pub(super) fn title_and_text<'a>(
        &self,
        document: u32,
        unpacked: &'a [u8],
    ) -> Result<(&'a str, &'a str)> {
        let place = document as usize;
        let is_first = place.is_multiple_of(TOGETHER);
        let start = if is_first { 0 } else { self.text_ends.at(place - 1)?[1] };
        let [title, end] = self.text_ends.at(place)?;
        let part = |range: std::ops::Range<u32>| {
            let bytes = unpacked.get(range.start as usize..range.end as usize);
            text(bytes.ok_or_else(|| damaged("it is shorter than it says"))?)
        };
        Ok((part(start..title)?, part(title..end)?))
    }
}

/// Texts and titles of documents that are compressed together.
const MOST_TOGETHER: u32 = (TOGETHER * 2 * LONGEST_TEXT) as u32;

/// From the end of the one before to its own.
fn between(ends: &Column<u64>, place: usize) -> Result<std::ops::Range<usize>> {
    let start = if place == 0 { 0 } else { ends.at(place - 1)? };
    Ok(start as usize..ends.at(place)? as usize)
}

fn set(bits: &mut [u64], document: u32, documents: u32) -> Result<()> {
    match bits.get_mut(document as usize / 64).filter(|_| document < documents) {
        Some(word) => {
            *word |= 1 << (document % 64);
            Ok(())
        }
        None => Err(damaged("it names documents that it has not")),
    }
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| damaged("a text is no UTF-8"))
}

pub(super) fn damaged(what: &str) -> Error {
    Error::data(format!("the search index is damaged: {what}")).hinted(super::segment::FORM.mend)
}
