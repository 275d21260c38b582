//! From an n-gram's key to its number and column, read-only.

use super::counts::{NONE, mix};

/// An open-addressing table, three fifths full.
///
/// The column stands beside the number, in what would be padding: a table of
/// columns by number would be one more wait for memory an n-gram.
#[derive(Clone)]
pub(super) struct KeyTable {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    found: Found,
}

/// What is known of an n-gram; each may be [`NONE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Its place among the n-grams of its length.
    pub node: u32,
    /// Its column.
    pub column: u32,
}

const NOTHING: Found = Found { node: NONE, column: NONE };

const EMPTY: Slot = Slot { key: 0, found: NOTHING };

impl KeyTable {
    /// Numbers `keys` by their places; `columns` are theirs.
    pub fn new(keys: &[u64], columns: &[u32]) -> Self {
        let mut table = KeyTable { slots: vec![EMPTY; keys.len() * 5 / 3 + 1] };
        for (node, (&key, &column)) in keys.iter().zip(columns).enumerate() {
            let mut place = table.home(mix(key));
            while table.slots[place].found.node != NONE {
                place = table.next(place);
            }
            table.slots[place] = Slot { key, found: Found { node: node as u32, column } };
        }
        table
    }

    /// What is known of `key`.
    #[cfg(test)]
    fn get(&self, key: u64) -> Found {
        self.probe(key, self.home(mix(key)))
    }

    /// Calls `found` for each of up to 32 (key, place) asked for, with its place.
    ///
    /// The first slots are read one right after the other, so that the waits for
    /// memory overlap; a chain of single look-ups would wait for each.
    pub fn get_all(&self, asked: &[(u64, usize)], mut found: impl FnMut(usize, Found)) {
        let mut homes = [0; 32];
        let mut first = [EMPTY; 32];
        for (home, (key, _)) in homes.iter_mut().zip(asked) {
            *home = self.home(mix(*key));
        }
        for (slot, home) in first.iter_mut().zip(&homes[..asked.len()]) {
            *slot = self.slots[*home];
        }
        for (number, &(key, place)) in asked.iter().enumerate() {
            let slot = first[number];
            let answer = match slot.found.node == NONE || slot.key == key {
                true => slot.found,
                false => self.probe(key, self.next(homes[number])),
            };
            found(place, answer);
        }
    }

    fn probe(&self, key: u64, mut place: usize) -> Found {
        loop {
            let slot = self.slots[place];
            if slot.found.node == NONE || slot.key == key {
                return slot.found;
            }
            place = self.next(place);
        }
    }

    fn home(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.slots.len() as u128) >> 64) as usize
    }

    fn next(&self, place: usize) -> usize {
        if place + 1 == self.slots.len() { 0 } else { place + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_it_was_given() {
        let keys: Vec<u64> = (0..1000).map(|key| key * 77).collect();
        let columns: Vec<u32> = (0..1000).map(|key| key * 3).collect();
        let table = KeyTable::new(&keys, &columns);
        for (node, &key) in keys.iter().enumerate() {
            assert_eq!(table.get(key), Found { node: node as u32, column: node as u32 * 3 });
        }
        assert_eq!(table.get(1), NOTHING);
        assert_eq!(KeyTable::new(&[], &[]).get(0), NOTHING);
    }
}
