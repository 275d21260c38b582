//! Recipe, `C` and calibration, chosen by cross-validation on the training part.
//!
//! The test part is never looked at. Vocabulary, weights and classifier are
//! learned anew in every fold.

use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::download::{fetch, or_anew};
use super::fit::fit;
use super::folds::{folds, mean_and_error};
use super::ingest::{Corpus, ingest};
use super::run::{classes, labels, renumber};
use super::shelf::Lock;
use super::split::split;
use super::watch::Watch;
use crate::analyze::{AnalyzeParams, Analyzer, AnalyzerKind, TokenizerKind};
use crate::classify::{Calibration, Classifier, ClassifyParams, best};
use crate::clean::Cleaner;
use crate::config::Pipeline;
use crate::data::{CsrMatrix, Sequences};
use crate::error::{Error, Result};
use crate::vectorize::{Norm, VectorizeParams, Vectorizer, Weighting};

/// Values of `C` that are tried where rows have length 1, and where they have not.
const C_OF_UNIT_ROWS: &[f64] = &[0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0];
const C_OF_OTHER_ROWS: &[f64] = &[0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0];

/// What is to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TuneOptions {
    /// Number of folds, at least 2.
    pub folds: usize,
    /// Whether to try other recipes than the one configured.
    pub recipes: bool,
}

impl Default for TuneOptions {
    fn default() -> Self {
        TuneOptions { folds: 5, recipes: true }
    }
}

/// One recipe with one `C`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// What differs from the settings of the file; `as configured` if nothing.
    pub recipe: String,
    /// Inverse strength of the regularization.
    #[serde(rename = "C")]
    pub c: f64,
    /// Mean accuracy over the folds.
    pub accuracy: f64,
    /// Standard error of that mean.
    pub standard_error: f64,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tuned {
    /// Everything that was tried.
    pub candidates: Vec<Candidate>,
    /// The choice.
    pub chosen: Candidate,
    /// How documents were kept together: `group` or `text`.
    pub grouped_by: &'static str,
    /// The recipe's analyzer.
    pub analyze: AnalyzeParams,
    /// The recipe's vectorizer.
    pub vectorize: VectorizeParams,
    /// `C` and calibration.
    pub classify: ClassifyParams,
}

/// Chooses recipe, `C` and calibration for `pipeline`.
///
/// The best recipe is the one with the highest mean accuracy; of its values of
/// `C` the smallest is taken whose mean is within half a standard error of the
/// best: accuracy ends in a plateau, and the strongest regularization on it is
/// the safest. Calibration is fitted on the scores of the held-out folds.
///
/// # Errors
/// If the source cannot be read or has fewer than two labels.
pub fn tune(
    pipeline: &Pipeline,
    state: &Path,
    options: TuneOptions,
    watch: &dyn Watch,
) -> Result<Tuned> {
    if !pipeline.classify.enabled {
        return Err(Error::usage("`classify.enabled` is false, so there is nothing to tune")
            .hinted("--set classify.enabled=true tunes as if it were not"));
    }
    let _lock = Lock::take(state, &format!("malmoi tune {}", pipeline.name), watch)?;
    super::dictionary::ensure_for(&pipeline.analyze, watch)?;
    let path = fetch(pipeline, state, false, watch)?;
    let mut trials = Vec::new();
    let mut grouped_by = "text";
    let mut read: Option<(AnalyzeParams, Material)> = None;
    for recipe in recipes(pipeline, options.recipes) {
        if read.as_ref().is_none_or(|(analyze, _)| *analyze != recipe.analyze) {
            read = Some((
                recipe.analyze.clone(),
                Material::read(pipeline, &recipe.analyze, &path, options.folds, watch)?,
            ));
        }
        let (_, material) = read.as_ref().expect("it was read just now");
        grouped_by = material.grouped_by;
        trials.push(try_recipe(recipe, material, pipeline, watch)?);
    }
    choose(pipeline, trials, grouped_by)
}

/// A recipe to try.
#[derive(Debug, Clone, PartialEq)]
struct Recipe {
    name: String,
    analyze: AnalyzeParams,
    vectorize: VectorizeParams,
}

/// The configured recipe and those one step from it.
fn recipes(pipeline: &Pipeline, others: bool) -> Vec<Recipe> {
    let base = Recipe {
        name: "as configured".to_owned(),
        analyze: pipeline.analyze.clone(),
        vectorize: pipeline.vectorize.clone(),
    };
    let mut recipes = vec![base.clone()];
    if !others {
        return recipes;
    }
    let mut add = |name: &str, change: &dyn Fn(&mut Recipe)| {
        let mut recipe = Recipe { name: name.to_owned(), ..base.clone() };
        change(&mut recipe);
        let is_new = recipes.iter().all(|known| {
            (&known.analyze, &known.vectorize) != (&recipe.analyze, &recipe.vectorize)
        });
        if is_new {
            recipes.push(recipe);
        }
    };
    // Recipes that share an analyzer stand together: the corpus is read once for them.
    add("weighting = naive_bayes_ratio", &|recipe| {
        recipe.vectorize.weighting = Weighting::NaiveBayesRatio;
        recipe.vectorize.binary = true;
        recipe.vectorize.sublinear_tf = false;
    });
    add("weighting = tfidf, sublinear_tf", &|recipe| {
        recipe.vectorize.weighting = Weighting::Tfidf;
        recipe.vectorize.binary = false;
        recipe.vectorize.sublinear_tf = true;
    });
    let longest: &[u32] = match base.analyze.analyzer {
        AnalyzerKind::Word | AnalyzerKind::Auto => &[2, 3],
        AnalyzerKind::Korean => &[2, 3, 4],
        AnalyzerKind::Char | AnalyzerKind::CharWb => &[3, 4, 5],
    };
    for &length in longest {
        let shortest = base.vectorize.ngram_range.0.min(length);
        add(&format!("ngram_range = [{shortest}, {length}]"), &|recipe| {
            recipe.vectorize.ngram_range = (shortest, length);
        });
    }
    match base.analyze.analyzer {
        AnalyzerKind::Word if base.analyze.tokenizer == TokenizerKind::Words => {
            add("negation = 0", &|recipe| recipe.analyze.negation = 0);
            add("negation = 4", &|recipe| recipe.analyze.negation = 4);
        }
        AnalyzerKind::Word | AnalyzerKind::Auto => {}
        AnalyzerKind::Char => {
            add("analyzer = char_wb", &|recipe| recipe.analyze.analyzer = AnalyzerKind::CharWb)
        }
        AnalyzerKind::CharWb => {
            add("analyzer = char", &|recipe| recipe.analyze.analyzer = AnalyzerKind::Char)
        }
        AnalyzerKind::Korean => {
            add("tagged = true, characters = true", &|recipe| {
                recipe.analyze.tagged = true;
                recipe.analyze.characters = true;
            });
            add("tagged = true, characters = false", &|recipe| {
                recipe.analyze.tagged = true;
                recipe.analyze.characters = false;
            });
        }
    }
    recipes
}

/// The training part as token numbers, with labels and folds.
struct Material {
    corpus: Corpus,
    train: Vec<usize>,
    classes: Vec<u32>,
    labels: Vec<String>,
    folds: Vec<usize>,
    count: usize,
    joiner: &'static str,
    grouped_by: &'static str,
}

impl Material {
    fn read(
        pipeline: &Pipeline,
        analyze: &AnalyzeParams,
        path: &Path,
        count: usize,
        watch: &dyn Watch,
    ) -> Result<Self> {
        watch.stage("source");
        let analyzer = Analyzer::open(analyze)?;
        let mut source = super::open_source::open_grouped(&pipeline.source, path)?;
        let corpus = ingest(source.as_mut(), &Cleaner::open(&pipeline.clean)?, &analyzer, watch)
            .map_err(|error| or_anew(error, pipeline))?;
        let parts = split(&corpus.documents, pipeline.evaluate.test_size);
        let labels = labels(&corpus, &parts);
        if labels.len() < 2 {
            return Err(Error::data("there are fewer than two labels to tell apart")
                .hinted("check `source.columns.label`"));
        }
        let folds = folds(&corpus.documents, &parts.train, count);
        let is_grouped = parts.train.iter().any(|&place| corpus.documents[place].group.is_some());
        Ok(Material {
            classes: classes(&corpus, &parts.train, &labels),
            labels,
            folds,
            count,
            train: parts.train,
            joiner: analyzer.joiner(),
            grouped_by: if is_grouped { "group" } else { "text" },
            corpus,
        })
    }

    /// Tokens and classes of what is in `fold`, or of what is not.
    fn part(&self, fold: usize, inside: bool) -> (Sequences, Vec<u32>) {
        let chosen: Vec<usize> =
            (0..self.train.len()).filter(|&place| (self.folds[place] == fold) == inside).collect();
        let documents: Vec<usize> = chosen.iter().map(|&place| self.train[place]).collect();
        let classes = chosen.iter().map(|&place| self.classes[place]).collect();
        (self.corpus.sequences.select(&documents), classes)
    }
}

/// What the folds said of one recipe.
struct Trial {
    recipe: Recipe,
    candidates: Vec<Candidate>,
    /// For each `C`: score and class of every held-out document (two labels only).
    held_out: Vec<Vec<(f64, bool)>>,
}

fn try_recipe(
    recipe: Recipe,
    material: &Material,
    pipeline: &Pipeline,
    watch: &dyn Watch,
) -> Result<Trial> {
    watch.stage("tune");
    watch.note(&format!("trying {}", recipe.name));
    let values = match recipe.vectorize.norm {
        Norm::L2 => C_OF_UNIT_ROWS,
        Norm::L1 | Norm::None => C_OF_OTHER_ROWS,
    };
    let tried: Vec<Vec<Held>> = (0..material.count)
        .into_par_iter()
        .map(|fold| {
            watch.check()?;
            try_fold(&recipe, material, pipeline, fold, values, watch)
        })
        .collect::<Result<_>>()?;
    let candidate = |(place, &c): (usize, &f64)| {
        let accuracies: Vec<f64> = tried.iter().map(|fold| fold[place].accuracy).collect();
        let (accuracy, standard_error) = mean_and_error(&accuracies);
        Candidate { recipe: recipe.name.clone(), c, accuracy, standard_error }
    };
    let candidates = values.iter().enumerate().map(candidate).collect();
    let held_out = (0..values.len())
        .map(|place| tried.iter().flat_map(|fold| fold[place].scores.iter().copied()).collect())
        .collect();
    Ok(Trial { recipe, candidates, held_out })
}

/// One `C` on one held-out fold.
struct Held {
    accuracy: f64,
    scores: Vec<(f64, bool)>,
}

fn try_fold(
    recipe: &Recipe,
    material: &Material,
    pipeline: &Pipeline,
    fold: usize,
    values: &[f64],
    watch: &dyn Watch,
) -> Result<Vec<Held>> {
    let (train, train_classes) = material.part(fold, false);
    let (mut held, held_classes) = material.part(fold, true);
    let names = &material.corpus.names;
    let (vectorizer, rows) = Vectorizer::fit_transform(
        &recipe.vectorize,
        &train,
        names,
        material.joiner,
        &train_classes,
    )?;
    drop(train);
    renumber(&mut held, names, &vectorizer.vocabulary);
    let held_rows = vectorizer.transform(&held);
    values
        .iter()
        .map(|&c| {
            let params = ClassifyParams { c, calibration: None, ..pipeline.classify.clone() };
            let (labels, stop) = (&material.labels, watch.stop());
            let classifier = fit(&rows, &train_classes, labels, &recipe.vectorize, &params, stop)?;
            Ok(measure(&classifier, &held_rows, &held_classes))
        })
        .collect()
}

fn measure(classifier: &Classifier, rows: &CsrMatrix, classes: &[u32]) -> Held {
    let mut probabilities = Vec::new();
    let mut right = 0;
    let mut scores = Vec::new();
    for (row, &class) in classes.iter().enumerate() {
        let (columns, values) = rows.row(row);
        classifier.probabilities(columns, values, &mut probabilities);
        right += u32::from(best(&probabilities) as u32 == class);
        if let Classifier::Logistic { linear, .. } = classifier {
            scores.push((linear.score(columns, values), class == 1));
        }
    }
    Held { accuracy: f64::from(right) / classes.len().max(1) as f64, scores }
}

fn choose(pipeline: &Pipeline, trials: Vec<Trial>, grouped_by: &'static str) -> Result<Tuned> {
    let peak = |trial: &Trial| trial.candidates.iter().map(|one| one.accuracy).fold(0.0, f64::max);
    // The configured recipe stands first and wins ties.
    let mut winner = 0;
    for place in 1..trials.len() {
        if peak(&trials[place]) > peak(&trials[winner]) {
            winner = place;
        }
    }
    let candidates: Vec<Candidate> =
        trials.iter().flat_map(|trial| trial.candidates.clone()).collect();
    let Trial { recipe, candidates: tried, held_out } =
        trials.into_iter().nth(winner).expect("it was found there");
    let place = smallest_on_plateau(&tried);
    let mut classify = ClassifyParams {
        c: tried[place].c,
        calibration: None,
        calibrated_for: None,
        ..pipeline.classify.clone()
    };
    if !held_out[place].is_empty() {
        let (scores, positive): (Vec<f64>, Vec<bool>) = held_out[place].iter().copied().unzip();
        classify.calibration = Some(Calibration::fit(&scores, &positive)?);
    }
    Ok(Tuned {
        candidates,
        chosen: tried[place].clone(),
        grouped_by,
        analyze: recipe.analyze,
        vectorize: recipe.vectorize,
        classify,
    })
}

fn smallest_on_plateau(candidates: &[Candidate]) -> usize {
    let best = candidates.iter().max_by(|left, right| left.accuracy.total_cmp(&right.accuracy));
    let best = best.expect("some C was tried");
    let enough = best.accuracy - 0.5 * best.standard_error;
    candidates.iter().position(|one| one.accuracy >= enough).expect("the best itself is enough")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_c_of_the_plateau_is_taken() {
        let candidate = |c: f64, accuracy: f64| Candidate {
            recipe: String::new(),
            c,
            accuracy,
            standard_error: 0.002,
        };
        let tried = [
            candidate(1.0, 0.90),
            candidate(2.0, 0.9145),
            candidate(5.0, 0.915),
            candidate(9.0, 0.914),
        ];
        assert_eq!(smallest_on_plateau(&tried), 1);
    }
}
