//! Words to drop.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

use crate::error::Result;
use crate::files::read_dictionary;
use crate::traits::TokenFilter;

/// The bundled English list.
const ENGLISH: &str = include_str!("../../dictionaries/stopwords/en.txt");

/// A dictionary of stop words is small; anything larger is another file.
const MAX_BYTES: u64 = 16 << 20;

/// Drops the words of its lists.
pub struct StopWords(HashSet<String>);

impl StopWords {
    /// Reads the lists: `en`, or the path of a file with one word a line (`#` starts a comment).
    pub fn open(lists: &[String]) -> Result<Self> {
        let mut words = HashSet::new();
        for list in lists {
            match list.as_str() {
                "en" => words.extend(parse(ENGLISH)),
                path => words.extend(parse(&read_stop_words(Path::new(path))?)),
            }
        }
        Ok(StopWords(words))
    }
}

impl TokenFilter for StopWords {
    fn filter<'a>(&self, term: Cow<'a, str>) -> Option<Cow<'a, str>> {
        (!self.0.contains(term.as_ref())).then_some(term)
    }
}

/// The text of a list that is a file.
///
/// # Errors
/// It is no regular file, too large, or not UTF-8.
pub fn read_stop_words(path: &Path) -> Result<String> {
    read_dictionary(path, "the stop words", MAX_BYTES).map_err(|error| match error.hint() {
        Some(_) => error,
        None => error
            .hinted("`analyze.stop_words` takes `en` or paths of UTF-8 files with one word a line"),
    })
}

fn parse(text: &str) -> impl Iterator<Item = String> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_list_has_179_words() {
        let StopWords(words) = StopWords::open(&["en".to_owned()]).unwrap();
        assert_eq!(words.len(), 179);
        assert!(words.contains("don't"));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = StopWords::open(&["no/such.txt".to_owned()]).err().unwrap();
        assert!(error.to_string().contains("no/such.txt"));
    }
}
