//! What a user dictionary is worth before it is used.

use std::path::Path;
use std::sync::Arc;

use super::user::UserDictionary;
use crate::error::Error;

/// What was found in one user dictionary.
#[derive(Debug, Default)]
pub struct Report {
    /// Words that can be used; 0 if there are problems.
    pub words: usize,
    /// Words that win wherever they stand.
    pub forced: usize,
    /// What is probably not as it was meant.
    pub warnings: Arc<[Error]>,
    /// Why the file cannot be used; the first names all others in [`Error::also`].
    pub problems: Option<Error>,
}

/// Reads `path` and reports on it; nothing is kept.
pub fn check(path: &Path) -> Report {
    match UserDictionary::read(path) {
        Err(error) => Report { problems: Some(error), ..Report::default() },
        Ok(UserDictionary { words, warnings }) => Report {
            words: words.len(),
            forced: words.iter().filter(|word| word.force).count(),
            warnings,
            problems: None,
        },
    }
}
