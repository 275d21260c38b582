//! The models that label the documents of a pipeline, and what is known of them.

use std::path::Path;

use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::pipeline::evaluate::TestPart;
use crate::pipeline::labeler::{Labeler, evidence_of, find_labeler};
use crate::pipeline::outcome::Evaluation;
use crate::pipeline::watch::Watch;

/// A model that labels documents of one language, or those of which none is known.
pub struct Scorer {
    /// The pipeline that trained it.
    pub pipeline: String,
    /// The language whose documents it labels; empty: all others.
    pub language: String,
    /// Documents that it learned from; 0 if that is not known.
    pub learned: u64,
    /// What it is worth, if it was measured.
    pub evaluation: Option<Evaluation>,
    /// What it was measured on, if that was kept.
    pub test_part: Option<TestPart>,
    /// Its place in [`Scorers::models`].
    pub(super) model: usize,
}

/// All models of a pipeline.
pub struct Scorers {
    /// By language, the one for all others last.
    pub scorers: Vec<Scorer>,
    /// Languages whose model is not trained, with the pipeline that would train it.
    pub untrained: Vec<(String, String)>,
    models: Vec<Labeler>,
}

impl Scorers {
    /// Loads the models that `score` names.
    ///
    /// # Errors
    /// If it names none, none of them is trained, one is damaged, or their labels differ.
    pub fn load(pipeline: &Pipeline, state: &Path, watch: &dyn Watch) -> Result<Self> {
        let named = pipeline.score.models.iter().map(|(language, name)| (language.as_str(), name));
        let named: Vec<(&str, &String)> =
            named.chain(pipeline.score.model.iter().map(|name| ("", name))).collect();
        if named.is_empty() {
            return Err(Error::usage(format!("pipeline `{}` names no model", pipeline.name)).hinted(
                "say whose model labels its documents: `score.model = \"NAME\"`, or by language \
                 `score.models = { ko = \"NAME\" }`",
            ));
        }
        let mut all = Scorers { scorers: Vec::new(), untrained: Vec::new(), models: Vec::new() };
        let mut names: Vec<&String> = Vec::new();
        for (language, name) in named {
            let place = match names.iter().position(|known| *known == name) {
                Some(place) => place,
                None => {
                    let Some(model) = find_labeler(state, name, watch)? else {
                        all.untrained.push((language.to_owned(), name.clone()));
                        continue;
                    };
                    names.push(name);
                    all.models.push(model);
                    all.models.len() - 1
                }
            };
            let kept = evidence_of(state, name, all.models[place].identity());
            let learned = kept.as_ref().map_or(0, |kept| kept.learned.documents);
            let (evaluation, test_part) =
                kept.map_or((None, None), |kept| (kept.metrics, kept.test_part));
            all.scorers.push(Scorer {
                pipeline: name.clone(),
                language: language.to_owned(),
                learned,
                evaluation,
                test_part: test_part.filter(|part| part.probabilities.is_sound()),
                model: place,
            });
        }
        all.check(pipeline)?;
        Ok(all)
    }

    fn check(&self, pipeline: &Pipeline) -> Result<()> {
        let Some(first) = self.scorers.first() else {
            let commands = self.untrained.iter().map(|(_, name)| match name.split_once('/') {
                None => format!("`malmoi run {name}`"),
                Some((pipeline, learned)) => {
                    format!("`malmoi learn rnn {pipeline} --name {learned}` (or `cnn`, `mlp`)")
                }
            });
            let mut commands: Vec<String> = commands.collect();
            commands.dedup();
            let names = self.untrained.iter().map(|(_, name)| format!("`{name}`"));
            let mut names: Vec<String> = names.collect();
            names.dedup();
            let names = names.join(" and ");
            let message =
                format!("pipeline `{}` has no trained model to label with", pipeline.name);
            return Err(Error::data(message)
                .at(format!("setting `score`, which names {names}"))
                .hinted(format!("train it with {}", commands.join(" and "))));
        };
        let labels = |scorer: &Scorer| self.models[scorer.model].labels();
        match self.scorers.iter().find(|scorer| labels(scorer) != labels(first)) {
            None => Ok(()),
            Some(other) => {
                let (one, two) = (&first.pipeline, &other.pipeline);
                let message = format!("the models of `{one}` and `{two}` have different labels");
                let (one, two) = (labels(first).join(", "), labels(other).join(", "));
                Err(Error::usage(message)
                    .at("setting `score`")
                    .hinted(format!("`{one}` and `{two}`; `source.labels` gives them one name")))
            }
        }
    }

    /// The labels of all of them.
    pub fn labels(&self) -> &[String] {
        self.models[0].labels()
    }

    /// The model of a scorer.
    pub fn model(&self, scorer: usize) -> &Labeler {
        &self.models[self.scorers[scorer].model]
    }

    /// All models, each once.
    pub(super) fn models(&self) -> &[Labeler] {
        &self.models
    }

    /// Which one labels a document of this language; the last one all others.
    pub fn of(&self, language: &str) -> Option<usize> {
        let of = |language: &str| self.scorers.iter().position(|one| one.language == language);
        of(language).or_else(|| of(""))
    }
}
