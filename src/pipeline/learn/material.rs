//! A pipeline's source → the documents that a model of the learning room is trained on.
//!
//! In: a pipeline. Out: its documents as token numbers, with labels, ratings and parts.
//! Promises: the test part is the one that `run` measures on.

use std::path::Path;

use crate::analyze::{AnalyzeParams, Analyzer};
use crate::clean::Cleaner;
use crate::config::Pipeline;
use crate::data::{CsrMatrix, Sequences};
use crate::error::{Error, Result};
use crate::pipeline::download::{fetch, or_anew};
use crate::pipeline::ingest::{Corpus, ingest};
use crate::pipeline::run::{classes, labels, renumber};
use crate::pipeline::split::{Parts, split};
use crate::pipeline::watch::Watch;
use crate::vectorize::{VectorizeParams, Vectorizer, Weighting};

/// The documents of a pipeline.
pub(in crate::pipeline) struct Material {
    /// All documents as token numbers.
    pub corpus: Corpus,
    /// Which of them are learned from and which are measured on.
    pub parts: Parts,
    /// Stands between the tokens of an n-gram.
    pub joiner: &'static str,
    /// Names of the classes, sorted by bytes; empty without labels.
    #[cfg_attr(not(feature = "neural"), allow(dead_code, reason = "networks ask for it"))]
    pub labels: Vec<String>,
}

impl Material {
    /// Reads the source of `pipeline`, cut as `analyze` says.
    ///
    /// # Errors
    /// If the source or a dictionary cannot be read, there is no document to learn from,
    /// or an interrupt.
    pub fn read(
        pipeline: &Pipeline,
        analyze: &AnalyzeParams,
        state: &Path,
        watch: &dyn Watch,
    ) -> Result<Self> {
        crate::pipeline::dictionary::ensure_for(analyze, watch)?;
        let path = fetch(pipeline, state, false, watch)?;
        watch.stage("source");
        let analyzer = Analyzer::open(analyze)?;
        let mut source = crate::pipeline::open_source::open_grouped(&pipeline.source, &path)?;
        let mut corpus =
            ingest(source.as_mut(), &Cleaner::open(&pipeline.clean)?, &analyzer, watch)
                .map_err(|error| or_anew(error, pipeline))?;
        let mut skipped = source.skipped();
        skipped.join(std::mem::take(&mut corpus.skipped));
        for example in &skipped.examples {
            watch.note(&format!("row left out: {example}"));
        }
        corpus.skipped = skipped;
        let parts = split(&corpus.documents, pipeline.evaluate.test_size);
        if parts.train.is_empty() {
            return Err(Error::data("no document is in the training part")
                .at(path.display().to_string())
                .hinted("check `source.path` and `source.columns.text`"));
        }
        let labels = labels(&corpus, &parts);
        Ok(Material { corpus, parts, joiner: analyzer.joiner(), labels })
    }

    /// Class of each document in `places`, numbered as [`Material::labels`].
    #[cfg_attr(not(feature = "neural"), allow(dead_code, reason = "networks ask for it"))]
    pub fn classes(&self, places: &[usize]) -> Vec<u32> {
        classes(&self.corpus, places, &self.labels)
    }

    /// The TF-IDF rows of the training part and of the test part; the vectorizer learns
    /// from the training part alone.
    ///
    /// # Errors
    /// If no term is left.
    pub fn tfidf(&self, params: &VectorizeParams) -> Result<TfidfRows> {
        self.tfidf_of(&self.parts.train, &self.parts.test, params)
    }

    /// The same for any two parts, given by the places of their documents.
    ///
    /// # Errors
    /// If no term is left.
    pub fn tfidf_of(
        &self,
        train: &[usize],
        test: &[usize],
        params: &VectorizeParams,
    ) -> Result<TfidfRows> {
        let params = VectorizeParams { weighting: Weighting::Tfidf, ..params.clone() };
        let train = self.corpus.sequences.select(train);
        let names = &self.corpus.names;
        let (vectorizer, train) =
            Vectorizer::fit_transform(&params, &train, names, self.joiner, &[])?;
        let mut test: Sequences = self.corpus.sequences.select(test);
        renumber(&mut test, names, &vectorizer.vocabulary);
        let test = vectorizer.transform(&test);
        Ok(TfidfRows { vectorizer, train, test })
    }
}

/// Both parts as TF-IDF rows.
pub(in crate::pipeline) struct TfidfRows {
    /// Tokens → row.
    pub vectorizer: Vectorizer,
    /// One row a document that the vectorizer learned from.
    pub train: CsrMatrix,
    /// One row a document of the other part.
    pub test: CsrMatrix,
}
