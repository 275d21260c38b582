//! Words → numbers, found by their beginnings.
//!
//! A double array over characters (Aoe 1989; by characters as in Kanda et al.
//! 2023): a Hangul syllable is one step, where bytes would take three.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use crate::error::{Error, Result};

/// Nothing stands here.
pub(super) const NONE: u32 = u32::MAX;

/// A set of words, each with a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trie {
    /// Code of each character; [`NONE`] where no word holds it.
    codes: Vec<u32>,
    units: Vec<Unit>,
}

/// A state: its child by the character coded c is `base + c`, if that says so in `parent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unit {
    base: u32,
    parent: u32,
    /// Number of the word that ends here, or [`NONE`].
    word: u32,
}

const FREE: Unit = Unit { base: 0, parent: NONE, word: NONE };

const ROOT: u32 = 0;

impl Trie {
    /// The trie of `words`, which are sorted by bytes and differ, with their `numbers`.
    ///
    /// Words with small numbers stand close together: give them to frequent ones.
    pub fn new(words: &[&str], numbers: &[u32]) -> Self {
        let codes = codes(words);
        let mut builder = Builder { units: vec![FREE], first_free: 1, children: Vec::new() };
        builder.units[0].parent = ROOT;
        builder.fill(words, numbers, &codes);
        Trie { codes, units: builder.units }
    }

    /// Calls `found` with the length in bytes and the number of every word that
    /// `text` begins with, the shortest first.
    #[inline]
    pub fn prefixes(&self, text: &str, mut found: impl FnMut(usize, u32)) {
        let (mut state, mut unit) = (ROOT, self.units[0]);
        for (place, character) in text.char_indices() {
            let code = self.codes.get(character as usize).copied().unwrap_or(NONE);
            let next = unit.base.wrapping_add(code);
            match self.units.get(next as usize) {
                Some(child) if code != NONE && child.parent == state => unit = *child,
                _ => return,
            }
            state = next;
            if unit.word != NONE {
                found(place + character.len_utf8(), unit.word);
            }
        }
    }

    /// As numbers, to be stored.
    pub fn to_numbers(&self) -> (Vec<u32>, Vec<u32>) {
        let units = self.units.iter().flat_map(|unit| [unit.base, unit.parent, unit.word]);
        (self.codes.clone(), units.collect())
    }

    /// From the codes and the little-endian bytes of the units that
    /// [`Trie::to_numbers`] gave, for numbers below `end`.
    ///
    /// # Errors
    /// If they are not those of a trie.
    pub fn from_bytes(codes: Vec<u32>, units: &[u8], end: u32) -> Result<Self> {
        let (units, rest) = units.as_chunks::<12>();
        let units: Vec<Unit> = units.iter().map(Unit::from_bytes).collect();
        let known = units.iter().all(|unit| unit.word == NONE || unit.word < end);
        if units.is_empty() || !rest.is_empty() || !known {
            return Err(Error::data("its table of words contradicts itself"));
        }
        Ok(Trie { codes, units })
    }
}

impl Unit {
    fn from_bytes(bytes: &[u8; 12]) -> Self {
        let [base, parent, word] = [0, 4, 8]
            .map(|at| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")));
        Unit { base, parent, word }
    }
}

/// Frequent characters get small codes, which keeps the array dense.
fn codes(words: &[&str]) -> Vec<u32> {
    let mut counts: HashMap<char, u32> = HashMap::new();
    words.iter().flat_map(|word| word.chars()).for_each(|one| *counts.entry(one).or_default() += 1);
    let mut characters: Vec<(char, u32)> = counts.into_iter().collect();
    characters.sort_unstable_by_key(|&(character, count)| (std::cmp::Reverse(count), character));
    let largest = characters.iter().map(|&(character, _)| character as usize + 1).max();
    let mut codes = vec![NONE; largest.unwrap_or(0)];
    for (code, (character, _)) in characters.into_iter().enumerate() {
        codes[character as usize] = code as u32 + 1;
    }
    codes
}

struct Builder {
    units: Vec<Unit>,
    /// No unit below is free.
    first_free: usize,
    children: Vec<(u32, Range<usize>)>,
}

/// A state to be filled: its words and how many of their bytes lead to it. Which comes
/// first is decided by the least number of a word in it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Job {
    least: Reverse<u32>,
    state: u32,
    start: usize,
    end: usize,
    depth: usize,
}

impl Builder {
    fn fill(&mut self, words: &[&str], numbers: &[u32], codes: &[u32]) {
        let least = |words: &Range<usize>| numbers[words.clone()].iter().min().copied();
        let job = |state, words: Range<usize>, depth| Job {
            least: Reverse(least(&words).unwrap_or(NONE)),
            state,
            start: words.start,
            end: words.end,
            depth,
        };
        let mut jobs = BinaryHeap::from([job(ROOT, 0..words.len(), 0)]);
        while let Some(mut one) = jobs.pop() {
            if words[one.start..one.end].first().is_some_and(|word| word.len() == one.depth) {
                self.units[one.state as usize].word = numbers[one.start];
                one.start += 1;
            }
            if one.start == one.end {
                continue;
            }
            self.split(words, codes, &one);
            let base = self.room();
            self.units[one.state as usize].base = base;
            for (code, words_of) in std::mem::take(&mut self.children) {
                let state = base + code;
                self.units[state as usize].parent = one.state;
                let step = character(words[words_of.start], one.depth).len_utf8();
                jobs.push(job(state, words_of, one.depth + step));
            }
        }
    }

    /// The children of a state: codes and words.
    fn split(&mut self, words: &[&str], codes: &[u32], job: &Job) {
        self.children.clear();
        let mut start = job.start;
        while start < job.end {
            let first = character(words[start], job.depth);
            let same =
                words[start..job.end].partition_point(|word| character(word, job.depth) == first);
            self.children.push((codes[first as usize], start..start + same));
            start += same;
        }
        self.children.sort_unstable_by_key(|(code, _)| *code);
    }

    /// The first base at which all children find a free unit.
    fn room(&mut self) -> u32 {
        while self.first_free < self.units.len() && self.is_taken(self.first_free) {
            self.first_free += 1;
        }
        let first = self.children[0].0 as usize;
        let mut place = self.first_free.max(first + 1);
        let mut tries = 0;
        loop {
            if !self.is_taken(place) {
                let base = place - first;
                if self.children.iter().all(|(code, _)| !self.is_taken(base + *code as usize)) {
                    let last = base + self.children.last().expect("there is a child").0 as usize;
                    if last >= self.units.len() {
                        self.units.resize(last + 1, FREE);
                    }
                    return base as u32;
                }
                tries += 1;
                // A crowded stretch is left behind: a few free units cost less than the search.
                if tries % 256 == 0 {
                    self.first_free = self.first_free.max(place.saturating_sub(1 << 16));
                }
            }
            place += 1;
        }
    }

    fn is_taken(&self, place: usize) -> bool {
        self.units.get(place).is_some_and(|unit| unit.parent != NONE)
    }
}

fn character(word: &str, depth: usize) -> char {
    word[depth..].chars().next().expect("a sorted word goes on where its prefix ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn check(words: &[&str], text: &str, expected: &[(usize, u32)]) {
        let numbers: Vec<u32> = (0..words.len() as u32).collect();
        let trie = Trie::new(words, &numbers);
        let (codes, units) = trie.to_numbers();
        let read = Trie::from_bytes(codes, &bytes(&units), words.len() as u32).unwrap();
        for trie in [&trie, &read] {
            let mut found = Vec::new();
            trie.prefixes(text, |length, word| found.push((length, word)));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn finds_words_by_their_beginnings() {
        let words = ["a", "ab", "b", "가", "가나", "가나다", "가다", "나"];
        check(&words, "가나라", &[(3, 3), (6, 4)]);
        check(&words, "가나다", &[(3, 3), (6, 4), (9, 5)]);
        check(&words, "abc", &[(1, 0), (2, 1)]);
        check(&words, "다", &[]);
        check(&words, "", &[]);
        check(&words, "\u{10ffff}", &[]);
        check(&[], "가", &[]);
    }

    #[test]
    fn many_words_keep_their_numbers() {
        let words: Vec<String> = (0..20_000u32).map(|number| format!("{number:05}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let numbers: Vec<u32> = (7..words.len() as u32 + 7).collect();
        let trie = Trie::new(&words, &numbers);
        for (number, word) in words.iter().enumerate() {
            let mut found = Vec::new();
            trie.prefixes(word, |length, word| found.push((length, word)));
            assert_eq!(found, [(5, number as u32 + 7)]);
        }
    }

    #[test]
    fn wrong_numbers_are_refused() {
        assert!(Trie::from_bytes(vec![], &[], 1).is_err());
        assert!(Trie::from_bytes(vec![], &bytes(&[0, 0, 7]), 7).is_err());
        // A base beyond the end leads nowhere.
        let wild = Trie::from_bytes(vec![1; 256], &bytes(&[u32::MAX, 0, NONE]), 0).unwrap();
        wild.prefixes("a", |_, _| panic!("there is no word"));
    }
}
