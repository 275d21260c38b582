//! Watched words in texts.

use memchr::memmem::Finder;

use crate::clean::{CleanParams, Cleaner};
use crate::data::{Document, Html};
use crate::error::{Error, Result};
use crate::trends::MOST_WATCHED;

/// The words that are watched.
pub(super) struct Keywords {
    /// As they were given.
    pub words: Vec<String>,
    finders: Vec<Word>,
    cleaner: Cleaner,
}

struct Word {
    text: String,
    finder: Finder<'static>,
}

impl Keywords {
    /// # Errors
    /// If there are too many, or one is empty.
    pub fn new(words: &[String], clean: &CleanParams) -> Result<Self> {
        let mut distinct: Vec<String> = Vec::new();
        for word in words.iter().map(|word| word.trim().to_owned()) {
            if word.is_empty() {
                return Err(Error::usage("a word to watch is empty")
                    .hinted("write them with commas between: --watch \"삼성전자,battery\""));
            }
            if !distinct.contains(&word) {
                distinct.push(word);
            }
        }
        if distinct.len() > MOST_WATCHED {
            let message = format!("{} words cannot be watched in one report", distinct.len());
            return Err(Error::usage(message).hinted(format!("name at most {MOST_WATCHED}")));
        }
        let finder = |word: &String| {
            let text = word.to_lowercase();
            Word { finder: Finder::new(&text).into_owned(), text }
        };
        let finders = distinct.iter().map(finder).collect();
        Ok(Keywords { finders, words: distinct, cleaner: Cleaner::open(clean)? })
    }

    /// A bit for each word that title or text use.
    pub fn of(&self, document: &Document<Html>) -> u64 {
        if self.finders.is_empty() {
            return 0;
        }
        let text = self.cleaner.clean(&document.body.0).to_lowercase();
        let title = document.title.as_deref().unwrap_or_default().to_lowercase();
        let uses = |word: &Word| word.place(&text).is_some() || word.place(&title).is_some();
        let bits = self.finders.iter().enumerate().filter(|(_, word)| uses(word));
        bits.fold(0, |bits, (place, _)| bits | 1 << place)
    }

    /// Where a word stands in a text first, as far as lower case keeps places.
    pub fn place(&self, word: usize, text: &str) -> Option<usize> {
        let lower = text.to_lowercase();
        let place = self.finders[word].place(&lower)?;
        (lower.len() == text.len() && text.is_char_boundary(place)).then_some(place)
    }
}

impl Word {
    /// Korean words have endings and stand in compounds; Latin letters and digits are a
    /// word only where no others touch them: `art` is not in `start`.
    fn place(&self, text: &str) -> Option<usize> {
        let is_ours = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let (first, last) = (self.text.as_bytes().first(), self.text.as_bytes().last());
        let (bytes, length) = (text.as_bytes(), self.text.len());
        self.finder.find_iter(bytes).find(|&place| {
            let touches_before = place > 0 && is_ours(first) && is_ours(bytes.get(place - 1));
            let touches_after = is_ours(last) && is_ours(bytes.get(place + length));
            !touches_before && !touches_after
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, text: &str) -> bool {
        let keywords = Keywords::new(&[word.to_owned()], &CleanParams::default()).unwrap();
        keywords.of(&Document::new("1", Html(text.to_owned()))) == 1
    }

    #[test]
    fn words_are_found_with_their_endings() {
        assert!(check("삼성전자", "오늘 삼성전자가 올랐다"));
        assert!(check("art", "Modern ART.") && check("art", "art") && check("art", "art는"));
        assert!(!check("art", "a fresh start") && !check("art", "arts"));
        assert!(check("art", "start of art"));
        assert!(check("A&B", "so A&amp;B said"));
        assert!(!check("battery", "<b title='battery'>power</b>"));
    }

    #[test]
    fn words_are_counted_once_and_checked() {
        let new = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| word.to_string()).collect();
            Keywords::new(&words, &CleanParams::default())
        };
        assert_eq!(new(&["a", " a "]).unwrap().words, ["a"]);
        assert!(new(&["a", ""]).is_err());
        let many: Vec<String> = (0..65).map(|n| n.to_string()).collect();
        assert!(Keywords::new(&many, &CleanParams::default()).is_err());
    }

    #[test]
    fn the_title_counts_too() {
        let keywords =
            Keywords::new(&["x".to_owned(), "부산".to_owned()], &CleanParams::default()).unwrap();
        let document = Document {
            title: Some("부산에서".to_owned()),
            ..Document::new("1", Html(String::new()))
        };
        assert_eq!(keywords.of(&document), 2);
    }
}
