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
    /// Words to drop: `en` (the bundled 179), or files of one word a line.
    pub stop_words: Vec<String>,
    /// Snowball stemming.
    pub stemmer: Option<StemmerKind>,
    /// How many words after a negation are marked (`not_good`); 0: none.
    pub negation: u32,
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
        }
    }
}
