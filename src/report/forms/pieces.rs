//! A quoted text → its pieces: the words that decided, and what stands between.
//!
//! In: a text and places in it. Out: pieces that together are the text. Promises: places
//! that overlap, lie outside or cut a character are left out, and nothing else is.

use crate::report::facts::DecidingWord;

/// A part of the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece<'a> {
    /// The part.
    pub text: &'a str,
    /// How it weighed, if it is a word that decided.
    pub weight: Option<f64>,
}

/// The text in pieces.
pub fn pieces<'a>(text: &'a str, words: &[DecidingWord]) -> Vec<Piece<'a>> {
    let mut words: Vec<&DecidingWord> = words.iter().collect();
    words.sort_by_key(|word| (word.start, word.end));
    let (mut pieces, mut end) = (Vec::new(), 0);
    let mut push = |text: &'a str, weight| {
        if !text.is_empty() {
            pieces.push(Piece { text, weight });
        }
    };
    for word in words {
        let between = text.get(end..word.start.max(end));
        let (Some(between), Some(decided)) = (between, text.get(word.start..word.end)) else {
            continue;
        };
        if word.start < end || decided.is_empty() {
            continue;
        }
        push(between, None);
        push(decided, Some(word.weight).filter(|weight| weight.is_finite()));
        end = word.end;
    }
    push(&text[end..], None);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: &[(usize, usize)], expected: &str) {
        let word = |&(start, end): &(usize, usize)| DecidingWord { start, end, weight: 0.5 };
        let words: Vec<DecidingWord> = words.iter().map(word).collect();
        let shown = |piece: Piece| match piece.weight {
            Some(_) => format!("[{}]", piece.text),
            None => piece.text.to_owned(),
        };
        assert_eq!(pieces(text, &words).into_iter().map(shown).collect::<String>(), expected);
    }

    #[test]
    fn words_are_found_and_the_text_stays() {
        check("정말 좋아요!", &[(7, 16)], "정말 [좋아요]!");
        check("good film", &[(5, 9), (0, 4)], "[good] [film]");
        check("", &[], "");
    }

    #[test]
    fn wrong_places_are_left_out() {
        check("좋아요", &[(1, 3), (0, 99), (3, 3), (usize::MAX, usize::MAX)], "좋아요");
        check("abcdef", &[(0, 4), (2, 6), (5, 4)], "[abcd]ef");
    }
}
