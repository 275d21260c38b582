//! The inside of a tag → names and values.
//!
//! In: what stands between the name of a tag and its `>`. Out: attributes in
//! order, as written: names in any case, values with their references.

use memchr::memchr;

use super::pieces::is_blank;

/// The attributes of a tag, as [`Pieces::attributes`](super::Pieces::attributes) gives it.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Attributes<'a> {
    /// The attributes in `inside`.
    pub fn new(inside: &'a str) -> Self {
        Attributes { rest: inside }
    }

    /// The value of the first attribute of this name, in lower case.
    pub fn value(mut self, name: &str) -> Option<&'a str> {
        self.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) {
        let bytes = self.rest.as_bytes();
        let length = bytes.iter().position(|&byte| !skipped(byte)).unwrap_or(bytes.len());
        self.rest = &self.rest[length..];
    }

    /// Up to the first byte from `start` on that ends it.
    fn take(&mut self, start: usize, ends: impl Fn(u8) -> bool) -> &'a str {
        let bytes = &self.rest.as_bytes()[start..];
        let length = bytes.iter().position(|&byte| ends(byte)).unwrap_or(bytes.len());
        let (taken, rest) = self.rest.split_at(start + length);
        self.rest = rest;
        taken
    }

    fn next_value(&mut self) -> &'a str {
        let quote = match self.rest.as_bytes().first() {
            Some(&quote @ (b'"' | b'\'')) => quote,
            _ => return self.take(0, is_blank),
        };
        let inside = &self.rest[1..];
        let length = memchr(quote, inside.as_bytes()).unwrap_or(inside.len());
        self.rest = inside.get(length + 1..).unwrap_or_default();
        &inside[..length]
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip(|byte| is_blank(byte) || byte == b'/');
        let first = self.rest.chars().next()?;
        // A `=` in front belongs to the name.
        let name =
            self.take(first.len_utf8(), |byte| is_blank(byte) || matches!(byte, b'/' | b'='));
        self.skip(is_blank);
        if !self.rest.starts_with('=') {
            return Some((name, ""));
        }
        self.rest = &self.rest[1..];
        self.skip(is_blank);
        Some((name, self.next_value()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inside: &str, expected: &[(&str, &str)]) {
        assert_eq!(Attributes::new(inside).collect::<Vec<_>>(), expected, "{inside:?}");
    }

    #[test]
    fn values_stand_in_quotes_or_alone() {
        check(" a b=1 c = '2 3' d=\"4>\" /", &[("a", ""), ("b", "1"), ("c", "2 3"), ("d", "4>")]);
        check("/href=a/b?c=d", &[("href", "a/b?c=d")]);
        check(" =x=1 한글=글", &[("=x", "1"), ("한글", "글")]);
        check("", &[]);
        check(" a='b'c", &[("a", "b"), ("c", "")]);
        check(" a='b", &[("a", "b")]);
    }

    #[test]
    fn the_first_of_a_name_counts() {
        assert_eq!(Attributes::new(" A=1 a=2").value("a"), Some("1"));
        assert_eq!(Attributes::new(" ab").value("a"), None);
    }
}
