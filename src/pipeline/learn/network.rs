//! A pipeline's documents → a network that tells their labels, measured on the test part.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::beside::{Beside, beside_linear};
use super::embed::load_embedding;
use super::lexicon::Lexicon;
use super::material::Material;
use super::place::learned_file;
use super::text_network::TextNetwork;
use super::vectors::start_vectors;
use crate::analyze::AnalyzeParams;
use crate::classify::{Metrics, best};
use crate::config::Pipeline;
use crate::data::Sequences;
use crate::error::{Error, Result};
use crate::files::AtomicFile;
use crate::learn::Curve;
use crate::learn::neural::{
    Body, Epoch, Examples, Input, Inputs, Layer, NetworkParams, Output, Predictor, Start, Targets,
    TrainParams, Trained, Validation, train,
};
use crate::pipeline::evaluate::{TestPart, evidence};
use crate::pipeline::folds::folds;
use crate::pipeline::known_texts::KnownTexts;
use crate::pipeline::outcome::{Evaluation, Unseen};
use crate::pipeline::split::leaked;
use crate::pipeline::watch::Watch;
use crate::trends::Histogram;

/// One of so many parts of the training part says when a training is at its best.
const PARTS: usize = 10;

/// What is learned, and how.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NetworkSettings {
    /// What it is kept as.
    pub name: String,
    /// What makes one row of the tokens.
    pub body: Body,
    /// Widths of the dense layers behind it.
    pub hidden: Vec<usize>,
    /// What follows each of them.
    pub activation: crate::learn::neural::Activation,
    /// Share of the numbers before dense layers that are left out while learning.
    pub dropout: f64,
    /// The same of the tokens' vectors.
    pub token_dropout: f64,
    /// Length of a token's vector.
    pub dimensions: usize,
    /// Terms of fewer training documents are not known.
    pub min_count: usize,
    /// Tokens after so many are not read.
    pub longest: usize,
    /// The embedding whose vectors it starts from; else they are random.
    pub embedding: Option<String>,
    /// Whether the vectors of tokens learn with the rest.
    pub tuned: bool,
    /// How it is trained.
    pub training: TrainParams,
}

/// What was learned.
#[derive(Debug, Clone, Serialize)]
pub struct LearnedNetwork {
    /// The pipeline.
    pub pipeline: String,
    /// Where the network is kept, if it is.
    pub file: Option<PathBuf>,
    /// What was asked for.
    pub settings: NetworkSettings,
    /// How the texts were cut.
    pub analyze: AnalyzeParams,
    /// The network's arrays.
    pub layers: Vec<Layer>,
    /// How many numbers it learned.
    pub parameters: usize,
    /// Terms that have a vector.
    pub terms: usize,
    /// Documents of the validation part.
    pub validation_documents: usize,
    /// How often the others were shown.
    pub epochs: usize,
    /// After which of them it was best.
    pub best_epoch: usize,
    /// What the validation part said then.
    pub validation: Option<Validation>,
    /// What it is worth, measured once; absent without a test part.
    pub evaluation: Option<Evaluation>,
    /// What later documents are compared with; absent without a test part.
    pub test_part: Option<TestPart>,
    /// The pipeline's linear model on the same documents, and the mean of the two.
    pub beside: Vec<Beside>,
    /// What the losses did.
    pub curve: Curve,
    /// Time for reading and cutting the texts.
    pub seconds_reading: f64,
    /// Time for training.
    pub seconds_training: f64,
}

/// The settings of the analyzer that networks read with: they see order themselves, so that
/// neither the characters behind the morphemes nor marks of negation are needed. What
/// `--set` says of them, as `is_set` knows, stands.
pub fn analyze_for_networks(
    analyze: &AnalyzeParams,
    is_set: impl Fn(&str) -> bool,
) -> AnalyzeParams {
    let mut analyze = analyze.clone();
    if !is_set("analyze.characters") {
        analyze.characters = false;
    }
    if !is_set("analyze.negation") {
        analyze.negation = 0;
    }
    analyze
}

/// Trains a network on the pipeline's training part, measures it on the test part, and
/// keeps it.
///
/// # Errors
/// If the source cannot be read, labels are missing, the training diverges, the result
/// cannot be kept, or an interrupt.
pub fn learn_network(
    (pipeline, analyze): (&Pipeline, &AnalyzeParams),
    settings: &NetworkSettings,
    state: &Path,
    watch: &dyn Watch,
) -> Result<LearnedNetwork> {
    let file = learned_file(state, &pipeline.name, &settings.name)?;
    settings.training.check()?;
    let start = Instant::now();
    let material = Material::read(pipeline, analyze, state, watch)?;
    let seconds_reading = start.elapsed().as_secs_f64();
    let lexicon = lexicon(&material, settings)?;
    let start = Instant::now();
    let begin = Beginning::of(settings, &lexicon, state, watch)?;
    let (trained, held) = trained(&material, &lexicon, (settings, &begin), watch)?;
    let seconds_training = start.elapsed().as_secs_f64();
    watch.stage("evaluate");
    let test = Tested::of(&material, &lexicon, &trained)?;
    let evaluation =
        test.as_ref().map(|test| test.evaluation(&material, lexicon.len() - 2)).transpose()?;
    let beside = match &test {
        Some(test) => beside_linear(pipeline, state, &material, test, watch)?,
        None => Vec::new(),
    };
    let labels = material.labels.clone();
    let Trained { network, curve, best_epoch, epochs, validation } = trained;
    let learned = LearnedNetwork {
        pipeline: pipeline.name.clone(),
        file: Some(file.clone()),
        settings: settings.clone(),
        analyze: analyze.clone(),
        layers: network.layers(),
        parameters: network.parameters(),
        terms: lexicon.len() - 2,
        validation_documents: held,
        epochs,
        best_epoch,
        validation,
        evaluation,
        test_part: test.as_ref().map(|test| test.part(labels.len())),
        beside,
        curve,
        seconds_reading,
        seconds_training,
    };
    let train = material.parts.train.iter();
    let known = train.map(|&place| material.corpus.documents[place].content).collect();
    let known = KnownTexts::new(known);
    let rooms = (&pipeline.clean, analyze);
    let text_network = TextNetwork::new(labels, rooms, lexicon, network, known)?;
    keep(&file, &learned, &text_network)?;
    Ok(learned)
}

fn lexicon(material: &Material, settings: &NetworkSettings) -> Result<Lexicon> {
    if material.labels.len() < 2 {
        return Err(Error::data("there are fewer than two labels to tell apart")
            .hinted("check `source.columns.label`"));
    }
    let corpus = &material.corpus;
    let train = &material.parts.train;
    let lexicon = Lexicon::of(&corpus.names, &corpus.sequences, train, settings.min_count);
    match lexicon.len() > 2 {
        true => Ok(lexicon),
        false => Err(Error::data("no term stands in enough documents").hinted("lower --min-count")),
    }
}

/// The vectors of tokens before anything is learned.
struct Beginning {
    dimensions: usize,
    vectors: Option<Vec<f32>>,
}

impl Beginning {
    fn of(
        settings: &NetworkSettings,
        lexicon: &Lexicon,
        state: &Path,
        watch: &dyn Watch,
    ) -> Result<Self> {
        let Some(name) = &settings.embedding else {
            return Ok(Beginning { dimensions: settings.dimensions, vectors: None });
        };
        let embedding = load_embedding(state, name)?;
        let (vectors, found) = start_vectors(lexicon, &embedding, settings.training.seed)?;
        let terms = lexicon.len() - 2;
        watch.note(&format!("{found} of {terms} terms start from the embedding `{name}`"));
        Ok(Beginning { dimensions: embedding.dimensions, vectors: Some(vectors) })
    }

    fn start(&self) -> Start<'_> {
        self.vectors.as_deref().map_or(Start::Seed, Start::Embedding)
    }
}

fn params(
    settings: &NetworkSettings,
    dimensions: usize,
    vocabulary: usize,
    labels: usize,
) -> NetworkParams {
    NetworkParams {
        input: Input::Tokens {
            vocabulary,
            dimensions,
            longest: settings.longest,
            dropout: settings.token_dropout,
            tuned: settings.tuned,
        },
        body: settings.body.clone(),
        hidden: settings.hidden.clone(),
        activation: settings.activation,
        dropout: settings.dropout,
        output: Output::Classes(labels),
    }
}

/// The trained network, and how many documents said when it was best.
fn trained(
    material: &Material,
    lexicon: &Lexicon,
    (settings, begin): (&NetworkSettings, &Beginning),
    watch: &dyn Watch,
) -> Result<(Trained, usize)> {
    let params = params(settings, begin.dimensions, lexicon.len(), material.labels.len());
    params.check()?;
    let train_part = &material.parts.train;
    let corpus = &material.corpus;
    let texts = lexicon.encode(&corpus.names, &corpus.sequences, train_part);
    let classes = material.classes(train_part);
    let examples = Examples { inputs: Inputs::Tokens(&texts), targets: Targets::Classes(&classes) };
    let Parted { learned, held } = Parted::of(material, settings.training.seed);
    watch.stage("train");
    let mut told = |epoch: &Epoch| tell(epoch, watch);
    let given = (&examples, learned.as_slice(), held.as_slice());
    let trained =
        train(&params, &settings.training, &begin.start(), given, &mut told, watch.stop())?;
    Ok((trained, held.len()))
}

pub(super) fn tell(epoch: &Epoch, watch: &dyn Watch) {
    let before = (epoch.epoch - 1) * epoch.examples;
    watch.advance((before + epoch.shown) as u64, None);
    if let Some((loss, validation)) = &epoch.losses {
        let validation = validation.map_or(String::new(), |one| {
            let accuracy = one.accuracy.map(|accuracy| format!(", accuracy {accuracy:.4}"));
            format!("; validation loss {:.4}{}", one.loss, accuracy.unwrap_or_default())
        });
        watch.note(&format!("epoch {}: loss {loss:.4}{validation}", epoch.epoch));
    }
}

/// The training part: what is learned from, and what says when a training is at its best.
pub(super) struct Parted {
    pub learned: Vec<usize>,
    pub held: Vec<usize>,
}

impl Parted {
    pub fn of(material: &Material, seed: u64) -> Self {
        let train = &material.parts.train;
        let folds = folds(&material.corpus.documents, train, PARTS);
        let fold = (seed % PARTS as u64) as usize;
        let (held, learned) = (0..train.len()).partition(|place| folds[*place] == fold);
        Parted { learned, held }
    }
}

/// The test part and what a network says of it.
pub(super) struct Tested {
    pub classes: Vec<u32>,
    /// A row a document.
    pub probabilities: Vec<f64>,
    /// Whether its text stands in the training part.
    pub leaked: Vec<bool>,
}

impl Tested {
    /// `None` if there is no test part.
    fn of(material: &Material, lexicon: &Lexicon, trained: &Trained) -> Result<Option<Self>> {
        let corpus = &material.corpus;
        let test = &material.parts.test;
        if test.is_empty() {
            return Ok(None);
        }
        let texts: Sequences = lexicon.encode(&corpus.names, &corpus.sequences, test);
        let all: Vec<usize> = (0..texts.len()).collect();
        let predictor = Predictor::new(&trained.network)?;
        let said = predictor.predict(&Inputs::Tokens(&texts), &all)?;
        Ok(Some(Tested::new(material, said)))
    }

    /// What was said of the test part, a row a document.
    pub fn new(material: &Material, probabilities: Vec<f64>) -> Self {
        Tested {
            classes: material.classes(&material.parts.test),
            probabilities,
            leaked: leaked(&material.corpus.documents, &material.parts),
        }
    }

    /// What `probabilities` are worth on these documents.
    pub fn measure(
        &self,
        probabilities: &[f64],
        labels: &[String],
    ) -> Result<(Metrics, Option<Unseen>)> {
        let rows = probabilities.chunks_exact(labels.len());
        let predicted: Vec<u32> = rows.map(|row| best(row) as u32).collect();
        let unseen = crate::pipeline::evaluate::unseen(&self.classes, &predicted, &self.leaked);
        let metrics = Metrics::new(&self.classes, &predicted, probabilities, labels.to_vec())?;
        Ok((metrics, unseen))
    }

    /// What its probabilities look like.
    pub fn part(&self, labels: usize) -> TestPart {
        let rows = self.probabilities.chunks_exact(labels);
        let evidence = rows.map(|row| {
            let class = best(row);
            evidence(class, row[class] as f32, labels)
        });
        let probabilities = Histogram::of(&evidence.collect::<Vec<f32>>());
        TestPart { probabilities, unknown_terms: None }
    }

    pub fn evaluation(&self, material: &Material, features: usize) -> Result<Evaluation> {
        let (metrics, unseen) = self.measure(&self.probabilities, &material.labels)?;
        Ok(Evaluation {
            metrics,
            unseen,
            split: if material.parts.official { "official" } else { "hash" }.to_owned(),
            train_documents: material.parts.train.len() as u64,
            features: features as u64,
        })
    }
}

/// The network, and beside it what is known of it.
fn keep(file: &Path, learned: &LearnedNetwork, text_network: &TextNetwork) -> Result<()> {
    let folder = file.parent().expect("a learned file stands in a folder");
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::file("cannot make the folder", folder, error))?;
    text_network.save(file)?;
    let text = serde_json::to_string_pretty(learned).expect("what was learned is plain data");
    AtomicFile::write(&file.with_extension("json"), (text + "\n").as_bytes())
}
