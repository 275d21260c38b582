//! Whether the orders that records are found by are right.

use super::{Field, Records, damaged};
use crate::error::Result;

impl Records {
    /// Compares the orders by id and by date, and the fields, with the documents.
    ///
    /// # Errors
    /// The first contradiction.
    pub(in crate::search) fn check(&self) -> Result<()> {
        self.check_order(self.by_id.all()?, |document| self.id(document), "id")?;
        let dates = |document: u32| self.date_of.at(document as usize).map(|date| date as i64);
        let by_date = self.by_date.all()?;
        self.check_order(by_date, dates, "date")?;
        for (document, date) in by_date.iter().zip(self.dates.all()?) {
            if dates(*document)? != *date as i64 {
                return Err(damaged("a date is not that of its document"));
            }
        }
        self.fields.iter().try_for_each(Field::check)
    }

    /// `order` names each document once, by rising `of`.
    fn check_order<T: PartialOrd>(
        &self,
        order: &[u32],
        of: impl Fn(u32) -> Result<T>,
        what: &str,
    ) -> Result<()> {
        let wrong = || damaged(&format!("the order of documents by {what} is wrong"));
        let mut seen = vec![false; self.documents as usize];
        let mut last = None;
        for &document in order {
            match seen.get_mut(document as usize) {
                Some(seen @ false) => *seen = true,
                _ => return Err(wrong()),
            }
            let this = of(document)?;
            if last.is_some_and(|last| last > this) {
                return Err(wrong());
            }
            last = Some(this);
        }
        Ok(())
    }
}
