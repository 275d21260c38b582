//! The cheapest way through all ways to cut a text (Viterbi), as mecab-ko finds it.
//!
//! In: a text and a dictionary. Out: morphemes by number, with byte offsets.
//! Promises: white space is skipped without losing what stands before it, a
//! word pays its space penalty after it, and of two ways that cost the same the
//! one is taken that MeCab takes (the order of its lists is kept).

use std::ops::Range;

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
    /// Of the cheapest way up to its end; a long line has more than fits in 32 bits.
    pub cost: i64,
    /// The node before it on that way.
    pub before: u32,
    /// The next node that ends at the same place.
    pub beside: u32,
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
    words: Vec<Word>,
    lefts: Vec<Left>,
    /// The cost that `lefts` are counted from.
    least: i64,
    /// By right id: (stamp, the cheapest node).
    seen_rights: Vec<(u32, u32)>,
    /// By left id: (stamp, its node, cost of the cheapest way before it above `least`).
    seen_lefts: Vec<(u32, u32, i32)>,
    stamp: u32,
}

/// Morphemes of one spelling.
struct Word {
    end: u32,
    numbers: Range<u32>,
    is_known: bool,
}

/// Of all nodes with one right id that end at a place, the cheapest.
#[derive(Clone, Copy)]
struct Left {
    /// Its cost above `least`, and below that its place among the others: the first of
    /// those that cost the same counts, and a comparison of keys finds it.
    key: i64,
    right: u16,
    node: u32,
}

const PLACE_BITS: u32 = 16;

/// Costs are 16 bits wide, so what costs this much more than another way to the same
/// place is on no cheapest way.
const HOPELESS: i64 = 1 << 17;

/// A morpheme to be joined to what ends before it.
struct Joining {
    left: u16,
    right: u16,
    own_cost: i32,
    end: u32,
    what: What,
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
            self.gather(position);
            match fixed.peek() {
                Some((place, span)) if span.start == start => {
                    self.join(dictionary, start, &joining_of(span, *place));
                }
                next => {
                    let end = next.map_or(text.len(), |(_, span)| span.start);
                    look_up(dictionary, &text[..end], start, &mut self.words);
                    self.join_words(dictionary, position, start);
                }
            }
        }
    }

    fn start(&mut self, dictionary: &SystemDictionary, text: &str) {
        self.nodes.clear();
        self.ends.clear();
        self.ends.resize(text.len() + 1, NONE);
        self.seen_rights.resize(dictionary.right_ids(), (0, 0));
        self.seen_lefts.resize(dictionary.left_ids(), (0, 0, 0));
        let what = What::Fixed(NONE);
        let (right, left, cost, start, end) = (0, 0, 0, 0, 0);
        let (before, beside) = (NONE, NONE);
        self.nodes.push(Node { right, left, cost, before, beside, start, end, what });
        self.ends[0] = 0;
    }

    /// Keeps the nodes that end at `position`, one for each right id: the others with
    /// that id cost more before every word.
    fn gather(&mut self, position: usize) {
        self.next_stamp();
        self.lefts.clear();
        self.least = i64::MAX;
        let mut node = self.ends[position];
        while node != NONE {
            let Node { right, cost, beside, .. } = self.nodes[node as usize];
            let seen = &mut self.seen_rights[usize::from(right)];
            if seen.0 != self.stamp || cost < self.nodes[seen.1 as usize].cost {
                *seen = (self.stamp, node);
                self.least = self.least.min(cost);
            }
            node = beside;
        }
        let mut node = self.ends[position];
        while node != NONE {
            let Node { right, cost, beside, .. } = self.nodes[node as usize];
            let above = cost - self.least;
            if self.seen_rights[usize::from(right)].1 == node && above < HOPELESS {
                let key = above << PLACE_BITS | self.lefts.len() as i64;
                self.lefts.push(Left { key, right, node });
            }
            node = beside;
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

    /// Joins the words at `start` to what ends at `position`.
    fn join_words(&mut self, dictionary: &SystemDictionary, position: usize, start: usize) {
        // MeCab puts what it finds before what it has: the last found is joined first.
        while let Some(Word { end, numbers, is_known }) = self.words.pop() {
            for number in numbers.rev() {
                let one = dictionary.morpheme(number);
                let penalty = if start > position { one.space_penalty } else { 0 };
                let own_cost = i32::from(one.cost) + i32::from(penalty);
                let what = if is_known { What::Known(number) } else { What::Unknown(number) };
                let joining = Joining { left: one.left, right: one.right, own_cost, end, what };
                self.join(dictionary, start, &joining);
            }
        }
    }

    #[inline]
    fn join(
        &mut self,
        dictionary: &SystemDictionary,
        start: usize,
        &Joining { left, right, own_cost, end, what }: &Joining,
    ) {
        let (cost_before, before) = self.cheapest_before(dictionary, left);
        let cost = cost_before + i64::from(own_cost);
        let beside = self.ends[end as usize];
        self.ends[end as usize] = self.nodes.len() as u32;
        let start = start as u32;
        self.nodes.push(Node { right, left, cost, before, beside, start, end, what });
    }

    /// Many words share a left id, so the answer is remembered.
    #[inline]
    fn cheapest_before(&mut self, dictionary: &SystemDictionary, left_id: u16) -> (i64, u32) {
        let seen = &mut self.seen_lefts[usize::from(left_id)];
        if seen.0 != self.stamp {
            let costs = dictionary.costs_before(left_id);
            let key =
                |left: &Left| left.key + (i64::from(costs[usize::from(left.right)]) << PLACE_BITS);
            let best = self.lefts.iter().map(key).min().expect("something ends here");
            let place = best & ((1 << PLACE_BITS) - 1);
            let cost = (best >> PLACE_BITS) as i32;
            *seen = (self.stamp, self.lefts[place as usize].node, cost);
        }
        (self.least + i64::from(seen.2), seen.1)
    }

    /// The node before the end of the text and the cost of the whole way.
    pub(super) fn last(&mut self, dictionary: &SystemDictionary, length: usize) -> (u32, i64) {
        let end = (0..=length).rev().find(|&end| self.ends[end] != NONE);
        self.gather(end.expect("the start of the text is a node"));
        let (cost, node) = self.cheapest_before(dictionary, 0);
        (node, cost)
    }
}

fn joining_of(span: &Fixed, place: usize) -> Joining {
    let Fixed { left, right, end, cost, .. } = *span;
    let (own_cost, end, what) = (cost.into(), end as u32, What::Fixed(place as u32));
    Joining { left, right, own_cost, end, what }
}

/// Where the white space at `position` ends.
fn skip_space(dictionary: &SystemDictionary, text: &str, position: usize) -> usize {
    let space = dictionary.character(' ').categories;
    let rest = text[position..].chars();
    let skipped = rest.take_while(|&one| dictionary.character(one).categories & space != 0);
    position + skipped.map(char::len_utf8).sum::<usize>()
}

/// The words that can start at `start`, in the order in which MeCab makes them.
fn look_up(dictionary: &SystemDictionary, text: &str, start: usize, out: &mut Vec<Word>) {
    dictionary.prefixes(&text[start..], |length, numbers| {
        out.push(Word { end: (start + length) as u32, numbers, is_known: true });
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
        out.push(Word { end: end as u32, numbers, is_known: false });
    });
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
