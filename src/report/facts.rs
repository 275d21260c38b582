//! The facts of a report: all that its forms show, and nothing that they have to compute.
//!
//! JSON is these types as they stand. Days are of the report's time zone. Shares are of
//! the documents that count ([`Counts::counted`]); a share without documents is absent,
//! never zero.

use chrono::NaiveDate;
use serde::Serialize;

/// Everything that a report says.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Facts {
    /// The pipeline.
    pub pipeline: String,
    /// When it was made, as RFC 3339 in the report's zone.
    pub made: String,
    /// Name of the time zone of all days.
    pub zone: String,
    /// First day.
    pub since: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
    /// Length of a period: `day`, `week` (from Monday), `month` or `year`.
    pub by: String,
    /// Names of the sides: the model's labels in its order, the last one `unsure`.
    /// All lists of counts and shares have this order.
    pub sides: Vec<String>,
    /// Which of `sides` is the one that rises when things get better.
    pub positive: usize,
    /// Which of `sides` is the one that rises when things get worse.
    pub negative: usize,
    /// Below this probability a document is unsure.
    pub unsure_below: f64,
    /// What was read, and what of it is where.
    pub documents: Documents,
    /// All documents of the report.
    pub total: Group,
    /// Every period from `since` to `until`, empty ones too, in order of time.
    pub periods: Vec<Period>,
    /// By source, most documents first; no more than are shown.
    pub sources: Groups,
    /// By the labels or topics that the documents have themselves.
    pub labels: Groups,
    /// Words that are watched: a section each, in the order they were given.
    pub keywords: Vec<Keyword>,
    /// What moved against the period before.
    pub movers: Movers,
    /// Terms that became more frequent, a list for the positive and for the negative side.
    pub terms: Vec<RisingTerms>,
    /// Documents that show what each side sounds like.
    pub quotes: Vec<Quote>,
    /// What gave the labels.
    pub model: ModelCard,
    /// What a reader has to know: settings that hide something, models that do not fit.
    pub notes: Vec<String>,
}

/// How many documents went where. All but `read` are left out of every other count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Documents {
    /// Read from the source, whatever their day.
    pub read: u64,
    /// Without a date, or with one that is none.
    pub undated: u64,
    /// Before `since` or after `until`.
    pub outside: u64,
    /// Unreadable rows of the source, and texts that the model cannot score.
    pub skipped: u64,
    /// Copies of a document that is counted (news only).
    pub copies: u64,
}

/// Documents of a kind, and their sides.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Counts {
    /// All of them.
    pub documents: u64,
    /// Those of them that the model was trained on: part of the volume, of no share.
    pub trained_on: u64,
    /// The others, by side; in the order of [`Facts::sides`].
    pub sides: Vec<u64>,
    /// Shares of the sides, each with its confidence band; empty if nothing counts.
    pub shares: Vec<Share>,
}

impl Counts {
    /// The documents that shares are of.
    pub fn counted(&self) -> u64 {
        self.sides.iter().sum()
    }
}

/// A share with the band that it lies in with 95 % confidence (Wilson 1927).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Share {
    /// 0 to 1.
    pub value: f64,
    /// Lower end of the band.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
}

/// One period of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Period {
    /// Its first day; that of the first period may lie before [`Facts::since`].
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
    /// Whether days of it lie outside of the report, or are still to come.
    pub is_partial: bool,
    /// Its documents.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Documents that share a name: a source, a label.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Group {
    /// The name.
    pub name: String,
    /// Its documents.
    #[serde(flatten)]
    pub counts: Counts,
}

/// The largest groups, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Groups {
    /// How many there are in all.
    pub found: u64,
    /// Those that are shown.
    pub shown: Vec<Group>,
}

/// A watched word.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Keyword {
    /// The word as it was given, and its documents.
    #[serde(flatten)]
    pub group: Group,
    /// The same over time; as long as [`Facts::periods`].
    pub periods: Vec<Counts>,
    /// Sources that use it most.
    pub sources: Groups,
    /// Documents with it.
    pub quotes: Vec<Quote>,
}

/// Changes of a share between two stretches of time of the same length.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Movers {
    /// First and last day of the earlier stretch.
    pub before: Option<(NaiveDate, NaiveDate)>,
    /// First and last day of the later one: the last whole period.
    pub after: Option<(NaiveDate, NaiveDate)>,
    /// The share of false alarms among those called significant that is accepted.
    pub false_discovery_rate: f64,
    /// How many changes were tested: those with enough documents in both stretches.
    pub tested: u64,
    /// Fewest documents in a stretch.
    pub fewest: u64,
    /// The largest changes, significant ones first.
    pub shown: Vec<Mover>,
}

/// A change of a share, tested (two proportions; Benjamini and Hochberg 1995 over all).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Mover {
    /// What the name is of: `all`, `source`, `label` or `keyword`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Which of [`Facts::sides`] the share is of.
    pub side: usize,
    /// Documents that count before.
    pub documents_before: u64,
    /// Documents that count after.
    pub documents_after: u64,
    /// Share before, 0 to 1.
    pub before: f64,
    /// Share after.
    pub after: f64,
    /// Standard errors that lie between.
    pub z: f64,
    /// How often chance alone moves as much.
    pub p: f64,
    /// The same, adjusted for the number of tests.
    pub q: f64,
    /// Whether it is more than noise.
    pub is_significant: bool,
}

/// Terms that documents of a side use more than before (log-odds with an informative
/// Dirichlet prior, Monroe, Colaresi and Quinn 2008).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RisingTerms {
    /// Which of [`Facts::sides`].
    pub side: usize,
    /// Most risen first.
    pub terms: Vec<RisingTerm>,
}

/// A term that is used more than before.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RisingTerm {
    /// The term.
    pub term: String,
    /// Occurrences before.
    pub before: u64,
    /// Occurrences after.
    pub after: u64,
    /// Change of its log-odds.
    pub log_odds: f64,
    /// The same in standard errors.
    pub z: f64,
}

/// A document, with the words that decided.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Quote {
    /// Id of the document.
    pub id: String,
    /// Its title, if it has one.
    pub title: String,
    /// Its day.
    pub day: Option<NaiveDate>,
    /// Its source, if it has one.
    pub source: String,
    /// An address of `http` or `https` to read it at, if it has one.
    pub url: String,
    /// Which of [`Facts::sides`].
    pub side: usize,
    /// Probability of the most probable label.
    pub probability: f64,
    /// A part of its text.
    pub text: String,
    /// Words of that part which decided, in its order.
    pub words: Vec<DecidingWord>,
}

/// A word of a [`Quote`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct DecidingWord {
    /// Byte offset in the quoted text.
    pub start: usize,
    /// Its end, exclusive.
    pub end: usize,
    /// Above 0 it speaks for the positive side, below 0 for the negative one; 1 or -1 is
    /// the strongest word of the quote.
    pub weight: f64,
}

/// What gave the labels, and how far it can be trusted here.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ModelCard {
    /// Models by language or name, in order.
    pub models: Vec<ModelFacts>,
}

/// One model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ModelFacts {
    /// The pipeline that trained it.
    pub pipeline: String,
    /// The language whose documents it labels; empty: all.
    pub language: String,
    /// Documents it was trained on.
    pub trained_documents: u64,
    /// Documents it was measured on; 0: it was not.
    pub test_documents: u64,
    /// Share of those that it labelled as people did.
    pub accuracy: Option<f64>,
    /// Area under the curve.
    pub roc_auc: Option<f64>,
    /// Documents of this report that it labelled.
    pub labelled: u64,
    /// Share of their terms that it has no vocabulary for.
    pub unknown_terms: Option<f64>,
    /// The same of the documents it was measured on.
    pub unknown_terms_of_test: Option<f64>,
    /// How far its probabilities here have moved from those on the test documents
    /// (population stability index: below 0.1 little, above 0.25 much).
    pub drift: Option<f64>,
    /// Share of documents of the report, with labels of their own, that it labels alike.
    pub agreement: Option<Share>,
}
