//! Words to drop.

use std::borrow::Cow;
use std::path::Path;

use rustc_hash::FxHashSet;

use super::korean::tags::Tag;
use crate::error::Result;
use crate::files::read_dictionary;
use crate::traits::TokenFilter;

const ENGLISH: &str = include_str!("../../dictionaries/stopwords/en.txt");
const KOREAN: &str = include_str!("../../dictionaries/stopwords/ko.txt");

/// A dictionary of stop words is small; anything larger is another file.
const MAX_BYTES: u64 = 16 << 20;

/// The lists that come with the program, by name; other names are files.
pub const BUNDLED: &[&str] = &["en", "ko"];

/// Drops the words of its lists.
pub struct StopWords(FxHashSet<String>);

impl StopWords {
    /// Reads the lists: `en`, `ko`, or the path of a file with one word a line (`#` starts a
    /// comment).
    ///
    /// `수/NNB` is dropped as that part of speech alone, and only where terms carry their tag.
    pub fn open(lists: &[String]) -> Result<Self> {
        let mut words = FxHashSet::default();
        for list in lists {
            match list.as_str() {
                "en" => words.extend(parse(ENGLISH)),
                "ko" => words.extend(parse(KOREAN)),
                path => words.extend(parse(&read_stop_words(Path::new(path))?)),
            }
        }
        Ok(StopWords(words))
    }

    fn holds(&self, term: &str) -> bool {
        self.0.contains(term) || surface(term).is_some_and(|surface| self.0.contains(surface))
    }
}

impl TokenFilter for StopWords {
    fn filter<'a>(&self, term: Cow<'a, str>) -> Option<Cow<'a, str>> {
        (!self.holds(&term)).then_some(term)
    }
}

/// The surface of a term that carries its tag, as `봤/VV+EP`.
fn surface(term: &str) -> Option<&str> {
    let (surface, tags) = term.rsplit_once('/')?;
    let is_tagged = !surface.is_empty() && Tag::parts(tags).all(|tag| tag.is_some());
    is_tagged.then_some(surface)
}

/// The text of a list that is a file.
///
/// # Errors
/// It is no regular file, too large, or not UTF-8.
fn read_stop_words(path: &Path) -> Result<String> {
    read_dictionary(path, "the stop words", MAX_BYTES).map_err(|error| {
        error.hinted_if_none(
            "`analyze.stop_words` takes `en`, `ko` or paths of UTF-8 files with one word a line",
        )
    })
}

fn parse(text: &str) -> impl Iterator<Item = String> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of `terms`, parted by blanks.
    fn check(list: &str, terms: &str, expected: &str) {
        let words = StopWords::open(&[list.to_owned()]).unwrap();
        let kept = terms.split(' ').filter_map(|term| words.filter(Cow::Borrowed(term)));
        assert_eq!(kept.collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn the_english_list_has_179_words() {
        let StopWords(words) = StopWords::open(&["en".to_owned()]).unwrap();
        assert_eq!(words.len(), 179);
        assert!(words.contains("don't"));
    }

    #[test]
    fn korean_words_are_dropped_by_their_part_of_speech() {
        check("ko", "볼/VV 수/NNB 수/NNG 그리고 그리고/MAJ 이/MM 이/JKS", "볼/VV 수/NNG 이/JKS");
        check("ko", "영화 수 이 그리고 것 때문/NNB", "영화 수 이");
        check("ko", "걸/NNB+JKO 나/NP 나/VX 하/XSV 하/what /NNB", "나/VX 하/what /NNB");
    }

    #[test]
    fn negations_and_feelings_are_no_stop_words() {
        let terms = "안 안/MAG 못/MAG 않/VX 말/VX 없/VA 아니/VCN 모르/VV 좋/VA 싫/VA 너무/MAG \
                     정말/MAG 진짜/MAG 별로/MAG 그냥/MAG 만/JX 뿐/NNB 만/NNB ㅋㅋ/IC 재밌/VA";
        check("ko", terms, terms);
    }

    #[test]
    fn korean_lines_have_known_tags_and_stand_once() {
        let lines: Vec<String> = parse(KOREAN).collect();
        let untagged = |line: &&String| line.contains('/') && surface(line).is_none();
        assert_eq!(lines.iter().find(untagged), None);
        let mut seen = FxHashSet::default();
        assert_eq!(lines.iter().find(|line| !seen.insert(*line)), None);
    }

    #[test]
    fn every_group_of_the_korean_list_gives_its_reason() {
        for group in KOREAN.split("\n\n") {
            assert!(group.starts_with("# "), "{group}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = StopWords::open(&["no/such.txt".to_owned()]).err().unwrap();
        assert!(error.to_string().contains("no/such.txt"));
    }
}
