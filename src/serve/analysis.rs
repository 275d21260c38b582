//! A text of a user → its morphemes, what each model says of it, and documents like it.

use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use super::judge::{Verdict, verdict};
use super::stock::Stock;
use crate::analyze::dictionary;
use crate::analyze::korean::{Analyzer, KoreanParams, Morph, tags::Tag};
use crate::error::Result;

/// Morphemes that are shown of a text.
const MOST_MORPHEMES: usize = 2000;

/// What a text consists of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Analysis {
    /// Whether the Korean dictionary is installed.
    pub has_dictionary: bool,
    /// Its morphemes; none without the dictionary.
    pub morphemes: Vec<Morpheme>,
    /// What each model says of it.
    pub sentiments: Vec<Verdict>,
}

/// A morpheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Morpheme {
    /// As it stands in the text, spelling evened out.
    pub surface: String,
    /// Its tag: `NNG`, `VV+EC`.
    pub tag: String,
    /// What the tag means, in English.
    pub english: String,
    /// The same in Korean.
    pub korean: String,
    /// The form that a dictionary has.
    pub base: String,
    /// Where it starts in the text, in bytes.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
    /// The morphemes that a compound or inflected word stands for, as `surface/TAG`.
    pub parts: Vec<String>,
}

/// The Korean analyzer, once the dictionary is there.
#[derive(Default)]
pub struct Korean(Mutex<Option<Arc<Analyzer>>>);

impl Korean {
    /// Opens the installed dictionary when it is first needed; never installs it.
    fn get(&self) -> Option<Arc<Analyzer>> {
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.is_none() {
            match open() {
                Ok(analyzer) => *opened = analyzer.map(Arc::new),
                Err(error) => tracing::warn!("the Korean dictionary cannot be opened: {error}"),
            }
        }
        opened.clone()
    }
}

fn open() -> Result<Option<Analyzer>> {
    if !dictionary::dictionary_file()?.exists() {
        return Ok(None);
    }
    let dictionary = Arc::new(dictionary::installed()?);
    Analyzer::new(dictionary, &KoreanParams::default()).map(Some)
}

/// Analyses `text`, with the model of each pipeline in `models`.
pub fn analysed(text: &str, korean: &Korean, stock: &Stock, models: &[String]) -> Analysis {
    let analyzer = korean.get();
    let morphemes = analyzer.as_ref().map(|analyzer| analyzer.analyze(text));
    let verdict = |name: &String| verdict(name, &*stock.model(name)?, text);
    Analysis {
        has_dictionary: analyzer.is_some(),
        morphemes: morphemes
            .unwrap_or_default()
            .into_iter()
            .take(MOST_MORPHEMES)
            .map(told)
            .collect(),
        sentiments: models.iter().filter_map(verdict).collect(),
    }
}

fn told(morph: Morph) -> Morpheme {
    let names = |name: fn(Tag) -> &'static str| {
        let parts = morph.tag.split('+').map(|part| Tag::from_name(part).map_or(part, name));
        parts.collect::<Vec<_>>().join(" + ")
    };
    let (english, korean) = (names(Tag::english), names(Tag::korean));
    let parts = morph.parts.iter().map(|part| format!("{}/{}", part.surface, part.tag)).collect();
    let Morph { surface, tag, base, start, end, .. } = morph;
    Morpheme { surface, tag, english, korean, base, start, end, parts }
}
