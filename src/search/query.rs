//! A row to search for, and the planes of a chunk that it meets.

use super::chunk::{Chunk, Documents};
use super::levels::{LEVELS, upper_end};
use super::measure::{Measure, Whole};
use crate::data::Weights;
use crate::error::Result;

/// A weighted row, ready to be compared with many.
pub struct Query<'a> {
    /// Rising columns.
    pub columns: &'a [u32],
    /// Their weights in the scaled row.
    pub values: &'a [f32],
    /// What the whole row is worth.
    pub whole: Whole,
}

impl<'a> Query<'a> {
    /// The row of `columns` and `values`.
    pub fn new(columns: &'a [u32], values: &'a [f32]) -> Self {
        let squares = values.iter().map(|value| f64::from(*value).powi(2));
        let whole = Whole {
            length: squares.sum::<f64>().sqrt(),
            sum: values.iter().map(|value| f64::from(value.abs())).sum(),
            size: columns.len() as u32,
        };
        Query { columns, values, whole }
    }
}

/// One plane that a query meets.
#[derive(Clone, Copy)]
pub struct Met<'a> {
    /// Its documents.
    pub documents: Documents<'a>,
    /// What the query has in this column, in absolute value.
    pub query: f64,
    /// What a document has for its last step, before it is scaled; 0 for the first of a
    /// term.
    pub below: f64,
    /// The least that a document has that stands in this plane, before it is scaled.
    pub least: f64,
    /// The most that a document has for which this is the last of its planes.
    pub value: f64,
}

/// The planes of all columns of a query in one chunk.
#[derive(Default)]
pub struct Plan<'a> {
    /// The planes.
    pub planes: Vec<Met<'a>>,
}

impl<'a> Plan<'a> {
    /// Looks up every column.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn new(
        query: &Query,
        chunk: &'a Chunk,
        weights: &Weights,
        measure: Measure,
    ) -> Result<Self> {
        let mut plan = Plan { planes: Vec::with_capacity(query.columns.len() * 3) };
        let steps = Steps::new(weights, chunk.highest);
        for (column, value) in query.columns.iter().zip(query.values) {
            let value = f64::from(value.abs());
            let numbers = chunk.planes(*column)?;
            match measure {
                Measure::Jaccard => {
                    plan.presence(chunk, numbers.start..numbers.end.min(numbers.start + 1))?
                }
                _ => {
                    let factor = f64::from(weights.factor(*column).abs());
                    plan.steps(chunk, &steps, factor, value, numbers)?;
                }
            }
        }
        Ok(plan)
    }

    fn presence(&mut self, chunk: &'a Chunk, numbers: std::ops::Range<usize>) -> Result<()> {
        for documents in chunk.documents_of(numbers)? {
            self.planes.push(Met {
                documents: documents?,
                query: 1.0,
                below: 0.0,
                least: 1.0,
                value: 1.0,
            });
        }
        Ok(())
    }

    fn steps(
        &mut self,
        chunk: &'a Chunk,
        steps: &Steps,
        factor: f64,
        query: f64,
        numbers: std::ops::Range<usize>,
    ) -> Result<()> {
        if factor == 0.0 || query == 0.0 {
            return Ok(());
        }
        let mut below = 0.0;
        for (level, documents) in chunk.documents_of(numbers)?.take(LEVELS.len()).enumerate() {
            let value = steps.upper[level] * factor;
            let least = steps.lower[level] * factor;
            self.planes.push(Met { documents: documents?, query, below, least, value });
            below = value;
        }
        Ok(())
    }
}

/// What the frequencies at both ends of each step become.
struct Steps {
    lower: [f64; LEVELS.len()],
    upper: [f64; LEVELS.len()],
}

impl Steps {
    fn new(weights: &Weights, highest: u32) -> Self {
        let frequency = |count: u32| f64::from(weights.term_frequency(count as f32));
        let upper = std::array::from_fn(|level| frequency(upper_end(level, highest)));
        Steps { lower: LEVELS.map(frequency), upper }
    }
}
