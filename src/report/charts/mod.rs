//! Counts and shares over time → the geometry of charts.
//!
//! In: periods. Out: paths and ticks, which a template makes SVG of. Promises: a slot for
//! every period, the empty ones too; whole numbers only, one path a layer, so that seven
//! hundred weeks are a few kilobytes; the width is the reader's, letters keep their size.
//!
//! A plot is stretched to the width that there is: across, it has a slot a
//! period; down, [`UNITS`] a pixel. Ticks stand outside of it, in per cent.

mod axis;
mod calendar;
mod curve;
mod map;
mod path;
mod scale;
mod share;
mod timeline;
mod volume;

use askama::Template;
use askama::filters::HtmlSafe;

pub use axis::Axis;
pub use curve::{axes, curve_svg, title};
pub use map::{Map, MapDocument, MapOrigin, MapTerm, map};
pub use share::share;
pub use timeline::Timeline;
pub use volume::{Stack, volume};

/// Units of a plot's height that are a pixel.
const UNITS: i64 = 2;

/// A chart, ready to be written.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "report/chart.html", whitespace = "minimize")]
pub struct Chart {
    /// Names it within the page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The same in words, for who does not see it.
    pub description: String,
    /// Width of the plot in units.
    pub width: i64,
    /// Height of the plot in pixels.
    pub height: i64,
    /// What is painted, from the back to the front.
    pub layers: Vec<Layer>,
    /// Lines across, from the bottom.
    pub rows: Vec<Row>,
    /// Places in time, from the left.
    pub columns: Vec<Column>,
}

impl HtmlSafe for Chart {}

impl Chart {
    /// Height of the plot in units.
    fn depth(&self) -> i64 {
        self.height * UNITS
    }

    /// Whether its periods would be wide slabs on a wide page.
    fn is_few(&self) -> bool {
        self.width <= 80
    }

    /// Height with room for ticks.
    fn outer(&self) -> i64 {
        self.height + if self.columns.is_empty() { 16 } else { 36 }
    }
}

/// A path and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its classes in the style sheet.
    pub class: String,
    /// Its outline.
    pub path: String,
}

/// A line across with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Pixels from the top.
    pub at: i64,
    /// The number.
    pub label: String,
}

/// A place in time with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Per cent from the left.
    pub at: String,
    /// Its name.
    pub label: String,
    /// `s`tart, `m`iddle or `e`nd of the name stands at the place; `w` if it is left out
    /// where the page is narrow.
    pub class: &'static str,
}
