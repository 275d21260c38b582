//! What `malmoi run` shows of every room, on one screen.

use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use malmoi::Result;
use malmoi::analyze::AnalyzerKind;
use malmoi::config::{Overrides, Pipeline, TourParams};
use malmoi::files::AtomicFile;
use malmoi::pipeline::{self, Highlight, Outcome, Stages, Tour};
use malmoi::report::forms::{Form, written};
use malmoi::report::{Request, gather};
use unicode_width::UnicodeWidthChar;

use super::Context;
use super::explain::marked;
use super::output::{harmless, spelled};
use super::progress::Progress;

const HEADING: Style = AnsiColor::Cyan.on_default().bold();
/// Cells of a line, the left column included.
const WIDTH: usize = 96;
/// Cells of the left column.
const LEFT: usize = 14;
/// A word decided from this share of the strongest word's score on.
const DECIDES: f64 = 0.35;
/// Terms of a row that are shown.
const TERMS: usize = 4;

/// Trains what the tour needs beside the default pipeline, and shows it.
///
/// # Errors
/// As a run's, or if an example is missing.
pub fn run(
    params: &TourParams,
    outcome: &Outcome,
    pipeline: &Pipeline,
    context: &Context,
    progress: &Progress,
) -> Result<()> {
    let state = context.state()?;
    let mut text = learned(outcome);
    for name in params.sentences.keys().filter(|name| **name != pipeline.name) {
        let overrides = Overrides::new([], &[])?;
        let other = context.config()?.pipeline(Some(name), &overrides)?;
        text += &learned(&pipeline::run(&other, &state, false, progress)?);
    }
    let tour = pipeline::tour(params, pipeline, &state, progress)?;
    text += &shown(&tour, params, pipeline.analyze.analyzer);
    text += &report(params, &state, context, progress)?;
    progress.finish();
    context.output().result(&text)
}

/// Runs the pipeline of the report, writes it, and says where.
fn report(
    params: &TourParams,
    state: &Path,
    context: &Context,
    progress: &Progress,
) -> Result<String> {
    let overrides = Overrides::new([], &[])?;
    let pipeline = context.config()?.pipeline(Some(&params.report), &overrides)?;
    pipeline::run(&pipeline, state, false, progress)?;
    let facts = gather(&pipeline, state, &Request::default(), pipeline::now(), progress)?;
    let path = state.join(&pipeline.name).join("report.html");
    AtomicFile::write(&path, written(Form::Html, &facts).as_bytes())?;
    let total = &facts.total.counts;
    let shares = facts.sides.iter().zip(&total.shares);
    let shares: Vec<String> =
        shares.map(|(side, share)| format!("{:.0} % {side}", share.value * 100.0)).collect();
    let told = format!("{} documents, {}", total.documents, shares.join(", "));
    let here = std::env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(here).unwrap_or(&path).display().to_string();
    // The path is not cut, however long: it is there to be opened.
    Ok(heading("a report to read every morning", &pipeline.name)
        + &line("documents", &told)
        + &format!("  {}{}\n", padded("written to"), harmless(&shown)))
}

/// `sample        learned from 192 documents; accuracy 0.8333 on 48 others`
fn learned(outcome: &Outcome) -> String {
    let measured = match &outcome.metrics {
        Some(one) => {
            format!("accuracy {:.4} on {} others", one.metrics.accuracy, one.metrics.documents)
        }
        None => "not measured".to_owned(),
    };
    let documents = outcome.learned.documents;
    line(&outcome.pipeline, &format!("learned from {documents} documents; {measured}"))
}

/// The screen: a heading a room and what it made, none of it wider than a terminal.
fn shown(tour: &Tour, params: &TourParams, analyzer: AnalyzerKind) -> String {
    let mut text = heading("a news page, its title and its body", &page_name(params));
    text += &article(tour);
    text += &heading("a review, room by room", &params.document);
    text += &rooms(&tour.stages, analyzer);
    text += &heading("what is thought of it", "words that decided are marked");
    text += &sentences(tour);
    text += &heading("how alike two sentences are", "");
    text += &compared(tour, params);
    match &tour.title {
        Some([before, after]) => {
            text += &heading("a title, before and after it is registered", &params.title);
            text += &line("before", &morphemes(before));
            text += &line("after", &morphemes(after));
        }
        None => {
            text +=
                &heading("Korean morphemes", "`malmoi dictionary install` gets their dictionary");
        }
    }
    text
}

fn heading(what: &str, of: &str) -> String {
    let of = fitted(of, WIDTH.saturating_sub(what.chars().count() + 2));
    let line = format!("{HEADING}{what}{HEADING:#}  {of}");
    format!("\n{}\n", line.trim_end())
}

fn page_name(params: &TourParams) -> String {
    let name = params.page.file_name().unwrap_or_default().to_string_lossy();
    let folder = params.page.parent().and_then(|folder| folder.file_name()).unwrap_or_default();
    harmless(&format!("{}/{name}", folder.to_string_lossy()))
}

fn article(tour: &Tour) -> String {
    let article = &tour.article;
    let date = article.date.as_deref().unwrap_or("no date");
    let by = match article.authors.join(", ") {
        authors if authors.is_empty() => date.to_owned(),
        authors => format!("{date}, {authors}"),
    };
    line("title", &article.title) + &line("text", &article.text) + &line("published", &by)
}

fn rooms(stages: &Stages, analyzer: AnalyzerKind) -> String {
    let cleaned = stages.clean.last().map_or(stages.raw.as_str(), |stage| stage.text.as_str());
    let terms: Vec<String> =
        stages.tokens.iter().map(|token| spelled(&token.term, analyzer)).collect();
    let mut text = line("source", &stages.raw);
    text += &line("clean", cleaned);
    text += &line("analyze", &terms.join(" "));
    if let Some(features) = &stages.features {
        let mut row: Vec<_> = features.row.iter().collect();
        row.sort_by(|a, b| b.value.total_cmp(&a.value));
        let largest = row.iter().take(TERMS);
        let largest: Vec<String> = largest
            .map(|one| format!("{} {:.2}", spelled(&one.term, analyzer), one.value))
            .collect();
        let count = features.row.len();
        text += &line("vectorize", &format!("{count} features: {} …", largest.join(", ")));
        text += &line("classify", &format!("{} {:.2}", features.label, features.probability));
    }
    text
}

fn sentences(tour: &Tour) -> String {
    let has_colours = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    let one = |(name, explanation): &(String, malmoi::pipeline::Explanation)| {
        let judged = format!("{} {:.2}", harmless(&explanation.label), explanation.probability);
        let strongest =
            explanation.tokens.iter().map(|token| token.score.abs()).fold(0.0, f64::max);
        let decides = |token: &&Highlight| token.score.abs() >= strongest * DECIDES;
        let tokens: Vec<Highlight> = explanation.tokens.iter().filter(decides).cloned().collect();
        let text = marked(&explanation.text, &tokens, has_colours);
        format!("  {}{judged}  {text}\n", padded(name))
    };
    tour.sentences.iter().map(one).collect()
}

fn compared(tour: &Tour, params: &TourParams) -> String {
    let [left, right] = &params.compare;
    let one = tour.comparison;
    line("", &format!("“{left}”  “{right}”"))
        + &line(
            "",
            &format!(
                "cosine {:.4}   euclidean {:.4}   manhattan {:.4}   jaccard {:.4}",
                one.cosine, one.euclidean, one.manhattan, one.jaccard
            ),
        )
}

fn morphemes(parts: &[(String, String)]) -> String {
    let parts: Vec<String> =
        parts.iter().map(|(surface, tag)| format!("{surface}/{tag}")).collect();
    parts.join(" ")
}

/// A name and what belongs to it, cut where the line ends.
fn line(name: &str, text: &str) -> String {
    let text = harmless(text).replace('\n', " ");
    format!("  {}{}\n", padded(name), fitted(&text, WIDTH - LEFT))
}

fn padded(name: &str) -> String {
    let name = harmless(name);
    let cells: usize = name.chars().filter_map(UnicodeWidthChar::width).sum();
    format!("{name}{}", " ".repeat((LEFT - 2).saturating_sub(cells).max(1)))
}

/// As much of `text` as fits into so many cells of a terminal.
fn fitted(text: &str, cells: usize) -> String {
    let width = |character: char| character.width().unwrap_or(0);
    if text.chars().map(width).sum::<usize>() <= cells {
        return text.to_owned();
    }
    let mut left = cells.saturating_sub(1);
    let fits = |character: &char| match left.checked_sub(width(*character)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    let cut: String = text.chars().take_while(fits).collect();
    cut.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_where_the_terminal_does() {
        assert_eq!(fitted("short", 5), "short");
        assert_eq!(fitted("longer", 5), "long…");
        assert_eq!(fitted("새벽 시장", 8), "새벽 시…");
        assert_eq!(fitted("새벽 시장", 9), "새벽 시장");
    }
}
