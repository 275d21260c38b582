//! Which documents may be found.

use super::records::{FIELDS, Records};
use super::segments::Deleted;
use crate::error::Result;

/// Documents that may be found: all conditions hold, a condition without values always.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Dated then or later.
    pub since: Option<i64>,
    /// Dated before.
    pub until: Option<i64>,
    /// One of these values in each field, in the order of [`FIELDS`].
    pub values: [Vec<String>; FIELDS.len()],
}

impl Filter {
    /// Whether every document passes.
    pub fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none() && self.values.iter().all(Vec::is_empty)
    }

    /// A bit for each document of a segment that passes and is not deleted.
    pub(super) fn bits(
        &self,
        records: &Records,
        documents: u32,
        deleted: &Deleted,
    ) -> Result<Vec<u64>> {
        let mut bits = vec![u64::MAX; (documents as usize).div_ceil(64)];
        if !documents.is_multiple_of(64)
            && let Some(last) = bits.last_mut()
        {
            *last = (1 << (documents % 64)) - 1;
        }
        bits.iter_mut().zip(deleted.words()).for_each(|(word, deleted)| *word &= !deleted);
        if self.since.is_some() || self.until.is_some() {
            keep(&mut bits, |bits| records.with_dates(self.since, self.until, bits))?;
        }
        for (field, values) in self.values.iter().enumerate().filter(|(_, any)| !any.is_empty()) {
            keep(&mut bits, |bits| records.with_values(field, values, bits))?;
        }
        Ok(bits)
    }
}

fn keep(bits: &mut [u64], set: impl FnOnce(&mut [u64]) -> Result<()>) -> Result<()> {
    let mut passing = vec![0; bits.len()];
    set(&mut passing)?;
    bits.iter_mut().zip(passing).for_each(|(word, passing)| *word &= passing);
    Ok(())
}
