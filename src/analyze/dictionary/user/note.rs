//! What is wrong or odd, and where.

use std::ops::Range;

use crate::error::Error;
use crate::files::NumberedText;

/// A part of the dictionary's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    pub text: &'a str,
    /// Its first byte in the whole text.
    pub start: usize,
}

/// Problems, which make the dictionary unusable, and warnings.
#[derive(Debug, Default)]
pub(super) struct Notes {
    problems: Vec<Note>,
    warnings: Vec<Note>,
}

#[derive(Debug)]
struct Note {
    range: Range<usize>,
    message: String,
    hint: String,
}

impl<'a> Piece<'a> {
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// A range of bytes of this piece.
    pub fn part(&self, range: Range<usize>) -> Piece<'a> {
        Piece { text: &self.text[range.clone()], start: self.start + range.start }
    }

    pub fn split(&self, at: usize) -> (Piece<'a>, Piece<'a>) {
        (self.part(0..at), self.part(at..self.text.len()))
    }

    pub fn trim(&self) -> Piece<'a> {
        let start = self.text.len() - self.text.trim_start().len();
        self.part(start..self.text.len()).trim_end()
    }

    pub fn trim_end(&self) -> Piece<'a> {
        self.part(0..self.text.trim_end().len())
    }
}

impl Notes {
    pub fn wrong(
        &mut self,
        range: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problems.push(Note { range, message: message.into(), hint: hint.into() });
    }

    pub fn warn(
        &mut self,
        range: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.warnings.push(Note { range, message: message.into(), hint: hint.into() });
    }

    /// As errors, in the order of the text.
    pub fn problems(&mut self, text: &NumberedText) -> Vec<Error> {
        shown(&mut self.problems, text)
    }

    /// As [`Notes::problems`].
    pub fn warnings(&mut self, text: &NumberedText) -> Vec<Error> {
        shown(&mut self.warnings, text)
    }
}

fn shown(notes: &mut [Note], text: &NumberedText) -> Vec<Error> {
    notes.sort_by_key(|note| note.range.start);
    let show = |note: &Note| text.mark(Error::usage(&note.message).hinted(&note.hint), &note.range);
    notes.iter().map(show).collect()
}
