//! Names that users gave, in their language.
//!
//! In: text. Out: the same, harmless, with its language, so that a screen reader says it
//! with the right voice and a line breaks where the language breaks. Promises: a name that
//! is written from right to left moves nothing beside it.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::analyze::language::{Language, detect};
use crate::report::forms::visible;

/// A name.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "{% if language == \"ko\" %}<span lang=\"ko\">{{ text }}</span>\
        {% else if language == \"\" %}<bdi>{{ text }}</bdi>{% else %}{{ text }}{% endif %}"
)]
pub struct Said {
    /// What is shown.
    pub text: String,
    /// `ko`, `en` as the page, or empty.
    pub language: &'static str,
}

impl HtmlSafe for Said {}

impl Said {
    /// A name as it is shown.
    pub fn name(name: &str) -> Self {
        Self::text(visible::name(name))
    }

    /// Text that is harmless already.
    pub fn text(text: String) -> Self {
        Said { language: language(&text), text }
    }
}

/// A sentence of ours, whose dates stay on one line.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "{% for (word, is_date) in words %}{% if *is_date %}<span class=\"date\">{{ word }}</span>\
        {% else %}{{ word }}{% endif %}{% endfor %}"
)]
pub struct Prose {
    words: Vec<(String, bool)>,
}

impl HtmlSafe for Prose {}

impl Prose {
    /// A sentence as it is shown.
    pub fn new(text: &str) -> Self {
        let is_date = |word: &str| {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            digits == 8 && word.bytes().filter(|byte| *byte == b'-').count() == 2
        };
        let words = text.split_inclusive(' ').map(|word| (word.to_owned(), is_date(word)));
        Prose { words: words.collect() }
    }
}

/// The language of a text as HTML names it; empty if it is unknown.
pub fn language(text: &str) -> &'static str {
    match detect(text) {
        Language::Korean => "ko",
        Language::English => "en",
        Language::Unknown => "",
    }
}
