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
    let end = match text[begin..end].rfind(char::is_whitespace) {
        Some(blank) if end < text.len() && blank > length / 2 => begin + blank,
        _ => end,
    };
    begin.min(end)..end
}

#[cfg(test)]
mod tests {
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
    fn any_start_and_length_will_do() {
        let text = "가나 다라\u{a0}마바 🙂🙂 사아자 차카타";
        for length in 0..30 {
            for word in ["가", "라", "🙂", "타", " "] {
                found(text, &[word, "바"], length);
            }
        }
    }
}
