//! Records that were read lately, in bounded memory.
//!
//! To unpack the text of a hit takes longer than to find it, and what is found once is
//! found again: by the next page, by a neighbour, by another reader.

use rustc_hash::FxHashMap;

use super::index::Place;
use super::records::Record;
use crate::error::Result;

/// What a record takes beside its texts.
const OVERHEAD: usize = 300;

/// Records by their places. The older half is forgotten whenever the younger one is full.
#[derive(Default)]
pub struct Recent {
    young: FxHashMap<Place, Record>,
    old: FxHashMap<Place, Record>,
    young_bytes: usize,
    most_bytes: usize,
}

impl Recent {
    /// Remembers so many bytes; nothing if there are none.
    pub fn new(most_bytes: usize) -> Self {
        Recent { most_bytes, ..Recent::default() }
    }

    /// The record at `place`, by `read` if it is not remembered.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn get(&mut self, place: Place, read: impl FnOnce() -> Result<Record>) -> Result<Record> {
        if let Some(record) = self.young.get(&place) {
            return Ok(record.clone());
        }
        let record = self.old.remove(&place).map_or_else(read, Ok)?;
        let bytes = record.text.len() + record.title.len() + OVERHEAD;
        if self.young_bytes + bytes > self.most_bytes / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if bytes <= self.most_bytes / 2 {
            self.young_bytes += bytes;
            self.young.insert(place, record.clone());
        }
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_lately_is_not_read_again() {
        let record = |number: u32| Record { text: number.to_string(), ..Record::default() };
        let mut recent = Recent::new(8 * (OVERHEAD + 1));
        let mut read = Vec::new();
        for document in [1, 2, 1, 3, 4, 5, 1, 2, 6, 7, 8, 9, 2, 1] {
            let place = Place { segment: 0, document };
            let found = recent.get(place, || {
                read.push(document);
                Ok(record(document))
            });
            assert_eq!(found.unwrap(), record(document));
            assert!(recent.young.len() + recent.old.len() <= 8);
        }
        assert_eq!(read, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn without_memory_nothing_is_kept() {
        let mut recent = Recent::default();
        let place = Place { segment: 0, document: 0 };
        for _ in 0..2 {
            recent.get(place, || Ok(Record::default())).unwrap();
        }
        assert!(recent.young.is_empty() && recent.old.is_empty());
    }
}
