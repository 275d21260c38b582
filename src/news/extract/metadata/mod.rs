//! A page → what it says of its article: title, date, authors, language, addresses.
//!
//! In: the tree of a page, and its address if that is known. Out: what several parts of
//! the page agree on, or what the most trusted part says. Pages may be hostile: all that
//! is given out is of bounded length, and linked data of bounded depth.

mod addresses;
mod authors;
mod clues;
mod dates;
mod language;
mod linked_data;
mod moment;
mod name_words;
mod names;
mod scripts;
mod title;

use clues::Clues;

use crate::news::page::Page;

/// What a page says of its article. What it does not say is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The headline, without the name of the site.
    pub title: Option<String>,
    /// When it was published, as RFC 3339.
    ///
    /// A date without a time is midnight. A time without a zone is Korean time on Korean
    /// pages; elsewhere it has the zone of another date on the page, else `+00:00`.
    pub date: Option<String>,
    /// Names of people in the order of the page, without titles and addresses. A press
    /// agency stands here if no person does and it is not the site itself.
    pub authors: Vec<String>,
    /// The language of the text, as `ko` or `en`.
    pub language: Option<String>,
    /// The address that the page wants to be known by, if it is one of the same site.
    pub canonical: Option<String>,
    /// The name of the site, else its host.
    pub site: Option<String>,
    /// The address of the lead image.
    pub image: Option<String>,
}

/// What `page`, fetched from `url`, says of its article.
///
/// # Examples
/// ```
/// use malmoi::news::extract::metadata::metadata;
/// use malmoi::news::page::Page;
///
/// let page = Page::parse(
///     "<html lang=ko><title>도서관 다시 연다 - 바람골신문</title>
///      <meta property=og:site_name content=바람골신문>
///      <h1>도서관 다시 연다</h1><p>입력 2026.11.23. 오전 9:05 | 홍길동 기자</p>",
/// );
/// let found = metadata(&page, None);
/// assert_eq!(found.title.as_deref(), Some("도서관 다시 연다"));
/// assert_eq!(found.date.as_deref(), Some("2026-11-23T09:05:00+09:00"));
/// assert_eq!(found.authors, ["홍길동"]);
/// ```
pub fn metadata(page: &Page, url: Option<&str>) -> Metadata {
    let clues = Clues::gather(page, url);
    let language = language::language(&clues);
    let is_korean = clues.is_korean(language.as_deref());
    Metadata {
        title: title::title(&clues),
        date: dates::published(&clues, is_korean),
        authors: authors::authors(&clues),
        canonical: addresses::canonical(&clues),
        site: addresses::site(&clues),
        image: addresses::image(&clues),
        language,
    }
}

/// The date in a text that a rule of a publisher found, as [`Metadata::date`].
pub(super) fn date_in(text: &str, is_korean: bool) -> Option<String> {
    dates::date_in(text, is_korean)
}

/// The names in a text that a rule of a publisher found.
pub(super) fn names_in(text: &str) -> Vec<String> {
    names::in_byline(text)
}

#[cfg(test)]
mod tests;
