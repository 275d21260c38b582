//! The cheapest way through all ways to cut a text (Viterbi), as mecab-ko finds it.
//!
//! In: a text and a dictionary. Out: morphemes by number, with byte offsets.
//! Promises: white space is skipped without losing what stands before it, a
//! word pays its space penalty after it, and of two ways that cost the same the
//! one is taken that MeCab takes (the order of its lists is kept).

use crate::analyze::dictionary::{SystemDictionary, UnknownClass};

/// No node.
pub(super) const NONE: u32 = u32::MAX;

/// Longest run of one class of characters that is one unknown word, in
/// characters after the first (MeCab's `max-grouping-size`).
const LONGEST_GROUP: usize = 24;

/// A morpheme where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Byte offset of its surface.
    pub start: usize,
    /// End of its surface, exclusive.
    pub end: usize,
    /// What it is.
    pub what: What,
}

/// Whose morpheme it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The system dictionary's, by number.
    Known(u32),
    /// Guessed from its characters; the number says what it was taken for.
    Unknown(u32),
    /// A span that was fixed, by its place in the list.
    Fixed(u32),
}

/// A span that is one morpheme, whatever else the text could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// Byte offset.
    pub start: usize,
    /// End, exclusive.
    pub end: usize,
    /// Left id, by frequency.
    pub left: u16,
    /// Right id, by frequency.
    pub right: u16,
    /// Cost; counts where ways with and without other spans are compared.
    pub cost: i16,
}

/// A morpheme on one way or another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub right: u16,
    pub left: u16,
    /// Own cost and space penalty.
    pub own_cost: i32,
    /// Of the cheapest way up to its end; a long line has more than fits in 32 bits.
    pub cost: i64,
    /// The node before it on that way.
    pub before: u32,
    /// The next node that ends at the same place.
    pub beside: u32,
    /// Where the nodes before it end: its start, or the start of the space before it.
    pub from: u32,
    pub start: u32,
    pub end: u32,
    pub what: What,
}

/// Memory of the decoder, reused from text to text.
#[derive(Default)]
pub struct Lattice {
    pub(super) nodes: Vec<Node>,
    /// The last node that ends at each byte; the others hang on it.
    pub(super) ends: Vec<u32>,
    candidates: Vec<Candidate>,
    lefts: Vec<Left>,
    /// By right id: (stamp, place in `lefts`).
    seen_rights: Vec<(u32, u32)>,
    /// By left id: (stamp, cheapest cost, its node).
    seen_lefts: Vec<(u32, i64, u32)>,
    stamp: u32,
}

#[derive(Clone, Copy)]
struct Candidate {
    end: u32,
    left: u16,
    right: u16,
    cost: i32,
    space_penalty: i32,
    what: What,
}

/// Of all nodes with one right id that end at a place, the cheapest.
#[derive(Clone, Copy)]
struct Left {
    /// What a way through it costs at least, whatever follows.
    bound: i64,
    right: u16,
    cost: i64,
    /// Place in MeCab's list; of equal costs the first counts.
    order: u32,
    node: u32,
}

impl Lattice {
    /// Puts the morphemes of the cheapest way into `out`; gives its cost.
    ///
    /// `fixed` rise, do not overlap, and neither start nor end in white space.
    pub fn decode(
        &mut self,
        dictionary: &SystemDictionary,
        text: &str,
        fixed: &[Fixed],
        out: &mut Vec<Found>,
    ) -> i64 {
        out.clear();
        self.fill(dictionary, text, fixed);
        let (mut node, cost) = self.last(dictionary, text.len());
        while node != 0 {
            let Node { start, end, what, before, .. } = self.nodes[node as usize];
            out.push(Found { start: start as usize, end: end as usize, what });
            node = before;
        }
        out.reverse();
        cost
    }

    /// Makes the nodes of all ways.
    pub(super) fn fill(&mut self, dictionary: &SystemDictionary, text: &str, fixed: &[Fixed]) {
        self.start(dictionary, text);
        let mut fixed = fixed.iter().enumerate().peekable();
        for position in 0..text.len() {
            if self.ends[position] == NONE {
                continue;
            }
            let start = skip_space(dictionary, text, position);
            if start == text.len() {
                break;
            }
            while fixed.next_if(|(_, span)| span.start < start).is_some() {}
            self.candidates.clear();
            match fixed.peek() {
                Some((place, span)) if span.start == start => {
                    self.candidates.push(candidate_of(span, *place));
                }
                next => {
                    let end = next.map_or(text.len(), |(_, span)| span.start);
                    look_up(dictionary, &text[..end], start, &mut self.candidates);
                }
            }
            self.connect(dictionary, position, start);
        }
    }

    fn start(&mut self, dictionary: &SystemDictionary, text: &str) {
        self.nodes.clear();
        self.ends.clear();
        self.ends.resize(text.len() + 1, NONE);
        self.seen_rights.resize(dictionary.right_ids(), (0, 0));
        self.seen_lefts.resize(dictionary.left_ids(), (0, 0, 0));
        let what = What::Fixed(NONE);
        let (right, left, own_cost, cost, from, start, end) = (0, 0, 0, 0, 0, 0, 0);
        let (before, beside) = (NONE, NONE);
        self.nodes.push(Node {
            right,
            left,
            own_cost,
            cost,
            before,
            beside,
            from,
            start,
            end,
            what,
        });
        self.ends[0] = 0;
    }

    /// Joins the candidates at `start` to what ends at `position`.
    fn connect(&mut self, dictionary: &SystemDictionary, position: usize, start: usize) {
        self.next_stamp();
        self.gather(dictionary, position);
        // MeCab puts candidates before those it has: the last found is joined first.
        for place in (0..self.candidates.len()).rev() {
            let one = self.candidates[place];
            let (cost_before, before) = self.cheapest_before(dictionary, one.left);
            let own_cost = one.cost + if start > position { one.space_penalty } else { 0 };
            let end = one.end as usize;
            let number = self.nodes.len() as u32;
            self.nodes.push(Node {
                right: one.right,
                left: one.left,
                own_cost,
                cost: cost_before + i64::from(own_cost),
                before,
                beside: self.ends[end],
                from: position as u32,
                start: start as u32,
                end: one.end,
                what: one.what,
            });
            self.ends[end] = number;
        }
    }

    fn next_stamp(&mut self) {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.seen_rights.fill((0, 0));
            self.seen_lefts.fill((0, 0, 0));
            self.stamp = 1;
        }
    }

    /// The nodes that end at `position`, one for each right id: the others with
    /// that id cost more before every word.
    fn gather(&mut self, dictionary: &SystemDictionary, position: usize) {
        self.lefts.clear();
        let mut node = self.ends[position];
        let mut order = 0;
        while node != NONE {
            let Node { right, cost, beside, .. } = self.nodes[node as usize];
            let bound = cost + i64::from(dictionary.least_cost_after(right));
            let one = Left { bound, right, cost, order, node };
            let seen = &mut self.seen_rights[usize::from(right)];
            if seen.0 != self.stamp {
                *seen = (self.stamp, self.lefts.len() as u32);
                self.lefts.push(one);
            } else if cost < self.lefts[seen.1 as usize].cost {
                self.lefts[seen.1 as usize] = one;
            }
            order += 1;
            node = beside;
        }
        self.lefts.sort_unstable_by_key(|left| left.bound);
    }

    /// Many candidates share a left id, so the answer is remembered.
    #[inline]
    fn cheapest_before(&mut self, dictionary: &SystemDictionary, left_id: u16) -> (i64, u32) {
        let seen = &mut self.seen_lefts[usize::from(left_id)];
        if seen.0 != self.stamp {
            let costs = dictionary.costs_before(left_id);
            let mut best = (i64::MAX, NONE, NONE);
            for left in &self.lefts {
                // They rise by their bounds: no other can be cheaper.
                if left.bound > best.0 {
                    break;
                }
                let cost = left.cost + i64::from(costs[usize::from(left.right)]);
                if cost < best.0 || (cost == best.0 && left.order < best.1) {
                    best = (cost, left.order, left.node);
                }
            }
            *seen = (self.stamp, best.0, best.2);
        }
        (seen.1, seen.2)
    }

    /// The node before the end of the text and the cost of the whole way.
    pub(super) fn last(&mut self, dictionary: &SystemDictionary, length: usize) -> (u32, i64) {
        let end = (0..=length).rev().find(|&end| self.ends[end] != NONE);
        self.next_stamp();
        self.gather(dictionary, end.expect("the start of the text is a node"));
        let (cost, node) = self.cheapest_before(dictionary, 0);
        (node, cost)
    }
}

fn candidate_of(span: &Fixed, place: usize) -> Candidate {
    Candidate {
        end: span.end as u32,
        left: span.left,
        right: span.right,
        cost: span.cost.into(),
        space_penalty: 0,
        what: What::Fixed(place as u32),
    }
}

/// Where the white space at `position` ends.
fn skip_space(dictionary: &SystemDictionary, text: &str, position: usize) -> usize {
    let space = dictionary.character(' ').categories;
    let rest = text[position..].chars();
    let skipped = rest.take_while(|&one| dictionary.character(one).categories & space != 0);
    position + skipped.map(char::len_utf8).sum::<usize>()
}

/// The words that can start at `start`, in the order in which MeCab makes them.
fn look_up(dictionary: &SystemDictionary, text: &str, start: usize, out: &mut Vec<Candidate>) {
    dictionary.prefixes(&text[start..], |length, numbers| {
        let end = (start + length) as u32;
        out.extend(numbers.map(|number| candidate(dictionary, end, number, What::Known(number))));
    });
    let mut rest = text[start..].chars();
    let Some(first) = rest.next() else { return };
    let class = dictionary.character(first);
    let unknown = dictionary.class(class.default);
    if !out.is_empty() && !unknown.invoke {
        return;
    }
    let first_end = start + first.len_utf8();
    each_unknown(dictionary, text, first_end, class.categories, unknown, !out.is_empty(), |end| {
        let numbers = unknown.morphemes.clone();
        out.extend(
            numbers.map(|number| candidate(dictionary, end as u32, number, What::Unknown(number))),
        );
    });
}

#[inline]
fn candidate(dictionary: &SystemDictionary, end: u32, number: u32, what: What) -> Candidate {
    let one = dictionary.morpheme(number);
    Candidate {
        end,
        left: one.left,
        right: one.right,
        cost: one.cost.into(),
        space_penalty: one.space_penalty.into(),
        what,
    }
}

/// Calls `found` with the end of every unknown word: the whole run of a class,
/// then its first one, two, … characters.
fn each_unknown(
    dictionary: &SystemDictionary,
    text: &str,
    first_end: usize,
    categories: u32,
    unknown: &UnknownClass,
    any: bool,
    mut found: impl FnMut(usize),
) {
    let mut any = any;
    let mut group_end = None;
    if unknown.group {
        let (end, characters) = group(dictionary, text, first_end, categories);
        if characters <= LONGEST_GROUP {
            found(end);
            any = true;
        }
        group_end = Some(end);
    }
    let mut end = first_end;
    for _ in 0..unknown.length {
        // MeCab goes on without looking at the next character here.
        if Some(end) != group_end {
            found(end);
            any = true;
            match text[end..].chars().next() {
                Some(next) if dictionary.character(next).categories & categories != 0 => {
                    end += next.len_utf8();
                }
                _ => break,
            }
        }
    }
    if !any {
        found(first_end);
    }
}

/// The end of a run of characters of which each shares a class with the one
/// before, and how many follow the first. A run that is too long is not followed
/// to its end: that would be done again from each of its characters.
fn group(
    dictionary: &SystemDictionary,
    text: &str,
    first_end: usize,
    categories: u32,
) -> (usize, usize) {
    let (mut end, mut count, mut categories) = (first_end, 0, categories);
    for next in text[first_end..].chars() {
        let next_categories = dictionary.character(next).categories;
        if categories & next_categories == 0 || count > LONGEST_GROUP {
            break;
        }
        end += next.len_utf8();
        count += 1;
        categories = next_categories;
    }
    (end, count)
}
