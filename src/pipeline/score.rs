//! Labels for a stream of texts: JSON lines, tables or plain lines.
//!
//! Memory does not grow with the length of the input; a row that cannot be
//! used is named and left out, and all others go on.

use std::borrow::Cow;
use std::fmt;
use std::io::{Read, Write};

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::blocks::utf8;
use super::labeler::{Labeler, LabelerWorker};
use super::line_by_line::{Blank, Worked, line_by_line};
use super::scored::Score;
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
    labels: &'a [String],
    worker: LabelerWorker<'a>,
    probabilities: Vec<f64>,
}

impl<'a> Predictor<'a> {
    /// A predictor with its own memory of terms.
    pub fn new(labeler: &'a Labeler) -> Self {
        Predictor { labels: labeler.labels(), worker: labeler.worker(), probabilities: Vec::new() }
    }

    /// The most probable label and its probability.
    ///
    /// # Errors
    /// Why the text must be left out.
    pub fn predict(&mut self, text: &str) -> std::result::Result<(&'a str, f64), String> {
        let class = best(self.probabilities(text)?);
        Ok((&self.labels[class], self.probabilities[class]))
    }

    /// Probabilities of all classes.
    ///
    /// # Errors
    /// Why the text must be left out.
    pub fn probabilities(&mut self, text: &str) -> std::result::Result<&[f64], String> {
        self.worker.probabilities(text, &mut self.probabilities)?;
        Ok(&self.probabilities)
    }

    /// The same as it is kept, with how much of the text the model knows.
    pub(super) fn score(&mut self, text: &str) -> std::result::Result<Score, String> {
        let class = best(self.probabilities(text)?);
        let (terms, unknown) = self.worker.terms();
        let probability = self.probabilities[class] as f32;
        Ok(Score { class: class as u32, probability, terms, unknown })
    }
}

/// Scores lines from `input` to `output`; gives how many were read and what was left out.
///
/// # Errors
/// If reading or writing fails, or the user stops.
pub fn score_lines(
    model: &Labeler,
    lines: Lines<'_>,
    name: &str,
    input: impl Read + Send,
    output: impl Write,
    watch: &dyn Watch,
) -> Result<(u64, Skipped)> {
    let blank = match lines {
        Lines::Json { .. } | Lines::JsonToPlain { .. } => Blank::IsNone,
        Lines::Plain | Lines::PlainToJson => Blank::IsText,
    };
    let predictor = || Predictor::new(model);
    line_by_line(name, input, output, watch, blank, predictor, |predictor, line, out| match lines {
        Lines::Json { text } => score_json(predictor, text, line, out),
        Lines::JsonToPlain { text } => score_json_to_plain(predictor, text, line, out),
        Lines::Plain => score_plain(predictor, line, out),
        Lines::PlainToJson => score_plain_to_json(predictor, line, out),
    })
}

fn score_plain(predictor: &mut Predictor, line: &[u8], out: &mut Vec<u8>) -> Worked {
    put_plain(predictor.predict(utf8(line)?)?, out);
    Ok(None)
}

fn score_json_to_plain(
    predictor: &mut Predictor,
    field: &str,
    line: &[u8],
    out: &mut Vec<u8>,
) -> Worked {
    let (text, _) = text_of(utf8(line)?.trim_ascii(), field)?;
    put_plain(predictor.predict(&text)?, out);
    Ok(None)
}

fn put_plain((label, probability): (&str, f64), out: &mut Vec<u8>) {
    let label = on_one_line(label);
    put(out, format_args!("{label}\t{probability:.4}\n"));
}

/// A label may hold anything; tabs and newlines would look like other columns or
/// lines, and escapes would steer a terminal.
pub(super) fn on_one_line(label: &str) -> Cow<'_, str> {
    if !label.contains(char::is_control) {
        return Cow::Borrowed(label);
    }
    let shown = |character: char| match character.is_control() {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    Cow::Owned(label.chars().map(shown).collect())
}

fn score_plain_to_json(predictor: &mut Predictor, line: &[u8], out: &mut Vec<u8>) -> Worked {
    let text = utf8(line)?;
    let (label, probability) = predictor.predict(text)?;
    let object =
        serde_json::json!({"text": text, "predicted_label": label, "probability": probability});
    put(out, format_args!("{object}\n"));
    Ok(None)
}

/// Adds two fields before the closing brace, or puts their values in the place of
/// those of an earlier run; everything else stays byte for byte.
fn score_json(predictor: &mut Predictor, field: &str, line: &[u8], out: &mut Vec<u8>) -> Worked {
    let line = utf8(line)?.trim_ascii();
    let (text, old) = text_of(line, field)?;
    let (label, probability) = predictor.predict(&text)?;
    let label = serde_json::to_string(label).expect("a label is text");
    let values = [(LABEL, label), (PROBABILITY, probability.to_string())];
    let mut copied = 0;
    for (name, value) in &old {
        let (_, new) = &values[usize::from(*name == PROBABILITY)];
        let start = offset(line, value.get());
        out.extend_from_slice(&line.as_bytes()[copied..start]);
        out.extend_from_slice(new.as_bytes());
        copied = start + value.get().len();
    }
    out.extend_from_slice(&line.as_bytes()[copied..line.len() - 1]);
    for (name, value) in &values {
        if old.iter().all(|(known, _)| known != name) {
            put(out, format_args!(",\"{name}\":{value}"));
        }
    }
    out.extend_from_slice(b"}\n");
    Ok(None)
}

/// Where `part`, which was borrowed from `line`, stands in it.
fn offset(line: &str, part: &str) -> usize {
    part.as_ptr() as usize - line.as_ptr() as usize
}

/// Name of the field or column that holds the label.
pub const LABEL: &str = "predicted_label";
/// Name of the field or column that holds the probability.
pub const PROBABILITY: &str = "probability";

fn put(out: &mut Vec<u8>, arguments: fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("memory takes everything");
}

/// Name and value of our fields that an object has already.
type Old<'a> = Vec<(&'static str, &'a RawValue)>;

/// The text of a JSON object, and what it has of ours already.
fn text_of<'a>(line: &'a str, field: &str) -> std::result::Result<(Cow<'a, str>, Old<'a>), String> {
    let mut reader = serde_json::Deserializer::from_str(line);
    let found =
        reader.deserialize_map(Fields { field }).and_then(|found| reader.end().map(|()| found));
    let (text, old) = found.map_err(|error| format!("no JSON object with a text: {error}"))?;
    let text = text.ok_or_else(|| format!("the object has no field `{field}`"))?;
    Ok((text, old))
}

struct Fields<'f> {
    field: &'f str,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = (Option<Cow<'de, str>>, Old<'de>);

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a JSON object with the text in `{}`", self.field)
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut map: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let (mut text, mut old) = (None, Vec::new());
        while let Some(Borrowed(key)) = map.next_key()? {
            if key == self.field {
                let Borrowed(value) = map.next_value()?;
                text = Some(value);
            } else if let Some(name) = [LABEL, PROBABILITY].into_iter().find(|name| key == *name) {
                old.push((name, map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok((text, old))
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
            (Ok((text, scored)), Ok(expected)) => {
                assert_eq!((text.as_ref(), !scored.is_empty()), expected);
            }
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

    #[test]
    fn a_line_that_was_scored_keeps_its_other_bytes() {
        let model = crate::pipeline::sample_model::model().into();
        let mut predictor = Predictor::new(&model);
        let mut check = |line: &str, parts: [&str; 3]| {
            let mut out = Vec::new();
            score_json(&mut predictor, "text", line.as_bytes(), &mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            let [start, middle, end] = parts;
            assert!(out.starts_with(start) && out.ends_with(end) && out.contains(middle), "{out}");
        };
        check(
            r#"{"n": 1.50, "predicted_label": "x" , "probability":1,"t": 1e400, "text": "great"}"#,
            [
                r#"{"n": 1.50, "predicted_label": "positive" , "probability":0."#,
                r#","t": 1e400, "#,
                "\"text\": \"great\"}\n",
            ],
        );
        check(
            r#"{"text":"great","probability":[1],"id":123456789012345678901234567890}"#,
            [
                r#"{"text":"great","probability":0."#,
                r#","id":123456789012345678901234567890,"#,
                "\"predicted_label\":\"positive\"}\n",
            ],
        );
    }

    #[test]
    fn a_label_stays_in_its_column() {
        assert_eq!(on_one_line("좋음 é"), "좋음 é");
        assert_eq!(on_one_line("a\tb\n\u{1b}[31m"), "a\\tb\\n\\u{1b}[31m");
    }
}
