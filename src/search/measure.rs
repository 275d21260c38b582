//! The four measures, and what a sum of planes promises of each.
//!
//! A measure ranks by a key, higher first. Planes give an upper bound of the
//! key; the exact key comes from the document's row, in double precision.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chunk::Facts;
use crate::error::Result;

/// How alike two rows are, or how far apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Cosine of the angle between the weighted rows; 1 is equal, 0 has no term in common.
    #[default]
    Cosine,
    /// Straight distance of the weighted rows; 0 is equal.
    Euclidean,
    /// Sum of the absolute differences of the weighted rows; 0 is equal.
    Manhattan,
    /// Terms in common by terms in either, whatever they weigh; 1 is equal.
    Jaccard,
}

impl Measure {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Measure; 4] =
        [Measure::Cosine, Measure::Euclidean, Measure::Manhattan, Measure::Jaccard];

    /// Its name in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Cosine => "cosine",
            Measure::Euclidean => "euclidean",
            Measure::Manhattan => "manhattan",
            Measure::Jaccard => "jaccard",
        }
    }

    /// Whether less is nearer. A document without a common term then has a place as well.
    pub fn is_distance(self) -> bool {
        matches!(self, Measure::Euclidean | Measure::Manhattan)
    }

    /// The number that a user sees for a key.
    pub fn score(self, key: f64) -> f64 {
        match self {
            Measure::Cosine | Measure::Jaccard => key,
            Measure::Euclidean => (-key).max(0.0).sqrt(),
            Measure::Manhattan => (-key).max(0.0),
        }
    }
}

/// What the whole row of a query is worth.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whole {
    /// Euclidean length.
    pub length: f64,
    /// Sum of absolute values.
    pub sum: f64,
    /// Distinct terms.
    pub size: u32,
}

/// What a query and a document have in common.
#[derive(Debug, Clone, Copy, Default)]
pub struct Common {
    /// Sum of products.
    pub dot: f64,
    /// Squares of the query's values of common terms.
    pub query_square: f64,
    /// Squares of the document's values of common terms.
    pub document_square: f64,
    /// Squares of differences.
    pub apart_square: f64,
    /// Sum of the smaller absolute values.
    pub smaller: f64,
    /// Number of common terms.
    pub terms: u32,
}

impl Common {
    /// Adds a term that both hold. Their values never differ in sign.
    pub fn add(&mut self, query: f32, document: f32) {
        let (query, document) = (f64::from(query), f64::from(document));
        self.dot += query * document;
        self.query_square += query * query;
        self.document_square += document * document;
        self.apart_square += (query - document).powi(2);
        self.smaller += query.abs().min(document.abs());
        self.terms += 1;
    }

    /// The exact key of two rows.
    pub fn key(&self, measure: Measure, query: Whole, document: Whole) -> f64 {
        match measure {
            Measure::Cosine => {
                let lengths = query.length * document.length;
                if lengths > 0.0 { self.dot / lengths } else { 0.0 }
            }
            Measure::Euclidean => {
                let rest = query.length.powi(2) - self.query_square + document.length.powi(2)
                    - self.document_square;
                -(self.apart_square + rest.max(0.0))
            }
            Measure::Manhattan => -(query.sum + document.sum - 2.0 * self.smaller).max(0.0),
            Measure::Jaccard => {
                let union = query.size + document.size - self.terms;
                if union > 0 { f64::from(self.terms) / f64::from(union) } else { 0.0 }
            }
        }
    }
}

/// Facts of all documents of a chunk, at hand.
#[derive(Clone, Copy)]
pub struct FactsView<'a> {
    pub cosine_scales: &'a [f32],
    pub scales: &'a [f64],
    pub lengths: &'a [f64],
    pub sums: &'a [f64],
    pub sizes: &'a [u32],
}

impl<'a> FactsView<'a> {
    pub fn of(facts: &'a Facts) -> Result<Self> {
        Ok(FactsView {
            cosine_scales: facts.cosine_scales.all()?,
            scales: facts.scales.all()?,
            lengths: facts.lengths.all()?,
            sums: facts.sums.all()?,
            sizes: facts.sizes.all()?,
        })
    }

    /// The whole row of a document.
    pub fn whole(&self, document: usize) -> Whole {
        Whole {
            length: self.lengths[document],
            sum: self.sums[document],
            size: self.sizes[document],
        }
    }
}

/// From the sum of a document's planes to bounds of its key.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// What a plane's weight was multiplied by.
    pub factor: f64,
    /// By how much, in units of a sum, the sum may be too high.
    pub slack: f64,
    /// The highest scale of a document.
    pub scale: f64,
    /// The query.
    pub query: Whole,
}

/// Covers the rounding of single operations, relative to the numbers that are added.
pub const ROUNDING: f64 = 1e-9;

impl Bounds {
    /// No higher than this is the key of a document with `sum`.
    pub fn upper(&self, measure: Measure, facts: &FactsView, document: usize, sum: u16) -> f64 {
        if sum == u16::MAX {
            return f64::INFINITY;
        }
        self.bound(measure, facts, document, f64::from(sum) * (1.0 + 1e-6))
            + self.rounding(measure, facts, document)
    }

    /// A document with `sum`, whose scale is no less than that of `document`, has a cosine
    /// no lower than this.
    pub fn lower_cosine(&self, facts: &FactsView, document: usize, sum: u16) -> f64 {
        let low = (f64::from(sum) - self.slack).max(0.0) * (1.0 - 1e-6);
        self.bound(Measure::Cosine, facts, document, low) - ROUNDING
    }

    /// The best of several documents has a key no lower than this.
    ///
    /// `allowed` has a bit for each of the documents in `range`, which are 64 at most.
    pub fn best_lower(
        &self,
        measure: Measure,
        facts: &FactsView,
        range: std::ops::Range<usize>,
        sums: &[u16],
        allowed: u64,
    ) -> f64 {
        // Rounded-up scales make a bound too high by their last bit.
        let low = |sum: u16| (f64::from(sum) - self.slack).max(0.0) * (1.0 - 1e-6);
        let bounds = |place: usize, sum: u16| match measure {
            // A document's scale may be less than the one its planes were weighed for.
            Measure::Manhattan => {
                let fair = facts.scales[place] / self.scale.max(f64::MIN_POSITIVE);
                self.bound(measure, facts, place, low(sum) * fair)
            }
            _ => self.bound(measure, facts, place, low(sum)),
        };
        let bounds =
            |place: usize, sum: u16| bounds(place, sum) - self.rounding(measure, facts, place);
        if allowed != u64::MAX {
            let places = range.zip(sums).enumerate();
            let places = places.filter(|(bit, _)| allowed >> bit & 1 == 1);
            let lowers = places.map(|(_, (place, sum))| bounds(place, *sum));
            return lowers.fold(f64::NEG_INFINITY, f64::max);
        }
        let lowers = range.zip(sums).map(|(place, sum)| bounds(place, *sum));
        lowers.fold(f64::NEG_INFINITY, f64::max)
    }

    fn rounding(&self, measure: Measure, facts: &FactsView, document: usize) -> f64 {
        ROUNDING
            * (1.0 + self.size_of_terms(measure, facts.lengths[document], facts.sums[document]))
    }

    /// How large the numbers are of which the key is a difference.
    pub fn size_of_terms(&self, measure: Measure, length: f64, sum: f64) -> f64 {
        match measure {
            Measure::Cosine | Measure::Jaccard => 0.0,
            Measure::Euclidean => self.query.length.powi(2) + length.powi(2),
            Measure::Manhattan => self.query.sum + sum,
        }
    }

    fn bound(&self, measure: Measure, facts: &FactsView, document: usize, sum: f64) -> f64 {
        match measure {
            Measure::Cosine => sum / self.factor * f64::from(facts.cosine_scales[document]),
            Measure::Euclidean => {
                let dot = sum / self.factor * facts.scales[document];
                2.0 * dot - self.query.length.powi(2) - facts.lengths[document].powi(2)
            }
            Measure::Manhattan => 2.0 * sum / self.factor - self.query.sum - facts.sums[document],
            Measure::Jaccard => {
                let both = f64::from(self.query.size) + f64::from(facts.sizes[document]);
                if both > sum { sum / (both - sum) } else { 1.0 }
            }
        }
    }
}
