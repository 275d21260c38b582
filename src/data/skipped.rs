//! Rows that could not be used.

use crate::error::{Error, Result};

/// How many bad rows are shown.
const EXAMPLES: usize = 5;
/// A share of bad rows means nothing before this many rows.
const ENOUGH_ROWS: u64 = 1_000;

/// Rows that were left out: how many, and the first few with their reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Number of rows left out.
    pub count: u64,
    /// File, line and reason of the first five.
    pub examples: Vec<String>,
}

impl Skipped {
    /// Counts a row; the first few are kept with place and reason.
    pub fn add(&mut self, place: &str, reason: &str) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(format!("{place}: {reason}"));
        }
    }

    /// Takes over what was left out later on.
    pub fn join(&mut self, later: Skipped) {
        self.count += later.count;
        self.examples.extend(later.examples);
        self.examples.truncate(EXAMPLES);
    }

    /// Refuses input whose rows are mostly bad: the settings are wrong, not the rows.
    ///
    /// # Errors
    /// More than 10 % of at least 1,000 `rows`.
    pub fn check(&self, rows: u64) -> Result<()> {
        if rows < ENOUGH_ROWS || self.count.saturating_mul(10) <= rows {
            return Ok(());
        }
        Err(self.error(format!("{} of the first {rows} rows cannot be used", self.count)))
    }

    /// Refuses input that ended without one good row.
    ///
    /// # Errors
    /// All of at least one of `rows` are bad.
    pub fn check_end(&self, rows: u64) -> Result<()> {
        if self.count == 0 || self.count < rows {
            return Ok(());
        }
        Err(self.error(format!("none of the {rows} rows can be used")))
    }

    fn error(&self, message: String) -> Error {
        let first = self.examples.first().map_or("", String::as_str);
        Error::data(message).at(first).hinted(
            "look at that row and check `kind`, `quoting`, `encoding`, `columns` and `labels` of `source`",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(count: u64) -> Skipped {
        let mut skipped = Skipped::default();
        (0..count).for_each(|line| skipped.add(&format!("a.tsv, line {line}"), "no"));
        skipped
    }

    #[test]
    fn keeps_the_first_five() {
        let skipped = skipped(7);
        assert_eq!((skipped.count, skipped.examples.len()), (7, 5));
        assert_eq!(skipped.examples[0], "a.tsv, line 0: no");
    }

    #[test]
    fn refuses_more_than_a_tenth_of_enough_rows() {
        assert!(skipped(100).check(1_000).is_ok());
        assert!(skipped(500).check(999).is_ok());
        let error = skipped(101).check(1_000).unwrap_err();
        assert_eq!(error.place(), Some("a.tsv, line 0: no"));
    }

    #[test]
    fn refuses_input_without_a_good_row() {
        assert!(skipped(0).check_end(0).is_ok());
        assert!(skipped(2).check_end(3).is_ok());
        assert!(skipped(3).check_end(3).is_err());
    }
}
