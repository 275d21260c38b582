//! Points → the outline of a path, as short as SVG lets it be.
//!
//! In: whole numbers. Out: the `d` of a path. Promises: steps are differences of rounded
//! places, so that rounding never adds up.

use std::fmt::Write;

/// An outline that is being drawn.
#[derive(Debug, Default)]
pub struct Path {
    text: String,
    at: (i64, i64),
    /// The command that a pair of numbers would repeat.
    command: char,
}

impl Path {
    /// Lifts the pen and sets it down at a place.
    pub fn start(&mut self, x: i64, y: i64) {
        write!(self.text, "M{x}{}", number(y)).expect("a string takes all");
        (self.at, self.command) = ((x, y), 'M');
    }

    /// A line to a place.
    pub fn line(&mut self, x: i64, y: i64) {
        let (right, down) = (x - self.at.0, y - self.at.1);
        match (right, down) {
            (0, 0) => {}
            (0, down) => self.step('v', &down.to_string()),
            (right, 0) => self.step('h', &right.to_string()),
            (right, down) => self.step('l', &format!("{right}{}", number(down))),
        }
        self.at = (x, y);
    }

    /// A dot where the pen is: a line too short to see, with round ends.
    pub fn dot(&mut self) {
        self.step('h', "0");
    }

    /// Closes the outline.
    pub fn close(&mut self) {
        self.text.push('z');
        self.command = 'z';
    }

    /// The outline.
    pub fn finish(self) -> String {
        self.text
    }

    fn step(&mut self, command: char, numbers: &str) {
        if self.command != command {
            self.text.push(command);
        } else if !numbers.starts_with('-') {
            self.text.push(' ');
        }
        self.text += numbers;
        self.command = command;
    }
}

/// A minus parts numbers as well as a space does.
fn number(number: i64) -> String {
    if number < 0 { number.to_string() } else { format!(" {number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_are_short() {
        let mut path = Path::default();
        path.start(0, 640);
        [(2, 600), (4, 610), (6, 610), (6, 640)].into_iter().for_each(|(x, y)| path.line(x, y));
        path.close();
        path.start(8, -3);
        path.dot();
        assert_eq!(path.finish(), "M0 640l2-40 2 10h2v30zM8-3h0");
    }
}
