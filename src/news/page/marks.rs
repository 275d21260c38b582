//! The attributes of a tag → which of the often asked ones it has, in one byte.
//!
//! Most tags have none of those that are looked for: a bit spares reading them again.

use crate::markup::Attributes;

/// `data-…`, whatever follows.
pub(super) const DATA: u8 = 1 << 4;

/// What the tag has.
pub(super) fn of(attributes: &str) -> u8 {
    if attributes.is_empty() {
        return 0;
    }
    Attributes::new(attributes).fold(0, |marks, (name, _)| marks | mark(name))
}

/// The mark that a tag with the attribute `name` bears.
pub(super) fn mark(name: &str) -> u8 {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    match name.len() {
        5 if is("class") => 1,
        2 if is("id") => 1 << 1,
        3 if is("rel") => 1 << 2,
        8 if is("itemprop") => 1 << 3,
        _ if name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data-")) => DATA,
        _ => 1 << 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_bear_the_marks_of_their_attributes() {
        assert_eq!(of(" CLASS=a Data-X=1"), mark("class") | DATA);
        assert_eq!(of(" href=a style"), mark("title"));
        assert_eq!(of(""), 0);
    }
}
