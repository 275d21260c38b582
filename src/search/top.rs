//! The best so far.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a document must reach to be among the best `count`, from lower bounds of keys.
pub struct Floor {
    count: usize,
    lowers: BinaryHeap<Reverse<Key>>,
}

impl Floor {
    /// Nothing was seen yet.
    pub fn new(count: usize) -> Self {
        Floor { count, lowers: BinaryHeap::with_capacity(count.min(1024) + 1) }
    }

    /// `count` documents have keys no lower than this.
    pub fn key(&self) -> Option<f64> {
        (self.lowers.len() >= self.count).then(|| self.lowers.peek().map_or(0.0, |key| key.0.0))
    }

    /// Another document has a key no lower than `lower`.
    pub fn raise(&mut self, lower: f64) {
        if self.lowers.len() < self.count {
            self.lowers.push(Reverse(Key(lower)));
        } else if let Some(mut lowest) = self.lowers.peek_mut()
            && lowest.0.0 < lower
        {
            *lowest = Reverse(Key(lower));
        }
    }
}

/// A key that can be sorted.
#[derive(Debug, Clone, Copy)]
struct Key(f64);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_the_last_of_the_best() {
        let mut floor = Floor::new(2);
        assert_eq!(floor.key(), None);
        floor.raise(0.5);
        assert_eq!(floor.key(), None);
        floor.raise(0.1);
        assert_eq!(floor.key(), Some(0.1));
        floor.raise(0.3);
        floor.raise(0.2);
        assert_eq!(floor.key(), Some(0.3));
    }
}
