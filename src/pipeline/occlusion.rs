//! A prediction of any model → the words that it would miss.
//!
//! In: a model and a text. Out: for each word, what the score of the label loses when the
//! word is left out (Zeiler & Fergus 2014, for words Li, Monroe & Jurafsky 2016). The
//! score is the log-odds of the label. One prediction a word.

use std::collections::HashMap;

use super::explain::{Contribution, Explanation, Highlight, Method};
use super::labeler::Labeler;
use crate::classify::best;
use crate::error::{Error, Result};

/// More words than this are left out in groups that touch, so that a long text takes no
/// longer.
const MOST_GROUPS: usize = 500;

/// Predicts the label of `text` and says which words decided.
///
/// # Errors
/// If the answer of a network is no number.
pub(super) fn explain_by_occlusion(labeler: &Labeler, text: &str) -> Result<Explanation> {
    let text = labeler.clean(text);
    let mut worker = labeler.worker();
    let mut predict = |text: &str| {
        let mut probabilities = Vec::new();
        let answer = worker.probabilities_of_clean(text, &mut probabilities);
        answer.map_err(|why| Error::data(why).hinted("train the network again"))?;
        Ok::<_, Error>(probabilities)
    };
    let probabilities = predict(&text)?;
    let class = best(&probabilities);
    let score = log_odds(probabilities[class]);
    let tokens: Vec<Highlight> = groups(&text)
        .into_iter()
        .map(|(start, end)| {
            let rest = [&text[..start], &text[end..]].concat();
            let without = log_odds(predict(&rest)?[class]);
            Ok(Highlight { start, end, score: score - without })
        })
        .collect::<Result<_>>()?;
    Ok(Explanation {
        label: labeler.labels()[class].clone(),
        probability: probabilities[class],
        probabilities,
        method: Method::Occlusion,
        score,
        intercept: 0.0,
        contributions: contributions(&text, &tokens),
        tokens,
        text,
    })
}

/// Probabilities of 0 and 1 are rounded ones.
fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(1e-9, 1.0 - 1e-9);
    (probability / (1.0 - probability)).ln()
}

/// Words, or neighbours of them where there are too many.
fn groups(text: &str) -> Vec<(usize, usize)> {
    let words = words(text);
    let size = words.len().div_ceil(MOST_GROUPS).max(1);
    words.chunks(size).map(|group| (group[0].0, group[group.len() - 1].1)).collect()
}

/// Runs of anything but white space.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut start = None;
    for (place, character) in text.char_indices() {
        match (start, character.is_whitespace()) {
            (None, false) => start = Some(place),
            (Some(first), true) => {
                words.push((first, place));
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|first| (first, text.len())));
    words
}

/// What each different word does, all its places together; the largest first.
fn contributions(text: &str, tokens: &[Highlight]) -> Vec<Contribution> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut all: Vec<Contribution> = Vec::new();
    for token in tokens {
        let word = &text[token.start..token.end];
        let place = *places.entry(word).or_insert_with(|| {
            all.push(Contribution {
                term: word.to_owned(),
                start: token.start,
                end: token.end,
                contribution: 0.0,
                count: 0,
            });
            all.len() - 1
        });
        all[place].contribution += token.score;
        all[place].count += 1;
    }
    let size = |one: &Contribution| one.contribution.abs();
    all.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.term.cmp(&b.term)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::sample_model::model;

    fn mean() -> Labeler {
        Labeler::Mean(vec![model().into(), model().into()])
    }

    #[test]
    fn words_that_decide_are_missed() {
        let explanation =
            explain_by_occlusion(&mean(), "a great  film &amp; one dull scene, great").unwrap();
        assert_eq!(explanation.label, "positive");
        assert_eq!(explanation.method, Method::Occlusion);
        let first = &explanation.contributions[0];
        assert_eq!((first.term.as_str(), first.count), ("great", 2));
        let dull = explanation.contributions.iter().find(|one| one.term == "dull").unwrap();
        assert!(first.contribution > 0.0 && dull.contribution < 0.0);
        let words: Vec<&str> =
            explanation.tokens.iter().map(|one| &explanation.text[one.start..one.end]).collect();
        assert_eq!(words, ["a", "great", "film", "&", "one", "dull", "scene,", "great"]);
    }

    #[test]
    fn texts_without_words_have_no_parts() {
        for text in ["", "  \n"] {
            assert!(explain_by_occlusion(&mean(), text).unwrap().contributions.is_empty());
        }
    }

    #[test]
    fn long_texts_are_cut_into_groups() {
        let text = "great film ".repeat(3000);
        let groups = groups(&text);
        assert!(groups.len() <= MOST_GROUPS && groups.len() > MOST_GROUPS / 2);
        assert_eq!((groups[0].0, groups.last().unwrap().1), (0, text.len() - 1));
    }
}
