//! Labels of a model → the sides of a report.

use crate::error::{Error, Result};
use crate::pipeline::Score;
use crate::trends::ReportParams;

/// What documents below the threshold are called.
const UNSURE: &str = "unsure";

/// The sides of a report.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sides {
    /// The labels in the model's order, then `unsure`.
    pub names: Vec<String>,
    pub positive: usize,
    pub negative: usize,
    unsure_below: f64,
}

impl Sides {
    /// # Errors
    /// If the settings name a label that the model does not have.
    pub fn new(labels: &[String], params: &ReportParams) -> Result<Self> {
        let find = |name: &str| labels.iter().position(|label| label == name);
        let named = |key: &str, name: &Option<String>| match name {
            None => Ok(None),
            Some(name) => find(name).map(Some).ok_or_else(|| {
                let message = format!("setting `report.{key}` is `{name}`, which is no label");
                Error::usage(message).hinted(format!("the labels are {}", labels.join(", ")))
            }),
        };
        let (positive, negative) =
            (named("positive", &params.positive)?, named("negative", &params.negative)?);
        let last = (0..labels.len()).rev().find(|label| Some(*label) != negative);
        let is_free = |label: &usize| Some(*label) != negative;
        let positive = positive.or(find("positive").filter(is_free)).or(last).unwrap_or(0);
        let first = (0..labels.len()).find(|label| *label != positive);
        let is_free = |label: &usize| *label != positive;
        let negative = negative.or(find("negative").filter(is_free)).or(first).unwrap_or(0);
        let mut names = labels.to_vec();
        // A model may have a label of this name itself.
        let is_taken = find(UNSURE).is_some();
        names.push(if is_taken { format!("{UNSURE} ") } else { UNSURE.to_owned() });
        Ok(Sides { names, positive, negative, unsure_below: params.unsure_below })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The side of a document.
    pub fn of(&self, score: Score) -> usize {
        match f64::from(score.probability) < self.unsure_below {
            true => self.unsure(),
            false => score.class as usize,
        }
    }

    fn unsure(&self) -> usize {
        self.names.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(labels: &[&str], positive: Option<&str>, negative: Option<&str>) -> (usize, usize) {
        let labels: Vec<String> = labels.iter().map(|label| label.to_string()).collect();
        let own = |name: Option<&str>| name.map(str::to_owned);
        let params = ReportParams {
            positive: own(positive),
            negative: own(negative),
            ..ReportParams::default()
        };
        let sides = Sides::new(&labels, &params).unwrap();
        (sides.positive, sides.negative)
    }

    #[test]
    fn the_good_and_the_bad_are_found() {
        assert_eq!(check(&["negative", "positive"], None, None), (1, 0));
        assert_eq!(check(&["mixed", "negative", "positive"], None, None), (2, 1));
        assert_eq!(check(&["0", "1"], None, None), (1, 0));
        assert_eq!(check(&["0", "1"], Some("0"), None), (0, 1));
        assert_eq!(check(&["0", "1"], None, Some("1")), (0, 1));
        assert_eq!(check(&["a", "positive"], None, Some("positive")), (0, 1));
        assert_eq!(check(&["negative", "x"], Some("negative"), None), (0, 1));
        let wrong = ReportParams { positive: Some("good".to_owned()), ..ReportParams::default() };
        let error = Sides::new(&["0".to_owned(), "1".to_owned()], &wrong).unwrap_err();
        assert_eq!(error.hint(), Some("the labels are 0, 1"));
    }

    #[test]
    fn below_the_threshold_nothing_is_sure() {
        let sides =
            Sides::new(&["0".to_owned(), "1".to_owned()], &ReportParams::default()).unwrap();
        let side = |probability| sides.of(Score { class: 1, probability, terms: 0, unknown: 0 });
        assert_eq!((side(0.5), side(0.6499), side(0.66)), (2, 2, 1));
    }
}
