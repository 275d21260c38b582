//! What losses did while a model was trained.

use serde::{Deserialize, Serialize};

/// Named series of numbers over the steps of a training.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// What a step is: `step`, `epoch`.
    pub unit: String,
    /// In the order in which they are drawn.
    pub series: Vec<Series>,
}

/// One number over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// `loss`, `validation loss`, `generator`, …
    pub name: String,
    /// Pairs of a step, which rise, and the number there, which is finite.
    pub points: Vec<(u64, f64)>,
}

impl Curve {
    /// A curve without points; series come as they are named.
    pub fn new(unit: &str) -> Self {
        Curve { unit: unit.to_owned(), series: Vec::new() }
    }

    /// Adds a point to the series `name`.
    pub fn push(&mut self, name: &str, step: u64, value: f64) {
        let point = (step, value);
        match self.series.iter_mut().find(|series| series.name == name) {
            Some(series) => series.points.push(point),
            None => self.series.push(Series { name: name.to_owned(), points: vec![point] }),
        }
    }

    /// The last number of the series `name`.
    pub fn last(&self, name: &str) -> Option<f64> {
        let series = self.series.iter().find(|series| series.name == name)?;
        series.points.last().map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_come_as_they_are_named() {
        let mut curve = Curve::new("epoch");
        curve.push("loss", 1, 0.7);
        curve.push("validation loss", 1, 0.8);
        curve.push("loss", 2, 0.5);
        let names: Vec<&str> = curve.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["loss", "validation loss"]);
        assert_eq!((curve.last("loss"), curve.last("accuracy")), (Some(0.5), None));
    }
}
