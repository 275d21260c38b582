//! Strings numbered in the order in which they were first seen.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// A set of strings in one arena; each has a dense number.
#[derive(Default, Clone)]
pub struct Interner {
    arena: String,
    ends: Vec<u32>,
    table: HashTable<u32>,
}

impl Interner {
    /// The number of `text`; a new one if it was not seen before.
    pub fn intern(&mut self, text: &str) -> u32 {
        let hash = hash(text);
        let (arena, ends) = (&self.arena, &self.ends);
        if let Some(&id) = self.table.find(hash, |&id| slice(arena, ends, id) == text) {
            return id;
        }
        self.insert(hash, text)
    }

    /// The number of `text`, if it was seen.
    pub fn get(&self, text: &str) -> Option<u32> {
        self.table.find(hash(text), |&id| slice(&self.arena, &self.ends, id) == text).copied()
    }

    /// The string numbered `id`.
    pub fn resolve(&self, id: u32) -> &str {
        slice(&self.arena, &self.ends, id)
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
        self.arena.clear();
        self.ends.clear();
        self.table.clear();
    }

    #[cold]
    fn insert(&mut self, hash: u64, text: &str) -> u32 {
        let id = self.ends.len() as u32;
        self.arena.push_str(text);
        self.ends.push(u32::try_from(self.arena.len()).expect("distinct terms fit in 4 GiB"));
        let (arena, ends) = (&self.arena, &self.ends);
        self.table.insert_unique(hash, id, |&id| self::hash(slice(arena, ends, id)));
        id
    }
}

fn slice<'a>(arena: &'a str, ends: &[u32], id: u32) -> &'a str {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] as usize };
    &arena[start..ends[id] as usize]
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
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
}
