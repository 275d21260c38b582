//! The n cheapest ways through a lattice.
//!
//! A* from the end of the text backwards (Nagata 1994): the cost from the start
//! to each node is known exactly, so ways come out in the order of their costs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::lattice::{Fixed, Found, Lattice, NONE};
use crate::analyze::dictionary::SystemDictionary;

/// Steps that are looked at, and so the memory: 1 GB at most.
const MOST_STEPS: usize = 1 << 24;

/// A part of a way: a node and what follows it.
struct Step {
    node: u32,
    /// Cost from the end of the text back to the node, the node not included.
    cost_after: i64,
    /// The step that follows, or [`NONE`] at the end of the text.
    after: u32,
}

impl Lattice {
    /// The `count` cheapest ways to cut `text`, the cheapest first, each with its cost.
    ///
    /// There are fewer if the text can be cut in fewer ways, or if it is so long that
    /// they are not found in a bounded number of steps; one there always is.
    pub fn best_ways(
        &mut self,
        dictionary: &SystemDictionary,
        text: &str,
        fixed: &[Fixed],
        count: usize,
    ) -> Vec<(Vec<Found>, i64)> {
        let mut best = Vec::new();
        let cost = self.decode(dictionary, text, fixed, &mut best);
        let mut ways = Vec::new();
        let mut steps: Vec<Step> = Vec::new();
        let mut open = BinaryHeap::new();
        let end = (0..self.ends.len()).rev().find(|&end| self.ends[end] != NONE).unwrap_or(0);
        self.open_before(dictionary, end, 0, 0, NONE, &mut steps, &mut open);
        while let Some(Reverse((cost, step))) = open.pop() {
            if ways.len() == count || steps.len() > MOST_STEPS {
                break;
            }
            let Step { node, cost_after, .. } = steps[step as usize];
            if node == 0 {
                ways.push((self.way(&steps, step), cost));
                continue;
            }
            let one = self.nodes[node as usize];
            let before = self.nodes[one.before as usize];
            let joint = dictionary.costs_before(one.left)[usize::from(before.right)];
            let cost_after = cost_after + one.cost - before.cost - i64::from(joint);
            let position = before.end as usize;
            self.open_before(
                dictionary, position, one.left, cost_after, step, &mut steps, &mut open,
            );
        }
        if ways.is_empty() {
            ways.push((best, cost));
        }
        ways
    }

    /// Opens every node that ends at `position`, before a word with the id `left`.
    #[allow(clippy::too_many_arguments)]
    fn open_before(
        &self,
        dictionary: &SystemDictionary,
        position: usize,
        left: u16,
        cost_after: i64,
        after: u32,
        steps: &mut Vec<Step>,
        open: &mut BinaryHeap<Reverse<(i64, u32)>>,
    ) {
        let costs = dictionary.costs_before(left);
        let mut node = self.ends[position];
        while node != NONE {
            let one = &self.nodes[node as usize];
            let cost_after = cost_after + i64::from(costs[usize::from(one.right)]);
            open.push(Reverse((one.cost + cost_after, steps.len() as u32)));
            steps.push(Step { node, cost_after, after });
            node = one.beside;
        }
    }

    fn way(&self, steps: &[Step], first: u32) -> Vec<Found> {
        let mut found = Vec::new();
        let mut step = steps[first as usize].after;
        while step != NONE {
            let one = &self.nodes[steps[step as usize].node as usize];
            found.push(Found { start: one.start as usize, end: one.end as usize, what: one.what });
            step = steps[step as usize].after;
        }
        found
    }
}
