//! Terms → arrows whose names do not cover each other.

use super::{Frame, MapTerm, pixels, plain, width};

/// Terms that are tried.
const CANDIDATES: usize = 600;

/// Height of a name's letters, in pixels.
const LETTERS: f64 = 12.0;

/// Pixels that a name may be moved up or down from the tip of its arrow.
const SHIFTS: [f64; 5] = [0.0, -7.0, 7.0, -14.0, 14.0];

/// Arrows whose tips are no further apart say the same: `영`, `영화`.
const APART: f64 = 13.0;

/// An arrow, in pixels.
pub struct Arrow {
    /// Where all begin.
    pub from: [String; 2],
    /// Its tip.
    pub to: [String; 2],
    /// Where its name begins or ends, on the line that letters stand on.
    pub at: [String; 2],
    /// `start` or `end`.
    pub anchor: &'static str,
    /// The term.
    pub name: String,
}

/// A rectangle: left, top, right, bottom.
#[derive(Clone, Copy)]
struct Area([f64; 4]);

impl Area {
    fn meets(&self, other: &Area) -> bool {
        let Area([left, top, right, bottom]) = self;
        let Area([from, above, to, below]) = other;
        left < to && from < right && top < below && above < bottom
    }

    fn is_within(&self, frame: &Frame) -> bool {
        let Area([left, top, right, bottom]) = *self;
        left > frame.left + 2.0
            && right < frame.right() - 2.0
            && top > frame.top + 2.0
            && bottom < frame.bottom() - 2.0
    }
}

/// The longest arrows whose names find a place, and how many times their length they have.
pub fn arrows(terms: &[MapTerm], most: usize, frame: &Frame) -> Vec<(Arrow, f64)> {
    let mut longest: Vec<(f64, &MapTerm)> = terms
        .iter()
        .map(|term| {
            let [x, y] = frame.along(term.at);
            (x.hypot(y), term)
        })
        .filter(|(length, _)| length.is_finite() && *length > 0.0)
        .collect();
    longest.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
    longest.truncate(CANDIDATES);
    let times = times(&longest, most, frame);
    let (mut taken, mut tips): (Vec<Area>, Vec<[f64; 2]>) = (Vec::new(), Vec::new());
    let mut arrows = Vec::new();
    for (_, term) in longest {
        if arrows.len() == most {
            break;
        }
        let tip = frame.along(term.at).map(|part| part * times);
        let is_near = |other: &[f64; 2]| (other[0] - tip[0]).hypot(other[1] - tip[1]) < APART;
        if tips.iter().any(is_near) {
            continue;
        }
        if let Some((arrow, area)) = placed(term, times, frame, &taken) {
            taken.push(area);
            tips.push(tip);
            arrows.push((arrow, times));
        }
    }
    arrows
}

/// How many times as long arrows are drawn: the longest that will be shown ends within
/// the plot, with room for its name.
fn times(longest: &[(f64, &MapTerm)], most: usize, frame: &Frame) -> f64 {
    let [zero_x, zero_y] = frame.at([0.0, 0.0]);
    let room = |from: f64, along: f64, (least, greatest): (f64, f64)| {
        let end = if along > 0.0 { greatest } else { least };
        if along == 0.0 { f64::INFINITY } else { ((end - from) / along).max(0.0) }
    };
    let fits = longest.iter().take(most).map(|(_, term)| {
        let [x, y] = frame.along(term.at);
        let name = width(&plain(&term.name, 28), LETTERS) + 12.0;
        let across = room(zero_x, x, (frame.left + name, frame.right() - name));
        across.min(room(zero_y, y, (frame.top + 24.0, frame.bottom() - 24.0)))
    });
    let times = fits.fold(f64::INFINITY, f64::min);
    // From a corner of the plot there is no room one way: arrows keep some length.
    let least = 90.0 / longest.first().map_or(1.0, |(length, _)| *length);
    if times.is_finite() { times.max(least) } else { 1.0 }
}

/// The arrow with a free place for its name.
fn placed(term: &MapTerm, times: f64, frame: &Frame, taken: &[Area]) -> Option<(Arrow, Area)> {
    let name = plain(&term.name, 28);
    let [zero_x, zero_y] = frame.at([0.0, 0.0]);
    let along = frame.along(term.at).map(|part| part * times);
    let [x, y] = [zero_x + along[0], zero_y + along[1]];
    let is_right = along[0] >= 0.0;
    let long = width(&name, LETTERS);
    let (start, anchor) = if is_right { (x + 4.0, "start") } else { (x - 4.0, "end") };
    let left = if is_right { start } else { start - long };
    // Towards the top a name stands above its tip, towards the bottom below.
    let lean = if along[1].abs() > along[0].abs() { along[1].signum() * 7.0 } else { 0.0 };
    SHIFTS.iter().find_map(|shift| {
        let line = y + 4.0 + lean + shift;
        let area = Area([left - 3.0, line - LETTERS, left + long + 3.0, line + 4.0]);
        let is_free = area.is_within(frame) && !taken.iter().any(|other| area.meets(other));
        let arrow = || Arrow {
            from: [zero_x, zero_y].map(pixels),
            to: [x, y].map(pixels),
            at: [start, line].map(pixels),
            anchor,
            name: name.clone(),
        };
        is_free.then(|| (arrow(), area))
    })
}
