//! One text → one row: prediction, explanation and search all use it.

use super::terms::TermTable;
use crate::analyze::{AnalyzeParams, Analyzer};
use crate::clean::{CleanParams, Cleaner};
use crate::data::{BREAK, UNKNOWN};
use crate::error::Result;
use crate::vectorize::{Row, Vectorizer, Vocabulary};

/// Cleaner, analyzer and vectorizer, as they were when the model was trained.
pub struct Encoder {
    /// Settings of the cleaner.
    pub clean: CleanParams,
    /// Settings of the analyzer.
    pub analyze: AnalyzeParams,
    /// Html → Text.
    pub cleaner: Cleaner,
    /// Text → tokens.
    pub analyzer: Analyzer,
    /// Tokens → row.
    pub vectorizer: Vectorizer,
}

impl Encoder {
    /// Opens the rooms that `vectorizer` was fitted behind.
    ///
    /// # Errors
    /// If a setting or a dictionary cannot be used.
    pub fn new(
        clean: &CleanParams,
        analyze: &AnalyzeParams,
        vectorizer: Vectorizer,
    ) -> Result<Self> {
        Ok(Encoder {
            cleaner: Cleaner::open(clean)?,
            analyzer: Analyzer::open(analyze)?,
            clean: clean.clone(),
            analyze: analyze.clone(),
            vectorizer,
        })
    }

    /// A worker with its own memory of terms.
    pub fn worker(&self) -> EncoderWorker<'_> {
        EncoderWorker {
            encoder: self,
            table: TermTable::new(&self.analyzer, &self.vectorizer.vocabulary),
            tokens: Vec::new(),
            row: Row::default(),
        }
    }
}

/// Encodes one text after another without allocating.
pub struct EncoderWorker<'a> {
    encoder: &'a Encoder,
    table: TermTable<'a, &'a Vocabulary>,
    tokens: Vec<u32>,
    row: Row,
}

impl EncoderWorker<'_> {
    /// Rising columns and their weights.
    pub fn encode(&mut self, text: &str) -> (&[u32], &[f32]) {
        let text = self.encoder.cleaner.clean(text);
        self.encode_clean(&text)
    }

    /// The same for one text of many.
    ///
    /// # Errors
    /// Why it must be left out.
    pub fn try_encode(&mut self, text: &str) -> std::result::Result<(&[u32], &[f32]), String> {
        let text = self.encoder.cleaner.try_clean(text)?;
        Ok(self.encode_clean(&text))
    }

    /// The clean text, and the columns of its row with how often each occurs.
    ///
    /// # Errors
    /// Why it must be left out.
    pub(super) fn try_count(
        &mut self,
        text: &str,
    ) -> std::result::Result<(String, Vec<u32>, Vec<u32>), String> {
        let text = self.encoder.cleaner.try_clean(text)?;
        self.tokens.clear();
        self.table.encode(&text, &mut self.tokens);
        self.encoder.vectorizer.count_one(&self.tokens, &mut self.row);
        let counts = self.row.values.iter().map(|count| *count as u32).collect();
        Ok((text.into_owned(), self.row.columns.clone(), counts))
    }

    /// How many terms the last text has, and how many of those are not in the vocabulary.
    pub(super) fn terms(&self) -> (u32, u32) {
        let count = |is: fn(u32) -> bool| self.tokens.iter().filter(|one| is(**one)).count() as u32;
        (count(|token| token != BREAK), count(|token| token == UNKNOWN))
    }

    /// The same for a text that is clean already.
    pub(super) fn encode_clean(&mut self, text: &str) -> (&[u32], &[f32]) {
        self.tokens.clear();
        self.table.encode(text, &mut self.tokens);
        self.row()
    }

    /// The same; `traced` gets every token
    /// number and the bytes of the text it stands for.
    pub(super) fn trace(&mut self, text: &str, traced: &mut Traced) -> (&[u32], &[f32]) {
        self.tokens(text, traced);
        self.tokens.clone_from(&traced.numbers);
        self.row()
    }

    /// The same where the row is not needed.
    pub(super) fn tokens(&mut self, text: &str, traced: &mut Traced) {
        traced.numbers.clear();
        traced.places.clear();
        self.table.each(text, |number, token| {
            traced.numbers.push(number);
            traced.places.push((token.start as usize, token.end as usize));
        });
    }

    fn row(&mut self) -> (&[u32], &[f32]) {
        self.encoder.vectorizer.transform_one(&self.tokens, &mut self.row);
        (&self.row.columns, &self.row.values)
    }
}

/// The tokens of a text, as the vocabulary sees them.
#[derive(Debug, Default)]
pub(super) struct Traced {
    /// The vocabulary's numbers; `UNKNOWN` and `BREAK` among them.
    pub numbers: Vec<u32>,
    /// Start and end of each in the text.
    pub places: Vec<(usize, usize)>,
}
