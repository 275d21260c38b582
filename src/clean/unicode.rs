//! Unicode normalization.
//!
//! In: any text. Out: its normal form, borrowed if the text has it already.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc, is_nfkc};

use super::Normalization;

/// `text` in the normal form `form`.
pub(super) fn normalize(text: &str, form: Normalization) -> Cow<'_, str> {
    let is_normal = match form {
        // ASCII has every form, and saying so is faster than the tables are.
        _ if text.is_ascii() => true,
        Normalization::None => true,
        Normalization::Nfc => is_nfc(text),
        Normalization::Nfkc => is_nfkc(text),
    };
    match form {
        _ if is_normal => Cow::Borrowed(text),
        Normalization::Nfkc => Cow::Owned(text.nfkc().collect()),
        Normalization::Nfc | Normalization::None => Cow::Owned(text.nfc().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: Normalization, text: &str, expected: &str) {
        let normal = normalize(text, form);
        assert_eq!(normal, expected);
        assert_eq!(matches!(normal, Cow::Borrowed(_)), text == expected, "{text:?}");
    }

    #[test]
    fn composition_joins_letters_and_marks() {
        check(Normalization::Nfc, "cafe\u{301}", "café");
        check(Normalization::Nfc, "\u{1112}\u{1161}\u{11ab}글", "한글");
        check(Normalization::Nfc, "한글 café ＡＢ ①", "한글 café ＡＢ ①");
    }

    #[test]
    fn compatibility_makes_letters_plain() {
        check(Normalization::Nfkc, "ＡＢ①ﬁ ㅋ", "AB1fi \u{110f}");
        check(Normalization::Nfkc, "plain 한글", "plain 한글");
    }

    #[test]
    fn none_changes_nothing() {
        check(Normalization::None, "e\u{301}Ａ", "e\u{301}Ａ");
    }
}
