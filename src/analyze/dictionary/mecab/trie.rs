//! A double array → its keys.
//!
//! Unit `p` has a base and a check. The child of a node for byte `c` stands at
//! `base + c + 1`, what ends at the node at `base` itself, with a negative base
//! that holds the value; both have the node's base as their check.
//!
//! Keys are read from their ends upwards: no recursion, and a circle is noticed
//! by the length of its key.

use super::parts::MAX_SURFACE_BYTES;

const NOBODY: u32 = u32::MAX;

/// A trie whose nodes can be found by their base.
pub(super) struct Trie<'a> {
    units: &'a [[u8; 8]],
    /// The node whose base is the index.
    owners: Vec<u32>,
}

/// Where a key ends, and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaf {
    base: u32,
    /// Number of its first token.
    pub(super) first: u32,
    /// Number of its tokens.
    pub(super) count: u32,
}

impl<'a> Trie<'a> {
    /// A trie of units of 8 bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, String> {
        let (units, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() || units.len() > i32::MAX as usize {
            return Err("its trie has no whole number of units".to_owned());
        }
        let mut owners = vec![NOBODY; units.len()];
        for (node, unit) in units.iter().enumerate() {
            let base = base(unit);
            let Some(owner) = owners.get_mut(base.max(0) as usize).filter(|_| base > 0) else {
                continue;
            };
            if *owner != NOBODY {
                return Err(format!("two nodes of its trie share the base {base}"));
            }
            *owner = node as u32;
        }
        Ok(Trie { units, owners })
    }

    /// All ends of keys, sorted by their first token.
    pub(super) fn leaves(&self) -> Vec<Leaf> {
        let units = self.units.iter().enumerate();
        let mut leaves: Vec<Leaf> =
            units.filter_map(|(place, unit)| leaf(place as u32, unit)).collect();
        leaves.sort_unstable_by_key(|leaf| (leaf.first, leaf.base));
        leaves
    }

    /// Writes the key that ends at `leaf`.
    pub(super) fn key(&self, leaf: &Leaf, into: &mut Vec<u8>) -> Result<(), String> {
        into.clear();
        let mut base = leaf.base;
        loop {
            let node = self.owners.get(base as usize).copied().unwrap_or(NOBODY);
            if node == 0 {
                break;
            }
            let unit = self.units.get(node as usize).ok_or("its trie has a broken branch")?;
            let parent = check(unit);
            let byte = node.wrapping_sub(parent).wrapping_sub(1);
            into.push(u8::try_from(byte).map_err(|_| "its trie has a broken branch")?);
            if into.len() > MAX_SURFACE_BYTES {
                return Err(format!("its trie has a key of more than {MAX_SURFACE_BYTES} bytes"));
            }
            base = parent;
        }
        into.reverse();
        Ok(())
    }
}

fn base(unit: &[u8; 8]) -> i32 {
    i32::from_le_bytes([unit[0], unit[1], unit[2], unit[3]])
}

fn check(unit: &[u8; 8]) -> u32 {
    u32::from_le_bytes([unit[4], unit[5], unit[6], unit[7]])
}

/// The value has the number of tokens in its lowest byte, their place above.
fn leaf(place: u32, unit: &[u8; 8]) -> Option<Leaf> {
    let base = base(unit);
    let value = (-1 - i64::from(base)) as u32;
    (base < 0 && check(unit) == place).then_some(Leaf {
        base: place,
        first: value >> 8,
        count: value & 0xFF,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::double_array;
    use super::*;

    fn keys(bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
        let trie = Trie::new(bytes)?;
        let mut key = Vec::new();
        let keys = trie.leaves().into_iter();
        keys.map(|leaf| trie.key(&leaf, &mut key).map(|()| key.clone())).collect()
    }

    #[test]
    fn a_circle_is_noticed() {
        // Root 0 has base 1; the nodes 3 and 8 are each other's parent; 7 is an end.
        let mut units = [(0i32, 0u32); 10];
        units[0] = (1, 0);
        units[3] = (7, 2);
        units[8] = (2, 7);
        units[7] = (-1, 7);
        let bytes: Vec<u8> = units
            .iter()
            .flat_map(|(base, check)| [base.to_le_bytes(), check.to_le_bytes()].concat())
            .collect();
        assert!(keys(&bytes).unwrap_err().contains("more than 1024 bytes"));
    }

    proptest! {
        #[test]
        fn keys_come_back(mut wanted in prop::collection::vec("[a-c가-각]{1,4}", 0..20)) {
            wanted.sort();
            wanted.dedup();
            let bytes: Vec<Vec<u8>> = wanted.iter().map(|key| key.clone().into_bytes()).collect();
            let counts = vec![1; wanted.len()];
            prop_assert_eq!(keys(&double_array(&bytes, &counts)).unwrap(), bytes);
        }

        #[test]
        fn any_bytes_are_read_or_refused(numbers in prop::collection::vec(-9i32..9, 0..60)) {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            let _ = keys(&bytes);
        }
    }
}
