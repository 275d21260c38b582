//! `--data FILE --target COLUMN`: what a regression learns from, and what it predicts.

use std::path::{Path, PathBuf};

use malmoi::Result;
use malmoi::learn::{
    Curve, DenseTable, LOSS, Target, TargetKind, read_columns, read_row, read_table,
};

/// Lines of losses that are read through.
const MOST_LOSSES: usize = 21;

/// The columns.
#[derive(clap::Args)]
pub struct ColumnOptions {
    /// Learn from these columns [default: all but the target]
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', requires = "data")]
    columns: Option<Vec<String>>,
    /// Learn from columns of mean 0 and deviation 1; weights are shown for the columns as they are
    #[arg(long, requires = "data")]
    pub standardize: bool,
    /// Predict these rows of a table too, by its columns' names
    #[arg(long, value_name = "FILE", requires = "data")]
    predict_data: Option<PathBuf>,
}

impl ColumnOptions {
    /// Reads the table.
    ///
    /// # Errors
    /// Those of [`read_table`].
    pub fn read(
        &self,
        data: &Path,
        target: &str,
        kind: TargetKind,
    ) -> Result<(DenseTable, Target)> {
        read_table(data, (target, kind), self.columns.as_deref())
    }

    /// The rows to predict: those given by hand, then those of a file.
    ///
    /// # Errors
    /// If one has other columns.
    pub fn asked(&self, by_hand: &[String], names: &[String]) -> Result<Vec<Vec<f64>>> {
        let rows = by_hand.iter().map(|text| read_row(text, names.len()));
        let mut rows: Vec<Vec<f64>> = rows.collect::<Result<_>>()?;
        if let Some(path) = &self.predict_data {
            let table = read_columns(path, names)?;
            rows.extend((0..table.rows()).map(|row| table.row(row).to_vec()));
        }
        Ok(rows)
    }
}

/// The loss over the steps, as a table; some lines are left out unless `all` are wanted.
pub fn losses(curve: &Curve, all: bool) -> String {
    let Some(series) = curve.series.iter().find(|series| series.name == LOSS) else {
        return String::new();
    };
    let every = if all { 1 } else { series.points.len().div_ceil(MOST_LOSSES) };
    let last = series.points.len() - 1;
    let shown = series.points.iter().enumerate();
    let shown = shown.filter(|(place, _)| place.is_multiple_of(every) || *place == last);
    let lines = shown.map(|(_, (step, loss))| format!("  {step:>10}  {loss:.6e}\n"));
    format!("\n  {:>10}  loss\n{}", curve.unit, lines.collect::<String>())
}

/// `4,1.5`
pub fn row(values: &[f64]) -> String {
    values.iter().map(f64::to_string).collect::<Vec<_>>().join(",")
}
