//! A pipeline's documents → a network that tells their labels, measured on the test part.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::beside::{Beside, beside_linear};
use super::embed::load_embedding;
use super::lexicon::Lexicon;
use super::material::Material;
use super::place::learned_file;
use super::reading::{Read, Reading};
use super::reduced::ReducedRows;
use super::tested::Tested;
use super::text_network::TextNetwork;
use super::vectors::start_vectors;
use crate::analyze::AnalyzeParams;
use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::files::AtomicFile;
use crate::learn::Curve;
use crate::learn::neural::{
    Body, Epoch, Examples, Input, Layer, NetworkParams, Output, Start, Targets, TrainParams,
    Trained, Validation, train,
};
use crate::pipeline::evaluate::TestPart;
use crate::pipeline::folds::folds;
use crate::pipeline::known_texts::KnownTexts;
use crate::pipeline::outcome::Evaluation;
use crate::pipeline::watch::Watch;

/// The field that says which network the facts beside it are about.
const IDENTITY: &str = "identity";

/// One of so many parts of the training part says when a training is at its best.
const PARTS: usize = 10;

/// What is learned, and how.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NetworkSettings {
    /// What it is kept as.
    pub name: String,
    /// What makes one row of the tokens; [`Body::Plain`] reads no tokens, but the text's
    /// TF-IDF row, reduced by a truncated SVD.
    pub body: Body,
    /// Widths of the dense layers behind it.
    pub hidden: Vec<usize>,
    /// What follows each of them.
    pub activation: crate::learn::neural::Activation,
    /// Share of the numbers before dense layers that are left out while learning.
    pub dropout: f64,
    /// The same of the tokens' vectors.
    pub token_dropout: f64,
    /// Length of a token's vector, or of a text's row.
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
    /// Whether it is measured on the test part.
    pub tested: bool,
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
    /// Terms that are told apart.
    pub terms: usize,
    /// Documents of the validation part.
    pub validation_documents: usize,
    /// How often the others were shown.
    pub epochs: usize,
    /// After which of them it was best.
    pub best_epoch: usize,
    /// What the validation part said then.
    pub validation: Option<Validation>,
    /// What it is worth, measured once; absent without a test part, or if it is left alone.
    pub evaluation: Option<Evaluation>,
    /// What later documents are compared with; absent without a test part.
    pub test_part: Option<TestPart>,
    /// The pipeline's linear model on the same documents, and the mean of the two.
    pub beside: Vec<Beside>,
    /// What the losses did.
    pub curve: Curve,
    /// Time for reading and cutting the texts, and for reducing their rows.
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
    if material.labels.len() < 2 {
        return Err(Error::data("there are fewer than two labels to tell apart")
            .hinted("check `source.columns.label`"));
    }
    let Prepared { reading, train, test, begin } =
        Prepared::of(&material, pipeline, settings, state, watch)?;
    let seconds_reading = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let parted = Parted::of(&material, settings.training.seed);
    let trained = trained(&material, (&train, &begin), settings, &parted, watch)?;
    let seconds_training = start.elapsed().as_secs_f64();
    let guessed = (material.labels.len() as f64).ln();
    if trained.validation.as_ref().is_some_and(|one| one.loss > guessed) {
        watch.note("the network is worse than guessing: try a lower --learning-rate");
    }
    watch.stage("evaluate");
    let test = match settings.tested {
        true => Tested::of(&material, &test, &trained)?,
        false => None,
    };
    let evaluation =
        test.as_ref().map(|test| test.evaluation(&material, reading.terms())).transpose()?;
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
        terms: reading.terms(),
        validation_documents: parted.held.len(),
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
    let text_network = TextNetwork::new(labels, rooms, reading, network, known)?;
    keep(&file, &learned, &text_network)?;
    Ok(learned)
}

/// What a network reads, and how it begins.
struct Prepared {
    reading: Reading,
    train: Read,
    test: Read,
    begin: Beginning,
}

impl Prepared {
    fn of(
        material: &Material,
        pipeline: &Pipeline,
        settings: &NetworkSettings,
        state: &Path,
        watch: &dyn Watch,
    ) -> Result<Self> {
        if settings.body == Body::Plain {
            watch.stage("reduce");
            let size = (settings.dimensions, settings.training.seed);
            let (rows, train, test) = ReducedRows::fit(material, &pipeline.vectorize, size, watch)?;
            let begin = Beginning { input: Input::Rows { columns: rows.width() }, vectors: None };
            return Ok(Prepared { reading: Reading::Reduced(Box::new(rows)), train, test, begin });
        }
        let (names, sequences) = (&material.corpus.names, &material.corpus.sequences);
        let parts = &material.parts;
        let lexicon = Lexicon::of(names, sequences, &parts.train, settings.min_count);
        if lexicon.terms().next().is_none() {
            return Err(
                Error::data("no term stands in enough documents").hinted("lower --min-count")
            );
        }
        let encoded = |places| Read::Tokens(lexicon.encode(names, sequences, places));
        let (train, test) = (encoded(&parts.train), encoded(&parts.test));
        let begin = Beginning::of(settings, &lexicon, state, watch)?;
        Ok(Prepared { reading: Reading::Tokens(lexicon), train, test, begin })
    }
}

/// What comes in, and the vectors of tokens before anything is learned.
struct Beginning {
    input: Input,
    vectors: Option<Vec<f32>>,
}

impl Beginning {
    fn of(
        settings: &NetworkSettings,
        lexicon: &Lexicon,
        state: &Path,
        watch: &dyn Watch,
    ) -> Result<Self> {
        let input = |dimensions| Input::Tokens {
            vocabulary: lexicon.len(),
            dimensions,
            longest: settings.longest,
            dropout: settings.token_dropout,
            tuned: settings.tuned,
        };
        let Some(name) = &settings.embedding else {
            return Ok(Beginning { input: input(settings.dimensions), vectors: None });
        };
        let embedding = load_embedding(state, name)?;
        let (vectors, found) = start_vectors(lexicon, &embedding, settings.training.seed)?;
        let terms = lexicon.terms().count();
        watch.note(&format!("{found} of {terms} terms start from the embedding `{name}`"));
        Ok(Beginning { input: input(embedding.dimensions), vectors: Some(vectors) })
    }

    fn start(&self) -> Start<'_> {
        self.vectors.as_deref().map_or(Start::Seed, Start::Embedding)
    }
}

fn trained(
    material: &Material,
    (train_part, begin): (&Read, &Beginning),
    settings: &NetworkSettings,
    parted: &Parted,
    watch: &dyn Watch,
) -> Result<Trained> {
    let params = NetworkParams {
        input: begin.input.clone(),
        body: settings.body.clone(),
        hidden: settings.hidden.clone(),
        activation: settings.activation,
        dropout: settings.dropout,
        output: Output::Classes(material.labels.len()),
    };
    params.check()?;
    let classes = material.classes(&material.parts.train);
    let examples = Examples { inputs: train_part.inputs(), targets: Targets::Classes(&classes) };
    watch.stage("train");
    let mut told = |epoch: &Epoch| tell(epoch, watch);
    let given = (&examples, parted.learned.as_slice(), parted.held.as_slice());
    train(&params, &settings.training, &begin.start(), given, &mut told, watch.stop())
}

fn tell(epoch: &Epoch, watch: &dyn Watch) {
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
struct Parted {
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

/// The network, and beside it what is known of it.
fn keep(file: &Path, learned: &LearnedNetwork, text_network: &TextNetwork) -> Result<()> {
    let folder = file.parent().expect("a learned file stands in a folder");
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::file("cannot make the folder", folder, error))?;
    let identity = text_network.save(file)?;
    let mut facts = serde_json::to_value(learned).expect("what was learned is plain data");
    // Should only one of the two be written, it shows that they do not belong together.
    facts[IDENTITY] = identity.into();
    let text = serde_json::to_string_pretty(&facts).expect("facts are plain data");
    AtomicFile::write(&file.with_extension("json"), (text + "\n").as_bytes())
}
