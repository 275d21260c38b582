//! What a user dictionary is worth before it is used.

use std::path::Path;
use std::sync::Arc;

use super::user::{IdCounts, UserDictionary};
use crate::error::Error;

/// What was found in one user dictionary.
#[derive(Debug, Default)]
pub struct Report {
    /// Words that can be used; 0 if there are problems.
    pub words: usize,
    /// Words that win wherever they stand.
    pub forced: usize,
    /// Whether there are ids that nothing was known to check against.
    pub has_unchecked_ids: bool,
    /// What is probably not as it was meant.
    pub warnings: Arc<[Error]>,
    /// Why the file cannot be used; the first names all others in [`Error::also`].
    pub problems: Option<Error>,
}

/// Reads `path` and reports on it; nothing is kept. Ids of MeCab rows are checked if it
/// is known how many there are.
pub fn check(path: &Path, ids: Option<IdCounts>) -> Report {
    match UserDictionary::read(path, ids) {
        Err(error) => Report { problems: Some(error), ..Report::default() },
        Ok(UserDictionary { words, warnings }) => Report {
            words: words.len(),
            has_unchecked_ids: ids.is_none()
                && words.iter().any(|word| word.ids_and_cost.is_some()),
            forced: words.iter().filter(|word| word.force).count(),
            warnings,
            problems: None,
        },
    }
}
