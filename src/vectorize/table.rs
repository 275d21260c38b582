//! From an n-gram's key to its number, read-only.

use super::counts::{NONE, mix};

/// An open-addressing table, three fifths full.
#[derive(Clone)]
pub(super) struct KeyTable {
    slots: Vec<(u64, u32)>,
}

impl KeyTable {
    /// Numbers `keys` by their places.
    pub fn new(keys: &[u64]) -> Self {
        let mut table = KeyTable { slots: vec![(0, NONE); keys.len() * 5 / 3 + 1] };
        for (number, &key) in keys.iter().enumerate() {
            let mut place = table.home(mix(key));
            while table.slots[place].1 != NONE {
                place = table.next(place);
            }
            table.slots[place] = (key, number as u32);
        }
        table
    }

    /// The number of `key`, or [`NONE`].
    #[cfg(test)]
    fn get(&self, key: u64) -> u32 {
        self.probe(key, self.home(mix(key)))
    }

    /// Calls `found` with the place and number of each of up to 32 (key, place) asked for.
    ///
    /// The first slots are read one right after the other, so that the waits for
    /// memory overlap; a chain of single look-ups would wait for each.
    pub fn get_all(&self, asked: &[(u64, usize)], mut found: impl FnMut(usize, u32)) {
        let mut homes = [0; 32];
        let mut first = [(0, NONE); 32];
        for (home, (key, _)) in homes.iter_mut().zip(asked) {
            *home = self.home(mix(*key));
        }
        for (slot, home) in first.iter_mut().zip(&homes[..asked.len()]) {
            *slot = self.slots[*home];
        }
        for (number, &(key, place)) in asked.iter().enumerate() {
            let (head, node) = first[number];
            let is_answer = node == NONE || head == key;
            found(place, if is_answer { node } else { self.probe(key, self.next(homes[number])) });
        }
    }

    fn probe(&self, key: u64, mut place: usize) -> u32 {
        loop {
            let (found, number) = self.slots[place];
            if number == NONE || found == key {
                return number;
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
        let table = KeyTable::new(&keys);
        assert!(keys.iter().enumerate().all(|(number, &key)| table.get(key) == number as u32));
        assert_eq!(table.get(1), NONE);
        assert_eq!(KeyTable::new(&[]).get(0), NONE);
    }
}
