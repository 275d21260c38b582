//! `malmoi vectors`: the rows of a run, for other programs.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use malmoi::Result;
use malmoi::pipeline::{self, Kept, RowsOf};
use serde_json::json;

use super::Context;
use super::outdated;

/// What to do with the rows.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Write the rows of the last run for scipy, columns in scikit-learn's order
    Export(Export),
}

#[derive(clap::Args)]
struct Export {
    /// The pipeline [default: the one pipeline.toml names]
    name: Option<String>,
    /// The matrix to write, for `scipy.sparse.load_npz`; terms, ids, labels and
    /// parts (x.documents.tsv) come beside it
    #[arg(long, value_name = "FILE.npz")]
    output: PathBuf,
    /// Which documents
    #[arg(long, value_name = "PART", default_value = "all")]
    split: Split,
    /// Say what was written as JSON
    #[arg(long)]
    json: bool,
}

/// Parts of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Split {
    /// What the model learns from.
    Train,
    /// What it is measured on.
    Test,
    /// Train, then test.
    All,
}

/// Runs the action.
///
/// # Errors
/// If there are no rows yet, or reading or writing fails.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.action {
        Action::Export(arguments) => export(arguments, context),
    }
}

fn export(arguments: &Export, context: &Context) -> Result<()> {
    let name = context.pipeline_name(arguments.name.as_deref())?;
    let rows_of = match arguments.split {
        Split::Train => RowsOf::Train,
        Split::Test => RowsOf::Test,
        Split::All => RowsOf::All,
    };
    let written = pipeline::export_vectors(&context.state()?, &name, rows_of, &arguments.output)?;
    outdated::warn(&name, Kept::Rows, context);
    if arguments.json {
        return context.output().json(&json!({
            "pipeline": name,
            "rows": written.rows,
            "columns": written.columns,
            "nnz": written.nnz,
            "matrix": written.paths.matrix,
            "vocabulary": written.paths.vocabulary,
            "ids": written.paths.ids,
            "documents": written.paths.documents,
        }));
    }
    context.output().note(&format!(
        "wrote {} rows × {} columns, {} values\n  {}\n  {}\n  {}\n  {}\n",
        written.rows,
        written.columns,
        written.nnz,
        written.paths.matrix.display(),
        written.paths.vocabulary.display(),
        written.paths.ids.display(),
        written.paths.documents.display(),
    ))
}
