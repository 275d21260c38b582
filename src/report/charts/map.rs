//! Documents along two axes → a map as one SVG file.
//!
//! In: coordinates with labels, and terms as directions. Out: a picture that needs nothing
//! else. Promises: no more points than asked for, as many of each label as its share; names
//! of terms do not cover each other; whatever a label holds, it is text.

mod arrows;
mod frame;
mod points;

use askama::Template;

use crate::report::forms::numbers::{count, percent};

use arrows::{Arrow, arrows};
use frame::{Frame, Tick};
use points::{Dots, Legend, dots, legend, shown};

/// What a map shows.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// What it is called.
    pub title: String,
    /// What the axes were made of.
    pub origin: MapOrigin,
    /// What is measured to the right and upwards.
    pub axes: [String; 2],
    /// Names of the labels.
    pub labels: Vec<String>,
    /// The documents.
    pub documents: Vec<MapDocument>,
    /// The terms; the strongest are shown.
    pub terms: Vec<MapTerm>,
    /// No more documents are drawn.
    pub most_points: usize,
    /// No more terms are drawn.
    pub most_terms: usize,
    /// Which documents are drawn, where there are more.
    pub seed: u64,
}

/// What the axes of a map were made of.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MapOrigin {
    /// How many terms.
    pub terms: usize,
    /// How many dimensions they were reduced to before.
    pub dimensions: usize,
    /// Share of the variance that these keep.
    pub variance: f64,
    /// How many documents they were learned from.
    pub documents: usize,
}

/// A document on a map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapDocument {
    /// Where it lies along both axes.
    pub at: [f64; 2],
    /// Its label, as a place in [`Map::labels`].
    pub label: Option<u32>,
}

/// A term on a map.
#[derive(Debug, Clone, PartialEq)]
pub struct MapTerm {
    /// As it is read.
    pub name: String,
    /// Where it draws a document to.
    pub at: [f64; 2],
}

/// The picture, ready to be written.
#[derive(Template)]
#[template(path = "report/map.svg", whitespace = "minimize")]
struct Picture {
    title: String,
    subtitle: String,
    description: String,
    axes: [String; 2],
    frame: Frame,
    ticks: [Vec<Tick>; 2],
    legend: Vec<Legend>,
    dots: Vec<Dots>,
    arrows: Vec<Arrow>,
    caption: Vec<String>,
    /// Diameter of a point.
    size: String,
    /// How much of what lies below a point hides.
    opacity: &'static str,
}

/// Draws the map.
pub fn map(map: &Map) -> String {
    let shown = shown(map);
    let frame = Frame::around(map, &shown);
    let arrows = arrows(&map.terms, map.most_terms, &frame);
    let (size, opacity) = match shown.len() {
        0..=300 => ("6.4", "0.8"),
        301..=1_000 => ("4.6", "0.65"),
        1_001..=4_000 => ("3.6", "0.5"),
        _ => ("2.4", "0.4"),
    };
    let picture = Picture {
        title: plain(&map.title, 80),
        subtitle: subtitle(&map.origin),
        description: description(map, arrows.len()),
        axes: map.axes.each_ref().map(|name| plain(name, 70)),
        ticks: frame.ticks(),
        legend: legend(map, &frame),
        dots: dots(map, &shown, &frame),
        caption: caption(map, shown.len(), &arrows),
        arrows: arrows.into_iter().map(|(arrow, _)| arrow).collect(),
        frame,
        size: size.to_owned(),
        opacity,
    };
    picture.render().expect("a template of text cannot fail")
}

fn subtitle(origin: &MapOrigin) -> String {
    format!(
        "{} terms → {} dimensions with {} of the variance → 2; learned from {} documents",
        grouped(origin.terms),
        origin.dimensions,
        percent(origin.variance),
        grouped(origin.documents),
    )
}

fn caption(map: &Map, shown: usize, arrows: &[(Arrow, f64)]) -> Vec<String> {
    let total = grouped(map.documents.len());
    let points = match shown < map.documents.len() {
        true => format!(
            "{} of {total} documents, chosen by seed {} in the shares of the labels.",
            grouped(shown),
            map.seed
        ),
        false => format!("All {total} documents."),
    };
    let rings = match map.labels.len() {
        0 => String::new(),
        _ => " A ring is the mean of all documents of its label.".to_owned(),
    };
    let mut lines = vec![points + &rings];
    if let Some((_, times)) = arrows.first() {
        lines.push(format!(
            "An arrow is the direction in which its term draws a document, drawn {times:.2} × as long as the axes say."
        ));
    }
    lines
}

fn description(map: &Map, arrows: usize) -> String {
    let labels: Vec<String> = map.labels.iter().take(8).map(|label| plain(label, 40)).collect();
    let by = if labels.is_empty() { String::new() } else { format!(" ({})", labels.join(", ")) };
    format!(
        "Scatter plot of {} documents{by}. To the right: {}. Upwards: {}. {arrows} terms as arrows.",
        grouped(map.documents.len()),
        plain(&map.axes[0], 70),
        plain(&map.axes[1], 70),
    )
}

/// `50000` → `50,000`.
fn grouped(number: usize) -> String {
    count(number as u64)
}

/// What XML can hold, no longer than `most` characters.
fn plain(text: &str, most: usize) -> String {
    let is_text = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut plain: String =
        text.chars().take(most).map(|c| if is_text(c) { c } else { '\u{fffd}' }).collect();
    if text.chars().nth(most).is_some() {
        plain.pop();
        plain.push('…');
    }
    plain
}

/// A number of pixels, with one digit.
fn pixels(value: f64) -> String {
    let text = format!("{:.1}", value);
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// How wide a text is, about, in letters of `size` pixels.
fn width(text: &str, size: f64) -> f64 {
    let cells = unicode_width::UnicodeWidthStr::width(text);
    cells as f64 * size * 0.56
}

#[cfg(test)]
mod tests;
