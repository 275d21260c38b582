//! Which documents of an index are wanted, and by which measure.

use clap::ValueEnum;
use malmoi::Result;
use malmoi::search::{self, Filter};

use super::dates::seconds;

/// Which documents are wanted; all conditions have to hold.
#[derive(clap::Args)]
pub struct FilterArguments {
    /// Dated since: today, yesterday, 7d, 2026-11-01
    #[arg(long, value_name = "DAY")]
    since: Option<String>,
    /// Dated before this day begins
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// From this source (repeatable: one of them)
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// With this label (repeatable: one of them)
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
    /// In this language, such as `ko` (repeatable: one of them)
    #[arg(long, value_name = "CODE")]
    language: Vec<String>,
}

impl FilterArguments {
    /// As the index takes it.
    ///
    /// # Errors
    /// If a day is none.
    pub fn read(&self) -> Result<Filter> {
        Ok(Filter {
            since: self.since.as_deref().map(seconds).transpose()?,
            until: self.until.as_deref().map(seconds).transpose()?,
            values: [self.source.clone(), self.label.clone(), self.language.clone()],
        })
    }
}

/// How documents are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Measure {
    /// Angle of the weighted terms; 1 is equal, 0 has no term in common.
    Cosine,
    /// Straight distance of the weighted terms; 0 is equal.
    Euclidean,
    /// Sum of the differences of the weighted terms; 0 is equal.
    Manhattan,
    /// Terms in common by terms in either; 1 is equal.
    Jaccard,
}

impl From<Measure> for search::Measure {
    fn from(measure: Measure) -> Self {
        match measure {
            Measure::Cosine => search::Measure::Cosine,
            Measure::Euclidean => search::Measure::Euclidean,
            Measure::Manhattan => search::Measure::Manhattan,
            Measure::Jaccard => search::Measure::Jaccard,
        }
    }
}
