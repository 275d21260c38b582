//! A text in pieces: what is marked on a page, and what stands between.

use crate::serve::judge::{Verdict, Word};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its characters.
    pub text: String,
    /// The class that it is marked with; empty if it is not.
    pub mark: &'static str,
}

/// Classes of words that speak for one side and for the other, the stronger the later.
const SIDES: [[&str; 3]; 2] = [["up s1", "up s2", "up s3"], ["down s1", "down s2", "down s3"]];

/// A snippet with what matches marked.
pub fn snippet(text: &str, highlights: &[[usize; 2]]) -> Vec<Piece> {
    pieces(text, highlights.iter().map(|&[start, end]| (start, end, "hit")))
}

/// The first `most` bytes of the text of a verdict with its deciding words marked.
///
/// With two labels, `up` is what speaks for the second of them, whichever won; so that a
/// colour always means the same. With more, it is what speaks for the label.
pub fn verdict(verdict: &Verdict, most: usize) -> Vec<Piece> {
    let end = floor_char_boundary(&verdict.text, most);
    let sign = sign(verdict);
    let words = verdict.words.iter().filter(|word| word.end <= end);
    pieces(&verdict.text[..end], words.map(|word| (word.start, word.end, class(word, sign))))
}

/// -1 where what speaks for the label speaks for the first of two.
pub fn sign(verdict: &Verdict) -> f64 {
    let is_first = verdict.probabilities.keys().next() == Some(&verdict.label);
    if verdict.probabilities.len() == 2 && is_first { -1.0 } else { 1.0 }
}

fn class(word: &Word, sign: f64) -> &'static str {
    let strength = match word.weight.abs() {
        weight if weight < 0.25 => 0,
        weight if weight < 0.6 => 1,
        _ => 2,
    };
    SIDES[usize::from(word.weight * sign < 0.0)][strength]
}

fn pieces(text: &str, marks: impl Iterator<Item = (usize, usize, &'static str)>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut done = 0;
    let mut add = |range: std::ops::Range<usize>, mark| {
        let part = text.get(range).unwrap_or_default();
        if !part.is_empty() {
            pieces.push(Piece { text: harmless(part), mark });
        }
    };
    for (start, end, mark) in marks.filter(|(start, end, _)| start < end) {
        if start >= done && text.get(start..end).is_some() {
            add(done..start, "");
            add(start..end, mark);
            done = end;
        }
    }
    add(done..text.len(), "");
    pieces
}

/// Signs that would turn the direction of what stands behind them, or steer a reader.
pub fn harmless(text: &str) -> String {
    let is_odd = |one: char| {
        (one.is_control() && !"\n\t".contains(one))
            || ('\u{202a}'..='\u{202e}').contains(&one)
            || ('\u{2066}'..='\u{2069}').contains(&one)
    };
    text.replace(is_odd, "\u{fffd}")
}

fn floor_char_boundary(text: &str, most: usize) -> usize {
    let most = most.min(text.len());
    (0..=most).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece.mark {
            "" => piece.text.clone(),
            mark => format!("[{mark}:{}]", piece.text),
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn matches_are_marked() {
        assert_eq!(
            shown(&snippet("학교에서 보자", &[[0, 6], [13, 19]])),
            "[hit:학교]에서 [hit:보자]"
        );
        assert_eq!(shown(&snippet("plain", &[])), "plain");
        // Places that do not fit a text mark nothing of it.
        assert_eq!(shown(&snippet("학교", &[[1, 2], [0, 3], [9, 12]])), "[hit:학]교");
    }

    #[test]
    fn a_side_keeps_its_colour_whoever_wins() {
        let word = |start, end, weight| Word { start, end, weight };
        let mut one = Verdict {
            pipeline: String::new(),
            label: "negative".to_owned(),
            probability: 0.9,
            probabilities: [("negative".to_owned(), 0.9), ("positive".to_owned(), 0.1)].into(),
            is_known: true,
            text: "dull, but warm".to_owned(),
            words: vec![word(0, 4, 1.0), word(10, 14, -0.3)],
            terms: Vec::new(),
        };
        assert_eq!(shown(&verdict(&one, 99)), "[down s3:dull], but [up s2:warm]");
        one.label = "positive".to_owned();
        one.words = vec![word(0, 4, -1.0), word(10, 14, 0.3)];
        assert_eq!(shown(&verdict(&one, 99)), "[down s3:dull], but [up s2:warm]");
        assert_eq!(shown(&verdict(&one, 12)), "[down s3:dull], but wa");
    }

    #[test]
    fn signs_that_turn_text_are_replaced() {
        assert_eq!(harmless("a\u{202e}b\u{7}c\n"), "a\u{fffd}b\u{fffd}c\n");
    }
}
