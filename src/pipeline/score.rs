//! Labels for a stream of texts: JSON lines, tables or plain lines.
//!
//! Memory does not grow with the length of the input; a row that cannot be
//! used is named and left out, and all others go on.

use std::borrow::Cow;
use std::fmt;
use std::io::{Read, Write};

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::EncoderWorker;
use super::blocks::{Block, Blocks, utf8, written};
use super::model::Model;
use super::ordered::ordered;
use super::watch::Watch;
use crate::classify::best;
use crate::data::Skipped;
use crate::error::Result;

/// What a scored line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines<'a> {
    /// JSON objects; the text stands in the field named.
    Json {
        /// Name of the field.
        text: &'a str,
    },
    /// The same; out come label and probability, parted by a tab.
    JsonToPlain {
        /// Name of the field.
        text: &'a str,
    },
    /// A line is a text; out come label and probability, parted by a tab.
    Plain,
    /// A line is a text; out come JSON objects.
    PlainToJson,
}

/// Predicts for one text after another without allocating.
pub struct Predictor<'a> {
    model: &'a Model,
    worker: EncoderWorker<'a>,
    probabilities: Vec<f64>,
}

impl<'a> Predictor<'a> {
    /// A predictor with its own memory of terms.
    pub fn new(model: &'a Model) -> Self {
        Predictor { model, worker: model.encoder.worker(), probabilities: Vec::new() }
    }

    /// The most probable label and its probability.
    pub fn predict(&mut self, text: &str) -> (&'a str, f64) {
        let (columns, values) = self.worker.encode(text);
        self.model.classifier.probabilities(columns, values, &mut self.probabilities);
        let class = best(&self.probabilities);
        (&self.model.labels[class], self.probabilities[class])
    }
}

/// Scores lines from `input` to `output`; gives how many were read and what was left out.
///
/// # Errors
/// If reading or writing fails, or the user stops.
pub fn score_lines(
    model: &Model,
    lines: Lines<'_>,
    name: &str,
    input: impl Read + Send,
    mut output: impl Write,
    watch: &dyn Watch,
) -> Result<(u64, Skipped)> {
    let mut blocks = Blocks::new(input, name);
    let mut skipped = Skipped::default();
    let mut count = 0;
    ordered(
        || {
            watch.check()?;
            blocks.next()
        },
        || Predictor::new(model),
        |predictor, block| score_block(predictor, lines, &block),
        |scored| {
            count += scored.lines;
            for (line, reason) in &scored.bad {
                skipped.add(&format!("{name}, line {line}"), reason);
            }
            watch.advance(count, None);
            output.write_all(&scored.bytes).map_err(|error| written(error, "the result"))
        },
    )?;
    output.flush().map_err(|error| written(error, "the result"))?;
    Ok((count, skipped))
}

#[derive(Default)]
struct Scored {
    bytes: Vec<u8>,
    lines: u64,
    bad: Vec<(u64, String)>,
}

fn score_block(predictor: &mut Predictor, lines: Lines<'_>, block: &Block) -> Scored {
    let mut scored =
        Scored { bytes: Vec::with_capacity(block.bytes.len() * 9 / 8), ..Scored::default() };
    for (number, line) in block.lines() {
        let result = match lines {
            Lines::Json { .. } | Lines::JsonToPlain { .. } if line.trim_ascii().is_empty() => {
                continue;
            }
            Lines::Json { text } => score_json(predictor, text, line, &mut scored.bytes),
            Lines::JsonToPlain { text } => {
                score_json_to_plain(predictor, text, line, &mut scored.bytes)
            }
            Lines::Plain => score_plain(predictor, line, &mut scored.bytes),
            Lines::PlainToJson => score_plain_to_json(predictor, line, &mut scored.bytes),
        };
        scored.lines += 1;
        if let Err(reason) = result {
            scored.bad.push((number, reason));
        }
    }
    scored
}

type Scoring = std::result::Result<(), String>;

fn score_plain(predictor: &mut Predictor, line: &[u8], out: &mut Vec<u8>) -> Scoring {
    put_plain(predictor.predict(utf8(line)?), out);
    Ok(())
}

fn score_json_to_plain(
    predictor: &mut Predictor,
    field: &str,
    line: &[u8],
    out: &mut Vec<u8>,
) -> Scoring {
    let (text, _) = text_of(utf8(line)?.trim_ascii(), field)?;
    put_plain(predictor.predict(&text), out);
    Ok(())
}

fn put_plain((label, probability): (&str, f64), out: &mut Vec<u8>) {
    put(out, format_args!("{label}\t{probability:.4}\n"));
}

fn score_plain_to_json(predictor: &mut Predictor, line: &[u8], out: &mut Vec<u8>) -> Scoring {
    let text = utf8(line)?;
    let (label, probability) = predictor.predict(text);
    let object =
        serde_json::json!({"text": text, "predicted_label": label, "probability": probability});
    put(out, format_args!("{object}\n"));
    Ok(())
}

/// Adds two fields before the closing brace; everything else stays byte for byte.
fn score_json(predictor: &mut Predictor, field: &str, line: &[u8], out: &mut Vec<u8>) -> Scoring {
    let line = utf8(line)?.trim_ascii();
    let (text, is_scored) = text_of(line, field)?;
    let (label, probability) = predictor.predict(&text);
    if is_scored {
        return rescore(line, label, probability, out);
    }
    out.extend_from_slice(&line.as_bytes()[..line.len() - 1]);
    let label = serde_json::to_string(label).expect("a label is text");
    put(out, format_args!(",\"predicted_label\":{label},\"probability\":{probability}}}\n"));
    Ok(())
}

/// The line was scored before: the old fields are replaced.
fn rescore(line: &str, label: &str, probability: f64, out: &mut Vec<u8>) -> Scoring {
    let object = serde_json::from_str(line);
    let mut object: serde_json::Map<String, serde_json::Value> =
        object.map_err(|error| error.to_string())?;
    object.insert(LABEL.to_owned(), label.into());
    object.insert(PROBABILITY.to_owned(), probability.into());
    put(out, format_args!("{}\n", serde_json::Value::from(object)));
    Ok(())
}

/// Name of the field or column that holds the label.
pub const LABEL: &str = "predicted_label";
/// Name of the field or column that holds the probability.
pub const PROBABILITY: &str = "probability";

fn put(out: &mut Vec<u8>, arguments: fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("memory takes everything");
}

/// The text of a JSON object, and whether it has fields of ours already.
fn text_of<'a>(line: &'a str, field: &str) -> std::result::Result<(Cow<'a, str>, bool), String> {
    let mut reader = serde_json::Deserializer::from_str(line);
    let found =
        reader.deserialize_map(Fields { field }).and_then(|found| reader.end().map(|()| found));
    let (text, is_scored) =
        found.map_err(|error| format!("no JSON object with a text: {error}"))?;
    let text = text.ok_or_else(|| format!("the object has no field `{field}`"))?;
    Ok((text, is_scored))
}

struct Fields<'f> {
    field: &'f str,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = (Option<Cow<'de, str>>, bool);

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a JSON object with the text in `{}`", self.field)
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut map: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let (mut text, mut is_scored) = (None, false);
        while let Some(Borrowed(key)) = map.next_key()? {
            if key == self.field {
                let Borrowed(value) = map.next_value()?;
                text = Some(value);
            } else {
                is_scored |= key == LABEL || key == PROBABILITY;
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok((text, is_scored))
    }
}

/// A string that borrows from the line where it has no escapes.
#[derive(serde::Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: std::result::Result<(&str, bool), &str>) {
        match (text_of(line, "text"), expected) {
            (Ok((text, scored)), Ok(expected)) => assert_eq!((text.as_ref(), scored), expected),
            (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
            (found, _) => panic!("{line}: {found:?}"),
        }
    }

    #[test]
    fn finds_the_text() {
        check(r#"{"id": 1, "text": "a\nb", "more": {"text": "c"}}"#, Ok(("a\nb", false)));
        check(r#"{"text": "a", "probability": 1}"#, Ok(("a", true)));
        check(r#"{"id": 1}"#, Err("no field `text`"));
        check(r#"{"text": 1}"#, Err("invalid type"));
        check(r#"["text"]"#, Err("JSON object"));
        check(r#"{"text": "a"} x"#, Err("trailing"));
    }
}
