//! Documents that may be quoted: the clearest ones of the newest periods.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::reading::Row;
use super::sides::Sides;
use crate::data::{Document, Html};

/// Periods that candidates are kept of: where the last one has few, older ones help out.
const PERIODS: usize = 8;
/// Candidates of a period and a side; copies and whole groups of one source are passed
/// over later.
const OF_A_SIDE: usize = 40;
/// Candidates of a period and a watched word.
const OF_A_WORD: usize = 12;
/// Shorter texts say nothing to a reader.
const SHORTEST: usize = 10;

/// A document that may be quoted.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub row: u32,
    pub probability: f32,
    pub document: Rc<Document<Html>>,
}

/// The best of each kind.
pub(super) struct Candidates {
    positive: Best,
    negative: Best,
    words: Vec<Best>,
}

impl Candidates {
    pub fn new(words: usize) -> Self {
        let of = |most| Best { most, periods: BTreeMap::new() };
        Candidates {
            positive: of(OF_A_SIDE),
            negative: of(OF_A_SIDE),
            words: (0..words).map(|_| of(OF_A_WORD)).collect(),
        }
    }

    /// Keeps a document wherever it is among the best.
    pub fn offer(
        &mut self,
        place: u32,
        row: &Row,
        period: i32,
        probability: f32,
        sides: &Sides,
        document: &Rc<Document<Html>>,
    ) {
        let side = usize::from(row.side);
        let is_either = side == sides.positive || side == sides.negative;
        if !is_either || document.body.0.chars().take(SHORTEST).count() < SHORTEST {
            return;
        }
        let candidate = Candidate { row: place, probability, document: Rc::clone(document) };
        for (_, word) in
            self.words.iter_mut().enumerate().filter(|(word, _)| row.keywords >> word & 1 == 1)
        {
            word.offer(period, candidate.clone());
        }
        match side == sides.positive {
            true => self.positive.offer(period, candidate),
            false => self.negative.offer(period, candidate),
        }
    }

    /// Candidates of the positive side: the best of the newest periods first.
    pub fn positive(&self, after: i32) -> Vec<&Candidate> {
        self.positive.in_order(after)
    }

    /// The same of the negative side.
    pub fn negative(&self, after: i32) -> Vec<&Candidate> {
        self.negative.in_order(after)
    }

    /// The same with a watched word.
    pub fn with_word(&self, word: usize, after: i32) -> Vec<&Candidate> {
        self.words[word].in_order(after)
    }
}

/// The clearest documents of each of the newest periods.
struct Best {
    most: usize,
    periods: BTreeMap<i32, Vec<Candidate>>,
}

impl Best {
    fn offer(&mut self, period: i32, candidate: Candidate) {
        let oldest = self.periods.keys().next().copied();
        let is_full = self.periods.len() >= PERIODS;
        if is_full && oldest.is_some_and(|oldest| period < oldest) {
            return;
        }
        let best = self.periods.entry(period).or_default();
        best.push(candidate);
        if best.len() >= self.most * 2 {
            trim(best, self.most);
        }
        if self.periods.len() > PERIODS {
            self.periods.pop_first();
        }
    }

    /// Those of the period `after` and later ones by their probability, then period by
    /// period back.
    fn in_order(&self, after: i32) -> Vec<&Candidate> {
        let mut recent: Vec<&Candidate> =
            self.periods.range(after..).flat_map(|(_, all)| all).collect();
        recent.sort_by(|one, other| order(one, other));
        for (_, older) in self.periods.range(..after).rev() {
            let mut older: Vec<&Candidate> = older.iter().collect();
            older.sort_by(|one, other| order(one, other));
            recent.extend(older);
        }
        recent
    }
}

fn trim(best: &mut Vec<Candidate>, most: usize) {
    best.sort_by(order);
    best.truncate(most);
}

fn order(one: &Candidate, other: &Candidate) -> std::cmp::Ordering {
    other.probability.total_cmp(&one.probability).then(one.row.cmp(&other.row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(row: u32, probability: f32) -> Candidate {
        Candidate { row, probability, document: Rc::default() }
    }

    #[test]
    fn the_newest_come_first_and_the_clearest_of_them() {
        let mut best = Best { most: 2, periods: BTreeMap::new() };
        for (row, period, probability) in
            [(0, 5, 0.9), (1, 4, 0.99), (2, 5, 0.7), (3, 5, 0.8), (4, 5, 0.95), (5, 6, 0.91)]
        {
            best.offer(period, candidate(row, probability));
        }
        let rows = |after| best.in_order(after).iter().map(|one| one.row).collect::<Vec<_>>();
        assert_eq!(rows(5), [4, 5, 0, 1]);
        assert_eq!(rows(6), [5, 4, 0, 1]);
        assert_eq!(rows(7), [5, 4, 0, 1]);
        let mut many = Best { most: 2, periods: BTreeMap::new() };
        (0..100).for_each(|period| many.offer(period, candidate(period as u32, 0.9)));
        many.offer(3, candidate(3, 0.99));
        assert_eq!(many.periods.len(), PERIODS);
        assert_eq!(many.in_order(99)[0].row, 99);
    }
}
