//! The system dictionary's file.
//!
//! Written once, at its installation; read at once, checked by its checksum and by
//! [`SystemDictionary::checked`], since a number that leads nowhere would be a panic
//! later.

use std::path::Path;

use super::sources::Character;
use super::system::{Morpheme, SystemDictionary, UnknownClass};
use super::trie::Trie;
use crate::error::Result;
use crate::files::{ContainerReader, ContainerWriter, Form};

const FORM: Form = Form {
    kind: *b"KDIC",
    version: 3,
    name: "dictionary",
    mend: "run `malmoi dictionary install`, which makes it anew",
};

impl SystemDictionary {
    /// Reads the file that [`SystemDictionary::save`] wrote.
    ///
    /// # Errors
    /// If it is missing, damaged, or of another version.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = ContainerReader::open(path, FORM)?;
        read(&mut file)?.map_err(|what| file.contradiction(what))
    }

    /// What tells the dictionary at `path` from others, read in no time.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn checksum(path: &Path) -> Result<String> {
        Ok(format!("{:016x}", ContainerReader::checksum(path, FORM)?))
    }

    /// Writes the dictionary to `path`, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut file = ContainerWriter::create(path, FORM)?;
        write(self, &mut file)?;
        file.commit()
    }
}

fn write(dictionary: &SystemDictionary, file: &mut ContainerWriter) -> Result<()> {
    let (codes, units) = dictionary.trie.to_numbers();
    file.u32s(&codes)?;
    file.u32s(&units)?;
    let morphemes = dictionary.morphemes.iter().flat_map(|one| {
        let low = u32::from(one.left) | u32::from(one.right) << 16;
        let costs = u32::from(one.cost as u16) | u32::from(one.space_penalty as u16) << 16;
        [low, costs, one.feature_and_last]
    });
    file.u32s(&morphemes.collect::<Vec<u32>>())?;
    file.u32s(dictionary.features.as_flattened())?;
    file.bytes(dictionary.tags.join("\n").as_bytes())?;
    file.bytes(dictionary.expressions.as_bytes())?;
    let classes = dictionary.classes.iter().flat_map(|class| {
        let flags = u32::from(class.invoke) | u32::from(class.group) << 1;
        [flags, class.length, class.morphemes.start, class.morphemes.end]
    });
    file.u32s(&classes.collect::<Vec<u32>>())?;
    let characters =
        dictionary.characters.iter().flat_map(|one| [one.categories, u32::from(one.default)]);
    file.u32s(&characters.collect::<Vec<u32>>())?;
    let costs: Vec<u8> = dictionary.costs.iter().flat_map(|cost| cost.to_le_bytes()).collect();
    file.bytes(&costs)?;
    file.u64(dictionary.right_ids as u64)?;
    for numbers in [&dictionary.left_numbers, &dictionary.right_numbers] {
        file.u32s(&numbers.iter().map(|&number| u32::from(number)).collect::<Vec<u32>>())?;
    }
    file.u32s(dictionary.usual.as_flattened())?;
    file.u64(dictionary.entries as u64)
}

type Checked<T> = std::result::Result<T, &'static str>;

/// Most of the time goes into memory that is touched first: large parts are read
/// side by side, each straight into what it becomes.
fn read(file: &mut ContainerReader) -> Result<Checked<SystemDictionary>> {
    let codes = file.u32s()?;
    let (units, morphemes) = (file.place(4)?, file.place(4)?);
    let features = file.place(4)?;
    let tags = String::from_utf8_lossy(file.bytes()?).lines().map(str::to_owned).collect();
    let expressions = file.place(1)?;
    let classes = file.u32s()?;
    let characters = file.u32s()?;
    let costs = file.place(1)?;
    let right_ids = file.u64()? as usize;
    let (left_numbers, right_numbers) = (short(&file.u32s()?), short(&file.u32s()?));
    let usual = file.u32s()?.as_chunks::<4>().0.to_vec();
    let entries = file.u64()? as usize;
    let file = &*file;
    let end = (morphemes.len() / 12) as u32;
    let (trie, morphemes) = rayon::join(
        || Trie::from_bytes(codes, file.at(units), end),
        || file.at(morphemes).as_chunks::<12>().0.iter().map(morpheme).collect(),
    );
    let ((costs, expressions), features) = rayon::join(
        || (i16s(file.at(costs)), String::from_utf8(file.at(expressions).to_vec())),
        || file.at(features).as_chunks::<16>().0.iter().map(feature).collect(),
    );
    let Ok(trie) = trie else {
        return Ok(Err("its table of words"));
    };
    let dictionary = SystemDictionary {
        trie,
        morphemes,
        features,
        tags,
        expressions: expressions.unwrap_or_default(),
        classes: classes.as_chunks::<4>().0.iter().map(class).collect(),
        characters: characters.as_chunks::<2>().0.iter().map(character).collect(),
        left_ids: costs.len().checked_div(right_ids).unwrap_or(0),
        costs,
        right_ids,
        left_numbers,
        right_numbers,
        usual,
        entries,
    };
    Ok(dictionary.checked())
}

fn i16s(bytes: &[u8]) -> Vec<i16> {
    bytes.as_chunks::<2>().0.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect()
}

fn numbers<const N: usize, const B: usize>(bytes: &[u8; B]) -> [u32; N] {
    std::array::from_fn(|place| {
        let bytes = bytes[place * 4..place * 4 + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes)
    })
}

fn feature(bytes: &[u8; 16]) -> [u32; 4] {
    numbers(bytes)
}

fn short(numbers: &[u32]) -> Vec<u16> {
    numbers.iter().map(|&number| number as u16).collect()
}

fn morpheme(bytes: &[u8; 12]) -> Morpheme {
    let [ids, costs, feature_and_last] = numbers(bytes);
    Morpheme {
        left: ids as u16,
        right: (ids >> 16) as u16,
        cost: costs as u16 as i16,
        space_penalty: (costs >> 16) as u16 as i16,
        feature_and_last,
    }
}

fn class(&[flags, length, start, end]: &[u32; 4]) -> UnknownClass {
    UnknownClass { invoke: flags & 1 == 1, group: flags & 2 == 2, length, morphemes: start..end }
}

fn character(&[categories, default]: &[u32; 2]) -> Character {
    Character { categories, default: default as u8 }
}

/// mecab-ko-dic has some dozens.
const MOST_OF_ONE_SPELLING: usize = 4096;
/// MeCab keeps the length in four bits.
const LONGEST_UNKNOWN: u32 = 16;

impl SystemDictionary {
    /// What the lattice relies on.
    pub(super) fn checked(self) -> Checked<Self> {
        let (left_ids, right_ids) = (self.left_ids, self.right_ids);
        let morphemes = self.morphemes.len() as u32;
        let ids_fit = self.morphemes.iter().all(|one| {
            usize::from(one.left) < left_ids
                && usize::from(one.right) < right_ids
                && one.feature() < self.features.len()
        });
        let same = self.morphemes.chunk_by(|one, _| !one.is_last());
        let ends_fit = self.morphemes.last().is_none_or(|one| one.is_last())
            && same.map(<[Morpheme]>::len).max().unwrap_or(0) <= MOST_OF_ONE_SPELLING;
        let features_fit = self.features.iter().all(|&[tag, _, start, end]| {
            let range = start as usize..end as usize;
            (tag as usize) < self.tags.len() && self.expressions.get(range).is_some()
        });
        let classes_fit = self.classes.iter().all(|class| {
            let one = &class.morphemes;
            one.start < one.end && one.end <= morphemes && class.length < LONGEST_UNKNOWN
        });
        let characters_fit = !self.characters.is_empty()
            && self.characters.iter().all(|one| usize::from(one.default) < self.classes.len());
        let numbers_fit = self.left_numbers.iter().all(|&left| usize::from(left) < left_ids)
            && self.right_numbers.iter().all(|&right| usize::from(right) < right_ids)
            && self
                .usual
                .iter()
                .all(|usual| (usual[2] as usize) < left_ids && (usual[3] as usize) < right_ids);
        let costs_fit = left_ids > 0 && left_ids.checked_mul(right_ids) == Some(self.costs.len());
        let all = [
            (ids_fit, "a word has an unknown id"),
            (ends_fit, "a word has no end"),
            (features_fit, "a word has an unknown feature"),
            (classes_fit, "a class of characters has no word"),
            (characters_fit, "a character has no class"),
            (costs_fit, "its costs are incomplete"),
            (numbers_fit, "its ids lead nowhere"),
        ];
        match all.into_iter().find(|(fits, _)| !fits) {
            Some((_, what)) => Err(what),
            None => Ok(self),
        }
    }
}
