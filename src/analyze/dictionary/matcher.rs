//! Where the user's words stand in a text.
//!
//! In: a user dictionary, then texts. Out: every place of every word, also those
//! that overlap; which of them win is decided by whoever asks.
//!
//! - Case makes no difference: `x맨` is `X맨`.
//! - A blank of the word may be missing in the text, or be any white space; a blank
//!   of the text is never skipped where the word has none.
//! - A word that starts or ends with a letter of an alphabet or with a digit does not
//!   match inside a run of such letters or of digits, unless it is forced: `K-POP`
//!   is not in `K-POPS`, nor `범죄도시4` in `범죄도시44`.

use rustc_hash::FxHashMap;
use unicode_normalization::char::is_combining_mark;

use super::fold::fold;
use super::user::{UserDictionary, UserWord};

/// A place of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// First byte.
    pub start: usize,
    /// Byte behind the last one.
    pub end: usize,
    /// Index in [`UserDictionary::words`].
    pub word: u32,
}

/// No node, or no word.
const NONE: u32 = u32::MAX;
const ROOT: u32 = 0;

/// Finds words: a tree of their folded characters, walked from each place where
/// one may start.
#[derive(Debug, Clone)]
pub struct Matcher {
    first: FirstCharacters,
    nodes: Vec<Node>,
    /// Child of a node by character.
    children: FxHashMap<(u32, char), u32>,
    words: Vec<Word>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// The child behind a blank.
    spaced: u32,
    /// The first of the words that end here.
    word: u32,
}

#[derive(Debug, Clone, Copy)]
struct Word {
    starts_with: Kind,
    ends_with: Kind,
    /// The next word that ends at the same node.
    next: u32,
}

/// What makes a run that no word may cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    /// Hangul, Chinese, signs: words follow each other without a gap.
    Other,
}

impl Matcher {
    /// A matcher for all words of `dictionary`.
    pub fn new(dictionary: &UserDictionary) -> Self {
        let mut matcher = Matcher {
            first: FirstCharacters::default(),
            nodes: vec![Node { spaced: NONE, word: NONE }],
            children: FxHashMap::default(),
            words: dictionary.words.iter().map(Word::new).collect(),
        };
        // Backwards, so that the words of one node stand in the order of the file.
        for (index, word) in dictionary.words.iter().enumerate().rev() {
            matcher.insert(&word.surface, index as u32);
        }
        matcher
    }

    /// Puts every place of every word into `found`, by start and then the longest
    /// first. What was in `found` is dropped; nothing else is allocated.
    ///
    /// # Examples
    /// ```
    /// use malmoi::analyze::dictionary::matcher::Matcher;
    /// use malmoi::analyze::dictionary::user::UserDictionary;
    ///
    /// let matcher = Matcher::new(&UserDictionary::parse("인터 스텔라", "words.txt")?);
    /// let (text, mut found) = ("어제 인터스텔라를 봤다", Vec::new());
    /// matcher.matches(text, &mut found);
    /// assert_eq!(&text[found[0].start..found[0].end], "인터스텔라");
    /// # Ok::<(), malmoi::Error>(())
    /// ```
    pub fn matches(&self, text: &str, found: &mut Vec<Candidate>) {
        found.clear();
        for (start, character) in text.char_indices() {
            if self.first.has(fold(character)) {
                let before = found.len();
                self.walk(text, start, (ROOT, start), found);
                found[before..].sort_unstable_by_key(|one| (std::cmp::Reverse(one.end), one.word));
            }
        }
    }

    fn insert(&mut self, surface: &str, index: u32) {
        let mut node = ROOT;
        for character in surface.chars() {
            node = match character {
                ' ' => self.spaced(node),
                _ => self.child(node, fold(character)),
            };
        }
        if let Some(first) = surface.chars().next() {
            self.first.add(fold(first));
            self.words[index as usize].next = self.nodes[node as usize].word;
            self.nodes[node as usize].word = index;
        }
    }

    fn spaced(&mut self, node: u32) -> u32 {
        if self.nodes[node as usize].spaced == NONE {
            self.nodes[node as usize].spaced = self.nodes.len() as u32;
            self.nodes.push(Node { spaced: NONE, word: NONE });
        }
        self.nodes[node as usize].spaced
    }

    fn child(&mut self, node: u32, character: char) -> u32 {
        let next = self.nodes.len() as u32;
        let child = *self.children.entry((node, character)).or_insert(next);
        if child == next {
            self.nodes.push(Node { spaced: NONE, word: NONE });
        }
        child
    }

    /// Follows the text from `(node, at)`; goes two ways where a word has a blank,
    /// and never deeper than it has blanks.
    fn walk(
        &self,
        text: &str,
        start: usize,
        (mut node, mut at): (u32, usize),
        found: &mut Vec<Candidate>,
    ) {
        loop {
            let Node { spaced, word } = self.nodes[node as usize];
            self.report(text, start..at, word, found);
            if spaced != NONE {
                let behind = text.len() - text[at..].trim_start().len();
                self.walk(text, start, (spaced, behind), found);
            }
            let Some(character) = text[at..].chars().next() else { return };
            let Some(&child) = self.children.get(&(node, fold(character))) else { return };
            node = child;
            at += character.len_utf8();
        }
    }

    fn report(
        &self,
        text: &str,
        range: std::ops::Range<usize>,
        mut word: u32,
        found: &mut Vec<Candidate>,
    ) {
        while word != NONE {
            let Word { starts_with, ends_with, next } = self.words[word as usize];
            let before = text[..range.start].chars().next_back();
            let behind = text[range.end..].chars().next();
            let cuts = |kind, neighbour: Option<char>| {
                kind != Kind::Other && neighbour.is_some_and(|other| Kind::of(other) == kind)
            };
            let is_whole = !cuts(starts_with, before) && !cuts(ends_with, behind);
            if is_whole && !behind.is_some_and(belongs_to_the_one_before) {
                found.push(Candidate { start: range.start, end: range.end, word });
            }
            word = next;
        }
    }
}

impl Word {
    fn new(word: &UserWord) -> Self {
        let kind = |character: Option<char>| match character {
            Some(character) if !word.force => Kind::of(character),
            _ => Kind::Other,
        };
        let mut characters = word.surface.chars();
        let starts_with = kind(characters.next());
        let ends_with = kind(word.surface.chars().next_back());
        Word { starts_with, ends_with, next: NONE }
    }
}

impl Kind {
    fn of(character: char) -> Self {
        let is_alphabet = matches!(character,
            '\0'..='\u{dff}' | '\u{10a0}'..='\u{10ff}' | '\u{1d00}'..='\u{2e7f}'
            | '\u{ff21}'..='\u{ff5a}');
        match character {
            _ if character.is_numeric() => Kind::Digit,
            _ if is_alphabet && character.is_alphabetic() => Kind::Letter,
            _ => Kind::Other,
        }
    }
}

/// Accents, and vowels and final consonants written apart: `가` is not in `각` (NFD).
fn belongs_to_the_one_before(character: char) -> bool {
    // The selectors of the form of a picture change no word.
    let is_form = matches!(character, '\u{fe00}'..='\u{fe0f}');
    matches!(character, '\u{1160}'..='\u{11ff}') || (is_combining_mark(character) && !is_form)
}

/// One bit for each character that a word starts with; those beyond 0xFFFF share
/// the bits of others, which costs a walk and no match.
#[derive(Debug, Clone)]
struct FirstCharacters(Box<[u64; 1024]>);

impl FirstCharacters {
    fn add(&mut self, character: char) {
        let (block, bit) = Self::place(character);
        self.0[block] |= bit;
    }

    fn has(&self, character: char) -> bool {
        let (block, bit) = Self::place(character);
        self.0[block] & bit != 0
    }

    fn place(character: char) -> (usize, u64) {
        let bit = u32::from(character) & 0xffff;
        ((bit >> 6) as usize, 1 << (bit & 63))
    }
}

impl Default for FirstCharacters {
    fn default() -> Self {
        FirstCharacters(Box::new([0; 1024]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The surfaces found.
    fn found(words: &str, text: &str) -> Vec<String> {
        let dictionary = UserDictionary::parse(words, "words.txt").unwrap();
        let mut found = Vec::new();
        Matcher::new(&dictionary).matches(text, &mut found);
        found.iter().map(|one| text[one.start..one.end].to_owned()).collect()
    }

    #[track_caller]
    fn check(words: &str, text: &str, expected: &[&str]) {
        assert_eq!(found(words, text), expected, "{words:?} in {text:?}");
    }

    #[test]
    fn words_are_found_inside_runs() {
        check("노량", "노량을 보고 노량진에서", &["노량", "노량"]);
        check("노량", "어제명작노량봤다", &["노량"]);
        check("노량", "노 량", &[]);
        check("노량", "", &[]);
        check("", "노량", &[]);
    }

    #[test]
    fn case_makes_no_difference() {
        check("X맨", "x맨과 X맨", &["x맨", "X맨"]);
        check("k-pop", "K-POP은 K-Pop", &["K-POP", "K-Pop"]);
        check("Σίσυφος", "ΣΊΣΥΦΟΣ σίσυφοσ", &["ΣΊΣΥΦΟΣ", "σίσυφοσ"]);
    }

    #[test]
    fn blanks_of_the_word_are_optional() {
        let words = "살 것인가";
        check(words, "살것인가", &["살것인가"]);
        check(words, "살 것인가 살  것인가", &["살 것인가", "살  것인가"]);
        check(words, "살\u{3000}\n것인가", &["살\u{3000}\n것인가"]);
        check(words, "살 것 인가", &[]);
        check(words, "살 ", &[]);
    }

    #[test]
    fn all_candidates_come_longest_first() {
        check(
            "범죄\n범죄도시\n범죄도시4\n도시",
            "범죄도시4",
            &["범죄도시4", "범죄도시", "범죄", "도시"],
        );
        check("A B\nAB\nA BC", "ab c", &["ab", "ab"]);
        check("A B\nAB\nA BC", "a bc", &["a bc"]);
        check("가 나\n가나다\n가", "가 나다", &["가 나", "가"]);
    }

    #[test]
    fn runs_of_letters_and_digits_are_not_cut() {
        check("범죄도시4", "범죄도시44444", &[]);
        check("범죄도시4", "범죄도시4는 범죄도시4K", &["범죄도시4", "범죄도시4"]);
        check("범죄도시", "범죄도시4", &["범죄도시"]);
        check("K-POP", "K-POPS XK-POP K-POP2", &["K-POP"]);
        check("1987", "1987년 11987 19871", &["1987"]);
        check("Up", "up Upper 업up업", &["up", "up"]);
        check("K-POP\tNNP\tforce", "XK-POPS", &["K-POP"]);
    }

    #[test]
    fn letters_are_whole() {
        check("가", "각 가\u{11a8} 가", &["가"]);
        check("cafe", "cafe\u{301} cafe", &["cafe"]);
        check("I ♥", "I ♥\u{fe0f}", &["I ♥"]);
    }

    #[test]
    fn both_readings_of_a_word_are_given() {
        let dictionary = UserDictionary::parse("그녀\tNNP\n그녀\tNP", "words.txt").unwrap();
        let mut found = Vec::new();
        Matcher::new(&dictionary).matches("그녀", &mut found);
        assert_eq!(found.iter().map(|one| one.word).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn words_are_found_as_people_write_them() {
        let sentences = include_str!("../../../tests/golden/analyze/user_dictionary/must_win.tsv");
        let words = include_str!("../../../tests/golden/analyze/user_dictionary/words.txt");
        for line in sentences.lines().filter(|line| !line.starts_with("# ")) {
            let columns: Vec<&str> = line.split('\t').collect();
            assert!(found(words, columns[0]).iter().any(|word| word == columns[1]), "{line}");
        }
    }

    /// What is promised, said in the plainest way: all ranges of the text are tried.
    fn slowly(words: &[UserWord], text: &str) -> Vec<Candidate> {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut found = Vec::new();
        for &start in &ends {
            for &end in ends.iter().rev().filter(|&&end| end > start) {
                for (index, word) in words.iter().enumerate() {
                    let is_whole = !text[end..].starts_with(belongs_to_the_one_before)
                        && !cuts(word, text, start, end);
                    if is_whole && is_written(&word.surface, &text[start..end]) {
                        found.push(Candidate { start, end, word: index as u32 });
                    }
                }
            }
        }
        found
    }

    fn cuts(word: &UserWord, text: &str, start: usize, end: usize) -> bool {
        let joined = |left: Option<char>, right: Option<char>| match (left, right) {
            (Some(left), Some(right)) => {
                Kind::of(left) == Kind::of(right) && Kind::of(left) != Kind::Other
            }
            _ => false,
        };
        let inside = &text[start..end];
        let left = joined(text[..start].chars().next_back(), inside.chars().next());
        let right = joined(inside.chars().next_back(), text[end..].chars().next());
        !word.force && (left || right)
    }

    fn is_written(surface: &str, text: &str) -> bool {
        let pieces = surface.split(' ').map(regex::escape).collect::<Vec<_>>();
        let pattern = format!(r"(?i)\A{}\z", pieces.join(r"\s*"));
        regex::Regex::new(&pattern).unwrap().is_match(text)
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_a_search_of_all_ranges_finds(
            words in proptest::collection::vec("[가나aB1]{1,2}( [가나aB1]{1,2}){0,2}(\tNNP\tforce)?", 1..5),
            text in "[가나Ab1 \n]{0,16}",
        ) {
            if let Ok(dictionary) = UserDictionary::parse(&words.join("\n"), "words.txt") {
                let mut found = Vec::new();
                Matcher::new(&dictionary).matches(&text, &mut found);
                prop_assert_eq!(found, slowly(&dictionary.words, &text));
            }
        }

        #[test]
        fn any_text_is_searched(words in "(.|\n){0,60}", text in "(?s).{0,60}") {
            if let Ok(dictionary) = UserDictionary::parse(&words, "words.txt") {
                let mut found = Vec::new();
                let matcher = Matcher::new(&dictionary);
                matcher.matches(&text, &mut found);
                prop_assert!(found.iter().all(|one| text.get(one.start..one.end).is_some()));
                matcher.matches(&words, &mut found);
                let places = found.iter().map(|one| (one.start, usize::MAX - one.end, one.word));
                prop_assert!(places.is_sorted());
            }
        }

        #[test]
        fn a_word_is_found_before_anything(
            word in "[가-힣]{1,8}( [가-힣]{1,4}){0,3}",
            before in "([가-힣]|[a-z] |[.!?\"']|[0-9]){0,6}",
            behind in "(을|는|이|에서| |[.,!?)\"'…]|[A-Za-z0-9])?",
        ) {
            let text = format!("{before}{word}{behind}");
            let unspaced = format!("{before}{}{behind}", word.replace(' ', ""));
            let double = format!("{before}{}{behind}", word.replace(' ', "  "));
            for text in [text, unspaced, double] {
                let found = found(&word, &text);
                let bare = |surface: &str| surface.replace(' ', "") == word.replace(' ', "");
                prop_assert!(found.iter().any(|surface| bare(surface)), "{text}");
            }
        }
    }
}
