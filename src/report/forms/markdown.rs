//! Facts → Markdown with tables, as GitHub reads it.
//!
//! In: facts. Out: text. Promises: what users wrote has no power here either: no mark-up,
//! no tag, no mention, no row of a table of its own.

use super::numbers::{NONE, band, chance, count, percent, points, signed};
use super::sides::{Side, at, sides};
use super::{card, links, periods, pieces, sentences, visible};
use crate::report::facts::{Counts, Facts, Group, Groups, Keyword, Period, Quote};

/// The report as Markdown.
pub fn written(facts: &Facts) -> String {
    let mut page = Page { facts, sides: sides(facts), text: String::new() };
    page.headline();
    page.time();
    page.movers();
    page.terms();
    page.heading(2, "Quotes");
    page.quotes(&facts.quotes);
    page.groups(2, "By source", "sources", &facts.sources);
    page.groups(2, "By label", "labels", &facts.labels);
    facts.keywords.iter().for_each(|keyword| page.keyword(keyword));
    page.left_out();
    page.models();
    page.notes();
    page.text
}

struct Page<'a> {
    facts: &'a Facts,
    sides: Vec<Side>,
    text: String,
}

impl Page<'_> {
    fn headline(&mut self) {
        self.heading(1, &escaped(&sentences::title(self.facts)));
        self.paragraph(&escaped(&sentences::about(self.facts)));
        self.paragraph(&format!("**{}**", escaped(&sentences::headline(self.facts))));
        self.paragraph(&escaped(&sentences::change(self.facts)));
        if let Some(text) = sentences::trained_on(self.facts) {
            self.paragraph(&escaped(&text));
        }
        let row = vec![vec!["all".to_owned()]];
        let counts = [&self.facts.total.counts];
        self.table("", row.into_iter().zip(counts).collect());
    }

    fn time(&mut self) {
        self.heading(2, "Over time");
        let facts = self.facts;
        let row = |period: &Period| {
            let partial = if period.is_partial { " (partial)" } else { "" };
            vec![format!("{}{partial}", sentences::period(&facts.by, period))]
        };
        let rows = facts.periods.iter().map(|period| (row(period), &period.counts)).collect();
        self.table(&facts.by, rows);
    }

    fn movers(&mut self) {
        self.heading(2, "Movers");
        self.paragraph(&escaped(&sentences::movers(self.facts)));
        if self.facts.movers.shown.is_empty() {
            return;
        }
        self.header(&[
            "what",
            "side",
            "before",
            "after",
            "points",
            "documents",
            "z",
            "p",
            "adjusted p",
            "",
        ]);
        for mover in &self.facts.movers.shown {
            let side = at(&self.sides, mover.side).map_or(NONE, |side| &side.name);
            let what = match mover.kind.as_str() {
                "all" => "all documents".to_owned(),
                kind => format!("{kind}: {}", visible::name(&mover.name)),
            };
            let documents =
                format!("{} → {}", count(mover.documents_before), count(mover.documents_after));
            let cells = [
                escaped(&what),
                escaped(side),
                percent(mover.before),
                percent(mover.after),
                points(mover.before, mover.after),
                documents,
                signed(mover.z, 2),
                escaped(&chance(mover.p)),
                escaped(&chance(mover.q)),
                sentences::verdict(mover).to_owned(),
            ];
            self.row(&cells);
        }
    }

    fn terms(&mut self) {
        self.heading(2, "Rising terms");
        for rising in &self.facts.terms {
            let side = at(&self.sides, rising.side).map_or(NONE, |side| &side.name);
            self.heading(3, &escaped(side));
            if rising.terms.is_empty() {
                self.paragraph("None.");
                continue;
            }
            self.header(&["term", "before", "after", "log-odds", "z"]);
            for term in &rising.terms {
                let name = escaped(&visible::name(&term.term));
                let (before, after) = (count(term.before), count(term.after));
                self.row(&[name, before, after, signed(term.log_odds, 2), signed(term.z, 1)]);
            }
        }
    }

    fn quotes(&mut self, quotes: &[Quote]) {
        if quotes.is_empty() {
            self.paragraph("None.");
        }
        for quote in quotes {
            let side = at(&self.sides, quote.side).map_or(NONE, |side| &side.name);
            let mut about = format!("**{}** {}", escaped(side), percent(quote.probability));
            let day = quote.day.map(|day| day.to_string()).unwrap_or_default();
            for part in [&day, &quote.source, &quote.title, &quote.id] {
                let part = visible::name(part);
                if !part.is_empty() {
                    about += &format!(" · {}", escaped(&part));
                }
            }
            if let Some(url) = links::safe(&quote.url) {
                // An address in angle brackets ends at the first of these.
                let url = url.replace('<', "%3C").replace('>', "%3E").replace('\\', "%5C");
                about += &format!(" · [read](<{url}>)");
            }
            self.text += &format!("\n> {}\n>\n> {about}\n", highlighted(quote));
        }
    }

    fn groups(&mut self, level: usize, title: &str, what: &str, groups: &Groups) {
        self.heading(level, title);
        if groups.shown.is_empty() {
            return self.paragraph("None.");
        }
        if let Some(text) = sentences::more(groups.found, groups.shown.len(), what) {
            self.paragraph(&text);
        }
        let row = |group: &Group| vec![escaped(&visible::name(&group.name))];
        let rows = groups.shown.iter().map(|group| (row(group), &group.counts)).collect();
        self.table(what.trim_end_matches('s'), rows);
    }

    fn keyword(&mut self, keyword: &Keyword) {
        let name = visible::name(&keyword.group.name);
        self.heading(2, &format!("Keyword: {}", escaped(&name)));
        self.table("", vec![(vec!["all".to_owned()], &keyword.group.counts)]);
        let facts = self.facts;
        let rows = periods::rows(&facts.periods, &keyword.periods, &facts.by);
        let of = if facts.periods.len() > periods::FEW { "year" } else { &facts.by };
        self.table(of, rows.iter().map(|(name, counts)| (vec![name.clone()], counts)).collect());
        self.groups(3, "Sources", "sources", &keyword.sources);
        self.heading(3, "Quotes");
        self.quotes(&keyword.quotes);
    }

    fn left_out(&mut self) {
        self.heading(2, "What was left out");
        self.header(&["documents", "number"]);
        for (what, number) in card::left_out(self.facts) {
            self.row(&[what.to_owned(), count(number)]);
        }
    }

    fn models(&mut self) {
        self.heading(2, "Model");
        let models = &self.facts.model.models;
        if models.is_empty() {
            return self.paragraph("None.");
        }
        for model in models {
            self.paragraph(&escaped(&sentences::model(model)));
            self.header(&["figure", "value"]);
            for (name, value) in card::figures(model) {
                self.row(&[name.to_owned(), escaped(&value)]);
            }
        }
    }

    fn notes(&mut self) {
        let unsure = sentences::unsure(self.facts).map(|(name, text)| format!("{name}: {text}"));
        let notes: Vec<String> = self.facts.notes.iter().cloned().chain(unsure).collect();
        self.heading(2, "Notes");
        for note in notes {
            self.text += &format!("- {}\n", escaped(&visible::line(&note)));
        }
    }

    /// Rows that begin with a name and go on with counts and shares.
    fn table(&mut self, of: &str, rows: Vec<(Vec<String>, &Counts)>) {
        let sides: Vec<String> = self.sides.iter().map(|side| escaped(&side.name)).collect();
        let first = [of, "documents", "trained on"];
        self.header(&first.into_iter().chain(sides.iter().map(String::as_str)).collect::<Vec<_>>());
        for (mut cells, counts) in rows {
            cells.extend([count(counts.documents), count(counts.trained_on)]);
            for side in &self.sides {
                let share = side.share(counts).map(|share| match share.low.is_finite() {
                    true => format!(" · {} ({})", percent(share.value), band(&share)),
                    false => format!(" · {}", percent(share.value)),
                });
                cells.push(count(side.count(counts)) + &share.unwrap_or_default());
            }
            self.row(&cells);
        }
    }

    fn heading(&mut self, level: usize, text: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        self.text += &format!("{gap}{} {text}\n", "#".repeat(level));
    }

    fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            self.text += &format!("\n{text}\n");
        }
    }

    fn header(&mut self, names: &[&str]) {
        self.text += "\n";
        self.row(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        self.text += &format!("|{}\n", " --- |".repeat(names.len()));
    }

    fn row(&mut self, cells: &[String]) {
        self.text += &format!("| {} |\n", cells.join(" | "));
    }
}

/// The text with the words that decided in bold, each with its weight.
fn highlighted(quote: &Quote) -> String {
    let mut text = String::new();
    for piece in pieces::pieces(&quote.text, &quote.words) {
        let shown = escaped(&visible::piece(piece.text));
        text += &match piece.weight {
            Some(weight) if !shown.trim().is_empty() => {
                format!("**{}** ({})", shown.trim(), signed(weight, 2))
            }
            _ => shown,
        };
    }
    // Four spaces at the beginning would make it code.
    text.trim().to_owned()
}

/// Every character that Markdown, HTML in it or GitHub reads as more than itself.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (place, c) in text.char_indices() {
        let (before, after) = (&text[..place], &text[place + c.len_utf8()..]);
        let acts = match c {
            '-' | '+' | '=' => place == 0,
            '.' | ')' => place > 0 && before.bytes().all(|byte| byte.is_ascii_digit()),
            ':' => after.starts_with("//"),
            c => "\\`*_[]<>#!|~&@$".contains(c),
        };
        if acts {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn marks_are_text() {
        let text = "# a | <b> [c](javascript:d) `e` @f $g$ https://h";
        let safe = r"\# a \| \<b\> \[c\](javascript:d) \`e\` \@f \$g\$ https\://h";
        assert_eq!(escaped(text), safe.replace(r"\\", r"\"));
        assert_eq!(
            ["1. a", "- a", "+1", "2025) a"].map(escaped).join(" "),
            r"1\. a \- a \+1 2025\) a"
        );
        assert_eq!(escaped("좋아요 (정말) 10-20"), "좋아요 (정말) 10-20");
    }

    #[test]
    fn rows_have_the_cells_of_their_header() {
        let text = written(&sample::small());
        let cells = |line: &str| line.replace(r"\|", "").matches('|').count();
        let mut last = None;
        for line in text.lines() {
            let is_row = line.starts_with('|');
            if let (true, Some(last)) = (is_row, last) {
                assert_eq!(cells(line), last, "{line}");
            }
            last = is_row.then(|| cells(line));
        }
        assert!(
            text.contains(r"\<script\>")
                && !text.replace("](<", "").replace(r"\<", "").contains('<')
        );
    }
}
