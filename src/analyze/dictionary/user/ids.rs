//! Ids of MeCab rows, held against the tables of the system dictionary.

use super::Entry;
use super::note::Notes;
use crate::analyze::dictionary::SystemDictionary;

/// How many ids the system dictionary has; a row may name those below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdCounts {
    /// Number of left ids.
    pub left: usize,
    /// Number of right ids.
    pub right: usize,
}

impl IdCounts {
    /// Those of `dictionary`.
    pub fn of(dictionary: &SystemDictionary) -> Self {
        let (left, right) = dictionary.ids_of_sources();
        IdCounts { left, right }
    }

    pub(super) fn check(&self, entry: &Entry, notes: &mut Notes) {
        let Some((left, right, _)) = entry.word.ids_and_cost else { return };
        let Some([left_range, right_range]) = &entry.ids else { return };
        let ids =
            [("left", left, self.left, left_range), ("right", right, self.right, right_range)];
        for (name, id, count, range) in ids {
            if usize::from(id) >= count {
                let last = count.saturating_sub(1);
                notes.wrong(
                    range.clone(),
                    format!("`{id}` is no {name} id of the system dictionary"),
                    format!(
                        "its {name} ids go from 0 to {last}; or leave both ids and the cost empty"
                    ),
                );
            }
        }
    }
}
