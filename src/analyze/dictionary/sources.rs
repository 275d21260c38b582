//! What a system dictionary is built from, in whichever form MeCab had it.

/// Words, connection costs and classes of characters of a MeCab dictionary.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sources {
    /// All words, sorted by surface (bytes); of equal surfaces in MeCab's order.
    pub entries: Vec<Entry>,
    /// Classes of characters; the first is `DEFAULT`.
    pub categories: Vec<Category>,
    /// The classes of each code point from 0 to 0xFFFE; all others are as code point 0.
    pub characters: Vec<Character>,
    /// Costs of neighbours.
    pub costs: Costs,
}

/// One reading of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The word as it is written.
    pub surface: String,
    /// How it connects to the word before it.
    pub left_id: u16,
    /// How it connects to the word after it.
    pub right_id: u16,
    /// The lower, the likelier.
    pub cost: i16,
    /// Added to the cost where white space stands before the word
    /// (`left-space-penalty-factor` of mecab-ko).
    pub space_penalty: i16,
    /// Tag, semantic class, final consonant, reading, type, first and last tag,
    /// and expression, as CSV.
    pub feature: String,
}

/// A class of characters and how runs of it become unknown words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its name in `char.def`.
    pub name: String,
    /// Whether unknown words are tried even where a known one stands.
    pub invoke: bool,
    /// Whether a whole run of the class is one candidate.
    pub group: bool,
    /// Candidates of up to so many characters.
    pub length: u8,
    /// What an unknown word of the class can be; the surface is the class's name.
    pub unknown: Vec<Entry>,
}

/// The classes of one character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Character {
    /// One bit a category.
    pub categories: u32,
    /// The category that says how it groups.
    pub default: u8,
}

/// Connection costs: a table of right ids (of the word before) and left ids
/// (of the word after).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Costs {
    /// Number of right ids.
    pub right_ids: usize,
    /// Number of left ids.
    pub left_ids: usize,
    /// Cost of (right id, left id) at `right_id + right_ids * left_id`.
    pub costs: Vec<i16>,
}
