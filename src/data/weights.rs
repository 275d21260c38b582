//! From the counts of a row to its weights.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CsrMatrix;

/// Length that each row is scaled to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Norm {
    /// Sum of squares 1.
    #[default]
    L2,
    /// Sum of absolute values 1.
    L1,
    /// As it is.
    None,
}

/// Weighs the counts of rows; learned from the training part, then fixed.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// One factor a column; empty: all 1.
    pub factors: Vec<f32>,
    /// Whether tf becomes 1 + ln(tf).
    pub sublinear_tf: bool,
    /// Length of the rows.
    pub norm: Norm,
}

impl Weights {
    /// Turns the counts of every row into weights.
    pub fn apply(&self, rows: &mut CsrMatrix) {
        rows.for_each_row(|columns, values| self.weigh(columns, values));
    }

    /// Turns the counts of one row into weights.
    pub fn weigh(&self, columns: &[u32], values: &mut [f32]) {
        self.weigh_unscaled(columns, values);
        if self.norm != Norm::None {
            let scale = self.scale(values);
            values.iter_mut().for_each(|value| *value = scaled(*value, scale));
        }
    }

    /// The weights before the row is scaled to its length.
    pub fn weigh_unscaled(&self, columns: &[u32], values: &mut [f32]) {
        if self.sublinear_tf {
            values.iter_mut().for_each(|value| *value = 1.0 + value.ln());
        }
        if !self.factors.is_empty() {
            for (value, &column) in values.iter_mut().zip(columns) {
                *value *= self.factors[column as usize];
            }
        }
    }

    /// What a row of unscaled weights is multiplied by; 1 for a row of zeros.
    pub fn scale(&self, values: &[f32]) -> f64 {
        let length = match self.norm {
            Norm::None => return 1.0,
            Norm::L1 => values.iter().map(|value| f64::from(value.abs())).sum::<f64>(),
            Norm::L2 => values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt(),
        };
        if length > 0.0 { length.recip() } else { 1.0 }
    }

    /// What a count becomes before the factor of its column.
    pub fn term_frequency(&self, count: f32) -> f32 {
        if self.sublinear_tf { 1.0 + count.ln() } else { count }
    }

    /// The factor of a column.
    pub fn factor(&self, column: u32) -> f32 {
        self.factors.get(column as usize).copied().unwrap_or(1.0)
    }
}

/// An unscaled weight as it stands in the scaled row, to the last bit.
pub fn scaled(unscaled: f32, scale: f64) -> f32 {
    (f64::from(unscaled) * scale) as f32
}
