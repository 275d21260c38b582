//! Facts → one tidy table (CSV): a row a fact, one header for all of them.
//!
//! In: facts. Out: CSV with commas, quotes where needed, `\n` at the end of a row.
//! Promises: numbers are written in full; a cell that a spreadsheet would run as a formula
//! begins with an apostrophe.
//!
//! `section` says what a row is about: `report` and `documents` (figures by `measure`),
//! `total`, `period`, `source`, `label`, `keyword`, `keyword_period`, `keyword_source` (a
//! row a side), `mover`, `rising_term`, `quote`, `keyword_quote`, their `…_word`s, `model`
//! and `note`. `of` is what a name belongs to: a keyword, a quote, the kind of a mover.

use chrono::NaiveDate;

use crate::report::facts::{Counts, Facts, ModelFacts, Mover, Quote, RisingTerm, Share};

const HEADER: [&str; 28] = [
    "section",
    "of",
    "name",
    "period_start",
    "period_end",
    "is_partial",
    "side",
    "documents",
    "trained_on",
    "count",
    "share",
    "low",
    "high",
    "before",
    "after",
    "documents_before",
    "documents_after",
    "log_odds",
    "z",
    "p",
    "q",
    "is_significant",
    "measure",
    "value",
    "text",
    "title",
    "source",
    "url",
];

/// The report as CSV.
pub fn written(facts: &Facts) -> String {
    let mut table = Table { sides: &facts.sides, text: csv::Writer::from_writer(Vec::new()) };
    table.put(&HEADER.map(str::to_owned));
    table.report(facts);
    table.counts(Row::of("total").name(&facts.total.name), &facts.total.counts);
    for period in &facts.periods {
        let partial = period.is_partial.to_string();
        let row = Row::of("period").days(period.start, period.end).set("is_partial", partial);
        table.counts(row, &period.counts);
    }
    for (section, groups) in [("source", &facts.sources), ("label", &facts.labels)] {
        table.figure(section, "", "found", groups.found);
        for group in &groups.shown {
            table.counts(Row::of(section).name(&group.name), &group.counts);
        }
    }
    table.keywords(facts);
    table.movers(facts);
    for rising in &facts.terms {
        let side = facts.sides.get(rising.side).map_or("", String::as_str);
        rising.terms.iter().for_each(|term| table.term(side, term));
    }
    facts.quotes.iter().for_each(|quote| table.quote("quote", "", quote));
    facts.model.models.iter().for_each(|model| table.model(model));
    for note in &facts.notes {
        table.row(Row::of("note").text("text", note));
    }
    let bytes = table.text.into_inner().expect("writing to memory never fails");
    String::from_utf8(bytes).expect("cells are text")
}

struct Table<'a> {
    sides: &'a [String],
    text: csv::Writer<Vec<u8>>,
}

impl Table<'_> {
    fn report(&mut self, facts: &Facts) {
        let side = |place: usize| facts.sides.get(place).map_or("", String::as_str);
        let about = [
            ("pipeline", facts.pipeline.as_str()),
            ("made", &facts.made),
            ("zone", &facts.zone),
            ("by", &facts.by),
            ("positive", side(facts.positive)),
            ("negative", side(facts.negative)),
        ];
        for (measure, text) in about {
            let row = Row::of("report").set("measure", measure).text("text", text);
            self.row(row.days(facts.since, facts.until));
        }
        self.figure("report", "", "unsure_below", facts.unsure_below);
        let documents = &facts.documents;
        let counts = [
            ("read", documents.read),
            ("undated", documents.undated),
            ("outside", documents.outside),
            ("skipped", documents.skipped),
            ("copies", documents.copies),
        ];
        counts
            .into_iter()
            .for_each(|(measure, count)| self.figure("documents", "", measure, count));
    }

    /// A row a side; a side without documents has one too.
    fn counts(&mut self, row: Row, counts: &Counts) {
        let row = row.set("documents", counts.documents).set("trained_on", counts.trained_on);
        let sides = self.sides;
        for (place, side) in sides.iter().enumerate() {
            let count = counts.sides.get(place).copied().unwrap_or_default();
            let row = row.clone().text("side", side).set("count", count);
            self.row(row.share(counts.shares.get(place)));
        }
        if sides.is_empty() {
            self.row(row);
        }
    }

    fn keywords(&mut self, facts: &Facts) {
        for keyword in &facts.keywords {
            let word = &keyword.group.name;
            self.counts(Row::of("keyword").name(word), &keyword.group.counts);
            for (period, counts) in facts.periods.iter().zip(&keyword.periods) {
                let row = Row::of("keyword_period").name(word).days(period.start, period.end);
                self.counts(row.set("is_partial", period.is_partial), counts);
            }
            self.figure("keyword_source", word, "found", keyword.sources.found);
            for source in &keyword.sources.shown {
                let row = Row::of("keyword_source").text("of", word).name(&source.name);
                self.counts(row, &source.counts);
            }
            keyword.quotes.iter().for_each(|quote| self.quote("keyword_quote", word, quote));
        }
    }

    fn movers(&mut self, facts: &Facts) {
        let movers = &facts.movers;
        self.figure("mover", "", "tested", movers.tested);
        self.figure("mover", "", "fewest", movers.fewest);
        self.figure("mover", "", "false_discovery_rate", movers.false_discovery_rate);
        for (measure, days) in [("before", movers.before), ("after", movers.after)] {
            if let Some((start, end)) = days {
                self.row(Row::of("mover").set("measure", measure).days(start, end));
            }
        }
        for mover in &movers.shown {
            let side = facts.sides.get(mover.side).map_or("", String::as_str);
            self.row(Row::of("mover").text("side", side).mover(mover));
        }
    }

    fn term(&mut self, side: &str, term: &RisingTerm) {
        let row = Row::of("rising_term").name(&term.term).text("side", side);
        let row = row.set("before", term.before).set("after", term.after);
        self.row(row.set("log_odds", term.log_odds).set("z", term.z));
    }

    fn quote(&mut self, section: &str, of: &str, quote: &Quote) {
        let side = self.sides.get(quote.side).map_or("", String::as_str);
        let mut row = Row::of(section).text("of", of).name(&quote.id).text("side", side);
        row = row.set("measure", "probability").set("value", quote.probability);
        row = row.text("text", &quote.text).text("title", &quote.title);
        row = row.text("source", &quote.source).text("url", &quote.url);
        self.row(match quote.day {
            Some(day) => row.days(day, day),
            None => row,
        });
        for word in &quote.words {
            let Some(text) = quote.text.get(word.start..word.end) else { continue };
            let row = Row::of(&format!("{section}_word")).text("of", &quote.id).name(text);
            self.row(row.set("measure", "weight").set("value", word.weight));
        }
    }

    fn model(&mut self, model: &ModelFacts) {
        let agreement = |part: fn(&Share) -> f64| model.agreement.as_ref().map(part);
        let count = |count: u64| Some(count.to_string());
        let number = |number: Option<f64>| number.map(|number| number.to_string());
        let figures = [
            ("trained_documents", count(model.trained_documents)),
            ("test_documents", count(model.test_documents)),
            ("accuracy", number(model.accuracy)),
            ("roc_auc", number(model.roc_auc)),
            ("labelled", count(model.labelled)),
            ("unknown_terms", number(model.unknown_terms)),
            ("unknown_terms_of_test", number(model.unknown_terms_of_test)),
            ("drift", number(model.drift)),
            ("agreement", number(agreement(|share| share.value))),
            ("agreement_low", number(agreement(|share| share.low))),
            ("agreement_high", number(agreement(|share| share.high))),
        ];
        for (measure, value) in figures {
            let row = Row::of("model").text("of", &model.language).name(&model.pipeline);
            self.row(row.set("measure", measure).set("value", value.unwrap_or_default()));
        }
    }

    fn figure(&mut self, section: &str, of: &str, measure: &str, value: impl ToString) {
        self.row(Row::of(section).text("of", of).set("measure", measure).set("value", value));
    }

    fn row(&mut self, row: Row) {
        self.put(&row.0);
    }

    fn put(&mut self, cells: &[String; HEADER.len()]) {
        self.text.write_record(cells).expect("writing to memory never fails");
    }
}

#[derive(Clone)]
struct Row([String; HEADER.len()]);

impl Row {
    fn of(section: &str) -> Self {
        Row(std::array::from_fn(|_| String::new())).set("section", section)
    }

    fn name(self, name: &str) -> Self {
        self.text("name", name)
    }

    fn days(self, start: NaiveDate, end: NaiveDate) -> Self {
        self.set("period_start", start).set("period_end", end)
    }

    fn share(self, share: Option<&Share>) -> Self {
        let Some(share) = share else { return self };
        self.set("share", share.value).set("low", share.low).set("high", share.high)
    }

    fn mover(self, mover: &Mover) -> Self {
        self.text("of", &mover.kind)
            .name(&mover.name)
            .set("before", mover.before)
            .set("after", mover.after)
            .set("documents_before", mover.documents_before)
            .set("documents_after", mover.documents_after)
            .set("z", mover.z)
            .set("p", mover.p)
            .set("q", mover.q)
            .set("is_significant", mover.is_significant)
    }

    /// What users wrote.
    fn text(self, column: &str, text: &str) -> Self {
        self.set(column, defused(text))
    }

    /// What we wrote.
    fn set(mut self, column: &str, value: impl ToString) -> Self {
        let place = HEADER.iter().position(|name| *name == column);
        self.0[place.expect("the header has all columns")] = value.to_string();
        self
    }
}

/// Spreadsheets run what begins like a formula, whoever wrote it, and terminals what begins
/// with a control. A number is neither.
fn defused(text: &str) -> String {
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
    let first = text.trim_start_matches([' ', '\u{feff}']).chars().next();
    let acts = matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n'))
        || matches!(first, Some('＝' | '＋' | '－' | '＠'));
    let is_kept = |c: char| !c.is_control() || matches!(c, '\t' | '\r' | '\n');
    let kept = |c: char| if is_kept(c) { c } else { char::REPLACEMENT_CHARACTER };
    let text: String = text.chars().map(kept).collect();
    if acts && !is_number { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn formulas_do_not_run() {
        for text in ["=1+1", "+a", "-a", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "-inf"] {
            assert_eq!(defused(text), format!("'{text}"));
        }
        for text in ["-5", "+1.5", "a=b", "", "좋아요", "1e3"] {
            assert_eq!(defused(text), text);
        }
        assert_eq!(defused("a\0b\u{9b}31m\u{1b}"), "a\u{fffd}b\u{fffd}31m\u{fffd}");
    }

    #[test]
    fn every_row_has_the_columns_of_the_header() {
        let text = written(&sample::small());
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(rows.headers().unwrap().iter().collect::<Vec<_>>(), HEADER);
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        let of = |section: &str| rows.iter().filter(|row| &row[0] == section).count();
        assert_eq!(of("period"), sample::small().periods.len() * 3);
        assert!(of("quote") == sample::small().quotes.len() && of("model") == 11);
        assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '@', '\t'])));
    }
}
