//! What may stand behind a noun, in the same eojeol.
//!
//! In: a text and where a noun in it ends. Out: whether particles, endings and suffixes
//! alone stand there, up to a sign or the end. The tags of the system dictionary say which
//! words these are; `dictionaries/noun_suffixes.txt` says which of them follow any noun.

use std::ops::Range;
use std::sync::LazyLock;

use super::lattice::{Found, What};
use crate::analyze::dictionary::SystemDictionary;

static FREE_SUFFIXES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../../dictionaries/noun_suffixes.txt").lines();
    lines.filter(|line| !line.starts_with("# ")).flat_map(str::split_whitespace).collect()
});

/// Suffixes that follow each other (`급` and `들` in `급들이`); of more, any text
/// could be made.
const MOST_SUFFIXES: u8 = 2;

/// Which suffixes and endings count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suffixes {
    /// All that the system dictionary knows.
    All,
    /// Those that follow any noun. Neither do endings at once, nor a single syllable
    /// that stands for a verb: nouns are as likely (`기`, `자`).
    Free,
}

/// Whether `found` has particles and endings alone from `start` to a sign or the end.
pub(super) fn are_particles(
    dictionary: &SystemDictionary,
    text: &str,
    found: &[Found],
    start: usize,
) -> bool {
    let Range { end, .. } = run(text, start);
    let first = found.partition_point(|found| found.start < start);
    let are_found_so = || {
        found[first..].iter().take_while(|found| found.start < end).all(|found| match found.what {
            What::Known(number) => dictionary.feature(number).tag.starts_with(['J', 'E']),
            _ => false,
        })
    };
    // 의 at the end of a text is likelier a noun to the lattice.
    end > start && (is_particle(dictionary, &text[start..end]) || are_found_so())
}

/// Whether what stands from `start` to a sign or the end is one particle.
pub(super) fn is_one_particle(dictionary: &SystemDictionary, text: &str, start: usize) -> bool {
    is_particle(dictionary, &text[run(text, start)])
}

/// Whether what stands from `start` to a sign or the end can be suffixes, and
/// particles and endings behind them.
///
/// The lattice is not asked: 식의 is likelier a noun to it than 식 and 의.
pub(super) fn are_endings(
    dictionary: &SystemDictionary,
    text: &str,
    start: usize,
    which: Suffixes,
) -> bool {
    let run = &text[run(text, start)];
    let mut ways = vec![Way::default(); run.len() + 1];
    ways[0].suffixes = Some(0);
    for at in 0..run.len() {
        let Way { suffixes, endings } = ways[at];
        if suffixes.is_none() && !endings {
            continue;
        }
        let more = suffixes.map(|count| count + 1).filter(|&count| count <= MOST_SUFFIXES);
        each_piece(dictionary, &run[at..], at == 0, which, |length, piece| {
            let way = &mut ways[at + length];
            match piece {
                Piece::Ending => way.endings = true,
                Piece::Suffix => way.suffixes = [way.suffixes, more].into_iter().flatten().min(),
            }
        });
    }
    let last = ways[run.len()];
    !run.is_empty() && (last.endings || last.suffixes.is_some())
}

/// What leads to a byte of a run.
#[derive(Clone, Copy, Default)]
struct Way {
    /// The least number of suffixes, nothing else between.
    suffixes: Option<u8>,
    /// Whether particles or endings do.
    endings: bool,
}

enum Piece {
    Suffix,
    Ending,
}

/// The letters and digits that begin at `start`.
fn run(text: &str, start: usize) -> Range<usize> {
    let length = text[start..].find(|one: char| !one.is_alphanumeric());
    start..length.map_or(text.len(), |length| start + length)
}

/// Calls `found` with the length of every suffix and ending that `text` begins with.
fn each_piece(
    dictionary: &SystemDictionary,
    text: &str,
    is_first: bool,
    which: Suffixes,
    mut found: impl FnMut(usize, Piece),
) {
    for suffix in FREE_SUFFIXES.iter().filter(|suffix| text.starts_with(**suffix)) {
        found(suffix.len(), Piece::Suffix);
    }
    dictionary.prefixes(text, |length, numbers| {
        let is_short = text[..length].chars().nth(1).is_none();
        for tag in numbers.map(|number| dictionary.feature(number).tag) {
            if all_listed(tag, &["XSN", "NNB"]) {
                if which == Suffixes::All {
                    found(length, Piece::Suffix);
                }
            } else if all_listed(tag, &["J", "E", "VCP", "XSV", "XSA", "XSN", "NNB"]) {
                let is_doubtful = tag.starts_with('E') || is_short && !tag.starts_with('J');
                if which == Suffixes::All || !(is_first && is_doubtful) {
                    found(length, Piece::Ending);
                }
            }
        }
    });
}

fn is_particle(dictionary: &SystemDictionary, surface: &str) -> bool {
    let mut is_one = false;
    dictionary.prefixes(surface, |length, mut numbers| {
        let is_tagged = |number| dictionary.feature(number).tag.starts_with('J');
        is_one |= length == surface.len() && numbers.any(is_tagged);
    });
    is_one
}

/// Whether each of the tags of a word, or its first letter, is listed.
fn all_listed(tags: &str, listed: &[&str]) -> bool {
    tags.split('+').all(|tag| {
        let letter = tag.get(..1).unwrap_or_default();
        listed.contains(&tag) || listed.contains(&letter)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::small;
    use super::*;

    #[track_caller]
    fn check(behind: &str, all: bool, free: bool) {
        let found =
            [Suffixes::All, Suffixes::Free].map(|which| are_endings(&small(), behind, 0, which));
        assert_eq!(found, [all, free], "{behind}");
    }

    #[test]
    fn particles_endings_and_suffixes_follow_a_noun() {
        check("에서는", true, true);
        check("급들이", true, true);
        check("때에서", true, true);
        check("급! 사람", true, true);
        check("다", true, false);
        check("기", true, false);
        check("기가", true, false);
    }

    #[test]
    fn other_words_do_not() {
        check("", false, false);
        check("사람", false, false);
        check("급사람", false, false);
        check("급급급", false, false);
        check("는급", false, false);
    }
}
