//! Counts of terms before and after → which ones rose.

/// How often a term occurs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TermCounts {
    /// In the documents before.
    pub before: u64,
    /// In the documents after.
    pub after: u64,
    /// In the background: all documents of both, whatever their side.
    pub background: u64,
}

/// How much a term rose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogOdds {
    /// Change of its log-odds; above 0 if it rose.
    pub change: f64,
    /// The same in standard errors.
    pub z: f64,
}

/// Terms that the prior is worth: as many as some dozen short documents have. More pulls
/// rare terms closer to no change.
const PRIOR_TERMS: f64 = 500.0;

/// The change of each term's log-odds, with the background as an informative Dirichlet
/// prior (Monroe, Colaresi and Quinn 2008, formulas 16, 18, 19 and 22).
///
/// Terms that were never seen anywhere do not change.
pub fn log_odds(counts: &[TermCounts]) -> Vec<LogOdds> {
    let sum = |of: fn(&TermCounts) -> u64| counts.iter().map(of).sum::<u64>() as f64;
    let (before, after) = (sum(|one| one.before), sum(|one| one.after));
    let background = sum(|one| one.background).max(1.0);
    let odds = |count: u64, all: f64, prior: f64| {
        let count = count as f64 + prior;
        // Where there is no other term, its odds would be endless.
        (count / (all + PRIOR_TERMS - count).max(1e-9)).ln()
    };
    let one = |term: &TermCounts| {
        let prior = PRIOR_TERMS * term.background as f64 / background;
        if prior == 0.0 {
            return LogOdds { change: 0.0, z: 0.0 };
        }
        let change = odds(term.after, after, prior) - odds(term.before, before, prior);
        let variance = 1.0 / (term.after as f64 + prior) + 1.0 / (term.before as f64 + prior);
        LogOdds { change, z: change / variance.sqrt() }
    };
    counts.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[(u64, u64, u64)]) -> Vec<TermCounts> {
        let one = |&(before, after, background)| TermCounts { before, after, background };
        rows.iter().map(one).collect()
    }

    /// Golden: the formulas in numpy, `scripts/check_trends.py`.
    #[test]
    fn values_are_those_of_the_formulas() {
        let golden = [
            (0.3841962041000717, 2.4627046641481014),
            (-0.35830949086878894, -6.294369115106503),
            (0.7648869454146308, 1.433112152897847),
            (-0.35183014908446886, -0.7441660035495985),
        ];
        let rows = counts(&[(10, 40, 70), (200, 180, 500), (0, 6, 6), (3, 0, 9)]);
        for (found, (change, z)) in log_odds(&rows).iter().zip(golden) {
            assert!((found.change - change).abs() < 1e-12, "{found:?} {change}");
            assert!((found.z - z).abs() < 1e-11, "{found:?} {z}");
        }
    }

    #[test]
    fn what_keeps_its_share_does_not_change() {
        let same = log_odds(&counts(&[(10, 20, 30), (30, 60, 90)]));
        assert!(same.iter().all(|one| one.change.abs() < 1e-12), "{same:?}");
    }

    #[test]
    fn odd_counts_give_numbers() {
        let odd = counts(&[(0, 0, 0), (5, 0, 5), (0, 0, 9)]);
        for counts in [&odd[..], &odd[..1], &counts(&[(1, 1, 2)]), &counts(&[(9, 9, 0)]), &[]] {
            assert!(log_odds(counts).iter().all(|one| one.change.is_finite() && one.z.is_finite()));
        }
    }
}
