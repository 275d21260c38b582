//! Stories that several sites tell in nearly the same words are counted once.

use super::look::{ALIKE, RUN};
use super::reading::Reading;
use crate::error::Result;
use crate::search::duplicates::{DuplicatesParams, Sets, find};

/// Marks all documents of a group but the first published.
///
/// # Errors
/// If there are more documents than can be compared.
pub(super) fn strike(reading: &mut Reading) -> Result<()> {
    // Articles come with the newest first, so that of one day the last is the earliest.
    let mut order: Vec<usize> = (0..reading.shingles.len()).rev().collect();
    order.sort_by_key(|row| reading.rows[*row].day);
    let mut sets = Sets::default();
    order.iter().for_each(|row| sets.push(&reading.shingles[*row]));
    let params = DuplicatesParams { threshold: ALIKE, shingle: RUN, exact: false };
    for group in find(&sets, &params)? {
        for member in group.members.iter().filter(|one| one.document != group.representative) {
            reading.rows[order[member.document as usize]].is_copy = true;
        }
    }
    Ok(())
}
