//! Whether every posting of an index is what the rows say.

use super::build::{Counts, build_again};
use super::chunk::Chunk;
use super::index::Index;
use super::records::{Records, damaged};
use super::texts::Texts;
use crate::data::Weights;
use crate::error::Result;
use crate::files::{Column, Element};

impl Index {
    /// Compares every byte with its checksum, and every posting with the rows.
    ///
    /// # Errors
    /// The first damage, with its file.
    pub fn check(&self, weights: &Weights, columns: usize) -> Result<()> {
        for segment in self.segments().segments() {
            segment.sections().check()?;
        }
        self.check_columns(columns)?;
        for (number, chunk) in self.chunks().iter().enumerate() {
            let wrong = |what| Err(damaged(&format!("{what} of chunk {number} are not its rows'")));
            check_chunk(chunk, weights, columns)?.map_or(Ok(()), wrong)?;
        }
        self.records().iter().try_for_each(Records::check)?;
        let mut texts = Texts::new(self);
        self.places().try_for_each(|place| texts.record(place).map(drop))
    }
}

/// Builds the chunk again from its rows; gives what differs.
fn check_chunk(chunk: &Chunk, weights: &Weights, columns: usize) -> Result<Option<&'static str>> {
    let mut counts = Counts::default();
    for document in 0..chunk.documents() {
        let (mut row, mut frequencies) = (Vec::new(), Vec::new());
        chunk.row(document, |column, frequency| {
            row.push(column);
            frequencies.push(frequency);
        })?;
        let is_rising = row.windows(2).all(|pair| pair[0] < pair[1]);
        let is_known = row.last().is_none_or(|last| (*last as usize) < columns);
        if !is_rising || !is_known || frequencies.contains(&0) {
            return Ok(Some("the columns"));
        }
        counts.push(&row, frequencies);
    }
    let again = build_again(&counts, weights, columns);
    let facts = &chunk.facts;
    let parts = [
        (
            "the rows",
            same(&chunk.rows, &again.rows)? && same(&chunk.row_starts, &again.row_starts)?,
        ),
        ("the terms", same(&chunk.terms, &again.terms)? && same(&chunk.buckets, &again.buckets)?),
        ("the planes", same(&chunk.planes, &again.planes)?),
        ("the bitmaps", same(&chunk.bits, &again.bits)?),
        ("the lists", same(&chunk.lists, &again.lists)?),
        ("the scales", same(&facts.cosine_scales, &again.cosine_scales)?),
        ("the scales", same(&facts.scales, &again.scales)?),
        ("the lengths", same(&facts.lengths, &again.lengths)?),
        ("the sums", same(&facts.sums, &again.sums)?),
        ("the sizes", same(&facts.sizes, &again.sizes)?),
        ("the bounds", chunk.strides == again.strides && chunk.highest == again.highest),
    ];
    Ok(parts.into_iter().find(|(_, is_same)| !is_same).map(|(what, _)| what))
}

fn same<T: Element + PartialEq>(column: &Column<T>, again: &[T]) -> Result<bool> {
    Ok(column.all()? == again)
}
