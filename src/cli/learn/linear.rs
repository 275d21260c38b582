//! `malmoi learn linear`: a line through a table, or through a pipeline's ratings.

use std::path::{Path, PathBuf};

use malmoi::learn::{
    Collinearity, DenseTable, Fitted, LOSS, Loss, Measures, RegressionParams, Target, TargetKind,
    closed_form, fit,
};
use malmoi::pipeline::Watch;
use malmoi::{Error, Result};
use serde_json::{Value, json};

use super::super::Context;
use super::super::output::harmless;
use super::super::progress::Progress;
use super::super::selection::Selection;
use super::curve::CurveOptions;
use super::rating::{self, RatingArguments};
use super::table::{ColumnOptions, losses, row};
use super::training::{TrainingOptions, described, optimum};

/// From what, and how.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub selection: Selection,
    /// Learn from a table: CSV or TSV, packed with gzip or not
    #[arg(long, value_name = "FILE", requires = "target", conflicts_with = "name")]
    data: Option<PathBuf>,
    /// The column of the table that is learned
    #[arg(long, value_name = "COLUMN", requires = "data")]
    target: Option<String>,
    #[command(flatten)]
    columns: ColumnOptions,
    /// Predict a row `a,b,…` of the table, or rate a text (repeatable)
    #[arg(long, value_name = "ROW|TEXT", allow_hyphen_values = true)]
    pub predict: Vec<String>,
    /// Add so many times the squared weights to the mean squared error of a table
    #[arg(
        long,
        value_name = "L2",
        default_value_t = 0.0,
        requires = "data",
        allow_negative_numbers = true
    )]
    l2: f64,
    #[command(flatten)]
    pub training: TrainingOptions,
    #[command(flatten)]
    pub rating: RatingArguments,
    #[command(flatten)]
    pub curve: CurveOptions,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Learns and shows what was learned.
///
/// # Errors
/// If the input cannot be learned from, or the training diverges.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    arguments.curve.check()?;
    match (&arguments.data, &arguments.target, &arguments.selection.name) {
        (Some(data), Some(target), _) => of_table(arguments, data, target, context),
        (_, _, Some(_)) => rating::run(arguments, context),
        _ => Err(Error::usage("there is nothing to learn from").hinted(
            "name a pipeline with ratings, such as `imdb`, or a table: --data points.tsv --target y",
        )),
    }
}

/// Weights of a table's columns, solved at once.
type Solved = Option<(Vec<f64>, f64)>;

fn of_table(arguments: &Arguments, data: &Path, target: &str, context: &Context) -> Result<()> {
    if !(arguments.l2.is_finite() && arguments.l2 >= 0.0) {
        return Err(Error::usage(format!("--l2 is {}", arguments.l2)).hinted("give 0 or more"));
    }
    arguments.rating.refuse()?;
    let params = RegressionParams {
        descent: arguments.training.params()?,
        penalty: 2.0 * arguments.l2,
        standardize: arguments.columns.standardize,
    };
    let (table, numbers) = arguments.columns.read(data, target, TargetKind::Numbers)?;
    let Target::Numbers(numbers) = numbers else {
        unreachable!("numbers were asked for");
    };
    let asked = arguments.columns.asked(&arguments.predict, table.names())?;
    let progress = Progress::start(context.is_quiet())?;
    let fitted = fit(&table, Loss::Squared(&numbers), &params, progress.stop())?;
    progress.finish();
    let collinear = Collinearity::of(&table);
    // A penalty decides between weights that the table does not tell apart.
    let is_free = arguments.l2 == 0.0;
    let is_fixed = !is_free || collinear.as_ref().is_some_and(|found| found.relations.is_empty());
    let solved = match is_fixed {
        true => closed_form(&table, &numbers, arguments.l2, &fitted.scaling),
        false => None,
    };
    let learned = Learned { arguments, table, numbers, asked, fitted, collinear, solved, is_free };
    learned.warn(context);
    if arguments.json {
        arguments.curve.write(&learned.fitted.curve)?;
        return context.output().json(&learned.as_json());
    }
    let how = described(&params.descent);
    context.output().result(&learned.as_text(&how))?;
    arguments.curve.show(&learned.fitted.curve, context)
}

struct Learned<'a> {
    arguments: &'a Arguments,
    table: DenseTable,
    numbers: Vec<f64>,
    asked: Vec<Vec<f64>>,
    fitted: Fitted,
    collinear: Option<Collinearity>,
    solved: Solved,
    /// Whether no penalty decides between weights.
    is_free: bool,
}

impl Learned<'_> {
    fn warn(&self, context: &Context) {
        let warn = |message: String, hint: &str| {
            context.output().warning(&Error::data(message).hinted(hint));
        };
        for (column, others) in self.relations() {
            let message = match others.is_empty() {
                true => format!("the column `{column}` is the same number in every row"),
                false => format!("the column `{column}` follows from {}", listed(&others)),
            };
            let hint = match self.is_free {
                true => {
                    "the table does not fix their weights, only what they do together; leave a column out, or punish large weights with --l2"
                }
                false => "the penalty alone decides how they share what they do together",
            };
            warn(message, hint);
        }
        let curve = &self.fitted.curve;
        let first = curve.series.first().and_then(|series| series.points.first());
        if let (Some((_, first)), Some(last)) = (first, curve.last(LOSS))
            && last > *first
        {
            warn(
                format!("the loss rose from {first:.4e} to {last:.4e}"),
                "lower --learning-rate, or scale the columns (--standardize)",
            );
        }
        let free: Vec<String> =
            self.asked.iter().filter(|at| !self.determines(at)).map(|at| row(at)).collect();
        if !free.is_empty() {
            warn(
                format!("the table does not determine the prediction for {}", free.join(" and ")),
                "other weights fit the table as well and predict something else there",
            );
        }
    }

    /// Names of the columns that others give, and of those others.
    fn relations(&self) -> Vec<(&str, Vec<&str>)> {
        let name = |column: &usize| self.table.names()[*column].as_str();
        let relations = self.collinear.iter().flat_map(|found| &found.relations);
        relations
            .map(|one| {
                (name(&one.column), one.others.iter().map(|(column, _)| name(column)).collect())
            })
            .collect()
    }

    fn determines(&self, at: &[f64]) -> bool {
        !self.is_free || self.collinear.as_ref().is_none_or(|found| found.determines(at))
    }

    fn predicted(&self, at: &[f64]) -> f64 {
        self.fitted.model.scores(at)[0]
    }

    fn weights(&self) -> (&[f64], f64) {
        (&self.fitted.model.weights[0], self.fitted.model.intercepts[0])
    }

    fn measures(&self) -> Measures {
        let rows = 0..self.table.rows();
        let predicted: Vec<f64> = rows.map(|row| self.predicted(self.table.row(row))).collect();
        Measures::of(&self.numbers, &predicted).expect("a table that was read has rows")
    }

    /// The largest difference between what was learned and what was solved.
    fn difference(&self) -> Option<f64> {
        let (weights, intercept) = self.weights();
        let (solved, of_solved) = self.solved.as_ref()?;
        let pairs = weights.iter().zip(solved).chain([(&intercept, of_solved)]);
        Some(pairs.fold(0.0, |most, (left, right)| f64::max(most, (left - right).abs())))
    }

    fn as_text(&self, how: &str) -> String {
        let (weights, intercept) = self.weights();
        let mut text = format!(
            "learned from {} rows, {} columns: {how}\n\n  {:>14}  {:>14}  column\n",
            self.table.rows(),
            self.table.columns(),
            "weight",
            "closed form"
        );
        let solved = self.solved.as_ref();
        let line = |weight: f64, solved: Option<f64>, name: &str| {
            let solved = solved.map_or("–".to_owned(), |weight| format!("{weight:.6}"));
            format!("  {weight:>14.6}  {solved:>14}  {name}\n")
        };
        for (column, weight) in weights.iter().enumerate() {
            let solved = solved.map(|(weights, _)| weights[column]);
            text += &line(*weight, solved, &harmless(&self.table.names()[column]));
        }
        text += &line(intercept, solved.map(|(_, intercept)| *intercept), "(intercept)");
        text += &match self.difference() {
            Some(most) => format!("\n  largest difference from the closed form: {most:.2e}\n"),
            None if self.relations().is_empty() => {
                "\n  the table is too large for the closed form\n".to_owned()
            }
            None => "\n  no closed form: the columns do not fix the weights\n".to_owned(),
        };
        text += &losses(&self.fitted.curve, self.arguments.training.is_every_asked());
        text += &format!("\n  on these rows: {}\n", measured(&self.measures()));
        text += &optimum(self.fitted.slope);
        if !self.asked.is_empty() {
            text += "\n  prediction\n";
        }
        for at in &self.asked {
            let note = if self.determines(at) { "" } else { "  not determined" };
            text += &format!("  {:>14.6}  {}{note}\n", self.predicted(at), row(at));
        }
        text
    }

    fn as_json(&self) -> Value {
        let (weights, intercept) = self.weights();
        let solved = self.solved.as_ref();
        let weights: Vec<Value> = weights
            .iter()
            .zip(self.table.names())
            .enumerate()
            .map(|(column, (weight, name))| {
                let solved = solved.map(|(weights, _)| weights[column]);
                json!({ "column": name, "weight": weight, "closed_form": solved })
            })
            .collect();
        let predictions = self.asked.iter().map(|at| {
            json!({ "row": at, "prediction": self.predicted(at), "determined": self.determines(at) })
        });
        let relations = self.relations().into_iter();
        let collinear =
            relations.map(|(column, others)| json!({ "column": column, "follows_from": others }));
        json!({
            "rows": self.table.rows(),
            "weights": weights,
            "intercept": intercept,
            "closed_form_intercept": solved.map(|(_, intercept)| intercept),
            "largest_difference": self.difference(),
            "largest_slope": self.fitted.slope,
            "collinear": collinear.collect::<Vec<_>>(),
            "measures": self.measures(),
            "predictions": predictions.collect::<Vec<_>>(),
            "curve": self.fitted.curve,
        })
    }
}

/// `rmse 1.2, mae 0.9, r² 0.31, Spearman 0.56`
pub fn measured(measures: &Measures) -> String {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.4}"));
    format!(
        "RMSE {:.4}, MAE {:.4}, R² {}, Spearman {}",
        measures.rmse,
        measures.mae,
        number(measures.r2),
        number(measures.spearman)
    )
}

/// `` `a`, `b` and `c` ``
fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}
