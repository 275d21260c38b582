//! Values → pixels of the plot, and round numbers along its sides.

use super::{Map, pixels};

/// The plot within the picture, and what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Pixels from the left.
    pub left: f64,
    /// Pixels from the top.
    pub top: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Least and most along both axes.
    ends: [(f64, f64); 2],
}

/// A round number along a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// Pixels from the left or the top of the picture.
    pub at: String,
    /// The number.
    pub label: String,
    /// Whether it is zero.
    pub is_zero: bool,
}

impl Frame {
    /// Room for the documents that are shown, and for zero, where arrows begin.
    pub fn around(map: &Map, shown: &[usize]) -> Self {
        let ends = [0, 1].map(|axis| {
            let values = shown.iter().map(|&place| map.documents[place].at[axis]);
            let finite = values.filter(|value| value.is_finite());
            let (least, most) = finite.fold((0.0_f64, 0.0_f64), |(least, most), value| {
                (least.min(value), most.max(value))
            });
            let margin = if most > least { (most - least) * 0.04 } else { 1.0 };
            (least - margin, most + margin)
        });
        Frame { left: 64.0, top: 72.0, width: 580.0, height: 500.0, ends }
    }

    /// The right side.
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// The lower side.
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Where a value lies in the picture.
    pub fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let share = |value: f64, (least, most): (f64, f64)| (value - least) / (most - least);
        let [across, up] = [share(x, self.ends[0]), share(y, self.ends[1])];
        [self.left + across * self.width, self.bottom() - up * self.height]
    }

    /// A direction in pixels.
    pub fn along(&self, at: [f64; 2]) -> [f64; 2] {
        let ([x, y], [zero_x, zero_y]) = (self.at(at), self.at([0.0, 0.0]));
        [x - zero_x, y - zero_y]
    }

    /// Along the lower side and along the left one.
    pub fn ticks(&self) -> [Vec<Tick>; 2] {
        [0, 1].map(|axis| {
            let (numbers, digits) = round_numbers(self.ends[axis]);
            let tick = |number: f64| {
                let mut at = [0.0, 0.0];
                at[axis] = number;
                let label = format!("{number:.digits$}").replace('-', "−");
                Tick { at: pixels(self.at(at)[axis]), label, is_zero: number == 0.0 }
            };
            numbers.into_iter().map(tick).collect()
        })
    }
}

/// Three to seven round numbers between the ends, and the digits they need.
fn round_numbers((least, most): (f64, f64)) -> (Vec<f64>, usize) {
    let rough = (most - least) / 6.0;
    let power = rough.log10().floor();
    let digit = 10_f64.powf(power);
    let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * digit);
    let step = steps.into_iter().find(|step| *step >= rough).unwrap_or(digit * 10.0);
    let digits = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    let first = (least / step).ceil() as i64;
    let last = (most / step).floor() as i64;
    ((first..=last).take(12).map(|number| number as f64 * step).collect(), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_count_by_round_numbers() {
        let (numbers, digits) = round_numbers((-0.31, 0.52));
        let shown: Vec<String> =
            numbers.iter().map(|number| format!("{number:.digits$}")).collect();
        assert_eq!(shown, ["-0.2", "0.0", "0.2", "0.4"]);
        assert_eq!(round_numbers((-1.0, 1.0)).0, [-1.0, -0.5, 0.0, 0.5, 1.0]);
        for scale in [1e-9, 1e-3, 1.0, 7.0, 1e6] {
            let count = round_numbers((-scale, 2.0 * scale)).0.len();
            assert!((3..=7).contains(&count), "{scale}: {count}");
        }
    }
}
