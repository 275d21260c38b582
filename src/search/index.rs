//! One generation of an index, open for questions.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use std::path::Path;

use super::chunk::Chunk;
use super::filter::Filter;
use super::measure::Measure;
use super::query::Query;
use super::records::{Record, Records, damaged};
use super::searcher::{Found, Request, Worker};
use super::segment::{FORM, OpenSegment};
use super::segments::Segments;
use crate::data::Weights;
use crate::error::Result;

/// Chunks of all segments, and what is told of their documents.
pub struct Index {
    segments: Segments,
    records: Vec<Records>,
    chunks: Vec<Chunk>,
    /// Segment and first document of each chunk.
    starts: Vec<Place>,
}

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Number of its segment.
    pub segment: u32,
    /// Its number there.
    pub document: u32,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its id.
    pub id: String,
    /// How near it is, as [`Measure`] says.
    pub score: f64,
    /// Where it stands.
    pub place: Place,
}

/// What the parts of an index take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Terms, counted in each chunk.
    pub terms: u64,
    /// Pairs of a document and a term.
    pub postings: u64,
    /// Terms, bitmaps and lists.
    pub posting_bytes: u64,
    /// Rows, and one number of each kind a document.
    pub row_bytes: u64,
}

/// Numbers of a document beside its row: four measures' facts, and where the row starts.
const FACT_BYTES: usize = 4 + 8 + 8 + 8 + 4 + 4;

/// For each chunk one bit a document that may be found; all may if absent.
pub type Allowed = Option<Vec<Vec<u64>>>;

impl Index {
    /// Opens the newest generation in a folder; `None` if there is none.
    ///
    /// # Errors
    /// If a file is damaged or of another version; so with the other methods.
    pub fn open(folder: &Path) -> Result<Option<Self>> {
        let Some(segments) = Segments::open(folder, FORM)? else { return Ok(None) };
        let (mut records, mut chunks, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for (number, segment) in segments.segments().iter().enumerate() {
            let open = OpenSegment::open(segment.sections(), segment.documents())?;
            let mut document = 0;
            for chunk in open.chunks {
                starts.push(Place { segment: number as u32, document });
                document += chunk.documents() as u32;
                chunks.push(chunk);
            }
            records.push(open.records);
        }
        Ok(Some(Index { segments, records, chunks, starts }))
    }

    /// The segments, with what was deleted of them.
    pub fn segments(&self) -> &Segments {
        &self.segments
    }

    pub(super) fn records(&self) -> &[Records] {
        &self.records
    }

    pub(super) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// What the parts of the index take.
    pub fn sizes(&self) -> Result<Sizes> {
        let mut sizes = Sizes::default();
        for chunk in &self.chunks {
            let bytes = |numbers: usize, each: usize| (numbers * each) as u64;
            sizes.terms += chunk.terms.len().saturating_sub(1) as u64;
            let counts = chunk.facts.sizes.all()?;
            sizes.postings += counts.iter().map(|count| u64::from(*count)).sum::<u64>();
            sizes.posting_bytes += bytes(chunk.bits.len(), 8)
                + bytes(chunk.lists.len(), 2)
                + bytes(chunk.terms.len() + chunk.planes.len(), 8)
                + bytes(chunk.buckets.len(), 4);
            sizes.row_bytes += bytes(chunk.rows.len(), 1) + bytes(chunk.documents(), FACT_BYTES);
        }
        Ok(sizes)
    }

    /// How many documents can be found.
    pub fn documents(&self) -> u64 {
        let live = self.segments.segments().iter().map(|segment| {
            let size = segment.size();
            u64::from(size.documents - size.deleted.min(size.documents))
        });
        live.sum()
    }

    /// The documents that pass `filter`, for any number of queries.
    pub fn allowed(&self, filter: &Filter) -> Result<Allowed> {
        let segments = self.segments.segments();
        if filter.is_open() && segments.iter().all(|segment| segment.deleted().is_empty()) {
            return Ok(None);
        }
        let bits = segments
            .iter()
            .zip(&self.records)
            .map(|(segment, records)| filter.bits(records, segment.documents(), segment.deleted()));
        let bits = bits.collect::<Result<Vec<_>>>()?;
        let of = |(chunk, start): (&Chunk, &Place)| {
            let first = start.document as usize / 64;
            let words = chunk.documents().div_ceil(64);
            bits[start.segment as usize][first..first + words].to_vec()
        };
        Ok(Some(self.chunks.iter().zip(&self.starts).map(of).collect()))
    }

    /// The `top` nearest documents among those allowed, nearest first, equal ones by id.
    ///
    /// By cosine and Jaccard, documents without a common term are not found.
    pub fn search(
        &self,
        worker: &mut Worker,
        weights: &Weights,
        query: &Query,
        measure: Measure,
        top: usize,
        allowed: &Allowed,
    ) -> Result<Vec<Hit>> {
        let request = Request { query, measure, top, allowed: allowed.as_deref() };
        let before = |left: &Found, right: &Found| self.compare_ids(left, right);
        let found = worker.search(&self.chunks, weights, &request, before)?;
        let hit = |found: &Found| {
            let place = self.place(found);
            Ok(Hit { id: self.id(place)?.to_owned(), score: measure.score(found.key), place })
        };
        found.iter().map(hit).collect()
    }

    /// The document with an id, unless it was deleted; the first if several have it.
    pub fn find(&self, id: &str) -> Result<Option<Place>> {
        Ok(self.find_all(id)?.first().copied())
    }

    /// All documents with an id that were not deleted: a corpus may use it again.
    pub fn find_all(&self, id: &str) -> Result<Vec<Place>> {
        let mut found = Vec::new();
        for ((records, one), segment) in self.records.iter().zip(self.segments.segments()).zip(0..)
        {
            let documents = records.with_id(id)?.into_iter();
            let live = documents.filter(|document| !one.deleted().contains(*document));
            found.extend(live.map(|document| Place { segment, document }));
        }
        Ok(found)
    }

    /// Every document that was not deleted.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.segments.segments().iter().zip(0..).flat_map(|(one, segment)| {
            let is_live = |document: &u32| !one.deleted().contains(*document);
            (0..one.documents()).filter(is_live).map(move |document| Place { segment, document })
        })
    }

    /// The documents that pass `filter`.
    pub fn passing(&self, filter: &Filter) -> Result<Vec<Place>> {
        let Some(allowed) = self.allowed(filter)? else { return Ok(self.places().collect()) };
        let mut places = Vec::new();
        for (bits, start) in allowed.iter().zip(&self.starts) {
            let numbers = (0..bits.len() as u32 * 64).filter(|number| is_set(bits, *number));
            places.extend(
                numbers.map(|number| Place { document: start.document + number, ..*start }),
            );
        }
        Ok(places)
    }

    /// The id of a document.
    pub fn id(&self, place: Place) -> Result<&str> {
        self.records[place.segment as usize].id(place.document)
    }

    /// The date of a document, if it has one.
    pub fn date(&self, place: Place) -> Result<Option<i64>> {
        self.records[place.segment as usize].date(place.document)
    }

    /// The values of the field of that number in [`FIELDS`](super::FIELDS), the most
    /// frequent first, at most `most`; those of deleted documents may be among them.
    pub fn values(&self, field: usize, most: usize) -> Result<Vec<String>> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for records in &self.records {
            for (value, count) in records.values(field)? {
                *counts.entry(value).or_default() += count;
            }
        }
        let mut values: Vec<(&str, u64)> = counts.into_iter().collect();
        values.sort_by_key(|(_, count)| Reverse(*count));
        Ok(values.into_iter().take(most).map(|(value, _)| value.to_owned()).collect())
    }

    /// Whether some document has a date.
    pub fn has_dates(&self) -> Result<bool> {
        let mut all = self.records.iter().map(Records::has_dates);
        all.try_fold(false, |found, one| Ok(found || one?))
    }

    /// What is told of a document but its title and text, which take longer to unpack.
    pub fn facts(&self, place: Place) -> Result<Record> {
        self.records[place.segment as usize].facts(place.document)
    }

    /// All that is told of a document.
    pub fn record(&self, place: Place) -> Result<Record> {
        self.records[place.segment as usize].record(place.document)
    }

    /// Columns of a document, rising, and how often each occurs.
    pub fn row(&self, place: Place) -> Result<(Vec<u32>, Vec<u32>)> {
        let number = self.starts.partition_point(|start| *start <= place) - 1;
        let document = place.document - self.starts[number].document;
        let (mut columns, mut frequencies) = (Vec::new(), Vec::new());
        self.chunks[number].row(document as usize, |column, frequency| {
            columns.push(column);
            frequencies.push(frequency);
        })?;
        let is_rising = columns.windows(2).all(|pair| pair[0] < pair[1]);
        let known = self.chunks[number].columns()?;
        match is_rising && columns.last().is_none_or(|last| (*last as usize) < known) {
            true => Ok((columns, frequencies)),
            false => Err(damaged("a row has columns that there are not")),
        }
    }

    /// Fails unless all rows were made with a vocabulary of so many columns.
    pub fn check_columns(&self, columns: usize) -> Result<()> {
        for chunk in &self.chunks {
            if chunk.columns()? != columns {
                return Err(damaged("its rows are of another vocabulary than its encoder"));
            }
        }
        Ok(())
    }

    fn place(&self, found: &Found) -> Place {
        let start = self.starts[found.chunk as usize];
        Place { document: start.document + found.document, ..start }
    }

    pub(super) fn records_of(&self, place: Place) -> &Records {
        &self.records[place.segment as usize]
    }

    fn compare_ids(&self, left: &Found, right: &Found) -> Ordering {
        let id = |found: &Found| self.id(self.place(found)).unwrap_or_default();
        id(left).cmp(id(right))
    }
}

fn is_set(bits: &[u64], number: u32) -> bool {
    bits[number as usize / 64] >> (number % 64) & 1 == 1
}

#[cfg(test)]
mod tests;
