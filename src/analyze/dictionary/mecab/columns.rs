//! Columns of CSV as MeCab reads them: a quote counts only where a column begins.

use std::borrow::Cow;

/// The first column of `text` without its quotes, and what follows its comma.
pub(super) fn split_column(text: &str) -> (Cow<'_, str>, Option<&str>) {
    let text = text.trim_start_matches([' ', '\t']);
    match text.strip_prefix('"') {
        Some(quoted) => split_quoted(quoted),
        None => match text.split_once(',') {
            Some((column, rest)) => (column.into(), Some(rest)),
            None => (text.into(), None),
        },
    }
}

/// All columns of `text`.
pub(super) fn columns(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (column, after) = split_column(rest?);
        rest = after;
        Some(column)
    })
}

fn split_quoted(quoted: &str) -> (Cow<'_, str>, Option<&str>) {
    let end = closing_quote(quoted);
    let after = quoted.get(end + 1..).unwrap_or_default();
    let rest = after.split_once(',').map(|(_, rest)| rest);
    let column = &quoted[..end];
    match column.contains('"') {
        true => (column.replace("\"\"", "\"").into(), rest),
        false => (column.into(), rest),
    }
}

/// The place of the first quote that is not doubled, or the end.
fn closing_quote(quoted: &str) -> usize {
    let mut end = 0;
    while let Some(at) = quoted[end..].find('"') {
        end += at;
        if !quoted[end + 1..].starts_with('"') {
            return end;
        }
        end += 2;
    }
    quoted.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(columns(text).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn quotes_count_at_the_start_alone() {
        check("a,b,,c", &["a", "b", "", "c"]);
        check("\",\",1", &[",", "1"]);
        check("\"\"\"\",1", &["\"", "1"]);
        check("5\",1", &["5\"", "1"]);
        check(" a ,\t\"b\" x,c", &["a ", "b", "c"]);
        check("\"open,1", &["open,1"]);
        check("\"", &[""]);
        check("", &[""]);
    }
}
