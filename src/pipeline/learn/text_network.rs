//! Text → probabilities, by a network.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reading::{Reading, ReadingHead, ReadingWorker};
use crate::analyze::{AnalyzeParams, Analyzer};
use crate::clean::{CleanParams, Cleaner};
use crate::error::{Error, Result};
use crate::files::{le_bytes, le_numbers};
use crate::learn::neural::{Network, Output, Predictor, Stored};
use crate::pipeline::fingerprint::dictionaries;
use crate::pipeline::known_texts::KnownTexts;
use crate::pipeline::model::dictionaries_changed;
use crate::pipeline::watch::Watch;

/// The file's part that tells the texts it learned from.
const TRAINED: &str = "trained";

/// A network and the rooms before it, as they were when it learned.
pub struct TextNetwork {
    /// Names of the classes, sorted by bytes.
    pub labels: Vec<String>,
    /// Settings of the cleaner.
    pub clean: CleanParams,
    /// Settings of the analyzer.
    pub analyze: AnalyzeParams,
    /// Tells it from all other models; 0 until it is kept.
    pub identity: u64,
    /// The texts that it learned from.
    pub trained: KnownTexts,
    pub(in crate::pipeline) cleaner: Cleaner,
    analyzer: Analyzer,
    reading: Reading,
    network: Network,
}

/// What stands in the header of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    malmoi: String,
    labels: Vec<String>,
    clean: CleanParams,
    analyze: AnalyzeParams,
    /// Sums of the dictionaries that `analyze` names: their files may change later.
    dictionaries: Vec<String>,
    /// How a cut text becomes what the network reads.
    #[serde(default)]
    reading: ReadingHead,
}

impl TextNetwork {
    pub(super) fn new(
        labels: Vec<String>,
        (clean, analyze): (&CleanParams, &AnalyzeParams),
        reading: Reading,
        network: Network,
        trained: KnownTexts,
    ) -> Result<Self> {
        Ok(TextNetwork {
            labels,
            identity: 0,
            trained,
            cleaner: Cleaner::open(clean)?,
            analyzer: Analyzer::open(analyze)?,
            clean: clean.clone(),
            analyze: analyze.clone(),
            reading,
            network,
        })
    }

    /// The network behind it.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// A worker with its own memory of terms.
    pub fn worker(&self) -> TextNetworkWorker<'_> {
        TextNetworkWorker {
            text_network: self,
            reading: self.reading.worker(&self.analyzer),
            predictor: Predictor::new(&self.network)
                .expect("shapes were checked when the network was made"),
        }
    }

    /// Writes the file, whole or not at all; gives its [`TextNetwork::identity`].
    ///
    /// # Errors
    /// If it cannot be written, or a dictionary is not there any more.
    pub fn save(&self, path: &Path) -> Result<u64> {
        let (reading, mut extra) = self.reading.to_parts();
        let head = Head {
            malmoi: env!("CARGO_PKG_VERSION").to_owned(),
            labels: self.labels.clone(),
            clean: self.clean.clone(),
            analyze: self.analyze.clone(),
            dictionaries: dictionaries(&self.analyze)?,
            reading,
        };
        let metadata = serde_json::to_value(head).expect("a head is plain data");
        let network = self.network.clone();
        extra.insert(TRAINED.to_owned(), le_bytes(self.trained.numbers(), u64::to_le_bytes));
        Stored { network, metadata, extra }.save(path)
    }

    /// Reads the file; the Korean dictionary is installed if it is needed and not there.
    ///
    /// # Errors
    /// If the file is missing or damaged, or a dictionary changed since.
    pub fn load(path: &Path, watch: &dyn Watch) -> Result<Self> {
        let (Stored { network, metadata, extra }, identity) = Stored::load_with_sum(path)?;
        let head = head(metadata).map_err(|why| damaged(path, &why))?;
        let reading =
            Reading::from_parts(&head.reading, &extra).map_err(|why| damaged(path, why))?;
        let trained = extra.get(TRAINED).and_then(|bytes| le_numbers(bytes, u64::from_le_bytes));
        let trained = trained
            .and_then(KnownTexts::read)
            .ok_or_else(|| damaged(path, "the texts that it learned from are no numbers"))?;
        let params = network.params();
        if !reading.fits(&params.input) || params.output != Output::Classes(head.labels.len()) {
            return Err(damaged(path, "labels, terms and weights do not fit together"));
        }
        crate::pipeline::dictionary::ensure_for(&head.analyze, watch)?;
        if dictionaries(&head.analyze)? != head.dictionaries {
            return Err(dictionaries_changed(&head.analyze, path));
        }
        let rooms = (&head.clean, &head.analyze);
        let network = TextNetwork::new(head.labels, rooms, reading, network, trained)?;
        Ok(TextNetwork { identity, ..network })
    }
}

fn head(metadata: Value) -> std::result::Result<Head, String> {
    serde_json::from_value(metadata).map_err(|error| format!("its header: {error}"))
}

fn damaged(path: &Path, why: &str) -> Error {
    Error::data(format!("the network is damaged: {why}"))
        .at(path.display().to_string())
        .hinted("train it again")
}

/// Labels one text after another.
pub struct TextNetworkWorker<'a> {
    text_network: &'a TextNetwork,
    reading: ReadingWorker<'a>,
    predictor: Predictor<'a>,
}

impl TextNetworkWorker<'_> {
    /// The probabilities of the labels, for one text of many.
    ///
    /// # Errors
    /// Why it must be left out.
    pub fn probabilities(
        &mut self,
        text: &str,
        out: &mut Vec<f64>,
    ) -> std::result::Result<(), String> {
        let text = self.text_network.cleaner.try_clean(text)?;
        self.probabilities_of_clean(&text, out)
    }

    /// The same for a text that is clean already.
    ///
    /// # Errors
    /// If the network's answer is no number.
    pub fn probabilities_of_clean(
        &mut self,
        text: &str,
        out: &mut Vec<f64>,
    ) -> std::result::Result<(), String> {
        *out = self.reading.predict(text, &self.predictor).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// How many terms the last text has, and how many of those are not known.
    pub fn terms(&self) -> (u32, u32) {
        self.reading.terms()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Interner, Sequences};
    use crate::learn::neural::{Activation, Body, Input, NetworkParams};
    use crate::pipeline::learn::lexicon::Lexicon;
    use crate::pipeline::watch::Silent;

    fn sample() -> TextNetwork {
        let mut names = Interner::default();
        let mut sequences = Sequences::default();
        sequences.push(["bad", "film", "good"].map(|term| names.intern(term)));
        let lexicon = Lexicon::of(&names, &sequences, &[0], 1);
        let params = NetworkParams {
            input: Input::Tokens {
                vocabulary: lexicon.len(),
                dimensions: 4,
                longest: 9,
                dropout: 0.0,
                tuned: true,
            },
            body: Body::Convolution { widths: vec![1, 2], filters: 3 },
            hidden: Vec::new(),
            activation: Activation::Relu,
            dropout: 0.0,
            output: Output::Classes(2),
        };
        let network = Network::new(&params, 1).unwrap();
        let labels = vec!["negative".to_owned(), "positive".to_owned()];
        let settings = (&CleanParams::default(), &AnalyzeParams::default());
        let reading = Reading::Tokens(lexicon);
        TextNetwork::new(labels, settings, reading, network, KnownTexts::new(vec![7, 9])).unwrap()
    }

    #[test]
    fn what_is_kept_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.safetensors");
        let before = sample();
        before.save(&path).unwrap();
        let after = TextNetwork::load(&path, &Silent::default()).unwrap();
        assert_eq!(after.labels, before.labels);
        let texts = ["A <b>good</b> film", "", "bad bad good"];
        let (mut one, mut other) = (before.worker(), after.worker());
        let (mut expected, mut said) = (Vec::new(), Vec::new());
        for text in texts {
            one.probabilities(text, &mut expected).unwrap();
            other.probabilities(text, &mut said).unwrap();
            assert_eq!(expected, said);
            assert!((said[0] + said[1] - 1.0).abs() < 1e-12);
        }
        assert_eq!(one.terms(), (3, 0));
        one.probabilities("a good story", &mut said).unwrap();
        assert_eq!(one.terms().1, 1);
    }

    #[test]
    fn labels_and_weights_have_to_fit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.safetensors");
        let mut network = sample();
        network.labels.push("third".to_owned());
        network.save(&path).unwrap();
        let error = TextNetwork::load(&path, &Silent::default()).err().expect("it is damaged");
        assert!(error.to_string().contains("do not fit together"), "{error}");
    }
}
