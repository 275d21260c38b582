//! What a text is to a network: its tokens in their order, or a row of few numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lexicon::Lexicon;
use super::reduced::{ReducedHead, ReducedRows};
use crate::analyze::Analyzer;
use crate::data::{BREAK, Sequences, UNKNOWN};
use crate::error::Result;
use crate::learn::neural::{Input, Inputs, Predictor, UNSEEN};
use crate::pipeline::terms::TermTable;
use crate::vectorize::{Row, Vocabulary};

/// How a cut text becomes what a network reads, as it was learned.
pub(super) enum Reading {
    /// The numbers of its terms.
    Tokens(Lexicon),
    /// Its TF-IDF row, reduced.
    Reduced(Box<ReducedRows>),
}

/// The small parts of it, for the header of a file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReadingHead {
    /// There are none.
    #[default]
    Tokens,
    /// Those of the rows.
    Reduced(ReducedHead),
}

/// Many texts as a network reads them.
pub(super) enum Read {
    Tokens(Sequences),
    Rows { values: Vec<f32>, columns: usize },
}

impl Read {
    pub fn inputs(&self) -> Inputs<'_> {
        match self {
            Read::Tokens(texts) => Inputs::Tokens(texts),
            Read::Rows { values, columns } => Inputs::Rows { values, columns: *columns },
        }
    }
}

impl Reading {
    /// How many terms are told apart.
    pub fn terms(&self) -> usize {
        match self {
            Reading::Tokens(lexicon) => lexicon.terms().count(),
            Reading::Reduced(rows) => rows.vectorizer.vocabulary.len(),
        }
    }

    /// Whether a network with this input reads what comes of it.
    pub fn fits(&self, input: &Input) -> bool {
        match (self, input) {
            (Reading::Tokens(lexicon), Input::Tokens { vocabulary, .. }) => {
                *vocabulary == lexicon.len()
            }
            (Reading::Reduced(rows), Input::Rows { columns }) => *columns == rows.width(),
            _ => false,
        }
    }

    /// What a file says of it: in its header, and as bytes.
    pub fn to_parts(&self) -> (ReadingHead, BTreeMap<String, Vec<u8>>) {
        match self {
            Reading::Tokens(lexicon) => (ReadingHead::Tokens, lexicon.to_bytes()),
            Reading::Reduced(rows) => {
                let (head, bytes) = rows.to_parts();
                (ReadingHead::Reduced(head), bytes)
            }
        }
    }

    /// What [`Reading::to_parts`] gave, or what is wrong with it.
    pub fn from_parts(
        head: &ReadingHead,
        bytes: &BTreeMap<String, Vec<u8>>,
    ) -> std::result::Result<Self, &'static str> {
        match head {
            ReadingHead::Tokens => {
                Lexicon::from_bytes(bytes).map(Reading::Tokens).ok_or("its terms are no text")
            }
            ReadingHead::Reduced(head) => {
                let rows = ReducedRows::from_parts(head, bytes);
                rows.map(|rows| Reading::Reduced(Box::new(rows)))
                    .ok_or("the way from its terms to its rows is broken")
            }
        }
    }

    /// Reads one text after another.
    pub fn worker<'a>(&'a self, analyzer: &'a Analyzer) -> ReadingWorker<'a> {
        match self {
            Reading::Tokens(lexicon) => ReadingWorker::Tokens {
                table: TermTable::new(analyzer, lexicon),
                tokens: Vec::new(),
            },
            Reading::Reduced(rows) => ReadingWorker::Reduced {
                table: TermTable::new(analyzer, &rows.vectorizer.vocabulary),
                rows,
                tokens: Vec::new(),
                row: Row::default(),
                values: Vec::new(),
            },
        }
    }
}

/// Reads one text after another, with a memory of its own.
pub(super) enum ReadingWorker<'a> {
    Tokens {
        table: TermTable<'a, &'a Lexicon>,
        tokens: Vec<u32>,
    },
    Reduced {
        table: TermTable<'a, &'a Vocabulary>,
        rows: &'a ReducedRows,
        tokens: Vec<u32>,
        row: Row,
        values: Vec<f32>,
    },
}

impl ReadingWorker<'_> {
    /// What the network says of a clean text.
    ///
    /// # Errors
    /// If that is no number.
    pub fn predict(&mut self, text: &str, predictor: &Predictor) -> Result<Vec<f64>> {
        match self {
            ReadingWorker::Tokens { table, tokens } => {
                tokens.clear();
                table.encode(text, tokens);
                tokens.retain(|token| *token != BREAK);
                predictor.text(tokens)
            }
            ReadingWorker::Reduced { table, rows, tokens, row, values } => {
                tokens.clear();
                table.encode(text, tokens);
                rows.vectorizer.transform_one(tokens, row);
                rows.reduce_row(&row.columns, &row.values, values);
                predictor.predict(&Inputs::Rows { values, columns: rows.width() }, &[0])
            }
        }
    }

    /// How many terms the last text has, and how many of those are not known.
    pub fn terms(&self) -> (u32, u32) {
        let (tokens, unseen) = match self {
            ReadingWorker::Tokens { tokens, .. } => (tokens, UNSEEN),
            ReadingWorker::Reduced { tokens, .. } => (tokens, UNKNOWN),
        };
        let count = |is: &dyn Fn(u32) -> bool| tokens.iter().filter(|one| is(**one)).count() as u32;
        (count(&|token| token != BREAK), count(&|token| token == unseen))
    }
}
