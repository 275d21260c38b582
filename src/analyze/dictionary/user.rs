//! The user dictionary: names, titles and new words that no system dictionary has.
//!
//! In: a text of lines, each a word with its tag (Komoran's form) or a row of a
//! MeCab dictionary. Out: checked words, each with the line it comes from; or all
//! problems of the text at once. `dictionaries/user.txt` shows the forms.
//!
//! - `word<TAB>tag`, also with a blank or a comma instead of the tab, and `force`
//!   behind the tag. Split is at the last of them, since titles hold blanks and
//!   commas; what follows a blank or comma and is no tag belongs to the word. A
//!   word without a tag is a proper noun, `NNP`.
//! - `surface,left,right,cost,tag,class,final consonant,reading,type,first,last,expression`;
//!   ids and cost may be empty.
//! - `#` starts a comment where a blank or nothing follows it, at the start of a line
//!   or behind the tag. `#살아있다<TAB>NNP` is a word: only a tag behind a tab makes it
//!   one, so that `#주석` stays a comment.

mod ids;
mod line;
mod note;
mod row;
mod surface;
mod tags;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::WordKind;
use super::fold::fold;
use crate::error::{Error, Result};
use crate::files::{NumberedText, read_dictionary};
pub use ids::IdCounts;
use note::{Notes, Piece};

/// A list of names is small; anything larger is another file.
const MAX_BYTES: u64 = 16 << 20;

/// One word of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWord {
    /// As registered, with single blanks inside, composed (NFC).
    pub surface: String,
    /// Its tag; that of a MeCab row may be several, joined by `+`.
    pub tag: String,
    /// Whether it wins wherever it stands, inside other words too.
    pub force: bool,
    /// The line of the file, from 1.
    pub line: usize,
    /// Left id, right id and cost, of MeCab rows that have them.
    pub ids_and_cost: Option<(u16, u16, i16)>,
    /// How it relates to its parts: simple unless a MeCab row has them.
    pub kind: WordKind,
    /// The morphemes it stands for, as `가/VV/*+았/EP/*`; empty if only itself.
    pub expression: String,
    /// The columns of a MeCab row from the tag on, as CSV.
    pub feature: Option<String>,
}

/// The words of one file. A copy costs nothing.
#[derive(Debug, Clone)]
pub struct UserDictionary {
    /// In the order of the file, without duplicates.
    pub words: Arc<[UserWord]>,
    /// What is probably not as the user meant it, in the order of the file.
    pub warnings: Arc<[Error]>,
}

impl UserDictionary {
    /// Reads a file: UTF-8, up to 16 MB. Ids of MeCab rows are checked if it is known
    /// how many there are.
    ///
    /// # Errors
    /// The file cannot be read; or everything that is wrong in it, by line and column.
    pub fn read(path: &Path, ids: Option<IdCounts>) -> Result<Self> {
        let text = read_dictionary(path, "the user dictionary", MAX_BYTES)?;
        Self::parse_for(&text, &path.display().to_string(), ids)
    }

    /// Parses a text that messages call `place`.
    ///
    /// # Errors
    /// Everything that is wrong, by line and column.
    ///
    /// # Examples
    /// ```
    /// use malmoi::analyze::dictionary::user::UserDictionary;
    ///
    /// let dictionary = UserDictionary::parse("범죄도시4\n노량\tNNP\tforce\n", "words.txt")?;
    /// assert_eq!(dictionary.words[0].tag, "NNP");
    /// assert!(dictionary.words[1].force);
    /// # Ok::<(), malmoi::Error>(())
    /// ```
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        Self::parse_for(text, place, None)
    }

    fn parse_for(text: &str, place: &str, ids: Option<IdCounts>) -> Result<Self> {
        let text = NumberedText::new(place, text.trim_start_matches('\u{feff}'));
        let mut notes = Notes::default();
        let entries = entries(&text.text, &mut notes);
        if let Some(ids) = ids {
            entries.iter().for_each(|entry| ids.check(entry, &mut notes));
        }
        let words = distinct(entries, &mut notes);
        match text.all(notes.problems(&text).into_iter()) {
            Some(error) => Err(error),
            None => {
                Ok(UserDictionary { words: words.into(), warnings: notes.warnings(&text).into() })
            }
        }
    }
}

/// A word and where it stands in the text.
struct Entry {
    word: UserWord,
    range: Range<usize>,
    /// Where left and right id of a row stand.
    ids: Option<[Range<usize>; 2]>,
}

fn entries(text: &str, notes: &mut Notes) -> Vec<Entry> {
    let mut start = 0;
    let mut entries = Vec::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let whole = line.strip_suffix('\n').unwrap_or(line);
        let piece = Piece { text: whole.strip_suffix('\r').unwrap_or(whole), start };
        entries.extend(line::read(piece, index + 1, notes));
        start += line.len();
    }
    entries
}

/// Each word once. Case does not tell words apart, since texts do not keep to it.
fn distinct(entries: Vec<Entry>, notes: &mut Notes) -> Vec<UserWord> {
    let mut words: Vec<UserWord> = Vec::with_capacity(entries.len());
    let mut same = FxHashMap::default();
    let mut first = FxHashMap::default();
    for Entry { word, range, .. } in entries {
        let surface: String = word.surface.chars().map(fold).collect();
        let key = (surface.clone(), word.tag.clone(), word.ids_and_cost);
        if let Some(&earlier) = same.get(&key) {
            let earlier: &mut UserWord = &mut words[earlier];
            earlier.force |= word.force;
            notes.warn(range, twice(&word, earlier), "remove one of the two lines");
            continue;
        }
        if let Some(&earlier) = first.get(&surface) {
            contradict(&words[earlier], &word, range, notes);
        }
        first.entry(surface).or_insert(words.len());
        same.insert(key, words.len());
        words.push(word);
    }
    words
}

fn twice(word: &UserWord, earlier: &UserWord) -> String {
    let (UserWord { surface, tag, .. }, line) = (word, earlier.line);
    match *surface == earlier.surface {
        true => format!("`{surface}` is registered as {tag} already, in line {line}"),
        false => {
            format!("`{surface}` is `{}` of line {line}: case makes no difference", earlier.surface)
        }
    }
}

/// Rows of a MeCab dictionary often give a word several readings; in a list of
/// names it is mostly a mistake, and two words cannot both win everywhere.
fn contradict(earlier: &UserWord, word: &UserWord, range: Range<usize>, notes: &mut Notes) {
    let UserWord { surface, tag, .. } = word;
    let other = format!("{} in line {}", earlier.tag, earlier.line);
    if earlier.force && word.force {
        notes.wrong(
            range,
            format!("`{surface}` is forced to be {tag} here and {other}"),
            "force one of the two",
        );
    } else if word.feature.is_none() || earlier.feature.is_none() {
        notes.warn(
            range,
            format!("`{surface}` is {tag} here and {other}"),
            "the first line counts; remove the other",
        );
    }
}

#[cfg(test)]
mod tests;
