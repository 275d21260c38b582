//! `char.bin` → classes of characters.

use super::super::sources::{Category, Character};
use super::parts::{CHARACTERS, MAX_CATEGORIES};
use super::words::{text_at, u32_at};

const NAME_BYTES: usize = 32;

/// Reads the number of classes, their names and one word of bits a code point:
/// classes (18 bits), the default class (8), length (4), group and invoke (1 each).
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Category>, Vec<Character>), String> {
    let count = u32_at(bytes, 0).ok_or("it is empty")? as usize;
    if !(1..=MAX_CATEGORIES).contains(&count) {
        return Err(format!("it has {count} classes of characters, expected 1 to 18"));
    }
    let expected = 4 + NAME_BYTES * count + 4 * CHARACTERS;
    if bytes.len() != expected {
        return Err(format!("it has {} bytes, expected {expected}", bytes.len()));
    }
    let mut categories = (0..count)
        .map(|number| read_name(bytes, number))
        .collect::<Result<Vec<Category>, String>>()?;
    let words = bytes[4 + NAME_BYTES * count..].chunks_exact(4);
    let words = words.map(|word| u32_at(word, 0).unwrap_or_default());
    let characters = read_characters(words, &mut categories)?;
    Ok((categories, characters))
}

fn read_name(bytes: &[u8], number: usize) -> Result<Category, String> {
    let name = text_at(bytes, 4 + NAME_BYTES * number, NAME_BYTES)
        .filter(|name| !name.is_empty())
        .ok_or_else(|| format!("the name of class {number} is no text"))?;
    // A class that is the default of no character shows nowhere how it groups.
    Ok(Category { name: name.into(), invoke: false, group: true, length: 0, unknown: Vec::new() })
}

/// How a class groups stands at each character whose default it is.
fn read_characters(
    words: impl Iterator<Item = u32>,
    categories: &mut [Category],
) -> Result<Vec<Character>, String> {
    let mut seen = [None; MAX_CATEGORIES];
    let mut characters = Vec::with_capacity(CHARACTERS);
    for (point, word) in words.enumerate() {
        let character = Character { categories: word & 0x3FFFF, default: (word >> 18) as u8 };
        let default = usize::from(character.default);
        if default >= categories.len() || character.categories >> categories.len() != 0 {
            return Err(format!("the character {point:#06x} has a class that does not exist"));
        }
        let how = word >> 26;
        if *seen[default].get_or_insert(how) != how {
            return Err(format!("the class of the character {point:#06x} groups in two ways"));
        }
        characters.push(character);
    }
    for (category, how) in categories.iter_mut().zip(seen) {
        how.into_iter().for_each(|how| set(category, how));
    }
    Ok(characters)
}

fn set(category: &mut Category, how: u32) {
    category.length = (how & 15) as u8;
    category.group = how >> 4 & 1 == 1;
    category.invoke = how >> 5 & 1 == 1;
}
