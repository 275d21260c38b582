//! Places in a text: file, line, column, and the line with a mark under what is meant.
//!
//! In: a text as it was read, and a range of its bytes. Out: an error that shows it.

use std::fmt::Write;
use std::ops::Range;

use crate::error::Error;

/// More problems than this are counted, not shown.
const MOST_SHOWN: usize = 40;
/// Characters of a line that are shown.
const WIDEST: usize = 120;

/// A text under the name the user knows it by, with its lines numbered.
#[derive(Debug, Clone)]
pub(crate) struct NumberedText {
    pub name: String,
    pub text: String,
    line_starts: Vec<usize>,
}

impl NumberedText {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        let behind_newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(behind_newlines).collect();
        NumberedText { name, text, line_starts }
    }

    /// `error` with the place of `range` and its line.
    pub fn mark(&self, error: Error, range: &Range<usize>) -> Error {
        let line = self.line(range);
        error.at(line.place(&self.name)).shown(line.snippet())
    }

    /// All problems as one error; of a flood the first ones.
    pub fn all(&self, problems: impl ExactSizeIterator<Item = Error>) -> Option<Error> {
        let hidden = problems.len().saturating_sub(MOST_SHOWN);
        let mut errors: Vec<Error> = problems.take(MOST_SHOWN).collect();
        if hidden > 0 {
            errors.push(Error::usage(format!("and {hidden} more problems")).at(self.name.clone()));
        }
        Error::all(errors)
    }

    /// The line on which `range` starts, from 1.
    ///
    /// Asked for every setting, so it must not search a long file each time.
    pub fn line_number(&self, range: &Range<usize>) -> usize {
        self.line_starts.partition_point(|&start| start <= range.start)
    }

    fn line(&self, range: &Range<usize>) -> Line<'_> {
        let number = self.line_number(range);
        let line_start = self.line_starts[number - 1];
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let within = |at: usize| floor(line, at.saturating_sub(line_start));
        let (start, end) = (within(range.start), within(range.end.max(range.start)));
        Line {
            number,
            text: line,
            before: line[..start].chars().count(),
            marked: line[start..end].chars().count(),
        }
    }
}

/// The first line of a range of a text.
struct Line<'a> {
    number: usize,
    text: &'a str,
    /// Characters before the range.
    before: usize,
    /// Characters of the range on this line.
    marked: usize,
}

impl Line<'_> {
    fn place(&self, file: &str) -> String {
        format!("{file}, line {}, column {}", self.number, self.before + 1)
    }

    /// As rustc shows it: an empty gutter, the line, the mark.
    fn snippet(&self) -> String {
        let number = self.number.to_string();
        let gutter = " ".repeat(number.len());
        let skipped = self.before.saturating_sub(WIDEST / 2);
        let shown: String = self.text.chars().skip(skipped).take(WIDEST).map(harmless).collect();
        let indent = blank(shown.chars().take(self.before - skipped));
        let marks = shown.chars().skip(self.before - skipped).take(self.marked).map(width).sum();
        let mut snippet = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(snippet, "{gutter} |");
        let _ = writeln!(snippet, "{number} | {}", shown.trim_end());
        let _ = write!(snippet, "{gutter} | {indent}{}", "^".repeat(usize::max(marks, 1)));
        snippet
    }
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// A settings file must not be able to steer the terminal.
fn harmless(character: char) -> char {
    if character.is_control() && character != '\t' { '\u{fffd}' } else { character }
}

/// Blanks as wide as `characters`; tabs stay tabs.
fn blank(characters: impl Iterator<Item = char>) -> String {
    let blank = |character| match (character, width(character)) {
        ('\t', _) => "\t",
        (_, 2) => "  ",
        _ => " ",
    };
    characters.map(blank).collect()
}

/// Terminal columns: Hangul, kana, Chinese and full-width characters take two.
fn width(character: char) -> usize {
    let wide = matches!(character,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}');
    if wide { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn snippet(text: &str, range: Range<usize>) -> String {
        let text = NumberedText::new("pipeline.toml", text);
        let error = text.mark(Error::usage("wrong"), &range);
        format!("{}\n{}", error.place().unwrap(), error.snippet().unwrap())
    }

    #[test]
    fn the_line_is_marked() {
        insta::assert_snapshot!(snippet("a = 1\nmax_df = 1.5\n", 15..18), @r"
        pipeline.toml, line 2, column 10
          |
        2 | max_df = 1.5
          |          ^^^
        ");
    }

    #[test]
    fn korean_takes_two_columns() {
        insta::assert_snapshot!(snippet("글 = '좋다'", 6..14), @r"
        pipeline.toml, line 1, column 5
          |
        1 | 글 = '좋다'
          |      ^^^^^^
        ");
    }

    #[test]
    fn control_characters_are_not_sent_to_the_terminal() {
        assert!(!snippet("a = \"\u{1b}[31m\"", 4..10).contains('\u{1b}'));
    }

    #[test]
    fn a_flood_of_problems_is_counted() {
        let text = NumberedText::new("pipeline.toml", "");
        let error = text.all((0..100).map(|_| Error::usage("wrong"))).unwrap();
        assert_eq!(error.also().len(), MOST_SHOWN);
        assert_eq!(error.also().last().unwrap().to_string(), "and 60 more problems");
    }

    proptest! {
        #[test]
        fn any_range_of_any_text_is_shown(text in "(?s).{0,40}", start in 0usize..60, length in 0usize..30) {
            snippet(&text, start..start + length);
        }
    }
}
