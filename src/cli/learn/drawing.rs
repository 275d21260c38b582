//! A curve → lines of a terminal, drawn with the dots of Braille.

use anstyle::{AnsiColor, Style};
use malmoi::learn::{Curve, Series};
use malmoi::report::{Axis, curve_axes, curve_title};
use unicode_width::UnicodeWidthStr;

use super::super::output::harmless;

/// Lines of the plot.
const HEIGHT: usize = 12;
/// Dots of a letter, across and down.
const DOTS: (usize, usize) = (2, 4);
/// The bit of each dot of a letter, by line and column.
const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
const EMPTY: u32 = 0x2800;

const COLOURS: [AnsiColor; 6] = [
    AnsiColor::Blue,
    AnsiColor::Yellow,
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Green,
    AnsiColor::Red,
];

/// Draws `curve` in `width` columns; where each series ends, its name and last number stand.
pub fn drawing(curve: &Curve, width: usize) -> String {
    let (across, up) = curve_axes(curve, width / 12, 5);
    let ticks: Vec<(usize, String)> = up
        .ticks()
        .map(|(at, label)| (((1.0 - at) * (HEIGHT - 1) as f64).round() as usize, label))
        .collect();
    let left = ticks.iter().map(|(_, label)| label.width()).max().unwrap_or(0) + 1;
    let ends = ends(curve, &up);
    let right = ends.iter().map(|end| end.text.width() + 1).max().unwrap_or(0);
    let plot = width.saturating_sub(left + 2 + right).max(16);
    let mut canvas = Canvas::new(plot);
    for (number, series) in curve.series.iter().enumerate() {
        canvas.draw(series, number, &across, &up);
    }
    let scale = if up.is_logarithmic() { ", logarithmic" } else { "" };
    let mut text = format!("{}{scale}\n", harmless(&curve_title(curve)));
    for line in 0..HEIGHT {
        let label = ticks.iter().find(|(at, _)| *at == line).map_or("", |(_, label)| label);
        let bar = if label.is_empty() { '│' } else { '┤' };
        let end = ends.iter().find(|end| end.line == line);
        let end = end.map_or(String::new(), |end| {
            let style = style(Some(end.number));
            format!(" {style}{}{style:#}", end.text)
        });
        text += format!("{label:>left$} {bar}{}{end}", canvas.line(line)).trim_end();
        text.push('\n');
    }
    text + &bottom(&across, left, plot, &curve.unit)
}

/// Names at the ends of the lines, each on a line of its own.
struct End {
    line: usize,
    number: usize,
    text: String,
}

fn ends(curve: &Curve, up: &Axis) -> Vec<End> {
    let mut free: Vec<usize> = (0..HEIGHT).collect();
    let mut found = Vec::new();
    for (number, series) in curve.series.iter().enumerate() {
        let last = series.points.iter().rev().find(|(_, value)| value.is_finite());
        let Some((_, value)) = last else { continue };
        let wanted = ((1.0 - up.at(*value)) * (HEIGHT - 1) as f64).round() as usize;
        let Some(place) = (0..free.len()).min_by_key(|place| free[*place].abs_diff(wanted)) else {
            break;
        };
        let text = format!("{} {}", harmless(&series.name), short(*value));
        found.push(End { line: free.remove(place), number, text });
    }
    found
}

/// Four digits that count.
fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if !(1e-4..1e6).contains(&size) => format!("{value:.3e}"),
        size => format!("{value:.*}", (3 - size.log10().floor() as i32).clamp(0, 7) as usize),
    }
}

/// Dots, and whose line is the last one at each letter.
struct Canvas {
    width: usize,
    dots: Vec<u32>,
    owners: Vec<Option<usize>>,
}

impl Canvas {
    fn new(width: usize) -> Self {
        let letters = width * HEIGHT;
        Canvas { width, dots: vec![0; letters], owners: vec![None; letters] }
    }

    fn draw(&mut self, series: &Series, number: usize, across: &Axis, up: &Axis) {
        let (most_x, most_y) = (self.width * DOTS.0 - 1, HEIGHT * DOTS.1 - 1);
        let mut before: Option<(f64, f64)> = None;
        for (step, value) in series.points.iter().filter(|(_, value)| value.is_finite()) {
            let x = across.at(*step as f64) * most_x as f64;
            let y = (1.0 - up.at(*value)) * most_y as f64;
            let (from_x, from_y) = before.unwrap_or((x, y));
            let parts = (x - from_x).abs().max((y - from_y).abs()).ceil().max(1.0);
            for part in 0..=parts as usize {
                let share = part as f64 / parts;
                let dot = |from: f64, to: f64| (from + (to - from) * share).round() as usize;
                self.set(dot(from_x, x), dot(from_y, y), number);
            }
            before = Some((x, y));
        }
    }

    fn set(&mut self, x: usize, y: usize, number: usize) {
        let letter = y / DOTS.1 * self.width + x / DOTS.0;
        self.dots[letter] |= BITS[y % DOTS.1][x % DOTS.0];
        self.owners[letter] = Some(number);
    }

    fn line(&self, line: usize) -> String {
        let letters = line * self.width..(line + 1) * self.width;
        let mut text = String::new();
        let mut owner = None;
        for place in letters {
            if self.owners[place] != owner {
                text += &format!("{:#}", style(owner));
                owner = self.owners[place];
                text += &style(owner).to_string();
            }
            let dots = self.dots[place];
            let letter = if dots == 0 { None } else { char::from_u32(EMPTY + dots) };
            text.push(letter.unwrap_or(' '));
        }
        text + &format!("{:#}", style(owner))
    }
}

fn style(number: Option<usize>) -> Style {
    match number {
        Some(number) => COLOURS[number % COLOURS.len()].on_default(),
        None => Style::new(),
    }
}

/// The axis of steps and its names.
fn bottom(across: &Axis, left: usize, plot: usize, unit: &str) -> String {
    let mut line: Vec<char> = "─".repeat(plot).chars().collect();
    let mut names = " ".repeat(left + 2);
    for (at, label) in across.ticks() {
        let place = (at * (plot - 1) as f64).round() as usize;
        line[place] = '┬';
        // A name stands in the middle below its tick, where there is room.
        let start = (left + 2 + place).saturating_sub(label.width() / 2);
        let start = start.min(left + 2 + plot - label.width().min(plot));
        let is_free = names.width() < start || names.trim().is_empty();
        if is_free {
            names.truncate(start);
            names += &" ".repeat(start.saturating_sub(names.width()));
            names += &label;
        }
    }
    let line: String = line.into_iter().collect();
    format!("{} └{line}\n{names}  {}\n", " ".repeat(left), harmless(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(curve: &Curve, width: usize) -> String {
        anstream::adapter::strip_str(&drawing(curve, width)).to_string()
    }

    #[test]
    fn a_falling_loss_falls() {
        let mut curve = Curve::new("step");
        (0..=20).for_each(|step| curve.push("loss", step * 100, 2.0 - step as f64 / 10.0));
        let text = plain(&curve, 60);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "loss by step");
        assert!(lines[1].starts_with(" 2.0 ┤⠑") || lines[1].starts_with(" 2.0 ┤⠉"), "{text}");
        assert!(lines[12].starts_with(" 0.0 ┤") && lines[12].ends_with(" loss 0"), "{text}");
        assert!(lines[13].starts_with("     └┬─"), "{text}");
        assert!(lines[14].contains(" 0 ") && lines[14].ends_with("2,000  step"), "{text}");
        assert!(lines.iter().all(|line| line.width() <= 66), "{text}");
    }

    #[test]
    fn each_series_is_named_on_a_line_of_its_own() {
        let mut curve = Curve::new("epoch");
        for epoch in 1..=5 {
            curve.push("loss", epoch, 1e-5);
            curve.push("validation loss", epoch, 1e-5);
            curve.push("generator", epoch, 1e3);
        }
        let text = plain(&curve, 80);
        let named = |name: &str| text.lines().filter(|line| line.contains(name)).count();
        assert_eq!(text.lines().next().unwrap().matches("logarithmic").count(), 1);
        assert_eq!((named("generator 1000"), named("loss 1.000e-5")), (1, 2), "{text}");
    }

    #[test]
    fn nothing_to_draw_is_no_panic() {
        for values in [&[][..], &[f64::NAN], &[1.0], &[f64::MAX, f64::MIN, 0.0]] {
            let mut curve = Curve::new("step");
            for (step, value) in values.iter().enumerate() {
                curve.push("loss", step as u64, *value);
            }
            for width in [0, 40, 120] {
                assert!(plain(&curve, width).lines().count() >= HEIGHT);
            }
        }
    }
}
