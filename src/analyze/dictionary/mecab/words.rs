//! `sys.dic` and `unk.dic` → words.
//!
//! A header of ten numbers and a charset, a double array of the surfaces, tokens
//! of 16 bytes (left id, right id, posid, cost, place of the feature), features
//! that end in a zero byte.

use super::super::sources::{Costs, Entry};
use super::dicrc::{Settings, check_charset};
use super::parts::{MAX_FEATURE_BYTES, Words};
use super::trie::Trie;

/// The size of the file is kept in this disguise.
pub(super) const MAGIC: u32 = 0xEF71_8F77;
pub(super) const VERSION: u32 = 102;
pub(super) const HEADER_BYTES: usize = 72;
const CHARSET: usize = 40;
const TOKEN_BYTES: usize = 16;

/// All words of the file, in the order of its tokens.
pub(super) fn read(bytes: &[u8], settings: &Settings, costs: &Costs) -> Result<Vec<Entry>, String> {
    let sections = Sections::split(bytes, costs)?;
    let trie = Trie::new(sections.trie)?;
    let (mut words, mut surface, mut next) = (Words::new(costs), Vec::new(), 0);
    for leaf in trie.leaves() {
        // Each token belongs to one surface, so nothing is read twice.
        if leaf.first != next || leaf.count == 0 {
            return Err(format!("no surface, or two, have the token {next}"));
        }
        next += leaf.count;
        trie.key(&leaf, &mut surface)?;
        for token in leaf.first..next {
            words.push(sections.entry(token, &surface, settings)?)?;
        }
    }
    match next as usize == sections.count {
        true => Ok(words.finish()),
        false => Err(format!("its trie has {next} words, expected {}", sections.count)),
    }
}

/// The parts of the file, whose sizes fit.
struct Sections<'a> {
    count: usize,
    trie: &'a [u8],
    tokens: &'a [u8],
    features: &'a [u8],
}

impl<'a> Sections<'a> {
    fn split(bytes: &'a [u8], costs: &Costs) -> Result<Self, String> {
        let field = |number: usize| u32_at(bytes, 4 * number).unwrap_or_default();
        if bytes.len() < HEADER_BYTES || (field(0) ^ MAGIC) as usize != bytes.len() {
            return Err("it is no compiled MeCab dictionary, or not whole".to_owned());
        }
        if field(1) != VERSION {
            return Err(format!("its format is {}, expected {VERSION}", field(1)));
        }
        check_charset(text_at(bytes, CHARSET, HEADER_BYTES - CHARSET).unwrap_or("?"))?;
        if (field(4) as usize, field(5) as usize) != (costs.right_ids, costs.left_ids) {
            return Err("its ids are not those of `matrix.bin`".to_owned());
        }
        let cut = |bytes: &'a [u8], size: u32| {
            bytes.split_at_checked(size as usize).ok_or("its sections are longer than the file")
        };
        let (trie, rest) = cut(&bytes[HEADER_BYTES..], field(6))?;
        let (tokens, rest) = cut(rest, field(7))?;
        let (features, _) = cut(rest, field(8))?;
        let count = field(3) as usize;
        match tokens.len() == TOKEN_BYTES * count {
            true => Ok(Sections { count, trie, tokens, features }),
            false => Err(format!("it has {} bytes of tokens for {count} words", tokens.len())),
        }
    }

    fn entry(&self, token: u32, surface: &[u8], settings: &Settings) -> Result<Entry, String> {
        let place = TOKEN_BYTES * token as usize;
        let record = self.tokens.get(place..place + TOKEN_BYTES);
        let record = record.ok_or_else(|| format!("there is no token {token}"))?;
        let short = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
        let feature = u32_at(record, 8).unwrap_or(u32::MAX) as usize;
        let feature = text_at(self.features, feature, MAX_FEATURE_BYTES)
            .ok_or_else(|| format!("the feature of token {token} is no text"))?;
        let surface = std::str::from_utf8(surface).ok().filter(|surface| !surface.is_empty());
        let surface = surface.ok_or_else(|| format!("the word of token {token} is no text"))?;
        Ok(Entry {
            surface: surface.to_owned(),
            left_id: short(0),
            right_id: short(2),
            cost: short(6) as i16,
            space_penalty: settings.penalty(short(4)),
            feature: feature.to_owned(),
        })
    }
}

/// The number at a place, if it is there.
pub(super) fn u32_at(bytes: &[u8], place: usize) -> Option<u32> {
    let four = bytes.get(place..place.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

/// The text at a place: up to a zero byte, or of `most` bytes.
pub(super) fn text_at(bytes: &[u8], place: usize, most: usize) -> Option<&str> {
    let rest = bytes.get(place..)?;
    let rest = &rest[..rest.len().min(most)];
    let end = memchr::memchr(0, rest).unwrap_or(rest.len());
    std::str::from_utf8(&rest[..end]).ok()
}
