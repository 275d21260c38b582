//! The sides of a report in the order that they are read in.
//!
//! In: facts. Out: the sides, each with the letter that style sheet and charts know it by.
//! Promises: the positive side first, the negative one second, `unsure` last; a letter is
//! that of its meaning, so that a colour means the same in every report.

use crate::report::facts::{Counts, Facts, Share};

/// One side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Where it stands in the lists of the facts.
    pub place: usize,
    /// Its name, harmless.
    pub name: String,
    /// `p`ositive, `n`egative, `u`nsure, or `a` to `d` for other labels in turn.
    pub class: &'static str,
}

/// All sides in reading order.
pub fn sides(facts: &Facts) -> Vec<Side> {
    const OTHERS: [&str; 4] = ["a", "b", "c", "d"];
    let last = facts.sides.len().saturating_sub(1);
    let first = [facts.positive, facts.negative];
    let others = (0..last).filter(|place| !first.contains(place));
    let mut order: Vec<usize> = first.into_iter().chain(others).chain([last]).collect();
    order.retain(|place| *place <= last);
    let mut seen = Vec::new();
    order.retain(|place| {
        !seen.contains(place) && {
            seen.push(*place);
            true
        }
    });
    let mut others = OTHERS.iter().cycle();
    let mut class = |place: usize| match place {
        place if place == facts.positive => "p",
        place if place == facts.negative => "n",
        place if place == last => "u",
        _ => others.next().expect("a cycle has no end"),
    };
    let side = |place: usize| {
        let name = super::visible::name(facts.sides.get(place)?);
        Some(Side { place, name, class: class(place) })
    };
    order.into_iter().filter_map(side).collect()
}

/// The side at a place of the facts' lists.
pub fn at(sides: &[Side], place: usize) -> Option<&Side> {
    sides.iter().find(|side| side.place == place)
}

impl Side {
    /// How many documents of `counts` are on it.
    pub fn count(&self, counts: &Counts) -> u64 {
        counts.sides.get(self.place).copied().unwrap_or_default()
    }

    /// Its share of them, if anything counts.
    pub fn share(&self, counts: &Counts) -> Option<Share> {
        counts.shares.get(self.place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str], positive: usize, negative: usize) -> String {
        let sides = names.iter().map(|name| (*name).to_owned()).collect();
        let facts = Facts { sides, positive, negative, ..Facts::default() };
        let read =
            super::sides(&facts).into_iter().map(|side| format!("{}:{}", side.name, side.class));
        read.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_positive_side_is_read_first() {
        assert_eq!(read(&["neg", "pos", "unsure"], 1, 0), "pos:p neg:n unsure:u");
        let five = ["bad", "poor", "fair", "fine", "good", "unsure"];
        assert_eq!(read(&five, 4, 0), "good:p bad:n poor:a fair:b fine:c unsure:u");
        assert_eq!(read(&[], 1, 0), "");
        assert_eq!(read(&["x"], 7, 7), "x:u");
    }
}
