//! Lower case, before anything compares words.

use std::borrow::Cow;

use crate::traits::TokenFilter;

/// Unicode lower case.
pub struct Lowercase;

impl TokenFilter for Lowercase {
    fn filter<'a>(&self, term: Cow<'a, str>) -> Option<Cow<'a, str>> {
        let is_lower = term.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        Some(if is_lower { term } else { Cow::Owned(term.to_lowercase()) })
    }
}
