//! Facts → the forms that people and programs read.
//!
//! In: [`Facts`]. Out: the text of one file. Promises: every number of the facts that a
//! person can use stands in every form; the same facts give the same bytes; what users
//! wrote stays text, whatever it looks like.

mod card;
mod html;
mod json;
mod links;
mod markdown;
pub(super) mod numbers;
mod periods;
mod pieces;
#[cfg(test)]
mod sample;
mod sentences;
mod sides;
mod table;
mod visible;

use super::facts::Facts;

/// A form that a report is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// One file for a browser and for paper, which asks for nothing else.
    Html,
    /// The facts as they stand, one object.
    Json,
    /// One table with a header: a row a fact.
    Csv,
    /// Text with tables, as GitHub reads it.
    Markdown,
}

impl Form {
    /// All of them, in the order that they are named in.
    pub const ALL: [Form; 4] = [Form::Html, Form::Json, Form::Csv, Form::Markdown];

    /// Its name, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Form::Html => "html",
            Form::Json => "json",
            Form::Csv => "csv",
            Form::Markdown => "md",
        }
    }

    /// The form of this name.
    pub fn named(name: &str) -> Option<Self> {
        Form::ALL.into_iter().find(|form| form.name() == name)
    }
}

/// The report in a form.
pub fn written(form: Form, facts: &Facts) -> String {
    match form {
        Form::Html => html::written(facts),
        Form::Json => json::written(facts),
        Form::Csv => table::written(facts),
        Form::Markdown => markdown::written(facts),
    }
}

#[cfg(test)]
mod tests {
    use super::numbers::{band, count, decimal, percent, signed};
    use super::*;
    use crate::report::facts::{Counts, Quote, Share};

    #[test]
    fn forms_have_names() {
        assert_eq!(Form::ALL.map(Form::name), ["html", "json", "csv", "md"]);
        assert!(Form::ALL.into_iter().all(|form| Form::named(form.name()) == Some(form)));
        assert_eq!(Form::named("pdf"), None);
    }

    #[test]
    fn the_same_facts_are_the_same_bytes() {
        for form in Form::ALL {
            assert_eq!(written(form, &sample::small()), written(form, &sample::small()));
        }
    }

    /// What was measured: as a program reads it, and as a person does.
    #[test]
    fn every_number_is_in_every_form() {
        let facts = sample::small();
        let pages = Form::ALL.map(|form| (form, written(form, &facts)));
        let numbers = numbers(&facts);
        assert!(numbers.len() > 500, "{}", numbers.len());
        for (form, page) in &pages {
            let page = page.replace('\\', "").replace("&#60;", "<");
            for (exact, read) in &numbers {
                let is_exact = matches!(form, Form::Json | Form::Csv);
                let number = if is_exact { exact } else { read };
                assert!(page.contains(number), "{} lacks {number}", form.name());
            }
        }
    }

    fn numbers(facts: &Facts) -> Vec<(String, String)> {
        let mut all = Numbers(Vec::new());
        let documents = &facts.documents;
        let read = [documents.read, documents.undated, documents.outside, documents.skipped];
        read.into_iter().chain([documents.copies]).for_each(|number| all.count(number));
        all.counts(&facts.total.counts);
        facts.periods.iter().for_each(|period| all.counts(&period.counts));
        let groups = [&facts.sources, &facts.labels];
        for groups in groups.into_iter().chain(facts.keywords.iter().map(|one| &one.sources)) {
            groups.shown.iter().for_each(|group| all.counts(&group.counts));
        }
        all.count(facts.sources.found);
        for keyword in &facts.keywords {
            all.counts(&keyword.group.counts);
            keyword.periods.iter().for_each(|counts| all.counts(counts));
            keyword.quotes.iter().for_each(|quote| all.quote(quote));
        }
        for mover in &facts.movers.shown {
            all.count(mover.documents_before);
            all.count(mover.documents_after);
            all.share(mover.before);
            all.share(mover.after);
            all.0.push((mover.z.to_string(), signed(mover.z, 2)));
        }
        for term in facts.terms.iter().flat_map(|rising| &rising.terms) {
            all.count(term.before);
            all.count(term.after);
            all.0.push((term.log_odds.to_string(), signed(term.log_odds, 2)));
            all.0.push((term.z.to_string(), signed(term.z, 1)));
        }
        facts.quotes.iter().for_each(|quote| all.quote(quote));
        for model in &facts.model.models {
            [model.trained_documents, model.test_documents, model.labelled]
                .into_iter()
                .for_each(|number| all.count(number));
            let shares = [model.accuracy, model.unknown_terms, model.unknown_terms_of_test];
            shares.into_iter().flatten().for_each(|share| all.share(share));
            let others = model.roc_auc.map(|area| (area, 4)).into_iter();
            for (number, decimals) in others.chain(model.drift.map(|drift| (drift, 3))) {
                all.0.push((number.to_string(), decimal(number, decimals)));
            }
        }
        all.0
    }

    struct Numbers(Vec<(String, String)>);

    impl Numbers {
        fn counts(&mut self, counts: &Counts) {
            self.count(counts.documents);
            self.count(counts.trained_on);
            counts.sides.iter().for_each(|side| self.count(*side));
            for share in &counts.shares {
                self.share(share.value);
                let ends = Share { value: 0.0, ..*share };
                self.0.push((share.low.to_string(), band(&ends)));
                self.0.push((share.high.to_string(), band(&ends)));
            }
        }

        fn quote(&mut self, quote: &Quote) {
            self.share(quote.probability);
            let weights = quote.words.iter().map(|word| word.weight);
            // JSON writes a whole number of a float with its point, the table without.
            let weights = weights.filter(|weight| weight.fract() != 0.0);
            self.0.extend(weights.map(|weight| (weight.to_string(), signed(weight, 2))));
        }

        fn count(&mut self, number: u64) {
            self.0.push((number.to_string(), count(number)));
        }

        fn share(&mut self, share: f64) {
            self.0.push((share.to_string(), percent(share)));
        }
    }
}
