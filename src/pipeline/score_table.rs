//! Labels for the rows of a table; every column is kept, two are added.

use std::path::Path;

use super::model::Model;
use super::ordered::ordered;
use super::score::{LABEL, PROBABILITY, Predictor};
use super::watch::Watch;
use crate::data::Skipped;
use crate::error::{Error, Result};
use crate::files::{Format, RecordReader, RowWriter};

/// A table to score, and how it is written down.
#[derive(Debug, Clone, Copy)]
pub struct TableInput<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its format.
    pub format: Format,
    /// Whether `"` quotes fields (CSV and TSV).
    pub quoting: bool,
    /// Its encoding, UTF-8 if absent.
    pub encoding: Option<&'a str>,
}

/// Scores the table `input` into `output`, or standard output in the input's
/// format and quoting; gives how many rows were read and what was left out.
///
/// # Errors
/// If there is no column `text`, or reading or writing fails.
pub fn score_table(
    model: &Model,
    input: TableInput<'_>,
    output: Option<&Path>,
    text: &str,
    watch: &dyn Watch,
) -> Result<(u64, Skipped)> {
    let TableInput { path, format, quoting, encoding } = input;
    let mut reader = RecordReader::open(path, format, quoting, encoding)?;
    let header = reader.header().to_vec();
    let text = text_column(&header, text, path)?;
    let places = [place_of(&header, LABEL), place_of(&header, PROBABILITY)];
    let mut wide = header;
    [LABEL, PROBABILITY]
        .iter()
        .zip(places)
        .for_each(|(name, place)| set(&mut wide, place, (*name).to_owned()));
    let output_format = output.map_or(Ok(format), Format::of)?;
    // What was read without quotes can be written without, in the same format.
    let quoting = quoting || output_format != format;
    let mut writer = RowWriter::create(output, output_format, quoting, &wide)?;
    let mut count = 0;
    ordered(
        || {
            watch.check()?;
            let mut block = Vec::new();
            Ok(reader.next_block(&mut block)?.then_some(block))
        },
        || Predictor::new(model),
        |predictor, mut block: Vec<Vec<String>>| {
            for record in &mut block {
                let (label, probability) = predictor.predict(&record[text]);
                set(record, places[0], label.to_owned());
                set(record, places[1], probability.to_string());
            }
            block
        },
        |block| {
            count += block.len() as u64;
            watch.advance(count, None);
            block.iter().try_for_each(|record| writer.write(record))
        },
    )?;
    writer.finish()?;
    let skipped = reader.skipped().clone();
    Ok((count + skipped.count, skipped))
}

fn text_column(header: &[String], text: &str, input: &Path) -> Result<usize> {
    place_of(header, text).ok_or_else(|| {
        Error::data(format!("there is no column `{text}`; there are: {}", header.join(", ")))
            .at(format!("{}, line 1", input.display()))
            .hinted("name the column that holds the text with --text-column NAME")
    })
}

fn place_of(header: &[String], name: &str) -> Option<usize> {
    header.iter().position(|column| column == name)
}

/// A table that was labelled before gets its old columns replaced.
fn set(record: &mut Vec<String>, place: Option<usize>, value: String) {
    match place {
        Some(place) => record[place] = value,
        None => record.push(value),
    }
}
