//! What losses did → a picture of it that stands alone.
//!
//! In: a curve. Out: SVG, light or dark as its reader is. Promises: needs nothing beside
//! itself; of many thousand points it keeps those that are seen; what it shows is said too.

use std::fmt::Write;

use askama::Template;
use unicode_width::UnicodeWidthStr;

use super::axis::Axis;
use crate::learn::{Curve, Series};

/// Pixels.
const WIDTH: f64 = 760.0;
const PLOT_HEIGHT: f64 = 300.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 24.0;
/// Above the plot: the title, then rows of keys.
const TITLE: f64 = 48.0;
const KEY_ROW: f64 = 22.0;
/// Below the plot: ticks and the name of what they count.
const BELOW: f64 = 54.0;
/// A letter of a key is about so wide.
const LETTER: f64 = 7.4;
/// Before the letters of a key and behind them.
const KEY_ROOM: f64 = 46.0;

/// A line is drawn by its least and most in so many parts of the width.
const PARTS: usize = 600;

/// Colours in the style sheet; further series begin again.
const COLOURS: [&str; 6] = ["p", "n", "a", "b", "c", "d"];

/// Draws `curve` as SVG.
pub fn curve_svg(curve: &Curve) -> String {
    Picture::new(curve).render().expect("a string takes all")
}

/// The axes of a curve, across and up.
pub fn axes(curve: &Curve, ticks_across: usize, ticks_up: usize) -> (Axis, Axis) {
    let points = || curve.series.iter().flat_map(|series| &series.points);
    let steps = points().map(|(step, _)| *step);
    let first = steps.clone().min().unwrap_or(0);
    let last = steps.max().unwrap_or(first);
    let values = points().map(|(_, value)| *value);
    (Axis::of_steps(first, last, ticks_across), Axis::of_values(values, ticks_up))
}

/// `loss and validation loss by epoch`
pub fn title(curve: &Curve) -> String {
    let names: Vec<&str> = curve.series.iter().map(|series| series.name.as_str()).collect();
    match names.split_last() {
        None => "nothing was measured".to_owned(),
        Some((last, [])) => format!("{last} by {}", curve.unit),
        Some((last, others)) => format!("{} and {last} by {}", others.join(", "), curve.unit),
    }
}

#[derive(Template)]
#[template(path = "report/curve.svg", escape = "html")]
struct Picture {
    title: String,
    description: String,
    unit: String,
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    bottom: f64,
    rows: Vec<(String, String)>,
    columns: Vec<(String, String, &'static str)>,
    lines: Vec<Line>,
}

struct Line {
    class: &'static str,
    name: String,
    path: String,
    key_x: f64,
    key_y: f64,
}

impl Picture {
    fn new(curve: &Curve) -> Self {
        let (across, up) = axes(curve, 9, 6);
        let mut keys = Keys { x: LEFT, y: TITLE + 10.0 };
        let places: Vec<(f64, f64)> =
            curve.series.iter().map(|series| keys.place(&series.name)).collect();
        let top = keys.y + KEY_ROW;
        let (right, bottom) = (WIDTH - RIGHT, top + PLOT_HEIGHT);
        let x = |at: f64| LEFT + at * (right - LEFT);
        let y = |at: f64| bottom - at * PLOT_HEIGHT;
        let line = |(number, series): (usize, &Series)| Line {
            class: COLOURS[number % COLOURS.len()],
            name: plain(&series.name),
            path: outline(series, |step| x(across.at(step as f64)), |value| y(up.at(value))),
            key_x: places[number].0,
            key_y: places[number].1,
        };
        let anchor = |at: f64| if at > 0.97 { "e" } else { "m" };
        let title = title(curve);
        Picture {
            title: plain(&if up.is_logarithmic() {
                format!("{title} (logarithmic)")
            } else {
                title
            }),
            description: plain(&description(curve)),
            unit: plain(&curve.unit),
            width: WIDTH,
            height: bottom + BELOW,
            left: LEFT,
            right,
            bottom,
            rows: up.ticks().map(|(at, label)| (pixels(y(at)), label)).collect(),
            columns: across.ticks().map(|(at, label)| (pixels(x(at)), label, anchor(at))).collect(),
            lines: curve.series.iter().enumerate().map(line).collect(),
        }
    }
}

/// Where the next key stands.
struct Keys {
    x: f64,
    y: f64,
}

impl Keys {
    fn place(&mut self, name: &str) -> (f64, f64) {
        let wide = name.width() as f64 * LETTER + KEY_ROOM;
        if self.x > LEFT && self.x + wide > WIDTH - RIGHT {
            (self.x, self.y) = (LEFT, self.y + KEY_ROW);
        }
        let place = (self.x, self.y);
        self.x += wide;
        place
    }
}

fn outline(series: &Series, x: impl Fn(u64) -> f64, y: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    for (step, value) in seen(&series.points) {
        let command = if path.is_empty() { 'M' } else { 'L' };
        write!(path, "{command}{} {}", pixels(x(step)), pixels(y(value)))
            .expect("a string takes all");
    }
    // A point alone is a line too short to see, with round ends.
    if !path.is_empty() && !path.contains('L') {
        path += "h0";
    }
    path
}

/// Points that are no finite number are passed over; of many the least and the most of each
/// part are kept, and the last.
pub(super) fn seen(points: &[(u64, f64)]) -> Vec<(u64, f64)> {
    let points: Vec<(u64, f64)> =
        points.iter().copied().filter(|(_, value)| value.is_finite()).collect();
    if points.len() <= 2 * PARTS {
        return points;
    }
    let mut kept = Vec::with_capacity(2 * PARTS + 3);
    for part in points.chunks(points.len().div_ceil(PARTS)) {
        let by_value = |left: &&(u64, f64), right: &&(u64, f64)| left.1.total_cmp(&right.1);
        let least = part.iter().min_by(by_value).expect("a part has a point");
        let most = part.iter().max_by(by_value).expect("a part has a point");
        let both = if least.0 <= most.0 { [least, most] } else { [most, least] };
        both.into_iter().for_each(|point| {
            if kept.last() != Some(point) {
                kept.push(*point);
            }
        });
    }
    let last = points[points.len() - 1];
    if kept.last() != Some(&last) {
        kept.push(last);
    }
    kept
}

fn description(curve: &Curve) -> String {
    let said = curve.series.iter().map(|series| {
        let points = seen(&series.points);
        match (points.first(), points.last()) {
            (Some((first, begin)), Some((last, end))) => format!(
                "{}: {begin:.6} at {} {first}, {end:.6} at {} {last}.",
                series.name, curve.unit, curve.unit
            ),
            _ => format!("{}: no points.", series.name),
        }
    });
    said.collect::<Vec<_>>().join(" ")
}

fn pixels(place: f64) -> String {
    let text = format!("{place:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// XML has no control characters.
fn plain(text: &str) -> String {
    text.replace(|character: char| character.is_control(), "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(series: &[(&str, &[f64])]) -> Curve {
        let mut curve = Curve::new("step");
        for (name, values) in series {
            let points = values.iter().enumerate().map(|(step, value)| (step as u64 * 100, *value));
            curve.series.push(Series { name: (*name).to_owned(), points: points.collect() });
        }
        curve
    }

    #[test]
    fn a_picture_stands_alone_and_says_what_it_shows() {
        let svg = curve_svg(&curve(&[("loss", &[0.7, 0.4, 0.3]), ("a<b & \u{1}", &[0.8, 0.5])]));
        assert!(svg.starts_with("<svg xmlns=") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("prefers-color-scheme: dark") && !svg.contains("href"));
        assert!(svg.contains("loss: 0.700000 at step 0, 0.300000 at step 200."), "{svg}");
        assert!(!svg.contains("a<b") && !svg.contains('\u{1}'), "{svg}");
        // Two lines and their keys.
        assert_eq!(svg.matches("<path class=\"line").count(), 4);
    }

    #[test]
    fn a_wide_range_is_logarithmic() {
        assert!(curve_svg(&curve(&[("loss", &[25.0, 0.1])])).contains("(logarithmic)"));
        assert!(!curve_svg(&curve(&[("loss", &[2.5, 0.1])])).contains("(logarithmic)"));
        assert!(!curve_svg(&curve(&[("loss", &[25.0, 0.0])])).contains("(logarithmic)"));
    }

    #[test]
    fn nothing_to_draw_is_no_panic() {
        for values in [&[][..], &[f64::NAN], &[f64::INFINITY, 1.0], &[0.0], &[f64::MAX, f64::MIN]] {
            let svg = curve_svg(&curve(&[("loss", values)]));
            let drawn = svg.split("<path").skip(1).all(|path| !path.contains("NaN"));
            assert!(drawn && !svg.contains("inf"), "{svg}");
        }
        assert!(curve_svg(&Curve::new("step")).contains("nothing was measured"));
    }

    #[test]
    fn many_points_are_as_good_as_those_that_are_seen() {
        let mut values: Vec<f64> = (0..100_000).map(|step| 1.0 / f64::from(step + 1)).collect();
        values[54_321] = 7.0;
        let curve = curve(&[("loss", &values)]);
        let points = &curve.series[0].points;
        let seen = seen(points);
        assert!(seen.len() <= 2 * PARTS + 1, "{}", seen.len());
        assert!(seen.contains(&(5_432_100, 7.0)) && seen.last() == points.last());
        assert!(seen.is_sorted_by(|left, right| left.0 < right.0));
        assert!(curve_svg(&curve).len() < 30_000);
    }

    #[test]
    fn keys_that_do_not_fit_begin_a_row() {
        let mut keys = Keys { x: LEFT, y: 0.0 };
        let rows: Vec<f64> = (0..6).map(|_| keys.place("a rather long name of it").1).collect();
        assert_eq!(rows, [0.0, 0.0, 22.0, 22.0, 44.0, 44.0]);
    }
}
