//! One article as a feed or a sitemap tells of it.

use std::fmt;

use super::xml::decode_references;
use crate::net::Url;

/// An article that a feed or a sitemap names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands; absolute, http or https.
    pub url: Url,
    /// Its title, as plain text.
    pub title: Option<String>,
    /// When it was published, or else changed (RFC 3339).
    pub date: Option<String>,
    /// Its beginning or a summary, as plain text.
    pub summary: Option<String>,
}

/// More entries of one file are not read, as the protocol of sitemaps says.
pub(super) const MOST_ENTRIES: usize = 50_000;

/// Largest file that is read, unpacked, as the same protocol says.
pub const LARGEST_LIST: u64 = 50 * 1024 * 1024;

/// Why a feed or a sitemap was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It is larger than [`LARGEST_LIST`].
    Size,
    /// It has more than 50,000 entries.
    Entries,
}

impl fmt::Display for Cut {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Cut::Size => "only its first 50 MB were read",
            Cut::Entries => "only its first 50,000 entries were read",
        })
    }
}

/// Leaves out what is behind the last entry that is read; `size` if the file was cut.
pub(super) fn bounded<T>(entries: &mut Vec<T>, size: Option<Cut>) -> Option<Cut> {
    let is_more = entries.len() > MOST_ENTRIES;
    entries.truncate(MOST_ENTRIES);
    if is_more { Some(Cut::Entries) } else { size }
}

/// Of a longer text the beginning says enough.
const MOST_MARKUP: usize = 64 * 1024;
const LONGEST_TITLE: usize = 1_000;
const LONGEST_SUMMARY: usize = 4_000;

/// An address, made absolute; `None` if it is not one that can be fetched.
pub(super) fn address(text: &str, base: &Url) -> Option<Url> {
    let text = text.trim();
    let url = base.join(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    (!text.is_empty() && url.has_host()).then_some(url)
}

/// A title in one line.
pub(super) fn title(text: &str) -> Option<String> {
    plain(text, LONGEST_TITLE)
}

/// A summary in one line.
pub(super) fn summary(text: &str) -> Option<String> {
    plain(text, LONGEST_SUMMARY)
}

/// Text without tags, in one line, up to a length in bytes.
fn plain(text: &str, longest: usize) -> Option<String> {
    let untagged = without_tags(&text[..boundary(text, MOST_MARKUP)]);
    let decoded = decode_references(&untagged);
    let mut line = String::new();
    for word in decoded.split_whitespace() {
        if line.len() + word.len() >= longest {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    (!line.is_empty()).then_some(line)
}

/// `<` opens a tag only before a letter, `/` or `!`, so that `3 < 5` stays.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let opens = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match if opens { tag.find('>') } else { None } {
            Some(end) => {
                out.push(' ');
                rest = &tag[end + 1..];
            }
            None => {
                out.push('<');
                rest = &tag[1..];
                // Without a `>` to come, no tag is to come either.
                if opens {
                    break;
                }
            }
        }
    }
    out + rest
}

/// The last place up to `most` where a character starts.
pub(super) fn boundary(text: &str, most: usize) -> usize {
    let most = most.min(text.len());
    (0..=most).rev().find(|place| text.is_char_boundary(*place)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_plain_text() {
        for (written, expected) in [
            (" <b>속보</b>\n 코스피 &amp; 코스닥 ", Some("속보 코스피 & 코스닥")),
            ("3 < 5 &lt;b&gt;", Some("3 < 5 <b>")),
            ("&ldquo;말&rdquo; &#8217; &unknown; AT&T", Some("“말” ’ &unknown; AT&T")),
            ("<img src='a'>", None),
            ("cut <b", Some("cut <b")),
            (" ", None),
        ] {
            assert_eq!(title(written).as_deref(), expected, "{written}");
        }
        assert!(title(&"word ".repeat(1000)).unwrap().len() <= LONGEST_TITLE);
    }

    #[test]
    fn addresses_are_absolute() {
        let base = Url::parse("https://example.org/news/rss.xml").unwrap();
        for (written, expected) in [
            ("1.html", Some("https://example.org/news/1.html")),
            (" //other.example/2 ", Some("https://other.example/2")),
            ("", None),
            ("javascript:void(0)", None),
            ("mailto:a@b.kr", None),
            ("http://", None),
        ] {
            assert_eq!(address(written, &base).as_ref().map(Url::as_str), expected, "{written}");
        }
    }
}
