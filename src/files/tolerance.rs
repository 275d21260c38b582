//! A damaged row, or a file in another encoding?

/// Where the shares of bad rows begin and end to tell something.
const FEW_ROWS: u64 = 100;
const MANY_ROWS: u64 = 1_000;

/// Counts rows with bytes that are not of the encoding.
#[derive(Debug, Default)]
pub struct Tolerance {
    rows: u64,
    bad: u64,
}

impl Tolerance {
    /// Counts one more row; whether the encoding as a whole must be wrong: it was
    /// the first, or one of too many.
    pub fn is_over(&mut self, is_bad: bool) -> bool {
        self.rows += 1;
        self.bad += u64::from(is_bad);
        let is_many = self.bad.saturating_mul(20) > self.rows;
        is_bad && (self.rows == 1 || (FEW_ROWS..=MANY_ROWS).contains(&self.rows) && is_many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_over(rows: impl Iterator<Item = bool>) -> Option<usize> {
        let mut tolerance = Tolerance::default();
        rows.take(10_000).position(|is_bad| tolerance.is_over(is_bad))
    }

    #[test]
    fn the_first_row_or_a_twentieth_of_many() {
        assert_eq!(first_over(std::iter::repeat(true)), Some(0));
        assert_eq!(first_over((0..).map(|row| row == 5)), None);
        assert_eq!(first_over((0..).map(|row| row % 30 == 1)), None);
        assert_eq!(first_over((0..).map(|row| row % 10 == 1)), Some(101));
        assert_eq!(first_over((0..).map(|row| row > 2_000)), None);
    }
}
