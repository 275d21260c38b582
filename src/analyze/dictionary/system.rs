//! The system dictionary: words, connection costs and unknown words.
//!
//! Made of [`Sources`](super::sources::Sources) once and shared by all threads. Ids
//! are numbered by how often they occur, and ids that have the same costs are one,
//! so that the costs asked for most stand close together.

use super::sources::Character;
use super::trie::Trie;

/// What the lattice asks of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Morpheme {
    /// Its left id, by frequency.
    pub left: u16,
    /// Its right id, by frequency.
    pub right: u16,
    /// Its own cost.
    pub cost: i16,
    /// Added after white space.
    pub space_penalty: i16,
    /// Number of its [`Feature`]; [`LAST`] is added if the next is spelled otherwise.
    pub(super) feature_and_last: u32,
}

/// Marks the last of the morphemes of one spelling.
pub(super) const LAST: u32 = 1 << 31;

impl Morpheme {
    #[inline]
    pub(super) fn is_last(self) -> bool {
        self.feature_and_last & LAST != 0
    }

    #[inline]
    pub(super) fn feature(self) -> usize {
        (self.feature_and_last & !LAST) as usize
    }
}

/// What a user asks of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature<'a> {
    /// `NNG`, or `VV+EC` of a word that stands for several.
    pub tag: &'a str,
    /// What kind of word it is.
    pub kind: WordKind,
    /// The morphemes it stands for, as `가/VV/*+아/EC/*`; empty if only itself.
    pub expression: &'a str,
}

/// How a word relates to the morphemes in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WordKind {
    /// It is one.
    #[default]
    Simple,
    /// Nouns side by side.
    Compound,
    /// A stem and endings that melted together.
    Inflect,
    /// Several eojeol or fixed phrases.
    Preanalysis,
}

/// A class of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownClass {
    /// Whether unknown words are tried even where a known one stands.
    pub invoke: bool,
    /// Whether a whole run is one candidate.
    pub group: bool,
    /// Candidates of up to so many characters.
    pub length: u32,
    /// Its morphemes.
    pub morphemes: std::ops::Range<u32>,
}

/// A dictionary that can be used.
#[derive(Debug, PartialEq)]
pub struct SystemDictionary {
    /// From each surface to the first of its morphemes, which stand side by side.
    pub(super) trie: Trie,
    pub(super) morphemes: Vec<Morpheme>,
    /// (place in `tags`, kind, start and end in `expressions`).
    pub(super) features: Vec<[u32; 4]>,
    pub(super) tags: Vec<String>,
    pub(super) expressions: String,
    pub(super) classes: Vec<UnknownClass>,
    pub(super) characters: Vec<Character>,
    /// By frequency: cost of (right, left) at `left * right_ids + right`.
    pub(super) costs: Vec<i16>,
    pub(super) left_ids: usize,
    pub(super) right_ids: usize,
    /// From the sources' ids to those by frequency.
    pub(super) left_numbers: Vec<u16>,
    pub(super) right_numbers: Vec<u16>,
    /// (place in `tags`, final consonant, left, right) that most such words have.
    pub(super) usual: Vec<[u32; 4]>,
    pub(super) entries: usize,
}

impl SystemDictionary {
    /// Number of entries.
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// Calls `found` with the length and the morphemes (by number) of every word
    /// that `text` begins with, the shortest first.
    #[inline]
    pub fn prefixes(&self, text: &str, mut found: impl FnMut(usize, std::ops::Range<u32>)) {
        self.trie.prefixes(text, |length, first| {
            let rest = &self.morphemes[first as usize..];
            let more = rest.iter().take_while(|one| !one.is_last()).count() as u32;
            found(length, first..first + more + 1);
        });
    }

    /// The morpheme numbered `number`.
    #[inline]
    pub fn morpheme(&self, number: u32) -> Morpheme {
        self.morphemes[number as usize]
    }

    /// What a user asks of the morpheme numbered `number`.
    pub fn feature(&self, number: u32) -> Feature<'_> {
        let [tag, kind, start, end] = self.features[self.morphemes[number as usize].feature()];
        Feature {
            tag: &self.tags[tag as usize],
            kind: kind_of(kind),
            expression: &self.expressions[start as usize..end as usize],
        }
    }

    /// The classes of a character.
    #[inline]
    pub fn character(&self, character: char) -> Character {
        // MeCab reads characters beyond the first plane as code point 0.
        self.characters.get(character as usize).copied().unwrap_or(self.characters[0])
    }

    /// How a class of characters makes unknown words.
    #[inline]
    pub fn class(&self, number: u8) -> &UnknownClass {
        &self.classes[usize::from(number)]
    }

    /// Costs of all right ids before the left id `left`.
    #[inline]
    pub fn costs_before(&self, left: u16) -> &[i16] {
        let start = usize::from(left) * self.right_ids;
        &self.costs[start..start + self.right_ids]
    }

    /// How many (left, right) ids MeCab's files have, of which some are one here.
    pub fn ids_of_sources(&self) -> (usize, usize) {
        (self.left_numbers.len(), self.right_numbers.len())
    }

    /// Number of left ids.
    pub fn left_ids(&self) -> usize {
        self.left_ids
    }

    /// Number of right ids.
    pub fn right_ids(&self) -> usize {
        self.right_ids
    }

    /// The usual (left, right) ids of words tagged `tag` whose last syllable ends
    /// in a consonant, or does not.
    pub fn usual_ids(&self, tag: &str, final_consonant: bool) -> Option<(u16, u16)> {
        let tag = self.tags.iter().position(|known| known == tag)? as u32;
        let wanted = [tag, u32::from(final_consonant)];
        let found = self.usual.iter().find(|usual| usual[..2] == wanted)?;
        Some((found[2] as u16, found[3] as u16))
    }

    /// The ids by frequency of a (left, right) pair as MeCab's files have them.
    pub fn ids(&self, left: u16, right: u16) -> Option<(u16, u16)> {
        let left = self.left_numbers.get(usize::from(left))?;
        Some((*left, *self.right_numbers.get(usize::from(right))?))
    }
}

fn kind_of(number: u32) -> WordKind {
    match number {
        1 => WordKind::Compound,
        2 => WordKind::Inflect,
        3 => WordKind::Preanalysis,
        _ => WordKind::Simple,
    }
}
