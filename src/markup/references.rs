//! Character references: `&amp;`, `&eacute`, `&#8217;`, `&#x80;`.
//!
//! In: text whose `&` may open a reference. Out: the text that it stands for,
//! as the HTML standard decodes it outside attributes.

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::memchr2;

/// Appends `text` with its references decoded and its NUL characters dropped.
pub fn push_decoded(mut text: &str, out: &mut String) {
    while let Some(at) = memchr2(b'&', 0, text.as_bytes()) {
        out.push_str(&text[..at]);
        let used = match text.as_bytes()[at] {
            0 => 1,
            _ => push_reference(&text[at..], out),
        };
        text = &text[at + used..];
    }
    out.push_str(text);
}

/// Appends the value of an attribute with its references decoded.
///
/// There an old name without its semicolon is none before a letter, a digit or
/// `=`: `?a=1&copy=2` is an address.
pub fn push_decoded_value(mut value: &str, out: &mut String) {
    while let Some(at) = memchr2(b'&', 0, value.as_bytes()) {
        out.push_str(&value[..at]);
        let rest = &value[at..];
        let start = out.len();
        let used = match rest.as_bytes()[0] {
            0 => 1,
            _ => push_reference(rest, out),
        };
        let goes_on =
            rest[used..].starts_with(|next: char| next == '=' || next.is_ascii_alphanumeric());
        if goes_on && used > 1 && !rest[..used].ends_with(';') && !rest[1..].starts_with('#') {
            out.truncate(start);
            out.push_str(&rest[..used]);
        }
        value = &rest[used..];
    }
    out.push_str(value);
}

/// Whether what follows `&` may make it a reference.
pub fn may_follow_ampersand(byte: u8) -> bool {
    byte == b'#' || byte.is_ascii_alphanumeric()
}

/// Appends what the reference at the start of `text` stands for, or the `&`
/// itself; the number of bytes used.
fn push_reference(text: &str, out: &mut String) -> usize {
    let used = match text.as_bytes().get(1) {
        Some(byte) if !may_follow_ampersand(*byte) => None,
        Some(b'#') => push_numeric(&text[2..], out).map(|digits| digits + 2),
        _ => push_named(&text[1..], out).map(|name| name + 1),
    };
    used.unwrap_or_else(|| {
        out.push('&');
        1
    })
}

/// The longest known name at the start of `text`: `&notit;` is `&not` and `it;`.
///
/// A name has its semicolon or is one of the old ones, which are short: few looks.
fn push_named(text: &str, out: &mut String) -> Option<usize> {
    if let Some(&(name, character)) = COMMON.iter().find(|(name, _)| text.starts_with(name)) {
        out.push(character);
        return Some(name.len());
    }
    let letters = text.bytes().take(LONGEST_NAME).take_while(u8::is_ascii_alphanumeric).count();
    let whole = text[letters..].starts_with(';').then_some(letters + 1);
    let old = (1..=letters.min(LONGEST_OLD_NAME)).rev();
    let (end, (first, second)) = whole.into_iter().chain(old).find_map(|end| {
        // The table holds the beginnings of names too, with nothing to stand for.
        let known = NAMED_ENTITIES.get(&text[..end]).filter(|(first, _)| *first != 0);
        known.map(|characters| (end, *characters))
    })?;
    out.extend(char::from_u32(first));
    out.extend(char::from_u32(second).filter(|&second| second != '\0'));
    Some(end)
}

/// `CounterClockwiseContourIntegral;`
const LONGEST_NAME: usize = 32;
/// `Aacute`, without its semicolon.
const LONGEST_OLD_NAME: usize = 6;

/// Nearly all that pages hold; the table needs a look for each letter.
const COMMON: [(&str, char); 5] =
    [("amp;", '&'), ("nbsp;", '\u{a0}'), ("quot;", '"'), ("lt;", '<'), ("gt;", '>')];

/// `8217;` or `x2019;`, with or without the semicolon.
fn push_numeric(text: &str, out: &mut String) -> Option<usize> {
    let hexadecimal = text.starts_with(['x', 'X']);
    let (start, radix) = if hexadecimal { (1, 16) } else { (0, 10) };
    let digits = text[start..].bytes().take_while(|&byte| char::from(byte).is_digit(radix)).count();
    if digits == 0 {
        return None;
    }
    let end = start + digits;
    out.push(character_of(value_of(&text[start..end], radix)));
    Some(end + usize::from(text[end..].starts_with(';')))
}

/// The value of the digits; any number of digits is accepted.
fn value_of(digits: &str, radix: u32) -> u32 {
    digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0, |value: u32, digit| value.saturating_mul(radix).saturating_add(digit))
}

/// The standard reads 0x80–0x9F as windows-1252, as pages mean it.
fn character_of(value: u32) -> char {
    match value {
        0 => None,
        0x80..=0x9F => C1_REPLACEMENTS[value as usize - 0x80].or(char::from_u32(value)),
        _ => char::from_u32(value),
    }
    .unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        push_decoded(text, &mut out);
        assert_eq!(out, expected, "{text:?}");
    }

    #[test]
    fn names_need_no_semicolon_if_they_are_old() {
        check("T&amp;A &ampx &hellip; &hellip", "T&A &x … &hellip");
        check("&notit; &notin; &and; &andx", "¬it; ∉ ∧ &andx");
        check("AT&T & &; &한 &", "AT&T & &; &한 &");
    }

    #[test]
    fn every_name_is_found() {
        let names = NAMED_ENTITIES.entries().filter(|(_, (first, _))| *first != 0);
        for (name, (first, second)) in names {
            let second = char::from_u32(*second).filter(|second| *second != '\0');
            let expected: String = char::from_u32(*first).into_iter().chain(second).collect();
            check(&format!("&{name}"), &expected);
        }
    }

    #[test]
    fn a_name_may_stand_for_two_characters() {
        check("&NotEqualTilde;", "\u{2242}\u{338}");
    }

    #[test]
    fn numbers_are_read_as_pages_mean_them() {
        check("&#39;&#x27;&#X27&#8217x", "'''’x");
        check("&#128;&#x99;&#x81;", "€™\u{81}");
        check("&#; &#x; &#xg; &#", "&#; &#x; &#xg; &#");
    }

    #[test]
    fn impossible_numbers_become_the_replacement_character() {
        check("&#0;&#xD800;&#x110000;&#99999999999999999999;", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
    }

    #[test]
    fn addresses_keep_their_ampersands() {
        let mut out = String::new();
        push_decoded_value("?a=1&copy=2&amp;b&lt;&reg &#38;c&ampx", &mut out);
        assert_eq!(out, "?a=1&copy=2&b<® &c&ampx");
    }

    #[test]
    fn nul_is_dropped_and_ends_a_name() {
        check("a\0b&am\0p;", "ab&amp;");
    }
}
