//! A text file of a dictionary, line by line, with the place of what is wrong.

use std::path::Path;

use crate::error::{Error, Result};
use crate::files::{Line, TextReader, place};

/// No file of a dictionary has more text; mecab-ko-dic's largest has 130 MB.
pub(super) const MAX_TEXT_BYTES: usize = 1 << 30;

/// Gives each line to `each`, without its end; empty ones are left out.
///
/// # Errors
/// The file cannot be read, or what `each` says is wrong, with file and line.
pub(super) fn each_line(
    path: &Path,
    each: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<()> {
    let mut reader = TextReader::open(path, None)?;
    let (mut line, mut bytes) = (String::new(), 0);
    loop {
        match reader.next_line(&mut line).map_err(|error| error.hinted(HINT))? {
            Line::End => return Ok(()),
            Line::Whole => {}
            Line::Malformed(error) | Line::TooLong(error) => return Err(error.hinted(HINT)),
        }
        bytes += line.len();
        let text = line.trim_end_matches(['\n', '\r']);
        let problem = match bytes > MAX_TEXT_BYTES {
            true => Err("the file has more than 1 GB of text".to_owned()),
            false if text.is_empty() => Ok(()),
            false => each(text),
        };
        problem
            .map_err(|problem| Error::data(problem).at(place(path, reader.line())).hinted(HINT))?;
        line.clear();
    }
}

/// As [`each_line`], for files where `#` begins a remark.
///
/// # Errors
/// As [`each_line`].
pub(super) fn each_rule(
    path: &Path,
    each: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<()> {
    each_line(path, &mut |line| {
        let rule = line.split('#').next().unwrap_or_default().trim();
        if rule.is_empty() { Ok(()) } else { each(rule) }
    })
}

const HINT: &str = "a MeCab dictionary is UTF-8 text in MeCab's own form; \
                    if the file was cut on its way here, fetch it again";
