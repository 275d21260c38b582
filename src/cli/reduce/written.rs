//! Coordinates → a map or a table.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

use malmoi::analyze::AnalyzerKind;
use malmoi::config::Pipeline;
use malmoi::files::{AtomicFile, Format, OutputFile, RowWriter};
use malmoi::pipeline::{Reduced, ReducedDocument, Reduction};
use malmoi::report::{Map, MapDocument, MapOrigin, MapTerm, map};
use malmoi::{Error, Result};
use serde_json::{Map as Object, Value};

use crate::cli::output::spelled;

/// A file to write, and its form.
pub struct Target {
    path: PathBuf,
    form: Form,
}

enum Form {
    Map,
    Lines,
    Table(Format),
}

/// How a map is drawn.
pub struct Drawing<'a> {
    /// The pipeline.
    pub name: &'a str,
    /// How the axes were found.
    pub reduction: Reduction,
    /// How terms are made.
    pub analyzer: AnalyzerKind,
    /// No more documents.
    pub points: usize,
    /// No more terms.
    pub arrows: usize,
    /// Which documents.
    pub seed: u64,
}

/// `pca`, `lda` or `svd`.
pub fn method(reduction: Reduction) -> &'static str {
    match reduction {
        Reduction::Pca => "pca",
        Reduction::Lda { .. } => "lda",
        Reduction::Svd => "svd",
    }
}

impl Target {
    /// The form that the name of the file stands for, for so many axes.
    ///
    /// # Errors
    /// If it stands for none, or for a map and there is one axis.
    pub fn of(path: &Path, dimensions: u16) -> Result<Self> {
        let extension = path.extension().and_then(OsStr::to_str).map(str::to_lowercase);
        let form = match extension.as_deref() {
            Some("svg") if dimensions < 2 => {
                Err(Error::usage("a map has two axes, and --dimensions is 1")
                    .hinted("ask for --dimensions 2, or for a table"))
            }
            Some("svg") => Ok(Form::Map),
            _ => match Format::of(path) {
                Ok(Format::Jsonl) => Ok(Form::Lines),
                Ok(format @ (Format::Csv | Format::Tsv)) => Ok(Form::Table(format)),
                Ok(Format::Parquet) | Err(_) => {
                    Err(Error::usage(format!("cannot tell what `{}` shall be", path.display()))
                        .hinted("a map ends with `.svg`, a table with `.tsv`, `.csv` or `.jsonl`"))
                }
            },
        }?;
        Ok(Target { path: path.to_owned(), form })
    }

    /// The path as it was given.
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// No file is replaced that the documents come from, or that the state folder keeps.
    ///
    /// # Errors
    /// If this one would be.
    pub fn spare(&self, pipeline: &Pipeline, config: &Path, state: &Path) -> Result<()> {
        let real = |path: &Path| path.canonicalize().ok();
        let Some(found) = real(&self.path) else { return Ok(()) };
        let source = pipeline.source.path.as_deref().and_then(real);
        let is_source = source.is_some_and(|source| found.starts_with(source));
        let is_kept = real(state).is_some_and(|state| found.starts_with(state));
        if is_source || is_kept || real(config) == Some(found) {
            let message = format!("`{}` is no map, so it is not replaced", self.path.display());
            return Err(Error::usage(message).hinted("name another file with --output"));
        }
        Ok(())
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, reduced: &Reduced, drawing: &Drawing) -> Result<()> {
        match self.form {
            Form::Map => self.write_map(reduced, drawing),
            Form::Lines => self.write_lines(reduced),
            Form::Table(format) => self.write_table(reduced, format),
        }
    }

    fn write_map(&self, reduced: &Reduced, drawing: &Drawing) -> Result<()> {
        let mut file = AtomicFile::create(&self.path)?;
        file.write_all(map(&facts(reduced, drawing)).as_bytes())
            .map_err(|error| Error::file("cannot write", &self.path, error))?;
        file.commit()
    }

    fn write_table(&self, reduced: &Reduced, format: Format) -> Result<()> {
        let header: Vec<String> = header(reduced).collect();
        let mut writer = RowWriter::create(Some(&self.path), format, true, &header)?;
        for (document, coordinates) in reduced.documents.iter().zip(reduced.coordinates.rows()) {
            let mut row =
                vec![document.id.clone(), label(reduced, document.label), part(document.is_train)];
            row.extend(coordinates.iter().map(|value| (*value as f32).to_string()));
            writer.write(&row)?;
        }
        writer.finish()
    }

    /// Coordinates are numbers here.
    fn write_lines(&self, reduced: &Reduced) -> Result<()> {
        let failed = |error| Error::file("cannot write", &self.path, error);
        let mut file = OutputFile::create(&self.path)?;
        for (document, coordinates) in reduced.documents.iter().zip(reduced.coordinates.rows()) {
            let label = document.label.map(|_| label(reduced, document.label));
            let texts = [
                Value::from(document.id.as_str()),
                Value::from(label),
                Value::from(part(document.is_train)),
            ];
            let numbers = coordinates.iter().map(|value| Value::from(*value as f32));
            let object: Object<String, Value> =
                header(reduced).zip(texts.into_iter().chain(numbers)).collect();
            writeln!(file, "{}", Value::from(object)).map_err(failed)?;
        }
        file.commit()
    }
}

fn header(reduced: &Reduced) -> impl Iterator<Item = String> {
    let axes = (1..=reduced.axes.len()).map(|axis| format!("x{axis}"));
    ["id", "label", "part"].map(str::to_owned).into_iter().chain(axes)
}

fn label(reduced: &Reduced, label: Option<u32>) -> String {
    label.map(|label| reduced.labels[label as usize].clone()).unwrap_or_default()
}

fn part(is_train: bool) -> String {
    if is_train { "train" } else { "test" }.to_owned()
}

fn facts(reduced: &Reduced, drawing: &Drawing) -> Map {
    let (names, places) = &reduced.terms;
    let document = |(place, document): (usize, &ReducedDocument)| MapDocument {
        at: [reduced.coordinates[[place, 0]], reduced.coordinates[[place, 1]]],
        label: document.label,
    };
    let term = |(place, name): (usize, &String)| MapTerm {
        name: spelled(name, drawing.analyzer),
        at: [places[[place, 0]], places[[place, 1]]],
    };
    let axis = |place: usize| axis(reduced, place);
    Map {
        title: format!(
            "{}: documents by {}",
            drawing.name,
            method(drawing.reduction).to_uppercase()
        ),
        origin: MapOrigin {
            terms: names.len(),
            dimensions: reduced.svd_dimensions,
            variance: reduced.svd_variance,
            documents: reduced.learned_from,
        },
        axes: [axis(0), axis(1)],
        labels: reduced.labels.clone(),
        documents: reduced.documents.iter().enumerate().map(document).collect(),
        terms: names.iter().enumerate().map(term).collect(),
        most_points: drawing.points,
        most_terms: drawing.arrows,
        seed: drawing.seed,
    }
}

fn axis(reduced: &Reduced, place: usize) -> String {
    let axis = &reduced.axes[place];
    let share = axis.explained_variance_ratio * 100.0;
    match (axis.separation, axis.name.strip_prefix("rest ")) {
        (Some(_), _) => {
            format!("{}: what tells the labels apart ({share:.2} % of the variance)", axis.name)
        }
        (_, Some(number)) => {
            format!("PCA {number} of what LDA leaves ({share:.2} % of the variance)")
        }
        _ => format!("{} ({share:.2} % of the variance)", axis.name),
    }
}
