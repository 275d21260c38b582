//! The part of a text that says why it was found.

use std::ops::Range;

/// Bytes of a text and how much they speak for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Where it stands.
    pub range: Range<usize>,
    /// Which term it is: a part with several is better than one with one of them often.
    pub term: u32,
    /// The term's weight in the query.
    pub weight: f32,
}

/// A part of a text with its matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Snippet {
    /// The part; `…` stands where the text goes on. Line ends are blanks.
    pub text: String,
    /// Bytes of `text` that match.
    pub highlights: Vec<Range<usize>>,
}

/// The part of at most `length` characters with the most weight of distinct terms; the
/// beginning if nothing matches. `matches` rise.
pub fn snippet(text: &str, matches: &[Match], length: usize) -> Snippet {
    let start = best_start(text, matches, length);
    let range = part(text, start, length);
    let mut snippet = Snippet { text: String::new(), highlights: Vec::new() };
    if range.start > 0 {
        snippet.text.push('…');
    }
    let shift = |place: usize, before: usize| place - range.start + before;
    let before = snippet.text.len();
    let inside =
        matches.iter().filter(|one| range.start <= one.range.start && one.range.end <= range.end);
    for one in inside {
        let highlight = shift(one.range.start, before)..shift(one.range.end, before);
        match snippet.highlights.last_mut() {
            Some(last) if highlight.start <= last.end => last.end = last.end.max(highlight.end),
            _ => snippet.highlights.push(highlight),
        }
    }
    // One byte each, so that no highlight moves.
    let plain = |character: char| if character.is_ascii_control() { ' ' } else { character };
    snippet.text.extend(text[range.clone()].chars().map(plain));
    if range.end < text.len() {
        snippet.text.push('…');
    }
    snippet
}

/// Where the best part begins: at one of the matches.
fn best_start(text: &str, matches: &[Match], length: usize) -> usize {
    let mut best = (0.0, 0);
    for (place, first) in matches.iter().enumerate().take(MOST_STARTS) {
        let end = part(text, first.range.start, length).end;
        let inside = matches[place..].iter().take_while(|one| one.range.end <= end);
        let mut seen: Vec<u32> = Vec::new();
        let mut weight = 0.0;
        for one in inside {
            if !seen.contains(&one.term) {
                seen.push(one.term);
                weight += one.weight;
            }
        }
        if weight > best.0 {
            best = (weight, first.range.start);
        }
    }
    best.1
}

/// Matches that a part may begin with; a text with more is full of them.
const MOST_STARTS: usize = 500;

/// From a little before `start`, whole words where there are blanks.
fn part(text: &str, start: usize, length: usize) -> Range<usize> {
    let before = text[..start].char_indices().rev().take(length / 5).last();
    let begin = before.map_or(start, |(place, _)| place);
    let begin = match text[begin..start].find(char::is_whitespace) {
        Some(blank) if begin > 0 => {
            let rest = &text[begin + blank..];
            begin + blank + (rest.len() - rest.trim_start().len())
        }
        _ => begin,
    };
    let end =
        text[begin..].char_indices().nth(length).map_or(text.len(), |(place, _)| begin + place);
    // Not before what the part is shown for.
    let shown = start.max(begin);
    let end = match text[shown..end].rfind(char::is_whitespace) {
        Some(blank) if end < text.len() && shown + blank > begin + length / 2 => shown + blank,
        _ => end,
    };
    begin.min(end)..end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str, words: &[&str], length: usize) -> String {
        let mut matches: Vec<Match> = Vec::new();
        for (term, word) in words.iter().enumerate() {
            let places = text.match_indices(word);
            matches.extend(places.map(|(start, _)| Match {
                range: start..start + word.len(),
                term: term as u32,
                weight: 1.0,
            }));
        }
        matches.sort_by_key(|one| one.range.start);
        let snippet = snippet(text, &matches, length);
        let mut marked = snippet.text.clone();
        for highlight in snippet.highlights.iter().rev() {
            marked.insert(highlight.end, ']');
            marked.insert(highlight.start, '[');
        }
        marked
    }

    #[test]
    fn the_part_with_most_terms_is_shown() {
        let text =
            "nothing here at all, horror again and horror. Much later: a horror film with a score.";
        assert_eq!(found(text, &["horror", "score"], 40), "…a [horror] film with a [score].");
        assert_eq!(found("short text", &["text"], 40), "short [text]");
        assert_eq!(found("first words of a text", &[], 12), "first words…");
        assert_eq!(found("", &["a"], 12), "");
    }

    #[test]
    fn korean_endings_are_not_marked() {
        assert_eq!(
            found("어제 학교에서\n친구를 만났다", &["학교", "친구"], 40),
            "어제 [학교]에서 [친구]를 만났다"
        );
    }

    #[test]
    fn a_term_is_shown_though_no_blank_follows() {
        let text = format!("{} 학교{}", "가".repeat(31), "나".repeat(200));
        assert!(found(&text, &["학교"], 160).contains("[학교]"));
        let text = format!("{} {} 학교{}", "가", "다".repeat(30), "나".repeat(200));
        assert!(found(&text, &["학교"], 160).contains("[학교]"));
    }

    /// Matches of a text: from one of its characters to another. Only words weigh: terms
    /// have no blanks.
    fn matches(text: &str, pairs: &[(usize, usize, u32)]) -> Vec<Match> {
        let ends: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let of = |&(start, length, term): &(usize, usize, u32)| {
            let start = start % (ends.len() + 1);
            let place = |place: usize| ends.get(place).copied().unwrap_or(text.len());
            let range = place(start)..place(start + length);
            let weight = if is_word(&text[range.clone()]) { term as f32 } else { 0.0 };
            Match { range, term, weight }
        };
        let mut matches: Vec<Match> = pairs.iter().map(of).collect();
        matches.sort_by_key(|one| (one.range.start, one.range.end));
        matches
    }

    fn is_word(text: &str) -> bool {
        !text.is_empty() && !text.contains(char::is_whitespace)
    }

    proptest! {
        #[test]
        fn a_part_of_any_text_is_shown(
            text in "(가{1,9}[ \n]|a{1,30}|[\t🙂\u{a0}\u{0301}]|\\PC){0,15}",
            pairs in prop::collection::vec((0..90usize, 0..9usize, 0..4u32), 0..12),
            length in 0..60usize,
        ) {
            let matches = matches(&text, &pairs);
            let Snippet { text: part, highlights } = snippet(&text, &matches, length);
            let plain = |c: char| if c.is_ascii_control() { ' ' } else { c };
            let whole: String = text.chars().map(plain).collect();
            let body = part.strip_prefix('…').filter(|_| !whole.starts_with(&part)).unwrap_or(&part);
            let body = if whole.ends_with(body) { body } else { body.strip_suffix('…').unwrap() };
            prop_assert!(whole.contains(body) && body.chars().count() <= length, "{:?}", part);
            let mut done = None;
            for highlight in &highlights {
                prop_assert!(part.get(highlight.clone()).is_some(), "{:?}", highlight);
                prop_assert!(done.is_none_or(|done| done < highlight.start), "{:?}", highlights);
                done = Some(highlight.end);
            }
            let fits = |one: &Match| {
                let characters = text[one.range.clone()].chars().count();
                one.weight > 0.0 && characters <= length - length / 5
            };
            if matches.iter().any(fits) {
                prop_assert!(!highlights.is_empty(), "{:?}", part);
            }
        }
    }
}
