//! Lines of Korean → lines of morphemes.

use std::io::{Read, Write};

use serde::Serialize;

use super::blocks::utf8;
use super::line_by_line::{Blank, Worked, line_by_line};
use super::watch::Watch;
use crate::analyze::korean::{Analyzer, Likeliest, Morph};
use crate::data::Skipped;
use crate::error::Result;

const CUT: &str = "the search for more analyses ended at its limit, since the line is long";

/// What is told of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Surfaces of all morphemes.
    Morphs,
    /// Surfaces of nouns.
    Nouns,
    /// Surfaces and tags.
    Pos,
    /// Everything.
    Analysis,
}

/// How it is told: one line a text either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MorphemeForm {
    /// What is told.
    pub told: Told,
    /// JSON objects, or words parted by blanks.
    pub json: bool,
    /// How many analyses, the likeliest first.
    pub n_best: usize,
}

/// Analyzes lines from `input`, which messages call `name`, to `output`; gives
/// how many were read and what was left out.
///
/// # Errors
/// If reading or writing fails, or the user stops.
pub fn morpheme_lines(
    analyzer: &Analyzer,
    form: MorphemeForm,
    name: &str,
    input: impl Read + Send,
    output: impl Write,
    watch: &dyn Watch,
) -> Result<(u64, Skipped)> {
    line_by_line(
        name,
        input,
        output,
        watch,
        Blank::IsText,
        || (),
        |(), line, out| tell(analyzer, form, utf8(line)?, out),
    )
}

/// Adds what is told of one text to `out`, with a line end.
fn tell(analyzer: &Analyzer, form: MorphemeForm, text: &str, out: &mut Vec<u8>) -> Worked {
    let mut remark = None;
    match (form.n_best, form.json, form.told) {
        (2.., _, _) => remark = n_best(analyzer, form, text, out),
        (_, true, Told::Analysis) => {
            put_json(&Analysis { tokens: &analyzer.analyze(text), cost: None }, out);
        }
        (_, true, _) => put_tokens(analyzer, form.told, text, out),
        (_, false, Told::Analysis) => put_analysis(&analyzer.analyze(text), out),
        (_, false, _) => put_words(analyzer, form.told, text, out),
    }
    out.push(b'\n');
    Ok(remark)
}

#[derive(Serialize)]
struct Analysis<'a> {
    tokens: &'a [Morph],
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<i64>,
}

#[derive(Serialize)]
struct Alternatives<'a> {
    alternatives: Vec<Analysis<'a>>,
}

/// Says so if there may be more.
fn n_best(
    analyzer: &Analyzer,
    form: MorphemeForm,
    text: &str,
    out: &mut Vec<u8>,
) -> Option<&'static str> {
    let Likeliest { analyses, is_cut } = analyzer.n_best(text, form.n_best);
    let remark = is_cut.then_some(CUT);
    if form.json {
        let alternatives =
            analyses.iter().map(|(tokens, cost)| Analysis { tokens, cost: Some(*cost) });
        let alternatives = alternatives.collect();
        put_json(&Alternatives { alternatives }, out);
        return remark;
    }
    for (place, (tokens, _)) in analyses.iter().enumerate() {
        if place > 0 {
            out.push(b'\t');
        }
        put_analysis(tokens, out);
    }
    remark
}

fn put_words(analyzer: &Analyzer, told: Told, text: &str, out: &mut Vec<u8>) {
    let start = out.len();
    analyzer.each_decompounded(text, |surface, tag, _, _, _| {
        if told == Told::Nouns && !tag.starts_with('N') {
            return;
        }
        if out.len() > start {
            out.push(b' ');
        }
        out.extend_from_slice(surface.as_bytes());
        if told == Told::Pos {
            out.push(b'/');
            out.extend_from_slice(tag.as_bytes());
        }
    });
}

#[derive(Serialize)]
struct Token<'a> {
    surface: &'a str,
    tag: &'a str,
    start: usize,
    end: usize,
}

fn put_tokens(analyzer: &Analyzer, told: Told, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"tokens\":[");
    let mut is_first = true;
    analyzer.each_decompounded(text, |surface, tag, start, end, _| {
        if told == Told::Nouns && !tag.starts_with('N') {
            return;
        }
        if !std::mem::take(&mut is_first) {
            out.push(b',');
        }
        put_json(&Token { surface, tag, start, end }, out);
    });
    out.extend_from_slice(b"]}");
}

/// `봤/VV+EP[보/VV+았/EP]`.
fn put_analysis(tokens: &[Morph], out: &mut Vec<u8>) {
    for (place, one) in tokens.iter().enumerate() {
        if place > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(format!("{}/{}", one.surface, one.tag).as_bytes());
        if !one.parts.is_empty() {
            let parts: Vec<String> =
                one.parts.iter().map(|part| format!("{}/{}", part.surface, part.tag)).collect();
            out.extend_from_slice(format!("[{}]", parts.join("+")).as_bytes());
        }
    }
}

fn put_json(value: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("memory takes everything");
}
