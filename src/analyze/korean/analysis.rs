//! What is said of each morpheme of a text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analyze::dictionary::{Feature, WordKind};

/// What becomes of a word that stands for several morphemes (Elasticsearch's
/// `decompound_mode`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decompound {
    /// It stays.
    #[default]
    None,
    /// Its parts stand in its place.
    Discard,
    /// Its parts stand behind it.
    Mixed,
}

/// A morpheme of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Morph {
    /// As it stands in the (normalized) text.
    pub surface: String,
    /// Sejong tag; `VV+EC` of a word that stands for several.
    pub tag: String,
    /// Byte offset in the original text.
    pub start: usize,
    /// End in bytes, exclusive.
    pub end: usize,
    /// Dictionary form: `보다` of `봤`, the registered form of a user's word that is
    /// no inflected one.
    pub base: String,
    /// The morphemes that a compound or inflected word stands for.
    pub parts: Vec<Part>,
    /// Offset in characters of the original text.
    pub char_start: usize,
    /// End in characters, exclusive.
    pub char_end: usize,
}

/// Several analyses of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeliest {
    /// Each with its cost (lower is likelier), the likeliest first.
    pub analyses: Vec<(Vec<Morph>, i64)>,
    /// Whether the search ended at its limit before all that were asked for were found.
    pub is_cut: bool,
}

/// One morpheme inside a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its form; of a melted one not as it is written.
    pub surface: String,
    /// Sejong tag.
    pub tag: String,
}

/// A morpheme that borrows from its text and dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MorphRef<'a> {
    /// As it stands in the (normalized) text.
    pub surface: &'a str,
    /// What the dictionary says of it.
    pub feature: Feature<'a>,
    /// Byte offset in the original text.
    pub start: usize,
    /// End in bytes, exclusive.
    pub end: usize,
    /// The registered form, if it is a user's word.
    pub registered: Option<&'a str>,
}

impl<'a> MorphRef<'a> {
    /// Forms and tags of the morphemes it stands for; none if it is one.
    pub fn parts(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let parts = self.feature.expression.split('+').filter(|part| !part.is_empty());
        parts.filter_map(|part| {
            let mut columns = part.split('/');
            Some((columns.next()?, columns.next()?))
        })
    }

    /// Dictionary form: stems of verbs and adjectives get `다`.
    pub fn base(&self) -> String {
        let melted = self.feature.kind == WordKind::Inflect;
        if let Some(registered) = self.registered.filter(|_| !melted) {
            return registered.to_owned();
        }
        let (form, tag) = match self.parts().next() {
            Some(first) if melted => first,
            _ => (self.surface, self.feature.tag),
        };
        let is_stem = tag.starts_with('V') || tag == "XSV" || tag == "XSA";
        if is_stem && (melted || !self.feature.tag.contains('+')) {
            format!("{form}다")
        } else {
            form.to_owned()
        }
    }

    /// With everything that is known of it. `text` is the original.
    pub(super) fn to_morph(self, chars: &mut CharOffsets) -> Morph {
        let char_start = chars.at(self.start);
        Morph {
            surface: self.surface.to_owned(),
            tag: self.feature.tag.to_owned(),
            start: self.start,
            end: self.end,
            base: self.base(),
            parts: self
                .parts()
                .map(|(surface, tag)| Part { surface: surface.to_owned(), tag: tag.to_owned() })
                .collect(),
            char_start,
            char_end: chars.at(self.end),
        }
    }
}

/// From rising byte offsets to character offsets.
pub(super) struct CharOffsets<'a> {
    text: &'a str,
    byte: usize,
    character: usize,
}

impl<'a> CharOffsets<'a> {
    pub fn new(text: &'a str) -> Self {
        CharOffsets { text, byte: 0, character: 0 }
    }

    /// The number of characters before `byte`.
    pub fn at(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            (self.byte, self.character) = (0, 0);
        }
        self.character += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.character
    }
}
