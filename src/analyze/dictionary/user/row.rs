//! Rows of a MeCab dictionary:
//! `surface,left,right,cost,tag,class,final consonant,reading,type,first,last,expression`.

use std::borrow::Cow;
use std::str::FromStr;

use super::note::{Notes, Piece};
use super::{Entry, UserWord, surface, tags};
use crate::analyze::dictionary::WordKind;

const COLUMNS: usize = 12;
/// Left id, right id, cost.
const NUMBERS: std::ops::Range<usize> = 1..4;
const TAG: usize = 4;
const FINAL_CONSONANT: usize = 6;
const TYPE: usize = 8;
const EXPRESSION: usize = 11;
const HINT: &str = "a row is \
    `surface,left,right,cost,tag,class,T or F,reading,type,first,last,expression`; ids and cost may be empty, `*` stands for nothing";

/// The columns of a line as they are written, if it is a row.
///
/// Titles hold commas too; three empty or numeric columns and a tag behind them
/// are no title.
pub(super) fn columns(line: Piece) -> Option<Vec<Piece>> {
    let columns = split(line)?;
    let is_numeric = |column: &Piece| {
        let digits = column.text.trim().trim_start_matches('-');
        digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_row = columns.len() > TAG
        && columns[NUMBERS].iter().all(is_numeric)
        && (columns.len() >= COLUMNS || is_tag(columns[TAG].text.trim()));
    is_row.then_some(columns)
}

/// The word of a row; `None` if something is wrong.
pub(super) fn read(
    line: Piece,
    columns: &[Piece],
    number: usize,
    notes: &mut Notes,
) -> Option<Entry> {
    if columns.len() < COLUMNS {
        let count = columns.len();
        notes.wrong(line.range(), format!("the row has {count} columns, not {COLUMNS}"), HINT);
        return None;
    }
    let ids_and_cost = ids_and_cost(columns, notes);
    let tag = tag(columns[TAG].trim(), notes);
    let is_forced = is_forced(columns, notes);
    let (written, shift) = unquoted(columns[0]);
    let written = Piece { text: &written, start: columns[0].start + shift };
    let surface = surface::canonical(written, notes)?;
    check_final_consonant(&surface, columns[FINAL_CONSONANT].trim(), notes);
    let (kind, expression) = parts(columns, notes);
    let feature = columns[TAG].start - line.start..columns[COLUMNS - 1].range().end - line.start;
    let word = UserWord {
        surface,
        tag: tag?,
        force: is_forced?,
        line: number,
        ids_and_cost: ids_and_cost?,
        kind,
        expression,
        feature: Some(line.part(feature).trim().text.to_owned()),
    };
    let ids = [1, 2].map(|index| columns[index].trim().range());
    Some(Entry { word, range: columns[0].range(), ids: Some(ids) })
}

/// The pieces between commas that stand outside of quotes; `None` if a quote stays open.
fn split(line: Piece) -> Option<Vec<Piece>> {
    let mut columns = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    for (at, byte) in line.text.bytes().enumerate() {
        match byte {
            b'"' if is_quoted || at == start => is_quoted = !is_quoted,
            b'"' if line.text[start..at].ends_with('"') => is_quoted = true,
            b',' if !is_quoted => {
                columns.push(line.part(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    columns.push(line.part(start..line.text.len()));
    (!is_quoted).then_some(columns)
}

fn ids_and_cost(columns: &[Piece], notes: &mut Notes) -> Option<Option<(u16, u16, i16)>> {
    let [left, right, cost] = [1, 2, 3].map(|index| columns[index].trim());
    if [left, right, cost].iter().all(|column| column.text.is_empty()) {
        return Some(None);
    }
    let left = number(left, "left id", notes);
    let right = number(right, "right id", notes);
    let cost = number(cost, "cost", notes);
    Some(Some((left?, right?, cost?)))
}

fn number<N: FromStr + std::fmt::Display>(
    column: Piece,
    name: &str,
    notes: &mut Notes,
) -> Option<N> {
    let number = column.text.parse().ok();
    if number.is_none() {
        let message = match column.text {
            "" => format!("the {name} is missing"),
            text => format!("`{text}` is no {name}: it is out of range"),
        };
        notes.wrong(
            column.range(),
            message,
            "give both ids and the cost, or leave all three empty",
        );
    }
    number
}

fn is_tag(text: &str) -> bool {
    text.split('+').all(tags::is_tag)
}

fn tag(column: Piece, notes: &mut Notes) -> Option<String> {
    if is_tag(column.text) {
        return Some(column.text.to_owned());
    }
    notes.wrong(column.range(), format!("`{}` is no tag", column.text), tags::advice(column.text));
    None
}

/// `force` may stand behind the twelve columns.
fn is_forced(columns: &[Piece], notes: &mut Notes) -> Option<bool> {
    match columns.get(COLUMNS).map(Piece::trim) {
        None => Some(false),
        Some(column) if column.text == "force" && columns.len() == COLUMNS + 1 => Some(true),
        Some(column) => {
            let message = format!("the row has {} columns, not {COLUMNS}", columns.len());
            notes.wrong(column.range(), message, HINT);
            None
        }
    }
}

/// A column without its quotes, and how many bytes the first quote takes.
fn unquoted(column: Piece<'_>) -> (Cow<'_, str>, usize) {
    match column.text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inner) if inner.contains('"') => (inner.replace("\"\"", "\"").into(), 1),
        Some(inner) => (inner.into(), 1),
        None => (column.text.into(), 0),
    }
}

/// The final consonant decides between 을 and 를, 이 and 가.
fn check_final_consonant(surface: &str, column: Piece, notes: &mut Notes) {
    if !["T", "F", "*"].contains(&column.text) {
        let message = format!("`{}` says nothing about the final consonant", column.text);
        notes.wrong(column.range(), message, "write `T`, `F` or `*`");
        return;
    }
    let last = surface.chars().next_back().map_or(0, u32::from);
    // 28 syllables in a row differ in nothing but the final consonant.
    let has_one = (0xac00..=0xd7a3).contains(&last).then(|| !(last - 0xac00).is_multiple_of(28));
    if let Some(has_one) = has_one.filter(|has_one| column.text == if *has_one { "F" } else { "T" })
    {
        let (with, right) = if has_one { ("with", "T") } else { ("without", "F") };
        let message = format!("`{surface}` ends {with} a final consonant");
        notes.warn(column.range(), message, format!("write `{right}`, or particles are misread"));
    }
}

/// The morphemes that the word stands for; a row without a type or an expression is
/// one morpheme.
fn parts(columns: &[Piece], notes: &mut Notes) -> (WordKind, String) {
    let one = (WordKind::Simple, String::new());
    let kind = match columns[TYPE].trim().text {
        "Compound" => WordKind::Compound,
        "Inflect" => WordKind::Inflect,
        "Preanalysis" => WordKind::Preanalysis,
        _ => return one,
    };
    let column = columns[EXPRESSION].trim();
    let (expression, _) = unquoted(column);
    if ["", "*"].contains(&&*expression) {
        return one;
    }
    match expression.split('+').find(|part| !is_part(part)) {
        None => (kind, expression.into_owned()),
        Some(odd) => {
            let message = format!("`{odd}` is no part, so the word is taken as one morpheme");
            let hint = "a part is `form/TAG/*`; several are joined by `+`";
            notes.warn(column.range(), message, hint);
            one
        }
    }
}

fn is_part(text: &str) -> bool {
    let mut columns = text.split('/');
    columns.next().is_some_and(|form| !form.is_empty()) && columns.next().is_some_and(tags::is_tag)
}
