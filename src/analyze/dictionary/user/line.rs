//! One line: a comment, a row of a MeCab dictionary, or a word with its tag.

use super::note::{Notes, Piece};
use super::{Entry, UserWord, row, surface, tags};
use crate::analyze::dictionary::WordKind;

/// The tag of a word that has none: most are names.
const DEFAULT_TAG: &str = "NNP";
const FORCE: &str = "force";

/// A line taken apart.
struct Fields<'a> {
    word: Piece<'a>,
    tag: &'a str,
    force: bool,
}

/// The word of a line; `None` if it has none or it is wrong.
pub(super) fn read(line: Piece, number: usize, notes: &mut Notes) -> Option<Entry> {
    let line = line.trim_end();
    if line.text.is_empty() || is_comment(line, notes) {
        return None;
    }
    if let Some(columns) = row::columns(line) {
        return row::read(line, &columns, number, notes);
    }
    let fields = match line.text.find('\t') {
        Some(tab) => tabbed(line, tab, notes)?,
        None => untabbed(line, notes)?,
    };
    let surface = surface::canonical(fields.word, notes)?;
    let word = UserWord {
        surface,
        tag: fields.tag.to_owned(),
        force: fields.force,
        line: number,
        ids_and_cost: None,
        kind: WordKind::Simple,
        expression: String::new(),
        feature: None,
    };
    Some(Entry { word, range: fields.word.trim().range(), ids: None })
}

fn is_comment(line: Piece, notes: &mut Notes) -> bool {
    let line = line.trim();
    let Some(rest) = line.text.strip_prefix('#') else { return false };
    if !rest.starts_with(char::is_alphanumeric) {
        return true;
    }
    let tag = rest.split_once('\t').and_then(|(_, behind)| tokens(behind).next());
    let is_word = tag.is_some_and(|(_, tag)| tags::is_tag(tag));
    if !is_word {
        let word = line.text.split('\t').next().unwrap_or_default().trim_end();
        notes.warn(
            line.range(),
            format!("`{word}` is taken for a comment"),
            format!(
                "a word that starts with `#` needs its tag behind a tab: `{word}<TAB>NNP`; \
                 a comment is clear with a blank behind `#`"
            ),
        );
    }
    !is_word
}

/// `word<TAB>tag<TAB>force`: nothing behind the tab can belong to the word.
fn tabbed<'a>(line: Piece<'a>, tab: usize, notes: &mut Notes) -> Option<Fields<'a>> {
    let (word, behind) = line.split(tab);
    let behind = without_comment(behind);
    let mut tokens = tokens(behind.text);
    let mut next = || tokens.next().map(|(at, token)| behind.part(at..at + token.len()));
    let tag = next();
    if let Some(tag) = tag.filter(|tag| !tags::is_tag(tag.text)) {
        notes.wrong(tag.range(), format!("`{}` is no tag", tag.text), tags::advice(tag.text));
        return None;
    }
    let force = next();
    if let Some(odd) = force.filter(|token| token.text != FORCE).or_else(next) {
        notes.wrong(
            odd.range(),
            format!("`{}` stands where only `force` may", odd.text),
            "a line is `word<TAB>tag` or `word<TAB>tag<TAB>force`; \
             a comment starts with `#` and a blank",
        );
        return None;
    }
    Some(Fields { word, tag: tag.map_or(DEFAULT_TAG, |tag| tag.text), force: force.is_some() })
}

/// A word alone, or with its tag behind a blank or a comma.
fn untabbed<'a>(line: Piece<'a>, notes: &mut Notes) -> Option<Fields<'a>> {
    let line = without_comment(line);
    let whole = Fields { word: line, tag: DEFAULT_TAG, force: false };
    if tags::is_tag(line.trim().text) {
        let tag = line.trim().text;
        notes.wrong(
            line.trim().range(),
            format!("the tag `{tag}` stands without a word"),
            format!("if `{tag}` is the word, write `{tag}<TAB>NNP`"),
        );
        return None;
    }
    let Some((word, separator, last)) = split_last(line) else { return Some(whole) };
    if last.text == FORCE
        && let Some((word, _, tag)) = split_last(word).filter(|split| tags::is_tag(split.2.text))
    {
        return Some(Fields { word, tag: tag.text, force: true });
    }
    if tags::is_tag(last.text) {
        warn_of_short_tag(line, word, separator, last, notes);
        return Some(Fields { word, tag: last.text, force: false });
    }
    let is_clean = check_ending(line, separator, last, notes);
    is_clean.then_some(whole)
}

/// `아이폰 XR`, `판교 IC`: a tag of two letters may as well end a name.
fn warn_of_short_tag(
    line: Piece,
    word: Piece,
    separator: Separator,
    tag: Piece,
    notes: &mut Notes,
) {
    if tag.text.len() == 2 && separator != Separator::Comma {
        let (all, word, tag_text) = (line.trim().text, word.trim().text, tag.text);
        notes.warn(
            tag.range(),
            format!("`{tag_text}` is taken for the tag of `{word}`"),
            format!("write `{word}<TAB>{tag_text}`, or `{all}<TAB>NNP` if it belongs to the name"),
        );
    }
}

/// Whether the end of a word is hardly a tag with a slip in it. Behind a comma, as
/// in a table, it is; behind a blank a name may go on.
fn check_ending(line: Piece, separator: Separator, last: Piece, notes: &mut Notes) -> bool {
    let Some(tag) = tags::meant(last.text) else { return true };
    let (all, text) = (line.trim().text, last.text);
    if separator == Separator::Blank {
        if text.len() > 2 {
            let hint =
                format!("write the tag as `{tag}`, or `{all}<TAB>NNP` if it belongs to the word");
            notes.warn(
                last.range(),
                format!("`{text}` is no tag and becomes part of the word"),
                hint,
            );
        }
        return true;
    }
    let hint =
        format!("the nearest tag is `{tag}`; if it belongs to the word, write `{all}<TAB>NNP`");
    notes.wrong(last.range(), format!("`{text}` is no tag"), hint);
    false
}

/// What stands between a word and its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Blank,
    Comma,
    CommaAndBlank,
}

/// What stands before the last blank or comma, and behind it.
fn split_last(line: Piece) -> Option<(Piece, Separator, Piece)> {
    let is_separator = |letter: char| letter == ',' || letter.is_whitespace();
    let (at, found) = line.text.char_indices().rev().find(|(_, letter)| is_separator(*letter))?;
    let last = line.split(at + found.len_utf8()).1;
    let before = line.split(at).0.trim_end();
    let without_comma = before.text.strip_suffix(',').map(|text| before.part(0..text.len()));
    let (before, separator) = match (found, without_comma) {
        (',', _) => (before, Separator::Comma),
        (_, Some(shorter)) => (shorter.trim_end(), Separator::CommaAndBlank),
        (_, None) => (before, Separator::Blank),
    };
    Some((before, separator, last))
}

/// The pieces between blanks and commas, and where each starts.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let pieces = text.split_inclusive(|letter: char| letter == ',' || letter.is_whitespace());
    let placed = pieces.map(move |piece| {
        let start = at;
        at += piece.len();
        (start, piece.trim_end_matches(|letter: char| letter == ',' || letter.is_whitespace()))
    });
    placed.filter(|(_, token)| !token.is_empty())
}

/// Cuts off a comment: a `#` that stands alone.
fn without_comment(line: Piece) -> Piece {
    let is_alone = |at: usize| {
        let (before, behind) = (&line.text[..at], &line.text[at + 1..]);
        before.ends_with(char::is_whitespace)
            && (behind.is_empty() || behind.starts_with(char::is_whitespace))
    };
    let comment = line.text.match_indices('#').map(|(at, _)| at).find(|&at| is_alone(at));
    line.part(0..comment.unwrap_or(line.text.len())).trim_end()
}
