//! Writes what `tune` chose into pipeline.toml; comments and order stay.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use toml_edit::{DocumentMut, Item, Table};

use super::Pipeline;
use super::calibrated::settings_sum;
use crate::analyze::AnalyzeParams;
use crate::classify::ClassifyParams;
use crate::error::{Error, Result};
use crate::files::AtomicFile;
use crate::vectorize::VectorizeParams;

/// Sets the values in which the choice differs from `pipeline`, and `C` and
/// calibration in any case.
///
/// # Errors
/// If the file cannot be read, parsed or written.
pub fn write_choice(
    path: &Path,
    pipeline: &Pipeline,
    analyze: &AnalyzeParams,
    vectorize: &VectorizeParams,
    classify: &ClassifyParams,
) -> Result<()> {
    let text =
        std::fs::read_to_string(path).map_err(|error| Error::file("cannot read", path, error))?;
    let mut document: DocumentMut = text.parse().map_err(|error| {
        Error::usage(format!("pipeline.toml cannot be parsed: {error}"))
            .at(path.display().to_string())
    })?;
    let pipelines = document["pipeline"].or_insert(Item::Table(Table::new()));
    let rooms = &mut pipelines[&pipeline.name];
    set_changed(rooms, "analyze", &pipeline.analyze, analyze);
    set_changed(rooms, "vectorize", &pipeline.vectorize, vectorize);
    let sum = settings_sum(&pipeline.clean, analyze, vectorize, classify);
    let room = room(rooms, "classify");
    room["C"] = toml_edit::value(classify.c);
    match classify.calibration {
        Some(calibration) => {
            let mut table = toml_edit::InlineTable::new();
            table.insert("slope", rounded(calibration.slope).into());
            table.insert("offset", rounded(calibration.offset).into());
            room["calibration"] = toml_edit::value(table);
            room["calibrated_for"] = toml_edit::value(sum);
        }
        None => {
            if let Some(table) = room.as_table_like_mut() {
                table.remove("calibration");
                table.remove("calibrated_for");
            }
        }
    }
    AtomicFile::replace(path, with_ends_of(&text, &document.to_string()).as_bytes())
}

/// The parser reads `\r\n` as `\n`; a file that had the one gets it back.
fn with_ends_of(old: &str, new: &str) -> String {
    let new = new.replace("\r\n", "\n");
    if old.contains("\r\n") { new.replace('\n', "\r\n") } else { new }
}

/// Six digits are more than calibration knows.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

fn set_changed(rooms: &mut Item, name: &str, before: &impl Serialize, after: &impl Serialize) {
    let (before, after) = (json(before), json(after));
    for (key, value) in after.as_object().into_iter().flatten() {
        if before.get(key) != Some(value) {
            room(rooms, name)[key] = toml_edit::value(toml(value));
        }
    }
}

fn room<'a>(rooms: &'a mut Item, name: &str) -> &'a mut Item {
    rooms[name].or_insert(Item::Table(Table::new()))
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("settings are plain data")
}

fn toml(value: &Value) -> toml_edit::Value {
    match value {
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Value::String(text) => text.into(),
        Value::Array(items) => items.iter().map(toml).collect::<toml_edit::Array>().into(),
        Value::Object(fields) => {
            let mut table = toml_edit::InlineTable::new();
            fields.iter().filter(|(_, value)| !value.is_null()).for_each(|(key, value)| {
                table.insert(key, toml(value));
            });
            table.into()
        }
        // No setting that a recipe changes is absent.
        Value::Null => "".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Overrides};

    #[test]
    fn comments_stay_and_choices_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipeline.toml");
        let text = "version = 1\ndefault = \"a\"\n\n# mine\n[pipeline.a.source]\nkind = \"tsv\"\npath = \"x.tsv\" # here\n\n[pipeline.a.analyze]\ntokenizer = \"words\" # whole words\n";
        std::fs::write(&path, text.replace('\n', "\r\n")).unwrap();
        let before = Config::read(&path).unwrap().pipeline(None, &Overrides::none()).unwrap();
        let mut after = before.clone();
        after.analyze.negation = 4;
        after.vectorize.ngram_range = (1, 3);
        after.classify.c = 20.0;
        after.classify.calibration =
            Some(crate::classify::Calibration { slope: -1.25, offset: 0.5 });
        write_choice(&path, &before, &after.analyze, &after.vectorize, &after.classify).unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written.matches('\n').count(), written.matches("\r\n").count());
        assert!(
            written.contains("# mine")
                && written.contains("# here")
                && written.contains("# whole words")
        );
        let config = Config::read(&path).unwrap();
        let mut read = config.pipeline(None, &Overrides::none()).unwrap();
        assert!(config.warnings().is_empty(), "{:?}", config.warnings());
        assert_eq!(read.classify.calibrated_for.take().unwrap().len(), 8);
        assert_eq!(read, after);
        // What is changed afterwards, by hand or for one run, is told.
        let flags = Overrides::new([], &["classify.C=5".to_owned()]).unwrap();
        let warnings = config.effective(None, &flags).unwrap().warnings;
        assert!(warnings[0].to_string().contains("calibration was fitted for other settings"));
    }
}
