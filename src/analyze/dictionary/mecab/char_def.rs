//! `char.def` → classes of characters.

use std::collections::HashMap;
use std::path::Path;

use super::super::sources::{Category, Character};
use super::lines::each_rule;
use super::parts::{CHARACTERS, MAX_CATEGORIES};
use crate::error::{Error, Result};

/// Reads classes (`HANGUL 0 1 2`) and ranges (`0xAC00..0xD7A3 HANGUL HANJA`);
/// of two ranges the later counts, and the first class says how runs group.
///
/// # Errors
/// The file cannot be read, or a line has another form.
pub(super) fn read(path: &Path) -> Result<(Vec<Category>, Vec<Character>)> {
    let (mut categories, mut ranges) = (Vec::new(), Vec::new());
    each_rule(path, &mut |rule| {
        match rule.starts_with("0x") {
            true => ranges.push(parse_range(rule)?),
            false => categories.push(parse_category(rule)?),
        }
        match categories.len() > MAX_CATEGORIES || ranges.len() > CHARACTERS {
            true => Err(format!("more than {MAX_CATEGORIES} classes, or too many ranges")),
            false => Ok(()),
        }
    })?;
    let characters = assign(&categories, &ranges);
    let characters =
        characters.map_err(|problem| Error::data(problem).at(path.display().to_string()))?;
    Ok((categories, characters))
}

/// Characters from `first` to `last`, and the names of their classes.
struct Range {
    first: usize,
    last: usize,
    names: Vec<String>,
}

fn parse_category(rule: &str) -> Result<Category, String> {
    let words: Vec<&str> = rule.split_whitespace().collect();
    let [name, invoke, group, length] = words[..] else {
        return Err("a class has a name and three numbers: invoke, group and length".to_owned());
    };
    Ok(Category {
        name: name.to_owned(),
        invoke: flag(invoke)?,
        group: flag(group)?,
        length: length
            .parse()
            .ok()
            .filter(|&length| length < 16)
            .ok_or_else(|| format!("the length `{length}` is no number from 0 to 15"))?,
        unknown: Vec::new(),
    })
}

fn flag(text: &str) -> Result<bool, String> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(format!("`{text}` is neither 0 nor 1")),
    }
}

fn parse_range(rule: &str) -> Result<Range, String> {
    let mut words = rule.split_whitespace();
    let range = words.next().unwrap_or_default();
    let (first, last) = range.split_once("..").unwrap_or((range, range));
    let numbers = hexadecimal(first).zip(hexadecimal(last));
    let (first, last) = numbers
        .filter(|&(first, last)| first <= last && last < CHARACTERS)
        .ok_or_else(|| format!("`{range}` is no range from 0x0000 to 0xFFFE"))?;
    let names: Vec<String> = words.map(str::to_owned).collect();
    match names.len() {
        1..=MAX_CATEGORIES => Ok(Range { first, last, names }),
        _ => Err("a range has one class or more, up to 18".to_owned()),
    }
}

fn hexadecimal(text: &str) -> Option<usize> {
    usize::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

fn assign(categories: &[Category], ranges: &[Range]) -> Result<Vec<Character>, String> {
    let numbers: HashMap<&str, u8> = categories
        .iter()
        .enumerate()
        .map(|(number, category)| (category.name.as_str(), number as u8))
        .collect();
    if numbers.len() < categories.len() {
        return Err("two classes have the same name".to_owned());
    }
    let character = |names: &[String]| {
        let number = |name: &String| {
            let none = || format!("`{name}` is no class of characters");
            numbers.get(name.as_str()).copied().ok_or_else(none)
        };
        let all = names.iter().map(number).collect::<Result<Vec<u8>, String>>()?;
        let categories = all.iter().fold(0, |bits, &number| bits | 1 << number);
        Ok::<_, String>(Character { categories, default: all[0] })
    };
    let mut characters = vec![character(&["DEFAULT".to_owned()])?; CHARACTERS];
    for range in ranges {
        characters[range.first..=range.last].fill(character(&range.names)?);
    }
    Ok(characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<(Vec<Category>, Vec<Character>)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path())
    }

    #[test]
    fn the_later_range_counts() {
        let text = "DEFAULT 0 1 0 # all others\nSPACE 0 1 0\nHANGUL 1 0 2\n\
                    0x0020 SPACE\n0x0020..0x0030 HANGUL SPACE\n0xFFFE SPACE";
        let (categories, characters) = read_text(text).unwrap();
        assert_eq!(categories.len(), 3);
        assert!(categories[2].invoke && !categories[2].group && categories[2].length == 2);
        let found = [0, 0x20, 0x30, 0x31, 0xFFFE].map(|point: usize| {
            let character: Character = characters[point];
            (character.categories, character.default)
        });
        assert_eq!(found, [(1, 0), (6, 2), (6, 2), (1, 0), (2, 1)]);
    }

    #[test]
    fn other_forms_are_refused() {
        for bad in ["X 1 2", "X 0 2 1", "X 0 1 16", "0xFFFF X", "0x3..0x1 X", "0xZ X", "0x20"] {
            assert!(read_text(&format!("DEFAULT 0 1 0\n{bad}")).is_err(), "{bad}");
        }
        assert!(read_text("SPACE 0 1 0").is_err(), "no DEFAULT");
        assert!(read_text("DEFAULT 0 1 0\nDEFAULT 0 1 0").is_err(), "twice");
    }
}
