//! Strings numbered in the order in which they were first seen.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// A set of strings in one arena; each has a dense number.
///
/// Strings of up to eight bytes, nine of ten words in a text, stand in the
/// table itself: one read finds them, where a longer one takes four.
#[derive(Default, Clone)]
pub struct Interner {
    arena: Vec<u8>,
    ends: Vec<u32>,
    short: ShortTable,
    long: HashTable<u32>,
}

impl Interner {
    /// The number of `text`; a new one if it was not seen before.
    #[inline]
    pub fn intern(&mut self, text: &str) -> u32 {
        match self.get(text) {
            Some(id) => id,
            None => self.insert(text),
        }
    }

    /// The number of `text`, if it was seen.
    #[inline]
    pub fn get(&self, text: &str) -> Option<u32> {
        let text = text.as_bytes();
        match Short::new(text) {
            Some(short) => self.short.get(short),
            None => {
                let same = |&id: &u32| slice(&self.arena, &self.ends, id) == text;
                self.long.find(hash(text), same).copied()
            }
        }
    }

    /// The string numbered `id`.
    pub fn resolve(&self, id: u32) -> &str {
        str::from_utf8(slice(&self.arena, &self.ends, id)).expect("only whole strings are kept")
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing was seen yet.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Forgets all strings.
    pub fn clear(&mut self) {
        *self = Interner::default();
    }

    #[cold]
    fn insert(&mut self, text: &str) -> u32 {
        let text = text.as_bytes();
        let id = self.ends.len() as u32;
        self.arena.extend_from_slice(text);
        self.ends.push(u32::try_from(self.arena.len()).expect("distinct terms fit in 4 GiB"));
        match Short::new(text) {
            Some(short) => self.short.insert(short, id),
            None => {
                let (arena, ends) = (&self.arena, &self.ends);
                self.long.insert_unique(hash(text), id, |&id| hash(slice(arena, ends, id)));
            }
        }
        id
    }
}

#[inline]
fn slice<'a>(arena: &'a [u8], ends: &[u32], id: u32) -> &'a [u8] {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] as usize };
    &arena[start..ends[id] as usize]
}

#[inline]
fn hash(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    hasher.finish()
}

/// A string of one to eight bytes, none of them 0, as a number: its bytes, then zeros.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Short(u64);

impl Short {
    #[inline]
    fn new(text: &[u8]) -> Option<Self> {
        let length = text.len();
        let bytes = match length {
            4..=8 => {
                let first: [u8; 4] = text[..4].try_into().expect("four bytes");
                let last: [u8; 4] = text[length - 4..].try_into().expect("four bytes");
                // The halves overlap; what both hold is the same.
                u64::from(u32::from_le_bytes(first))
                    | u64::from(u32::from_le_bytes(last)) << (8 * (length - 4))
            }
            1..=3 => {
                let [first, middle, last] =
                    [text[0], text[length / 2], text[length - 1]].map(u64::from);
                first | middle << (8 * (length / 2)) | last << (8 * (length - 1))
            }
            _ => return None,
        };
        let last_byte_is_zero = bytes >> (8 * (length - 1)) == 0;
        (!last_byte_is_zero).then_some(Short(bytes))
    }

    #[inline]
    fn hash(self) -> u64 {
        let product = u128::from(self.0 ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
        (product >> 64) as u64 ^ product as u64
    }
}

/// Open addressing, at most half full.
#[derive(Clone)]
struct ShortTable {
    slots: Vec<(Short, u32)>,
    count: usize,
}

const FREE: (Short, u32) = (Short(0), 0);

impl Default for ShortTable {
    fn default() -> Self {
        ShortTable { slots: vec![FREE; 1 << 10], count: 0 }
    }
}

impl ShortTable {
    #[inline]
    fn get(&self, short: Short) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut place = short.hash() as usize & mask;
        loop {
            let (found, id) = self.slots[place];
            if found == short {
                return Some(id);
            }
            if found == FREE.0 {
                return None;
            }
            place = (place + 1) & mask;
        }
    }

    fn insert(&mut self, short: Short, id: u32) {
        if (self.count + 1) * 2 > self.slots.len() {
            let larger = vec![FREE; self.slots.len() * 2];
            let old = std::mem::replace(&mut self.slots, larger);
            old.into_iter().filter(|slot| slot.0 != FREE.0).for_each(|slot| self.put(slot));
        }
        self.count += 1;
        self.put((short, id));
    }

    fn put(&mut self, slot: (Short, u32)) {
        let mask = self.slots.len() - 1;
        let mut place = slot.0.hash() as usize & mask;
        while self.slots[place].0 != FREE.0 {
            place = (place + 1) & mask;
        }
        self.slots[place] = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_dense_and_stable() {
        let mut interner = Interner::default();
        assert_eq!(interner.intern("a"), 0);
        assert_eq!(interner.intern(""), 1);
        assert_eq!(interner.intern("a"), 0);
        assert_eq!((interner.resolve(0), interner.resolve(1)), ("a", ""));
        assert_eq!(interner.get("b"), None);
        assert_eq!(interner.len(), 2);
    }

    #[test]
    fn strings_that_share_halves_are_told_apart() {
        let alike = [
            "a", "aa", "aaa", "aaaa", "aaaaa", "abcd", "abcdabcd", "abcdbcd", "aba", "ab", "\0",
            "\0\0", "a\0", "\0a", "a\0a",
        ];
        let mut interner = Interner::default();
        let ids: Vec<u32> = alike.iter().map(|text| interner.intern(text)).collect();
        assert_eq!(ids, (0..alike.len() as u32).collect::<Vec<_>>());
        (0..5000)
            .for_each(|n| assert_eq!(interner.intern(&format!("n{n}")), n + alike.len() as u32));
        assert_eq!(interner.get("aba"), Some(8));
    }
}
