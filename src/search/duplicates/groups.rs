//! Pairs → groups of near-duplicates.

use serde::Serialize;

use super::Pair;
use super::overlap::{jaccard, overlap};
use super::sets::Sets;

/// Documents that pairs tie together.
///
/// Groups are chained (single linkage): when A is like B and B is like C, all three are
/// one group, even if A and C alone are less similar than the threshold. The similarity
/// of each member shows how far the chain has led.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The first document of the group.
    pub representative: u32,
    /// At least two, the representative and those after it, in the order of the corpus.
    pub members: Vec<Member>,
}

/// A document of a group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Member {
    /// Its place in the corpus.
    pub document: u32,
    /// Its similarity to the representative; that of the representative itself is 1.
    pub similarity: f64,
}

/// The groups that `pairs` of these sets make, by representative.
///
/// # Examples
/// ```
/// use malmoi::search::duplicates::{Sets, exact_pairs, groups};
///
/// let mut sets = Sets::default();
/// [[1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 6]].iter().for_each(|set| sets.push(set));
/// let groups = groups(&exact_pairs(&sets, 0.6), &sets);
/// assert_eq!((groups.len(), groups[0].members[2].similarity), (1, 2.0 / 6.0));
/// ```
pub fn groups(pairs: &[Pair], sets: &Sets) -> Vec<Group> {
    let mut forest = Forest((0..sets.len() as u32).collect());
    pairs.iter().for_each(|pair| forest.join(pair.first, pair.second));
    // The root is the smallest of its tree, so it comes before all others.
    let mut place = vec![None; sets.len()];
    let mut groups: Vec<Group> = Vec::new();
    let mut paired: Vec<u32> = pairs.iter().flat_map(|pair| [pair.first, pair.second]).collect();
    paired.sort_unstable();
    paired.dedup();
    for document in paired {
        let root = forest.root(document);
        let at = *place[root as usize].get_or_insert_with(|| {
            groups.push(Group { representative: root, members: Vec::new() });
            groups.len() - 1
        });
        groups[at].members.push(Member { document, similarity: likeness(sets, root, document) });
    }
    groups
}

fn likeness(sets: &Sets, left: u32, right: u32) -> f64 {
    let (left, right) = (sets.get(left as usize), sets.get(right as usize));
    let shared = overlap(left, right, 0).expect("no overlap is asked for");
    if shared == 0 { 0.0 } else { jaccard(shared, (left.len(), right.len())) }
}

/// A tree a group; each document names another of its tree, the root itself.
struct Forest(Vec<u32>);

impl Forest {
    fn root(&mut self, document: u32) -> u32 {
        let mut at = document as usize;
        while self.0[at] as usize != at {
            // Every second step is skipped the next time.
            self.0[at] = self.0[self.0[at] as usize];
            at = self.0[at] as usize;
        }
        at as u32
    }

    fn join(&mut self, left: u32, right: u32) {
        let (left, right) = (self.root(left), self.root(right));
        self.0[left.max(right) as usize] = left.min(right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of documents that share one element with the next where `pairs` says so.
    fn check(pairs: &[(u32, u32)], expected: &[&[u32]]) {
        let mut sets = Sets::default();
        (0..10).for_each(|document| sets.push(&[document, document + 1]));
        let pair = |&(first, second): &(u32, u32)| Pair { first, second, similarity: 0.5 };
        let pairs: Vec<Pair> = pairs.iter().map(pair).collect();
        let groups = groups(&pairs, &sets);
        let documents =
            |group: &Group| group.members.iter().map(|one| one.document).collect::<Vec<_>>();
        assert_eq!(groups.iter().map(documents).collect::<Vec<_>>(), expected);
        for group in &groups {
            for member in &group.members {
                let expected = match member.document - group.representative {
                    0 => 1.0,
                    1 => 1.0 / 3.0,
                    _ => 0.0,
                };
                assert_eq!(member.similarity, expected);
            }
        }
    }

    #[test]
    fn pairs_chain_groups() {
        check(&[], &[]);
        check(&[(3, 4)], &[&[3, 4]]);
        check(&[(0, 9), (3, 4), (4, 5), (8, 9)], &[&[0, 8, 9], &[3, 4, 5]]);
        check(&[(5, 6), (2, 3), (3, 6), (0, 1)], &[&[0, 1], &[2, 3, 5, 6]]);
    }

    #[test]
    fn the_order_of_pairs_is_nothing() {
        check(&[(8, 9), (4, 5), (3, 4), (0, 9)], &[&[0, 8, 9], &[3, 4, 5]]);
    }
}
