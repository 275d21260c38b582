//! A stream of texts → the same stream, cleaned.

use std::io::{Read, Write};

use super::blocks::utf8;
use super::line_by_line::{Blank, Worked, line_by_line};
use super::watch::Watch;
use crate::clean::Cleaner;
use crate::data::Skipped;
use crate::error::Result;
use crate::files::{json_object, json_string};

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts<'a> {
    /// A JSON object; the text stands in the field named, all others are kept
    /// as they are written.
    Json {
        /// Name of the field.
        text: &'a str,
    },
    /// A text; where cleaning parts lines, a blank does, so that a line stays one.
    Plain,
}

/// Cleans lines from `input`, which messages call `name`, to `output`; gives how
/// many were read and what was left out.
///
/// # Errors
/// If reading or writing fails, or the user stops.
pub fn clean_lines(
    cleaner: &Cleaner,
    texts: Texts<'_>,
    name: &str,
    input: impl Read + Send,
    output: impl Write,
    watch: &dyn Watch,
) -> Result<(u64, Skipped)> {
    let blank = match texts {
        Texts::Json { .. } => Blank::IsNone,
        Texts::Plain => Blank::IsText,
    };
    line_by_line(
        name,
        input,
        output,
        watch,
        blank,
        || (),
        |(), line, out| match texts {
            Texts::Json { text } => clean_json(cleaner, text, line, out),
            Texts::Plain => clean_plain(cleaner, line, out),
        },
    )
}

fn clean_plain(cleaner: &Cleaner, line: &[u8], out: &mut Vec<u8>) -> Worked {
    let text = cleaner.try_clean(utf8(line)?)?.replace("\r\n", " ").replace(['\n', '\r'], " ");
    out.extend_from_slice(text.as_bytes());
    out.push(b'\n');
    Ok(None)
}

fn clean_json(cleaner: &Cleaner, field: &str, line: &[u8], out: &mut Vec<u8>) -> Worked {
    let fields = json_object(utf8(line)?)?;
    let text = fields.iter().find(|(key, _)| key == field);
    let (_, text) = text.ok_or_else(|| format!("the object has no field `{field}`"))?;
    let text = json_string(text).ok_or_else(|| format!("the field `{field}` is no text"))?;
    let cleaned = cleaner.try_clean(&text)?;
    for (place, (key, value)) in fields.iter().enumerate() {
        out.push(if place == 0 { b'{' } else { b',' });
        put(out, key);
        out.push(b':');
        match key == field {
            true => put(out, &cleaned),
            false => out.extend_from_slice(value.get().as_bytes()),
        }
    }
    out.extend_from_slice(b"}\n");
    Ok(None)
}

fn put(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("memory takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::CleanParams;
    use crate::pipeline::Silent;

    fn check(texts: Texts<'_>, input: &[u8], expected: &str) -> Skipped {
        let cleaner = Cleaner::open(&CleanParams::default()).unwrap();
        let mut out = Vec::new();
        let cleaned = clean_lines(&cleaner, texts, "in", input, &mut out, &Silent::default());
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        cleaned.unwrap().1
    }

    #[test]
    fn other_fields_stay_as_they_are() {
        let input = r#"{"n": 1.10, "text": "a<br>\"b\"", "id": "\u00e9"}"#;
        let skipped = check(
            Texts::Json { text: "text" },
            input.as_bytes(),
            "{\"n\":1.10,\"text\":\"a\\n\\\"b\\\"\",\"id\":\"\\u00e9\"}\n",
        );
        assert_eq!(skipped.count, 0);
    }

    #[test]
    fn bad_lines_are_named_and_others_go_on() {
        let input = b"{\"text\":1}\n\n{\"id\":1}\n\xff\n{\"text\":\"<b>x</b>\"}\n";
        let skipped = check(Texts::Json { text: "text" }, input, "{\"text\":\"x\"}\n");
        let expected = [
            "in, line 1: the field `text` is no text",
            "in, line 3: the object has no field `text`",
            "in, line 4: byte 1 is no UTF-8",
        ];
        assert_eq!(skipped.examples, expected);
    }

    #[test]
    fn a_line_stays_a_line() {
        check(Texts::Plain, b"a<br>b\r\n\n<p>c", "a b\n\nc\n");
    }
}
