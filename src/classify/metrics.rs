//! What predictions are worth.
//!
//! In: true classes, predicted classes and probabilities of the test part.
//! Out: the figures scikit-learn gives for the same input, to rounding.
//!
//! Counts and quotients are our own where linfa 0.8.1 has them too: its
//! `ConfusionMatrix` counts in `f32` (stuck at 2²⁴ documents), drops classes
//! nobody saw, answers NaN for a class nobody predicted, and takes the F1 of
//! averages instead of the average F1; its ROC curve loses the documents
//! scored exactly 0 and merges scores closer than 1e-10. The tests hold both
//! against each other and pin what is wrong there.

use serde::{Deserialize, Serialize};

use crate::classify::expected_calibration_error;
use crate::error::{Error, Result};

/// How good a classifier was on documents it had not seen.
///
/// With two labels, precision, recall and F1 are those of `positive_label`;
/// with more they are unweighted means over all labels. A quotient without
/// documents below the line is 0, as in scikit-learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Share of documents given their true label.
    pub accuracy: f64,
    /// Share of the documents given the label that truly have it.
    pub precision: f64,
    /// Share of the documents with the label that were given it.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Area under the ROC curve, one label against the rest and averaged when
    /// there are more than two; none if a label has no document, or all.
    pub roc_auc: Option<f64>,
    /// Mean of -ln(probability of the true label).
    pub log_loss: f64,
    /// Mean squared error of the probability; summed over the labels when
    /// there are more than two.
    pub brier: f64,
    /// Number of documents of each label, in the order of `labels`.
    pub support: Vec<u64>,
    /// The labels by class id.
    pub labels: Vec<String>,
    /// Rows are true labels, columns predicted ones, both in the order of `labels`.
    pub confusion_matrix: Vec<Vec<u64>>,
    /// The label that precision, recall, F1, ROC AUC and Brier score look at:
    /// `positive` if there is one, else the last in byte order; none (means
    /// over labels) when there are more than two.
    pub positive_label: Option<String>,
    /// Expected calibration error in ten bins: of the positive label's
    /// probability, or of the predicted label's when there are more than two.
    pub calibration_error: f64,
    /// Number of documents.
    pub documents: u64,
}

impl Metrics {
    /// Compares `predicted` and `probabilities` (row by row, one a label) with `truth`.
    ///
    /// # Errors
    /// `Kind::Data` when there is no document, fewer than two labels, a label
    /// twice, lengths that differ, an unknown class, or a number that is no
    /// probability.
    ///
    /// # Examples
    /// ```
    /// use malmoi::classify::Metrics;
    ///
    /// let labels = vec!["negative".to_owned(), "positive".to_owned()];
    /// let metrics = Metrics::new(&[0, 1], &[0, 1], &[0.9, 0.1, 0.2, 0.8], labels)?;
    /// assert_eq!(metrics.accuracy, 1.0);
    /// assert_eq!(metrics.roc_auc, Some(1.0));
    /// # Ok::<(), malmoi::Error>(())
    /// ```
    pub fn new<P: Copy + Into<f64>>(
        truth: &[u32],
        predicted: &[u32],
        probabilities: &[P],
        labels: Vec<String>,
    ) -> Result<Self> {
        let probabilities: Vec<f64> = probabilities.iter().map(|&p| p.into()).collect();
        check(truth, predicted, &probabilities, &labels)?;
        let positive = positive_class(&labels);
        let counts = confusion(truth, predicted, labels.len());
        let scores = label_scores(&counts, positive);
        let forecast = Forecast { truth, probabilities: &probabilities, classes: labels.len() };
        Ok(Metrics {
            accuracy: accuracy(&counts),
            precision: scores.precision,
            recall: scores.recall,
            f1: scores.f1,
            roc_auc: forecast.roc_auc(positive),
            log_loss: forecast.log_loss(),
            brier: forecast.brier(positive),
            support: counts.iter().map(|row| row.iter().sum()).collect(),
            positive_label: positive.map(|class| labels[class].clone()),
            calibration_error: forecast.calibration_error(predicted, positive)?,
            documents: truth.len() as u64,
            labels,
            confusion_matrix: counts,
        })
    }
}

/// Area under the ROC curve: how often a positive document scores above a
/// negative one, ties counting half. None without both kinds.
///
/// Sorts once, so its cost grows as n log n.
pub fn roc_auc(scores: &[f64], positive: &[bool]) -> Option<f64> {
    let mut order: Vec<(f64, bool)> =
        scores.iter().copied().zip(positive.iter().copied()).collect();
    order.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
    let (mut below, mut above, mut twice_area) = (0_u128, 0_u128, 0_u128);
    // `==` keeps -0.0 and 0.0 in one group; they are neighbours in the order.
    for tied in order.chunk_by(|left, right| left.0 == right.0) {
        let hits = tied.iter().filter(|(_, positive)| *positive).count() as u128;
        let misses = tied.len() as u128 - hits;
        twice_area += hits * (2 * below + misses);
        above += hits;
        below += misses;
    }
    (above > 0 && below > 0).then(|| twice_area as f64 / (2 * above * below) as f64)
}

fn check(truth: &[u32], predicted: &[u32], probabilities: &[f64], labels: &[String]) -> Result<()> {
    if truth.is_empty() {
        return Err(Error::data("there is no document to measure")
            .hinted("give the test part at least one labelled document"));
    }
    if labels.len() < 2 {
        return Err(Error::data(format!("metrics need two labels, not {}", labels.len())));
    }
    let mut sorted: Vec<&String> = labels.iter().collect();
    sorted.sort_unstable();
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Error::data(format!("the label `{}` is listed twice", pair[0])));
    }
    check_shapes(truth.len(), predicted.len(), probabilities.len(), labels.len())?;
    if let Some(class) = truth.iter().chain(predicted).find(|&&c| c as usize >= labels.len()) {
        return Err(Error::data(format!("class {class} has no label among {}", labels.len())));
    }
    match probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        Some(p) => Err(Error::data(format!("`{p}` is not a probability"))),
        None => Ok(()),
    }
}

fn check_shapes(
    documents: usize,
    predicted: usize,
    probabilities: usize,
    labels: usize,
) -> Result<()> {
    if predicted != documents {
        return Err(Error::data(format!("{predicted} predictions for {documents} documents")));
    }
    if documents.checked_mul(labels) != Some(probabilities) {
        return Err(Error::data(format!(
            "{probabilities} probabilities for {documents} documents and {labels} labels"
        )));
    }
    Ok(())
}

/// The class that two-label figures look at.
fn positive_class(labels: &[String]) -> Option<usize> {
    if labels.len() != 2 {
        return None;
    }
    let named = labels.iter().position(|label| label == "positive");
    Some(named.unwrap_or(usize::from(labels[1] > labels[0])))
}

fn confusion(truth: &[u32], predicted: &[u32], classes: usize) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0; classes]; classes];
    for (&row, &column) in truth.iter().zip(predicted) {
        counts[row as usize][column as usize] += 1;
    }
    counts
}

fn accuracy(counts: &[Vec<u64>]) -> f64 {
    let right: u64 = (0..counts.len()).map(|class| counts[class][class]).sum();
    let all: u64 = counts.iter().flatten().sum();
    ratio(right, all)
}

#[derive(Default)]
struct LabelScores {
    precision: f64,
    recall: f64,
    f1: f64,
}

/// The scores of `class`, or the mean over all classes.
fn label_scores(counts: &[Vec<u64>], class: Option<usize>) -> LabelScores {
    let classes = class.map_or(0..counts.len(), |class| class..class + 1);
    let share = 1.0 / classes.len() as f64;
    classes.map(|class| scores_of(counts, class)).fold(LabelScores::default(), |sum, one| {
        LabelScores {
            precision: sum.precision + one.precision * share,
            recall: sum.recall + one.recall * share,
            f1: sum.f1 + one.f1 * share,
        }
    })
}

fn scores_of(counts: &[Vec<u64>], class: usize) -> LabelScores {
    let hits = counts[class][class];
    let predicted: u64 = counts.iter().map(|row| row[class]).sum();
    let true_ones: u64 = counts[class].iter().sum();
    LabelScores {
        precision: ratio(hits, predicted),
        recall: ratio(hits, true_ones),
        f1: ratio(2 * hits, predicted + true_ones),
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Probabilities and what came true.
struct Forecast<'a> {
    truth: &'a [u32],
    probabilities: &'a [f64],
    classes: usize,
}

impl Forecast<'_> {
    fn rows(&self) -> impl Iterator<Item = (usize, &[f64])> {
        let rows = self.probabilities.chunks_exact(self.classes);
        self.truth.iter().map(|&class| class as usize).zip(rows)
    }

    /// What the positive class, or each class on its own, was given, and whether it came.
    fn one_against_rest(&self, class: usize) -> (Vec<f64>, Vec<bool>) {
        self.rows().map(|(truth, row)| (row[class], truth == class)).unzip()
    }

    fn roc_auc(&self, positive: Option<usize>) -> Option<f64> {
        let area = |class| {
            let (scores, came) = self.one_against_rest(class);
            roc_auc(&scores, &came)
        };
        if let Some(class) = positive {
            return area(class);
        }
        let areas: Option<Vec<f64>> = (0..self.classes).map(area).collect();
        areas.map(|areas| areas.iter().sum::<f64>() / self.classes as f64)
    }

    /// Clipped at the precision of `f64`, as scikit-learn does since 1.5: a
    /// certain error costs 36, not infinity.
    fn log_loss(&self) -> f64 {
        let clip = |p: f64| p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        self.mean(|truth, row| -clip(row[truth]).ln())
    }

    fn brier(&self, positive: Option<usize>) -> f64 {
        let error = |truth: usize, class: usize, p: f64| {
            let missed = p - f64::from(truth == class);
            missed * missed
        };
        match positive {
            Some(class) => self.mean(|truth, row| error(truth, class, row[class])),
            None => self.mean(|truth, row| {
                row.iter().enumerate().map(|(class, &p)| error(truth, class, p)).sum()
            }),
        }
    }

    fn mean(&self, loss: impl Fn(usize, &[f64]) -> f64) -> f64 {
        self.rows().map(|(truth, row)| loss(truth, row)).sum::<f64>() / self.truth.len() as f64
    }

    fn calibration_error(&self, predicted: &[u32], positive: Option<usize>) -> Result<f64> {
        let (given, came): (Vec<f64>, Vec<bool>) = match positive {
            Some(class) => self.one_against_rest(class),
            None => self
                .rows()
                .zip(predicted)
                .map(|((truth, row), &class)| (row[class as usize], truth == class as usize))
                .unzip(),
        };
        expected_calibration_error(&given, &came)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::linfa::dataset::Pr;
    use ::linfa::metrics::{BinaryClassification, ConfusionMatrix, ToConfusionMatrix};
    use ndarray::Array1;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        labels: Vec<String>,
        truth: Vec<u32>,
        predicted: Vec<u32>,
        probabilities: Vec<f64>,
        expected: Expected,
    }

    #[derive(Deserialize)]
    struct Expected {
        accuracy: f64,
        precision: f64,
        recall: f64,
        f1: f64,
        roc_auc: Option<f64>,
        log_loss: f64,
        brier: f64,
        confusion_matrix: Vec<Vec<u64>>,
    }

    fn golden() -> Vec<Case> {
        let text = include_str!("../../tests/golden/classify/metrics.json");
        serde_json::from_str::<Golden>(text).unwrap().cases
    }

    fn measure(case: &Case) -> Metrics {
        let labels = case.labels.clone();
        Metrics::new(&case.truth, &case.predicted, &case.probabilities, labels).unwrap()
    }

    fn two() -> Vec<String> {
        vec!["negative".to_owned(), "positive".to_owned()]
    }

    /// `python tests/golden/classify/make.py` made the expected numbers.
    #[test]
    fn equal_scikit_learn() {
        for case in golden() {
            let (ours, theirs) = (measure(&case), &case.expected);
            let pairs = [
                ("accuracy", ours.accuracy, theirs.accuracy),
                ("precision", ours.precision, theirs.precision),
                ("recall", ours.recall, theirs.recall),
                ("f1", ours.f1, theirs.f1),
                ("log_loss", ours.log_loss, theirs.log_loss),
                ("brier", ours.brier, theirs.brier),
                ("roc_auc", ours.roc_auc.unwrap_or(-1.0), theirs.roc_auc.unwrap_or(-1.0)),
            ];
            for (name, ours, theirs) in pairs {
                assert!((ours - theirs).abs() < 1e-12, "{}: {name} {ours} {theirs}", case.name);
            }
            assert_eq!(ours.confusion_matrix, theirs.confusion_matrix, "{}", case.name);
        }
    }

    #[test]
    fn the_report_names_every_figure() {
        let metrics = Metrics::new(&[0, 1], &[0, 1], &[0.5_f32; 4], two()).unwrap();
        let json = serde_json::to_value(&metrics).unwrap();
        for name in [
            "accuracy",
            "precision",
            "recall",
            "f1",
            "roc_auc",
            "log_loss",
            "brier",
            "support",
            "labels",
            "confusion_matrix",
            "positive_label",
        ] {
            assert!(json.get(name).is_some(), "{name}");
        }
        assert_eq!(json["support"], serde_json::json!([1, 1]));
    }

    #[test]
    fn positive_is_named_or_last() {
        let class = |labels: [&str; 2]| positive_class(&labels.map(str::to_owned));
        assert_eq!(class(["positive", "sad"]), Some(0));
        assert_eq!(class(["spam", "ham"]), Some(0));
        assert_eq!(class(["0", "1"]), Some(1));
        assert_eq!(positive_class(&["a", "b", "c"].map(str::to_owned)), None);
    }

    #[test]
    fn one_class_has_no_roc() {
        let metrics = Metrics::new(&[1], &[1], &[0.2, 0.8], two()).unwrap();
        assert_eq!(metrics.roc_auc, None);
        assert_eq!(serde_json::to_value(&metrics).unwrap()["roc_auc"], serde_json::Value::Null);
    }

    #[test]
    fn what_cannot_be_measured_is_refused() {
        let refused = |truth: &[u32], predicted: &[u32], p: &[f64], labels: &[&str], says: &str| {
            let labels = labels.iter().map(|&label| label.to_owned()).collect();
            let error = Metrics::new(truth, predicted, p, labels).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        refused(&[], &[], &[], &["a", "b"], "no document");
        refused(&[0], &[0], &[1.0], &["a"], "two labels");
        refused(&[0], &[0], &[1.0, 0.0], &["a", "a"], "twice");
        refused(&[0], &[], &[1.0, 0.0], &["a", "b"], "0 predictions");
        refused(&[0], &[0], &[1.0], &["a", "b"], "1 probabilities");
        refused(&[2], &[0], &[1.0, 0.0], &["a", "b"], "class 2");
        refused(&[0], &[9], &[1.0, 0.0], &["a", "b"], "class 9");
        refused(&[0], &[0], &[1.5, 0.0], &["a", "b"], "`1.5`");
        refused(&[0], &[0], &[f64::NAN, 0.0], &["a", "b"], "`NaN`");
    }

    fn linfa_confusion(truth: &[u32], predicted: &[u32]) -> ConfusionMatrix<usize> {
        let array = |ids: &[u32]| -> Array1<usize> { ids.iter().map(|&id| id as usize).collect() };
        // The truth asks: linfa takes precision and recall for one another otherwise.
        array(truth).confusion_matrix(&array(predicted)).unwrap()
    }

    fn linfa_auc(scores: &[f64], positive: &[bool]) -> f32 {
        let scores: Vec<Pr> = scores.iter().map(|&p| Pr::new(p as f32)).collect();
        scores.as_slice().roc(positive).unwrap().area_under_curve()
    }

    #[test]
    fn linfa_agrees_on_ordinary_data() {
        let near = |ours: f64, theirs: f32| assert!((ours - f64::from(theirs)).abs() < 1e-6);
        let all = golden();
        for case in all.iter().filter(|case| case.name.starts_with("two labels")) {
            let (ours, theirs) = (measure(case), linfa_confusion(&case.truth, &case.predicted));
            near(ours.accuracy, theirs.accuracy());
            near(ours.precision, theirs.precision());
            near(ours.recall, theirs.recall());
            near(ours.f1, theirs.f1_score());
        }
        let (scores, positive) = ([0.1, 0.3, 0.3, 0.7, 0.9], [false, true, false, false, true]);
        near(roc_auc(&scores, &positive).unwrap(), linfa_auc(&scores, &positive));
    }

    /// Known to be wrong in linfa 0.8.1; when one of these heals, use it.
    #[test]
    fn linfa_is_wrong_at_the_edges() {
        assert!(linfa_confusion(&[0, 1], &[0, 0]).precision().is_nan());
        let (truth, predicted) = ([0, 1, 1, 1, 2, 2], [0, 0, 0, 1, 2, 1]);
        let labels = ["a", "b", "c"].map(str::to_owned).to_vec();
        let ours = Metrics::new(&truth, &predicted, &[0.25; 18], labels).unwrap();
        let theirs = f64::from(linfa_confusion(&truth, &predicted).f1_score());
        assert!((ours.f1 - (0.5 + 0.4 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((ours.f1 - theirs).abs() > 0.01);
        let (scores, positive) = ([0.0, 0.0, 0.5, 0.5], [false, true, false, true]);
        assert_eq!(roc_auc(&scores, &positive), Some(0.5));
        assert!((linfa_auc(&scores, &positive) - 0.5).abs() > 0.1);
        let tiny = [1e-12, 2e-12];
        assert_eq!(roc_auc(&tiny, &[false, true]), Some(1.0));
        assert!(linfa_auc(&tiny, &[false, true]) < 0.9);
    }

    proptest! {
        /// Against the definition: every pair compared.
        #[test]
        fn auc_counts_pairs(pairs in prop::collection::vec((0_u8..6, any::<bool>()), 0..40)) {
            let (scores, positive): (Vec<f64>, Vec<bool>) =
                pairs.iter().map(|&(score, positive)| (f64::from(score), positive)).unzip();
            let (mut wins, mut all) = (0.0, 0.0);
            for (left, _) in pairs.iter().filter(|pair| pair.1) {
                for (right, _) in pairs.iter().filter(|pair| !pair.1) {
                    wins += if left > right { 1.0 } else if left == right { 0.5 } else { 0.0 };
                    all += 1.0;
                }
            }
            let expected = (all > 0.0).then(|| wins / all);
            prop_assert_eq!(roc_auc(&scores, &positive), expected);
        }

        #[test]
        fn any_input_is_answered(
            truth in prop::collection::vec(0_u32..4, 0..6),
            predicted in prop::collection::vec(0_u32..4, 0..6),
            probabilities in prop::collection::vec(prop_oneof![0.0..1.0, Just(f64::NAN)], 0..18),
        ) {
            let labels = ["a", "b", "c"].map(str::to_owned).to_vec();
            let _ = Metrics::new(&truth, &predicted, &probabilities, labels);
        }
    }
}
