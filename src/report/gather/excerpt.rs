//! A text and what decided its label → the part of it that a report quotes.

use crate::pipeline::{Explanation, Highlight};
use crate::report::facts::DecidingWord;

/// Characters of a quote.
const LONGEST: usize = 240;
/// Bytes of a text that are looked at: nobody quotes the end of a book.
const LOOKED_AT: usize = 32 << 10;
/// Words that are marked.
const MOST_WORDS: usize = 12;
/// Words that decide less than this part of what the strongest does are not marked.
const WEAKEST: f64 = 0.15;

/// The part of a text that decided most, and its deciding words; with `anchor`, the part
/// holds that byte. `sign` is 1 where the label is the positive one, -1 where not.
pub(super) fn excerpt(
    explanation: &Explanation,
    sign: f64,
    anchor: Option<usize>,
) -> (String, Vec<DecidingWord>) {
    let text = explanation.text.as_str();
    let end = (0..=LOOKED_AT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    let end = end.unwrap_or(0);
    let words = explanation.tokens.iter().filter(|word| word.end <= end && word.start < word.end);
    let words: Vec<&Highlight> = words.collect();
    let (start, end) = window(&text[..end], &words, anchor);
    let cut = |rest: &str| if rest.trim().is_empty() { "" } else { "…" };
    let (before, after) = (cut(&text[..start]), cut(&text[end..]));
    // One byte for one, so that places stay: lines and tabs mean nothing in a quote.
    let plain = text[start..end].replace(|one: char| one.is_ascii_control(), " ");
    let inside = words.into_iter().filter(|word| start <= word.start && word.end <= end);
    let marked = deciding(inside.collect());
    let strongest = marked.iter().map(|word| word.score.abs()).fold(0.0, f64::max);
    let place = |place: usize| place - start + before.len();
    let marked = marked.into_iter().map(|word| DecidingWord {
        start: place(word.start),
        end: place(word.end),
        weight: (sign * word.score / strongest).clamp(-1.0, 1.0),
    });
    (format!("{before}{plain}{after}"), marked.collect())
}

/// The strongest words, in their order.
fn deciding(mut words: Vec<&Highlight>) -> Vec<&Highlight> {
    words.sort_by(|one, other| {
        other.score.abs().total_cmp(&one.score.abs()).then(one.start.cmp(&other.start))
    });
    let strongest = words.first().map_or(0.0, |word| word.score.abs());
    words.retain(|word| word.score.abs() > 0.0 && word.score.abs() >= strongest * WEAKEST);
    words.truncate(MOST_WORDS);
    words.sort_by_key(|word| word.start);
    // Parts of compound words stand in the place of the whole; one mark is enough.
    let mut end = 0;
    words.retain(|word| {
        let is_free = word.start >= end;
        end = if is_free { word.end } else { end };
        is_free
    });
    words
}

/// Start and end of the part, in bytes.
fn window(text: &str, words: &[&Highlight], anchor: Option<usize>) -> (usize, usize) {
    let whole = (text.len() - text.trim_start().len(), text.trim_end().len());
    if text.trim().chars().count() <= LONGEST {
        return if whole.0 < whole.1 { whole } else { (0, 0) };
    }
    let starts = words.iter().map(|word| word.start).filter(|start| *start >= whole.0);
    let starts = starts.filter(|start| text.is_char_boundary(*start));
    let anchor = anchor.filter(|anchor| text.is_char_boundary(*anchor));
    // A little before the word that it must hold, if there is one.
    let lead = |place: usize| {
        let before = text[..place].char_indices().rev().nth(LONGEST / 4);
        before.map_or(0, |(place, _)| place)
    };
    let mut best = (f64::MIN, anchor.map_or(whole.0, lead));
    for start in starts {
        let end = end_of(text, start);
        if anchor.is_some_and(|anchor| anchor < start || end <= anchor) {
            continue;
        }
        let inside = words.iter().filter(|word| start <= word.start && word.end <= end);
        let weight: f64 = inside.map(|word| word.score.abs()).sum();
        if weight > best.0 {
            best = (weight, start);
        }
    }
    (best.1, end_of(text, best.1))
}

/// Where a part of the longest length ends: at a blank, if there is one in its last third.
fn end_of(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let Some((longest, _)) = rest.char_indices().nth(LONGEST) else {
        return start + rest.trim_end().len();
    };
    let blank = rest[..longest].rfind(char::is_whitespace).filter(|blank| blank * 3 > longest * 2);
    start + rest[..blank.unwrap_or(longest)].trim_end().len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pipeline::Method;

    /// Each word of `text` is a token; those that begin with `+` and `-` decide.
    fn explained(text: &str) -> Explanation {
        let mut tokens = Vec::new();
        for word in text.split_whitespace() {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            let score = match word.as_bytes()[0] {
                b'+' => 2.0,
                b'-' => -1.0,
                _ => 0.1,
            };
            tokens.push(Highlight { start, end: start + word.len(), score });
        }
        Explanation {
            label: "positive".to_owned(),
            probability: 0.9,
            probabilities: vec![0.1, 0.9],
            method: Method::Occlusion,
            score: 1.0,
            intercept: 0.0,
            text: text.to_owned(),
            contributions: Vec::new(),
            tokens,
        }
    }

    fn marked(text: &str, sign: f64, anchor: Option<usize>) -> (String, Vec<(String, f64)>) {
        let (quote, words) = excerpt(&explained(text), sign, anchor);
        let words = words.iter().map(|word| (quote[word.start..word.end].to_owned(), word.weight));
        let words = words.collect();
        (quote, words)
    }

    #[test]
    fn words_that_decide_are_marked() {
        let own = |word: &str, weight| (word.to_owned(), weight);
        let (quote, words) = marked(" 이건\n+최고 and -dull ", 1.0, None);
        assert_eq!(quote, "이건 +최고 and -dull");
        assert_eq!(words, [own("+최고", 1.0), own("-dull", -0.5)]);
        assert_eq!(marked("+a", -1.0, None).1, [own("+a", -1.0)]);
        assert_eq!(marked("", 1.0, None), (String::new(), Vec::new()));
    }

    #[test]
    fn of_a_long_text_the_part_that_decides_is_quoted() {
        let plain = "말 ".repeat(300);
        let text = format!("{plain}+여기가 -결정 {plain}");
        let (quote, words) = marked(&text, 1.0, None);
        assert!(quote.contains("+여기가") && quote.starts_with('…') && quote.ends_with('…'));
        assert!(quote.chars().count() <= LONGEST + 2);
        assert_eq!(words.len(), 2);
        let (quote, _) = marked(&text, 1.0, Some(0));
        assert!(!quote.contains("+여기가") && quote.starts_with("말"), "{quote}");
        let end = text.trim_end().len() - "말".len();
        assert!(!marked(&text, 1.0, Some(end)).0.contains("+여기가"));
    }

    proptest! {
        #[test]
        fn any_text_is_quoted(text in "(\\PC|[ +\\-\n\t말]){0,900}", anchor in prop::option::of(0usize..2_000)) {
            let (quote, words) = excerpt(&explained(&text), 1.0, anchor);
            prop_assert!(quote.chars().count() <= LONGEST + 2);
            for word in words {
                prop_assert!(word.start < word.end && quote.get(word.start..word.end).is_some());
                prop_assert!(word.weight.abs() <= 1.0);
            }
        }
    }
}
