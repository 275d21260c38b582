//! Text → Tokens.
//!
//! In: cleaned text. Out: tokens with offsets; the same tokenizer and filters
//! serve training, prediction and search.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a feature is made of (scikit-learn's `analyzer`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnalyzerKind {
    /// Words.
    #[default]
    Word,
    /// Characters, across words.
    Char,
    /// Characters inside words, each word padded with a blank on both sides.
    CharWb,
    /// Korean morphemes.
    Korean,
    /// Korean morphemes where the text is Korean, words where it is not.
    Auto,
}

/// How words are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenizerKind {
    /// Matches of `token_pattern`, as scikit-learn does it.
    #[default]
    Pattern,
    /// Runs of letters and digits with inner apostrophes: `don't` is one word.
    Words,
}

/// Snowball stemmers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StemmerKind {
    /// Snowball English (Porter 2).
    English,
}

/// scikit-learn's default `token_pattern`.
pub const DEFAULT_TOKEN_PATTERN: &str = r"(?u)\b\w\w+\b";

/// `[pipeline.NAME.analyze]`, applied in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnalyzeParams {
    /// Words or characters.
    pub analyzer: AnalyzerKind,
    /// How words are found.
    pub tokenizer: TokenizerKind,
    /// What a token is, for `tokenizer = "pattern"`.
    pub token_pattern: String,
    /// Whether punctuation marks are tokens, for `tokenizer = "words"`.
    pub punctuation: bool,
    /// Lower-case before anything compares words.
    pub lowercase: bool,
    /// Words to drop: `en` or `ko` (bundled), or files of one word a line, written
    /// `word` or `word/TAG`.
    pub stop_words: Vec<String>,
    /// Snowball stemming.
    pub stemmer: Option<StemmerKind>,
    /// How many words after a negation are marked (`not_good`); 0: none.
    pub negation: u32,
    /// Even out how people write Korean: NFC, widths, `ㅋㅋㅋㅋ`, emoticons as one token.
    pub normalize: bool,
    /// Korean words that win: a file that `malmoi dictionary check` accepts.
    pub user_dictionary: Option<String>,
    /// What becomes of Korean words that stand for several morphemes.
    pub decompound: Decompound,
    /// Keep Korean morphemes whose tag is one of these or begins so; empty: all.
    pub keep_tags: Vec<String>,
    /// Drop Korean morphemes whose tag is one of these or begins so: `J`, `E`.
    pub stop_tags: Vec<String>,
    /// Whether a Korean term is `surface/TAG`.
    pub tagged: bool,
    /// Whether the characters of Korean text follow its morphemes as terms.
    pub characters: bool,
}

impl Default for AnalyzeParams {
    fn default() -> Self {
        AnalyzeParams {
            analyzer: AnalyzerKind::Word,
            tokenizer: TokenizerKind::Pattern,
            token_pattern: DEFAULT_TOKEN_PATTERN.to_owned(),
            punctuation: false,
            lowercase: true,
            stop_words: Vec::new(),
            stemmer: None,
            negation: 0,
            normalize: true,
            user_dictionary: None,
            decompound: Decompound::None,
            keep_tags: Vec::new(),
            stop_tags: Vec::new(),
            tagged: false,
            characters: false,
        }
    }
}

impl AnalyzeParams {
    /// Whether the Korean dictionary has to be there.
    pub fn needs_korean(&self) -> bool {
        matches!(self.analyzer, AnalyzerKind::Korean | AnalyzerKind::Auto)
    }

    /// The files of words that are read, bundled ones left out.
    pub fn files(&self) -> impl Iterator<Item = NamedFile<'_>> {
        let lists = self.stop_words.iter().map(String::as_str);
        let lists = lists.filter(|list| !BUNDLED_STOP_WORDS.contains(list));
        let lists =
            lists.map(|path| NamedFile { path, what: "the stop words", setting: "stop_words" });
        let words = self.user_dictionary.as_deref().filter(|_| self.needs_korean());
        let words = words.map(|path| NamedFile {
            path,
            what: "the user dictionary",
            setting: "user_dictionary",
        });
        lists.chain(words)
    }
}

/// A file of words, and the setting that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedFile<'a> {
    /// Where it stands.
    pub path: &'a str,
    /// What messages call it.
    pub what: &'static str,
    /// The key in `analyze`.
    pub setting: &'static str,
}

impl NamedFile<'_> {
    /// What to do if the file cannot be read.
    pub fn hint(&self) -> String {
        format!("`analyze.{}` names it; put the file there, or name another", self.setting)
    }
}

mod characters;
pub mod dictionary;
pub mod korean;
pub mod language;
mod lowercase;
mod mixed;
mod negation;
mod pattern;
mod stem;
mod stop_words;
mod words;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use self::korean::{Decompound, KoreanParams, KoreanTokenizer, NormalizeParams};
use crate::data::{Token, Tokens};
use crate::error::{Error, Result};
use crate::traits::{TokenFilter, Tokenizer};
pub use negation::{PREFIX as NEGATION_PREFIX, Reach, Role};
pub use stop_words::BUNDLED as BUNDLED_STOP_WORDS;

/// A tokenizer and the filters behind it.
pub struct Analyzer {
    tokenizer: Box<dyn Tokenizer>,
    filters: Vec<Box<dyn TokenFilter>>,
    lowercase: bool,
    negation: u32,
    joiner: &'static str,
}

impl Analyzer {
    /// Reads the dictionaries that the settings name.
    pub fn open(params: &AnalyzeParams) -> Result<Self> {
        let is_word = !matches!(params.analyzer, AnalyzerKind::Char | AnalyzerKind::CharWb);
        Ok(Analyzer {
            tokenizer: tokenizer(params)?,
            filters: filters(params)?,
            lowercase: params.lowercase,
            negation: if is_word { params.negation } else { 0 },
            joiner: if is_word { " " } else { "" },
        })
    }

    /// Cuts `text` into surfaces, not yet filtered.
    pub fn tokenize(&self, text: &str, out: &mut Tokens) {
        self.tokenizer.tokenize(text, out);
    }

    /// The term of a surface, or `None` if it is dropped. Pure.
    pub fn filter<'a>(&self, surface: &'a str) -> Option<Cow<'a, str>> {
        self.filters.iter().try_fold(Cow::Borrowed(surface), |term, filter| filter.filter(term))
    }

    /// What a surface does to negations. Pure.
    pub fn role(&self, surface: &str) -> Role {
        if self.negation == 0 {
            Role::Plain
        } else if self.lowercase {
            negation::role(&surface.to_lowercase())
        } else {
            negation::role(surface)
        }
    }

    /// The reach of negations, at the start of a text.
    pub fn reach(&self) -> Reach {
        Reach::new(self.negation)
    }

    /// What stands between the tokens of an n-gram.
    pub fn joiner(&self) -> &'static str {
        self.joiner
    }

    /// Terms of `text` with the places they come from, in order.
    pub fn analyze(&self, text: &str) -> Vec<(String, Token)> {
        let mut tokens = Tokens::default();
        self.tokenize(text, &mut tokens);
        let mut reach = self.reach();
        let mut terms = Vec::with_capacity(tokens.tokens.len());
        for token in &tokens.tokens {
            let surface = tokens.term(token);
            let marked = reach.mark(self.role(surface));
            if let Some(term) = self.filter(surface) {
                let term = if marked { format!("{PREFIX}{term}") } else { term.into_owned() };
                terms.push((term, *token));
            }
        }
        terms
    }
}

use negation::PREFIX;

fn tokenizer(params: &AnalyzeParams) -> Result<Box<dyn Tokenizer>> {
    Ok(match (params.analyzer, params.tokenizer) {
        (AnalyzerKind::Word, TokenizerKind::Pattern) => {
            Box::new(pattern::PatternTokenizer::new(&params.token_pattern)?)
        }
        (AnalyzerKind::Word, TokenizerKind::Words) => {
            Box::new(words::WordTokenizer { punctuation: params.punctuation })
        }
        (AnalyzerKind::Char, _) => {
            Box::new(characters::CharacterTokenizer { word_boundaries: false })
        }
        (AnalyzerKind::CharWb, _) => {
            Box::new(characters::CharacterTokenizer { word_boundaries: true })
        }
        (AnalyzerKind::Korean, _) => Box::new(korean(params)?),
        (AnalyzerKind::Auto, _) => {
            let word = AnalyzeParams { analyzer: AnalyzerKind::Word, ..params.clone() };
            Box::new(mixed::MixedTokenizer { korean: korean(params)?, other: tokenizer(&word)? })
        }
    })
}

fn korean(params: &AnalyzeParams) -> Result<KoreanTokenizer> {
    let korean = KoreanParams {
        normalize: match params.normalize {
            true => NormalizeParams::default(),
            false => NormalizeParams::off(),
        },
        user_dictionary: params.user_dictionary.as_ref().map(PathBuf::from),
        decompound: params.decompound,
    };
    let dictionary = Arc::new(dictionary::installed()?);
    let named = |error: Error| match params.files().last() {
        Some(file) => error.hinted_if_none(file.hint()),
        None => error,
    };
    Ok(KoreanTokenizer {
        analyzer: korean::Analyzer::new(dictionary, &korean).map_err(named)?,
        keep_tags: params.keep_tags.clone(),
        stop_tags: params.stop_tags.clone(),
        tagged: params.tagged,
        lowercase: params.lowercase,
        characters: params.characters,
    })
}

fn filters(params: &AnalyzeParams) -> Result<Vec<Box<dyn TokenFilter>>> {
    let mut filters: Vec<Box<dyn TokenFilter>> = Vec::new();
    // Where there are tags, terms are lower-cased before these stand behind them.
    if params.lowercase && !params.needs_korean() {
        filters.push(Box::new(lowercase::Lowercase));
    }
    if !matches!(params.analyzer, AnalyzerKind::Char | AnalyzerKind::CharWb) {
        if !params.stop_words.is_empty() {
            filters.push(Box::new(stop_words::StopWords::open(&params.stop_words)?));
        }
        if let Some(kind) = params.stemmer {
            filters.push(Box::new(stem::Stem::new(kind)));
        }
    }
    Ok(filters)
}
