//! Labels for the rows of a table; every column is kept, two are added.

use std::io::Read;
use std::path::Path;

use super::blocks::{Block, Blocks, utf8};
use super::labeler::Labeler;
use super::ordered::ordered;
use super::score::{LABEL, PROBABILITY, Predictor, on_one_line};
use super::watch::Watch;
use crate::data::Skipped;
use crate::error::{Error, Result};
use crate::files::{Format, RecordReader, RowWriter};

/// A table to label.
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
    /// The column that holds the text.
    pub text: &'a str,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableForm {
    /// Label and probability, parted by a tab; no header.
    Lines,
    /// The row with two more columns.
    Rows(Format),
}

/// Scores the table `input` into `output`, or standard output; gives how many
/// rows were read and what was left out.
///
/// # Errors
/// If there is no column of texts, or reading or writing fails.
pub fn score_table(
    model: &Labeler,
    input: TableInput<'_>,
    form: TableForm,
    output: Option<&Path>,
    watch: &dyn Watch,
) -> Result<(u64, Skipped)> {
    let TableInput { path, format, quoting, encoding, .. } = input;
    let mut reader = RecordReader::open(path, format, quoting, encoding)?;
    let header = reader.header().to_vec();
    let text = text_column(&header, input)?;
    // What was read without quotes can be written without, in the same format.
    let quoting = quoting || form != TableForm::Rows(format);
    let (mut writer, places) = writer(&header, form, quoting, output)?;
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
                extend(record, form, places, label, probability);
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

/// Scores lines of text into a table with the columns `text`, `predicted_label`
/// and `probability`; gives how many were read and what was left out.
///
/// # Errors
/// If reading or writing fails, or the user stops.
pub fn score_lines_as_table(
    model: &Labeler,
    name: &str,
    input: impl Read + Send,
    format: Format,
    output: Option<&Path>,
    watch: &dyn Watch,
) -> Result<(u64, Skipped)> {
    let form = TableForm::Rows(format);
    let (mut writer, places) = writer(&["text".to_owned()], form, true, output)?;
    let mut blocks = Blocks::new(input, name);
    let mut skipped = Skipped::default();
    let mut count = 0;
    let score = |predictor: &mut Predictor, line: &[u8]| -> std::result::Result<_, String> {
        let mut record = vec![utf8(line)?.to_owned()];
        let (label, probability) = predictor.predict(&record[0])?;
        extend(&mut record, form, places, label, probability);
        Ok(record)
    };
    ordered(
        || {
            watch.check()?;
            blocks.next()
        },
        || Predictor::new(model),
        |predictor, block: Block| -> Vec<(u64, std::result::Result<Vec<String>, String>)> {
            block.lines().map(|(number, line)| (number, score(predictor, line))).collect()
        },
        |lines| {
            count += lines.len() as u64;
            watch.advance(count, None);
            lines.into_iter().try_for_each(|(number, record)| match record {
                Ok(record) => writer.write(&record),
                Err(reason) => {
                    skipped.add(&format!("{name}, line {number}"), &reason);
                    Ok(())
                }
            })
        },
    )?;
    writer.finish()?;
    Ok((count, skipped))
}

fn text_column(header: &[String], input: TableInput) -> Result<usize> {
    let (text, path) = (input.text, input.path.display());
    let hint = match header {
        [only] if only.contains(',') => "its columns are parted by commas: say --format csv",
        [only] if only.contains('\t') => "its columns are parted by tabs: say --format tsv",
        _ => "name the column that holds the text with --text-column NAME",
    };
    place_of(header, text).ok_or_else(|| {
        Error::data(format!("there is no column `{text}`; there are: {}", header.join(", ")))
            .at(format!("{path}, line 1"))
            .hinted(hint)
    })
}

/// Where a table that was labelled before has its old label and probability.
type Places = [Option<usize>; 2];

fn writer(
    header: &[String],
    form: TableForm,
    quoting: bool,
    output: Option<&Path>,
) -> Result<(RowWriter, Places)> {
    let places = [place_of(header, LABEL), place_of(header, PROBABILITY)];
    let TableForm::Rows(format) = form else {
        return Ok((RowWriter::lines(output, 2)?, places));
    };
    let mut wide = header.to_vec();
    set(&mut wide, places[0], LABEL.to_owned());
    set(&mut wide, places[1], PROBABILITY.to_owned());
    let number = places[1].unwrap_or(wide.len() - 1);
    Ok((RowWriter::create(output, format, quoting, &wide)?.with_number(number), places))
}

fn place_of(header: &[String], name: &str) -> Option<usize> {
    header.iter().position(|column| column == name)
}

fn extend(
    record: &mut Vec<String>,
    form: TableForm,
    places: Places,
    label: &str,
    probability: f64,
) {
    match form {
        TableForm::Lines => {
            *record = vec![on_one_line(label).into_owned(), format!("{probability:.4}")];
        }
        TableForm::Rows(_) => {
            set(record, places[0], label.to_owned());
            set(record, places[1], probability.to_string());
        }
    }
}

/// A table that was labelled before gets its old columns replaced.
fn set(record: &mut Vec<String>, place: Option<usize>, value: String) {
    match place {
        Some(place) => record[place] = value,
        None => record.push(value),
    }
}
