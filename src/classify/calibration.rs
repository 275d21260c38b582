//! Scores → probabilities that can be believed.
//!
//! In: scores of documents the model has not learned from, and whether each is
//! positive. Out: Platt's sigmoid. It serves two classes; with more, the
//! probabilities stay as softmax gives them.

use crate::classify::Calibration;
use crate::error::{Error, Result};

/// More Newton steps than any data needs; they double the digits each.
const MAX_STEPS: u32 = 100;

impl Calibration {
    /// The logistic function itself: what a score means when nothing was fitted.
    pub const PLAIN: Calibration = Calibration { slope: -1.0, offset: 0.0 };

    /// Fits the sigmoid by Newton's method on smoothed targets
    /// (Platt 1999 as corrected by Lin, Lin & Weng 2007).
    ///
    /// # Errors
    /// `Kind::Data` when lengths differ, a score is not finite, or one of the
    /// two classes has no document.
    ///
    /// # Examples
    /// ```
    /// use malmoi::classify::Calibration;
    ///
    /// let scores = [-2.0, -1.0, 0.5, -0.5, 1.0, 2.0];
    /// let fitted = Calibration::fit(&scores, &[false, false, false, true, true, true])?;
    /// assert!(fitted.probability(2.0) > 0.5);
    /// # Ok::<(), malmoi::Error>(())
    /// ```
    pub fn fit(scores: &[f64], positive: &[bool]) -> Result<Calibration> {
        check(scores, positive)?;
        // Scores of any size are brought to [-1, 1], so that one set of
        // tolerances fits them all.
        let size = scores.iter().fold(0.0_f64, |size, score| size.max(score.abs()));
        let size = if size > 0.0 { size } else { 1.0 };
        let scaled: Vec<f64> = scores.iter().map(|score| score / size).collect();
        let fitted = newton(&Likelihood::new(&scaled, positive))?;
        let slope = fitted.slope / size;
        if !slope.is_finite() {
            return Err(Error::data("scores are too small to be calibrated"));
        }
        Ok(Calibration { slope, offset: fitted.offset })
    }

    /// The probability that a document with this score is positive.
    pub fn probability(&self, score: f64) -> f64 {
        decreasing_sigmoid(self.slope * score + self.offset)
    }
}

/// How far probabilities are from what came true: documents are put into ten
/// bins by probability, and the gaps between mean probability and share of
/// `came_true` are averaged by the bins' sizes.
///
/// # Errors
/// `Kind::Data` when there is no document, lengths differ, or a number is no
/// probability.
pub fn expected_calibration_error(probabilities: &[f64], came_true: &[bool]) -> Result<f64> {
    check_lengths(probabilities, came_true)?;
    let mut gaps = [0.0; 10];
    for (&p, &came) in probabilities.iter().zip(came_true) {
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::data(format!("`{p}` is not a probability")));
        }
        // A bin holds its lower edge; 1.0 joins the last.
        gaps[((p * 10.0) as usize).min(9)] += p - f64::from(came);
    }
    Ok(gaps.iter().map(|gap: &f64| gap.abs()).sum::<f64>() / probabilities.len() as f64)
}

fn check(scores: &[f64], positive: &[bool]) -> Result<()> {
    check_lengths(scores, positive)?;
    if scores.iter().any(|score| !score.is_finite()) {
        return Err(Error::data("a score to calibrate is not finite"));
    }
    if positive.iter().all(|&p| p) || positive.iter().all(|&p| !p) {
        return Err(Error::data("calibration needs documents of both classes")
            .hinted("calibrate on a part that holds positive and negative documents"));
    }
    Ok(())
}

fn check_lengths(numbers: &[f64], outcomes: &[bool]) -> Result<()> {
    if numbers.is_empty() {
        return Err(Error::data("there is no document to calibrate on"));
    }
    if numbers.len() != outcomes.len() {
        return Err(Error::data(format!(
            "{} scores for {} documents",
            numbers.len(),
            outcomes.len()
        )));
    }
    Ok(())
}

/// 1 / (1 + exp(x)) without overflow.
fn decreasing_sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        let small = (-x).exp();
        small / (1.0 + small)
    } else {
        1.0 / (1.0 + x.exp())
    }
}

/// The negative log-likelihood of smoothed targets.
struct Likelihood<'a> {
    scores: &'a [f64],
    targets: Vec<f64>,
    start: Calibration,
}

/// First and second derivatives by (slope, offset).
#[derive(Default)]
struct Derivatives {
    gradient: [f64; 2],
    slope_slope: f64,
    slope_offset: f64,
    offset_offset: f64,
}

impl<'a> Likelihood<'a> {
    /// Targets are what a uniform prior makes of certainties, so that separable
    /// scores have a finite best slope.
    fn new(scores: &'a [f64], positive: &[bool]) -> Self {
        let positives = positive.iter().filter(|&&p| p).count() as f64;
        let negatives = positive.len() as f64 - positives;
        let (high, low) = ((positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0));
        let targets = positive.iter().map(|&p| if p { high } else { low }).collect();
        let offset = ((negatives + 1.0) / (positives + 1.0)).ln();
        Likelihood { scores, targets, start: Calibration { slope: 0.0, offset } }
    }

    fn value(&self, at: &Calibration) -> f64 {
        let pairs = self.scores.iter().zip(&self.targets);
        pairs
            .map(|(score, target)| {
                let x = at.slope * score + at.offset;
                // The same number twice; each form overflows on one side.
                if x >= 0.0 {
                    target * x + (-x).exp().ln_1p()
                } else {
                    (target - 1.0) * x + x.exp().ln_1p()
                }
            })
            .sum()
    }

    fn derivatives(&self, at: &Calibration) -> Derivatives {
        let mut sums = Derivatives::default();
        for (&score, target) in self.scores.iter().zip(&self.targets) {
            let p = at.probability(score);
            let (first, second) = (target - p, p * (1.0 - p));
            sums.gradient[0] += score * first;
            sums.gradient[1] += first;
            sums.slope_slope += score * score * second;
            sums.slope_offset += score * second;
            sums.offset_offset += second;
        }
        sums
    }
}

fn newton(likelihood: &Likelihood) -> Result<Calibration> {
    let tolerance = 1e-12 * likelihood.scores.len() as f64;
    let mut at = likelihood.start;
    let mut value = likelihood.value(&at);
    for _ in 0..MAX_STEPS {
        let derivatives = likelihood.derivatives(&at);
        let slack = derivatives.gradient.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
        if slack < tolerance {
            return Ok(at);
        }
        match step(likelihood, &at, value, &derivatives) {
            Some(next) => (at, value) = next,
            // No smaller value nearby: rounding, unless the slope is still steep.
            None if slack < 1e6 * tolerance => return Ok(at),
            None => break,
        }
    }
    Err(Error::data("calibration found no best sigmoid").hinted("leave `calibration` out"))
}

/// One Newton step, halved until the value falls enough.
fn step(
    likelihood: &Likelihood,
    at: &Calibration,
    value: f64,
    derivatives: &Derivatives,
) -> Option<(Calibration, f64)> {
    let direction = newton_direction(derivatives);
    let [g_slope, g_offset] = derivatives.gradient;
    let descent = g_slope * direction[0] + g_offset * direction[1];
    let mut length = 1.0;
    while length >= 1e-10 {
        let next = Calibration {
            slope: at.slope + length * direction[0],
            offset: at.offset + length * direction[1],
        };
        let next_value = likelihood.value(&next);
        if next_value < value + 1e-4 * length * descent {
            return Some((next, next_value));
        }
        length /= 2.0;
    }
    None
}

/// -H⁻¹g, with H nudged so that equal scores leave it invertible.
fn newton_direction(derivatives: &Derivatives) -> [f64; 2] {
    // Relative to the curvature: a fixed nudge drowns in rounding when a million
    // documents share one score.
    let nudge = 1e-10 * (derivatives.slope_slope + derivatives.offset_offset) + f64::MIN_POSITIVE;
    let (a, d) = (derivatives.slope_slope + nudge, derivatives.offset_offset + nudge);
    let b = derivatives.slope_offset;
    let [g_slope, g_offset] = derivatives.gradient;
    let determinant = a * d - b * b;
    [(b * g_offset - d * g_slope) / determinant, (b * g_slope - a * g_offset) / determinant]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        scores: Vec<f64>,
        positive: Vec<bool>,
        slope: f64,
        offset: f64,
    }

    /// `python tests/golden/classify/make.py` found the optimum with scipy.
    #[test]
    fn equals_the_numerical_optimum() {
        let text = include_str!("../../tests/golden/classify/calibration.json");
        for case in serde_json::from_str::<Golden>(text).unwrap().cases {
            let ours = Calibration::fit(&case.scores, &case.positive).unwrap();
            let far =
                |ours: f64, theirs: f64| (ours - theirs).abs() > 1e-6 * theirs.abs().max(1e-3);
            assert!(!far(ours.slope, case.slope), "{}: {ours:?}", case.name);
            assert!(!far(ours.offset, case.offset), "{}: {ours:?}", case.name);
        }
    }

    #[test]
    fn without_fit_it_is_the_logistic_function() {
        assert_eq!(Calibration::PLAIN.probability(0.0), 0.5);
        assert!((Calibration::PLAIN.probability(2.0) - 0.880_797_077_977_882_3).abs() < 1e-15);
        assert_eq!(Calibration::PLAIN.probability(1e9), 1.0);
        assert_eq!(Calibration::PLAIN.probability(-1e9), 0.0);
    }

    #[test]
    fn equal_scores_give_the_smoothed_share() {
        for score in [0.0, 3.0] {
            let fitted = Calibration::fit(&[score; 4], &[true, true, true, false]).unwrap();
            // Targets are 4/5 three times and 1/3 once.
            let expected = (3.0 * 0.8 + 1.0 / 3.0) / 4.0;
            assert!((fitted.probability(score) - expected).abs() < 1e-6, "{fitted:?}");
        }
    }

    #[test]
    fn what_cannot_be_calibrated_is_refused() {
        assert!(Calibration::fit(&[], &[]).is_err());
        assert!(Calibration::fit(&[1.0], &[true, false]).is_err());
        assert!(Calibration::fit(&[1.0, 2.0], &[true, true]).is_err());
        assert!(Calibration::fit(&[f64::NAN, 2.0], &[true, false]).is_err());
        assert!(expected_calibration_error(&[], &[]).is_err());
        assert!(expected_calibration_error(&[1.1], &[true]).is_err());
    }

    #[test]
    fn calibration_error_is_the_mean_gap() {
        // Bin 0.9–1.0: said 0.95, came 0.5; bin 0.1–0.2: said 0.15, came 0.
        let error = expected_calibration_error(
            &[0.95, 0.95, 0.15, 1.0, 0.0],
            &[true, false, false, true, false],
        );
        assert!((error.unwrap() - (0.9 + 0.15) / 5.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn any_finite_scores_are_answered(
            pairs in prop::collection::vec((-1e6_f64..1e6, any::<bool>()), 2..50),
        ) {
            let (scores, positive): (Vec<f64>, Vec<bool>) = pairs.into_iter().unzip();
            let both = positive.iter().any(|&p| p) && !positive.iter().all(|&p| p);
            let fitted = Calibration::fit(&scores, &positive);
            prop_assert_eq!(fitted.is_ok(), both);
            if let Ok(fitted) = fitted {
                prop_assert!((0.0..=1.0).contains(&fitted.probability(scores[0])));
            }
        }
    }
}
