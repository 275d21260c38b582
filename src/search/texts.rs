//! The texts of many documents, one after another.

use flate2::Decompress;

use super::index::{Index, Place};
use super::records::{Record, Records};
use crate::error::Result;

/// Reads texts; those of neighbouring documents are packed together and unpacked once.
pub struct Texts<'a> {
    index: &'a Index,
    unpacked: Vec<u8>,
    /// The segment and the pack that `unpacked` holds.
    held: Option<(u32, usize)>,
    inflate: Decompress,
}

impl<'a> Texts<'a> {
    /// Has read nothing yet.
    pub fn new(index: &'a Index) -> Self {
        Texts { index, unpacked: Vec::new(), held: None, inflate: Decompress::new(false) }
    }

    /// The text of a document.
    ///
    /// # Errors
    /// If the index is damaged; so with the other method.
    pub fn text(&mut self, place: Place) -> Result<&str> {
        let records = self.hold(place)?;
        records.title_and_text(place.document, &self.unpacked).map(|(_, text)| text)
    }

    /// All that is kept of a document.
    pub fn record(&mut self, place: Place) -> Result<Record> {
        self.hold(place)?.record_of(place.document, &self.unpacked)
    }

    /// All that is kept of a document that stands alone: of those packed with it, no more is
    /// unpacked than has to be.
    pub fn record_alone(&mut self, place: Place) -> Result<Record> {
        let records = self.index.records_of(place);
        self.held = None;
        records.unpack_up_to(place.document, &mut self.inflate, &mut self.unpacked)?;
        records.record_of(place.document, &self.unpacked)
    }

    fn hold(&mut self, place: Place) -> Result<&'a Records> {
        let records = self.index.records_of(place);
        let pack = records.pack(place.document);
        if self.held != Some((place.segment, pack)) {
            self.held = None;
            records.unpack(pack, &mut self.unpacked)?;
            self.held = Some((place.segment, pack));
        }
        Ok(records)
    }
}
