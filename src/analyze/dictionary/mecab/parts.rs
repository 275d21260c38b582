//! What both forms have in common: parts that must fit together.

use super::super::sources::{Category, Character, Costs, Entry, Sources};
use super::columns::columns;
use super::lines::MAX_TEXT_BYTES;
use crate::error::{Error, Result};

/// Code points that have a class of their own: 0 to 0xFFFE.
pub(super) const CHARACTERS: usize = 0xFFFF;
/// MeCab keeps the classes of a character in 18 bits.
pub(super) const MAX_CATEGORIES: usize = 18;
/// A table of 128 MB; mecab-ko-dic's has 10 million costs.
pub(super) const MAX_COSTS: usize = 1 << 26;
/// Columns of a feature: tag, semantic class, final consonant, reading, type,
/// first and last tag, expression.
const FEATURE_COLUMNS: usize = 8;
/// The longest surface; mecab-ko-dic's have up to 60 bytes.
pub(super) const MAX_SURFACE_BYTES: usize = 1 << 10;
/// The longest feature; mecab-ko-dic's have up to 195 bytes.
pub(super) const MAX_FEATURE_BYTES: usize = 1 << 12;
const MAX_ENTRIES: usize = 1 << 23;

/// Entries that were checked one by one.
pub(super) struct Words<'a> {
    costs: &'a Costs,
    entries: Vec<Entry>,
    text_bytes: usize,
}

impl<'a> Words<'a> {
    /// No words yet; their ids are those of `costs`.
    pub(super) fn new(costs: &'a Costs) -> Self {
        Words { costs, entries: Vec::new(), text_bytes: 0 }
    }

    /// Adds an entry, or says what is wrong with it.
    pub(super) fn push(&mut self, entry: Entry) -> Result<(), String> {
        self.check_ids(&entry)?;
        check_text(&entry)?;
        self.text_bytes += entry.surface.len() + entry.feature.len();
        if self.entries.len() >= MAX_ENTRIES || self.text_bytes > MAX_TEXT_BYTES {
            return Err(format!("there are more than {MAX_ENTRIES} words or 1 GB of them"));
        }
        self.entries.push(entry);
        Ok(())
    }

    /// All of them, as they came.
    pub(super) fn finish(self) -> Vec<Entry> {
        self.entries
    }

    fn check_ids(&self, entry: &Entry) -> Result<(), String> {
        let Costs { left_ids, right_ids, .. } = *self.costs;
        let outside = |name: &str, id: u16, count: usize| {
            let message = || format!("the {name} id is {id}, but the costs have {count} of them");
            if usize::from(id) < count { Ok(()) } else { Err(message()) }
        };
        outside("left", entry.left_id, left_ids)?;
        outside("right", entry.right_id, right_ids)
    }
}

fn check_text(entry: &Entry) -> Result<(), String> {
    if entry.surface.len() > MAX_SURFACE_BYTES || entry.feature.len() > MAX_FEATURE_BYTES {
        return Err(format!(
            "a word is longer than {MAX_SURFACE_BYTES} bytes, or its feature than {MAX_FEATURE_BYTES}"
        ));
    }
    match columns(&entry.feature).count() {
        FEATURE_COLUMNS => Ok(()),
        count => Err(format!("the feature has {count} columns, expected {FEATURE_COLUMNS}")),
    }
}

/// All parts of a dictionary, before they fit together.
pub(super) struct Parts {
    /// Words, of equal surfaces in MeCab's order.
    pub(super) entries: Vec<Entry>,
    /// Unknown words; the surface is the name of a category.
    pub(super) unknown: Vec<Entry>,
    /// Without unknown words.
    pub(super) categories: Vec<Category>,
    /// Of each code point.
    pub(super) characters: Vec<Character>,
    /// Costs of neighbours.
    pub(super) costs: Costs,
}

impl Parts {
    /// Sorts the words, gives each category its unknown words and puts `DEFAULT` first.
    ///
    /// # Errors
    /// A category without unknown words, or unknown words without a category.
    pub(super) fn join(mut self) -> Result<Sources> {
        self.put_default_first()?;
        for word in std::mem::take(&mut self.unknown) {
            let category = self.categories.iter_mut().find(|one| one.name == word.surface);
            let none = || inconsistent(format!("`{}` is no class of characters", word.surface));
            category.ok_or_else(none)?.unknown.push(word);
        }
        if let Some(bare) = self.categories.iter().find(|category| category.unknown.is_empty()) {
            let message = format!("the class of characters `{}` has no unknown words", bare.name);
            return Err(inconsistent(message));
        }
        self.entries.sort_by(|one, other| one.surface.cmp(&other.surface));
        let Parts { entries, categories, characters, costs, .. } = self;
        Ok(Sources { entries, categories, characters, costs })
    }

    fn put_default_first(&mut self) -> Result<()> {
        let place = self.categories.iter().position(|category| category.name == "DEFAULT");
        let none = || inconsistent("there is no class of characters `DEFAULT`".to_owned());
        let place = place.ok_or_else(none)?;
        if place > 0 {
            self.categories.swap(0, place);
            self.characters.iter_mut().for_each(|character| swap(character, place));
        }
        Ok(())
    }
}

fn swap(character: &mut Character, place: usize) {
    let bits = character.categories;
    let differ = (bits ^ bits >> place) & 1;
    character.categories = bits ^ (differ | differ << place);
    character.default = match usize::from(character.default) {
        0 => place as u8,
        default if default == place => 0,
        default => default as u8,
    };
}

fn inconsistent(message: String) -> Error {
    Error::data(message).hinted("the files do not belong together; fetch the dictionary again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_categories_change_places() {
        let check = |categories, default, expected| {
            let mut character = Character { categories, default };
            swap(&mut character, 2);
            assert_eq!((character.categories, character.default), expected);
        };
        check(0b001, 0, (0b100, 2));
        check(0b100, 2, (0b001, 0));
        check(0b110, 1, (0b011, 1));
        check(0b101, 0, (0b101, 2));
    }
}
