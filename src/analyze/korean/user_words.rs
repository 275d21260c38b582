//! Which registered words stand in a text.
//!
//! In: every place where one could stand, and the analysis without them. Out:
//! spans that are fixed. Promises: a registered word wins against any analysis
//! of the same stretch and against unknown words; a longer word of the system
//! dictionary that holds it stays whole, unless the word is marked `force`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lattice::{Fixed, Found, Lattice, What};
use super::noun_endings;
use super::trial::{Cuts, Rival, Trial, has_two_letters};
use crate::analyze::dictionary::{SystemDictionary, WordKind};

/// A place where a registered word could stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The span, as it would be fixed.
    pub fixed: Fixed,
    /// Number of the word.
    pub word: u32,
    /// Whether it wins anywhere.
    pub force: bool,
}

/// Characters on both sides of a place that can matter to it: it is tried inside
/// of its eojeol, and no further away, so that a line of any length costs no more
/// than its places do.
const REACH: usize = 48;

/// What the rules say of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The registered word stands there.
    Wins,
    /// It would cut a longer word.
    Loses,
    /// It cuts known words that reach beyond its start, its end, or both: what
    /// the text becomes with it decides.
    Open(Cuts),
}

/// Places that do not overlap, by their starts.
#[derive(Default)]
struct Taken(BTreeMap<usize, Place>);

impl Taken {
    /// Adds a place, unless another has a byte of it.
    fn take(&mut self, place: Place) {
        if !self.touches(&place.fixed) {
            self.0.insert(place.fixed.start, place);
        }
    }

    /// Whether a place has a byte of `span`.
    fn touches(&self, span: &Fixed) -> bool {
        let last = self.0.range(..span.end).next_back();
        last.is_some_and(|(_, place)| place.fixed.end > span.start)
    }
}

/// Memory of the decision, reused from text to text.
#[derive(Default)]
pub(super) struct UserWords {
    taken: Taken,
    open: Vec<(Place, Cuts)>,
    fixed: Vec<Fixed>,
    trial: Vec<Found>,
}

impl UserWords {
    /// Leaves in `places` those that win, rising and not overlapping.
    ///
    /// `places` are sorted by start, the longest first; `plain` is the analysis
    /// without them, in which `others` were fixed.
    pub fn decide(
        &mut self,
        lattice: &mut Lattice,
        dictionary: &SystemDictionary,
        text: &str,
        others: &[Fixed],
        plain: &[Found],
        places: &mut Vec<Place>,
    ) {
        self.taken.0.clear();
        self.open.clear();
        places.iter().filter(|place| place.force).for_each(|place| self.taken.take(*place));
        for place in places.iter().filter(|place| !place.force) {
            match verdict(dictionary, text, plain, place) {
                Verdict::Wins => self.taken.take(*place),
                Verdict::Open(cuts) => self.open.push((*place, cuts)),
                Verdict::Loses => {}
            }
        }
        self.try_open(lattice, dictionary, text, others);
        places.clear();
        places.extend(self.taken.0.values());
    }

    /// An open place wins if it makes sense of what it leaves of the words it cuts.
    fn try_open(
        &mut self,
        lattice: &mut Lattice,
        dictionary: &SystemDictionary,
        text: &str,
        others: &[Fixed],
    ) {
        for (place, cuts) in std::mem::take(&mut self.open) {
            if self.taken.touches(&place.fixed) {
                continue;
            }
            let around = around(text, &place);
            let part = &text[around.clone()];
            self.fix_inside(&around, others, None);
            let without = lattice.decode(dictionary, part, &self.fixed, &mut self.trial);
            self.fix_inside(&around, others, Some(&place));
            let with = lattice.decode(dictionary, part, &self.fixed, &mut self.trial);
            let span = place.fixed.start - around.start..place.fixed.end - around.start;
            let (gain, own_cost) = (without - with, i64::from(place.fixed.cost));
            let cuts = Cuts { from: cuts.from.saturating_sub(around.start), ..cuts };
            let trial = Trial { dictionary, text: part, found: &self.trial, span, gain, own_cost };
            if trial.makes_sense(cuts) {
                self.taken.take(place);
            }
        }
    }

    /// Leaves in `fixed` the spans inside of `around`, counted from its start: those
    /// of words taken so far and of `place`, and the others that they leave.
    fn fix_inside(&mut self, around: &Range<usize>, others: &[Fixed], place: Option<&Place>) {
        let shifted = |span: &Fixed| Fixed {
            start: span.start - around.start,
            end: span.end - around.start,
            ..*span
        };
        let inside = |span: &&Fixed| around.start <= span.start && span.end <= around.end;
        let near = self.taken.0.range(around.clone()).map(|(_, word)| word);
        let words = near.chain(place).map(|word| &word.fixed);
        self.fixed.clear();
        self.fixed.extend(words.filter(inside).map(shifted));
        let words = self.fixed.len();
        let first = others.partition_point(|sign| sign.start < around.start);
        let near = others[first..].iter().take_while(|sign| sign.start < around.end);
        for sign in near.filter(inside).map(shifted) {
            let is_free = |word: &Fixed| sign.end <= word.start || word.end <= sign.start;
            if self.fixed[..words].iter().all(is_free) {
                self.fixed.push(sign);
            }
        }
        self.fixed.sort_unstable_by_key(|span| span.start);
    }
}

/// The eojeol in which a place stands, or as much of it as is near.
fn around(text: &str, place: &Place) -> Range<usize> {
    let (start, end) = (place.fixed.start, place.fixed.end);
    let near = |one: &(usize, char)| !one.1.is_whitespace();
    let before = text[..start].char_indices().rev().take(REACH).take_while(near).last();
    let after = text[end..].char_indices().take(REACH).take_while(near).last();
    let start = before.map_or(start, |(at, _)| at);
    start..after.map_or(end, |(at, last)| end + at + last.len_utf8())
}

/// All fixed spans in order; a registered word wins against another span.
///
/// `places` rise and do not overlap, and so do `others`.
pub(super) fn merge(places: &[Place], others: &[Fixed], fixed: &mut Vec<Fixed>) {
    fixed.clear();
    fixed.extend(places.iter().map(|place| place.fixed));
    fixed.extend(others.iter().filter(|other| !touches(places, other)));
    fixed.sort_unstable_by_key(|span| span.start);
}

/// Whether one of `taken`, which rise and do not overlap, has a byte of `span`.
fn touches(taken: &[Place], span: &Fixed) -> bool {
    let next = taken.partition_point(|other| other.fixed.end <= span.start);
    taken.get(next).is_some_and(|other| other.fixed.start < span.end)
}

fn verdict(dictionary: &SystemDictionary, text: &str, plain: &[Found], place: &Place) -> Verdict {
    let (start, end) = (place.fixed.start, place.fixed.end);
    let first = plain.partition_point(|found| found.end <= start);
    let touched = plain[first..].iter().take_while(|found| found.start < end);
    let mut cuts = Cuts::default();
    for found in touched {
        let What::Known(number) = found.what else { continue };
        let (before, after) = (found.start < start, found.end > end);
        let holds = found.start <= start && found.end >= end && (before || after);
        if holds && !may_be_particles(dictionary, text, place, number, found) {
            return Verdict::Loses;
        }
        if before && found.end < end {
            let near = &text[..around(text, place).end];
            cuts.is_whole = noun_endings::are_particles(dictionary, near, plain, found.end);
        }
        let is_joint = || is_joint(dictionary, number, start - found.start);
        if before && (cuts.is_whole || !is_joint()) {
            cuts.before = true;
            cuts.from = found.start;
        }
        if after {
            cuts.after = true;
            cuts.rival = rival(dictionary, text, plain, start, found);
        }
    }
    if cuts == Cuts::default() { Verdict::Wins } else { Verdict::Open(cuts) }
}

/// What stands against a word that begins at `start`, inside of which `last` begins. A
/// verb is no rival: titles stand before endings (였다) more often than adverbs before it.
fn rival(
    dictionary: &SystemDictionary,
    text: &str,
    plain: &[Found],
    start: usize,
    last: &Found,
) -> Rival {
    let tag = |found: &Found| tag(dictionary, found);
    if !tag(last).starts_with('N') {
        return Rival::Pieces;
    }
    let first = plain.partition_point(|found| found.start < start);
    let before = plain[..first].last().filter(|found| found.end == start);
    // 많은교사: a stem cannot do without its ending, so 은교 does not begin there.
    let is_stem = |tag: &str| tag.ends_with(['V', 'A']) || tag.ends_with("VX") || tag == "EP";
    let is_bound = before.is_some_and(|found| is_stem(tag(found)));
    if is_bound {
        return Rival::Apart;
    }
    if text[..last.start].ends_with(char::is_whitespace) {
        return Rival::Behind;
    }
    let mut inside = plain[first..].iter().take_while(|found| found.start < last.start);
    let begins = plain.get(first).is_some_and(|found| found.start == start);
    let are_words = begins && inside.all(|found| is_word(tag(found), text, found));
    if are_words { Rival::Words } else { Rival::Pieces }
}

/// Whether it can stand beside a noun: 이 in 이사건 does, though short; 명 in 명량식 is
/// a piece.
fn is_word(tag: &str, text: &str, found: &Found) -> bool {
    let is_short_word = tag == "MM" || tag.starts_with("NP");
    let is_long_word = !tag.is_empty() && !tag.starts_with(['J', 'E']);
    is_short_word || is_long_word && has_two_letters(text, found)
}

/// The tag of a word of the system dictionary, else nothing.
fn tag<'a>(dictionary: &'a SystemDictionary, found: &Found) -> &'a str {
    match found.what {
        What::Known(number) => dictionary.feature(number).tag,
        _ => "",
    }
}

/// Whether a compound is made of parts of which one ends after `length` bytes.
fn is_joint(dictionary: &SystemDictionary, number: u32, length: usize) -> bool {
    let feature = dictionary.feature(number);
    let parts = feature.expression.split('+').filter_map(|part| part.split('/').next());
    let mut end = 0;
    let mut ends = parts.map(|form| {
        end += form.len();
        end
    });
    feature.kind == WordKind::Compound && ends.any(|end| end == length)
}

/// A verb that melted with its ending may be read as a noun and a particle too
/// (`나는`); a noun that begins with another (`고양이`) is a word of its own.
fn may_be_particles(
    dictionary: &SystemDictionary,
    text: &str,
    place: &Place,
    number: u32,
    found: &Found,
) -> bool {
    let is_inflected = dictionary.feature(number).kind == WordKind::Inflect;
    let (start, end) = (place.fixed.start, place.fixed.end);
    is_inflected && found.start == start && text[start..end].chars().count() > 1
}
