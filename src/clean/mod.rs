//! Html → Text.
//!
//! In: text that may hold markup. Out: text without it, normalized and with the
//! configured replacements made. Any input is accepted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of markup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HtmlMode {
    /// `<br>` and the ends of blocks become a newline, entities are decoded.
    #[default]
    Newlines,
    /// What BeautifulSoup(html5lib).get_text() gives: words at `<br />` are glued.
    GetText,
    /// The text is no HTML: `<` and `&` mean themselves.
    None,
}

/// Unicode normalization forms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Normalization {
    /// Leave the text as it is.
    #[default]
    None,
    /// Canonical composition.
    Nfc,
    /// Compatibility composition: full-width letters become plain ones.
    Nfkc,
}

/// One regex replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Regular expression (syntax of the `regex` crate).
    pub pattern: String,
    /// What each match becomes; `$1` names a group.
    pub replacement: String,
}

/// `[pipeline.NAME.clean]`, applied in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CleanParams {
    /// What becomes of markup.
    pub html: HtmlMode,
    /// Unicode normalization.
    pub normalize: Normalization,
    /// Replacements, one after another.
    pub replace: Vec<Rule>,
}
