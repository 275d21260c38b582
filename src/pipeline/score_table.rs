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
    let (mut count, mut grown) = (0, Skipped::default());
    ordered(
        || {
            watch.check()?;
            let mut block = Vec::new();
            Ok(reader.next_block(&mut block)?.then_some(block))
        },
        || Predictor::new(model),
        |predictor, mut block: Vec<Vec<String>>| {
            let problems = block.iter_mut().map(|record| {
                let (label, probability) = predictor.predict(&record[text])?;
                set(record, places[0], label.to_owned());
                set(record, places[1], probability.to_string());
                Ok(())
            });
            let problems: Vec<std::result::Result<(), String>> = problems.collect();
            (block, problems)
        },
        |(block, problems)| {
            for (record, problem) in block.iter().zip(problems) {
                count += 1;
                match problem {
                    Ok(()) => writer.write(record)?,
                    Err(reason) => {
                        grown.add(&format!("{}, record {count}", path.display()), &reason);
                    }
                }
            }
            watch.advance(count, None);
            Ok(())
        },
    )?;
    writer.finish()?;
    let mut skipped = reader.skipped().clone();
    let all = count + skipped.count;
    skipped.join(grown);
    Ok((all, skipped))
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
