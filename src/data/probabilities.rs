//! Scores of classes → probabilities, and the likeliest class.

/// Replaces scores by probabilities; returns ln Σ exp(score). Large scores do not overflow.
pub fn softmax(scores: &mut [f64]) -> f64 {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - top).exp();
        sum += *score;
    }
    scores.iter_mut().for_each(|score| *score /= sum);
    top + sum.ln()
}

/// The place of the largest number, the first of equals; 0 if there is none.
pub fn best(probabilities: &[f64]) -> usize {
    let mut best = 0;
    for (place, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[best] {
            best = place;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_scores_stay_probabilities() {
        let mut scores = [1e300, 0.0, -1e300];
        assert_eq!((softmax(&mut scores), scores), (1e300, [1.0, 0.0, 0.0]));
        let mut scores = [0.0, 2f64.ln()];
        assert!((softmax(&mut scores) - 3f64.ln()).abs() < 1e-15);
        assert!((scores[0] - 1.0 / 3.0).abs() < 1e-15 && (scores[1] - 2.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn the_first_of_equals_is_best() {
        assert_eq!([best(&[0.2, 0.4, 0.4]), best(&[1.0]), best(&[])], [1, 0, 0]);
    }
}
