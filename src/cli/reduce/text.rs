//! Axes → what is read on a terminal.

use malmoi::analyze::AnalyzerKind;
use malmoi::pipeline::{Reduced, ReducedAxis, WeightedTerm};

use crate::cli::output::spelled;

/// What the axes are worth, and the terms at their ends.
pub fn table(reduced: &Reduced, analyzer: AnalyzerKind) -> String {
    let axes: String = reduced.axes.iter().map(|axis| described(axis, analyzer)).collect();
    format!(
        "{} documents to learn from, {} terms → {} dimensions with {:.1} % of the variance\n\n\
         {axes}",
        reduced.learned_from,
        reduced.terms.0.len(),
        reduced.svd_dimensions,
        reduced.svd_variance * 100.0,
    )
}

fn described(axis: &ReducedAxis, analyzer: AnalyzerKind) -> String {
    let separation = match axis.separation {
        Some(times) => format!(", {times:.2} × as much between the labels as within them"),
        None => String::new(),
    };
    format!(
        "{}: {:.2} % of the variance{separation}\n  + {}\n  − {}\n",
        axis.name,
        axis.explained_variance_ratio * 100.0,
        listed(&axis.positive, analyzer),
        listed(&axis.negative, analyzer),
    )
}

fn listed(terms: &[WeightedTerm], analyzer: AnalyzerKind) -> String {
    if terms.is_empty() {
        return "–".to_owned();
    }
    let terms: Vec<String> = terms.iter().map(|one| spelled(&one.term, analyzer)).collect();
    terms.join(" · ")
}
