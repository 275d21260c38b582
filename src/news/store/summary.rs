//! What a database holds, in a few numbers.

use std::collections::BTreeMap;

use super::NewsStore;
use crate::error::Result;

/// Articles by what they are; copies of others are not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// All of them.
    pub articles: u64,
    /// By language; an empty one is not known.
    pub languages: BTreeMap<String, u64>,
    /// By label; an empty one is none.
    pub labels: BTreeMap<String, u64>,
}

impl NewsStore {
    /// Counts the articles.
    ///
    /// # Errors
    /// If the database fails.
    pub fn summary(&self) -> Result<Summary> {
        let mut summary = Summary::default();
        self.read(|one| {
            let mut groups = one.prepare(
                "SELECT coalesce(language, ''), coalesce(label, ''), count(*) FROM articles
                 WHERE duplicate_of IS NULL GROUP BY 1, 2",
            )?;
            let mut rows = groups.query([])?;
            while let Some(row) = rows.next()? {
                let count = u64::from(row.get::<_, u32>(2)?);
                summary.articles += count;
                *summary.languages.entry(row.get(0)?).or_default() += count;
                *summary.labels.entry(row.get(1)?).or_default() += count;
            }
            Ok(())
        })?;
        Ok(summary)
    }
}
