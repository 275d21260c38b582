//! The n cheapest ways through a lattice that differ in surfaces or tags.
//!
//! A* from the end of the text backwards (Nagata 1994): the cost from the start
//! to each node is known exactly, so ways come out in the order of their costs.
//! Words of one surface and tag often stand in the dictionary several times; of
//! ways that end alike from a node on, only the cheapest is followed, since the
//! others can only give what it gives.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::lattice::{Fixed, Found, Lattice, NONE, Node, What};
use crate::analyze::dictionary::SystemDictionary;

/// Steps that are looked at, and so the memory: 1 GB at most.
const MOST_STEPS: usize = 1 << 24;

/// What was found.
#[derive(Debug, Default)]
pub struct BestWays {
    /// Ways to cut the text, each with its cost, the cheapest first.
    pub ways: Vec<(Vec<Found>, i64)>,
    /// Whether the search ended at its limit before all were found.
    pub is_cut: bool,
}

/// A part of a way: a node and what follows it.
struct Step {
    node: u32,
    /// Number of the surfaces and tags that follow.
    ending: u32,
    /// Cost from the end of the text back to the node, the node not included.
    cost_after: i64,
    /// The step that follows, or [`NONE`] at the end of the text.
    after: u32,
}

impl Lattice {
    /// The `count` cheapest ways to cut `text`.
    ///
    /// There are fewer if the text can be cut in fewer ways, or if it is so long that
    /// they are not found in a bounded number of steps; one there always is.
    pub fn best_ways(
        &mut self,
        dictionary: &SystemDictionary,
        text: &str,
        fixed: &[Fixed],
        count: usize,
    ) -> BestWays {
        self.best_ways_within(MOST_STEPS, dictionary, text, fixed, count)
    }

    /// The same with another limit.
    pub(super) fn best_ways_within(
        &mut self,
        most_steps: usize,
        dictionary: &SystemDictionary,
        text: &str,
        fixed: &[Fixed],
        count: usize,
    ) -> BestWays {
        let mut best = Vec::new();
        let cost = self.decode(dictionary, text, fixed, &mut best);
        let mut found = Search::new(self, dictionary).run(most_steps, count);
        if found.ways.is_empty() {
            found.ways.push((best, cost));
        }
        found
    }
}

struct Search<'a> {
    lattice: &'a Lattice,
    dictionary: &'a SystemDictionary,
    steps: Vec<Step>,
    /// Cost of the whole way and number of the step.
    open: BinaryHeap<Reverse<(i64, u32)>>,
    /// Numbers of endings: what follows, start, end and tag of a word.
    endings: FxHashMap<(u32, u32, u32, &'a str), u32>,
    /// Nodes with endings that a cheaper step has reached.
    reached: FxHashSet<(u32, u32)>,
}

impl<'a> Search<'a> {
    fn new(lattice: &'a Lattice, dictionary: &'a SystemDictionary) -> Self {
        let (steps, open) = (Vec::new(), BinaryHeap::new());
        let (endings, reached) = (FxHashMap::default(), FxHashSet::default());
        Search { lattice, dictionary, steps, open, endings, reached }
    }

    fn run(mut self, most_steps: usize, count: usize) -> BestWays {
        let mut found = BestWays::default();
        let ends = &self.lattice.ends;
        let end = (0..ends.len()).rev().find(|&end| ends[end] != NONE).unwrap_or(0);
        self.open_before(end, 0, Step { node: 0, ending: 0, cost_after: 0, after: NONE });
        while found.ways.len() < count {
            let Some(Reverse((cost, number))) = self.open.pop() else { break };
            if self.steps.len() > most_steps {
                found.is_cut = true;
                break;
            }
            let Step { node, ending, cost_after, .. } = self.steps[number as usize];
            if !self.reached.insert((node, ending)) {
                continue;
            }
            if node == 0 {
                found.ways.push((self.way(number), cost));
                continue;
            }
            let one = &self.lattice.nodes[node as usize];
            let ending = self.ending(ending, one);
            let before = &self.lattice.nodes[one.before as usize];
            let joint = self.dictionary.costs_before(one.left)[usize::from(before.right)];
            let own_cost = one.cost - before.cost - i64::from(joint);
            let cost_after = cost_after + own_cost;
            let follows = Step { node, ending, cost_after, after: number };
            self.open_before(before.end as usize, one.left, follows);
        }
        found
    }

    /// The number of the ending that `node` begins.
    fn ending(&mut self, after: u32, node: &Node) -> u32 {
        let tag = match node.what {
            What::Known(number) | What::Unknown(number) => self.dictionary.feature(number).tag,
            // Nothing else stands where a span is fixed.
            What::Fixed(_) => "",
        };
        let next = self.endings.len() as u32 + 1;
        *self.endings.entry((after, node.start, node.end, tag)).or_insert(next)
    }

    /// Opens every node that ends at `position`, before a word with the id `left`;
    /// each is what `follows` but for its node and the cost between the two.
    fn open_before(&mut self, position: usize, left: u16, follows: Step) {
        let costs = self.dictionary.costs_before(left);
        let mut node = self.lattice.ends[position];
        while node != NONE {
            let one = &self.lattice.nodes[node as usize];
            let cost_after = follows.cost_after + i64::from(costs[usize::from(one.right)]);
            self.open.push(Reverse((one.cost + cost_after, self.steps.len() as u32)));
            self.steps.push(Step { node, cost_after, ..follows });
            node = one.beside;
        }
    }

    fn way(&self, first: u32) -> Vec<Found> {
        let mut found = Vec::new();
        let mut step = self.steps[first as usize].after;
        while step != NONE {
            let Step { node, after, .. } = self.steps[step as usize];
            let one = &self.lattice.nodes[node as usize];
            found.push(Found { start: one.start as usize, end: one.end as usize, what: one.what });
            step = after;
        }
        found
    }
}
