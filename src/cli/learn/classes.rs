//! `malmoi learn logistic` and `malmoi learn softmax`: classes of a table.

use std::path::PathBuf;

use malmoi::data::best;
use malmoi::learn::{
    DenseTable, Fitted, LinearModel, Loss, RegressionParams, Target, TargetKind, classified, fit,
};
use malmoi::pipeline::Watch;
use malmoi::{Error, Result};
use serde_json::{Map, Value, json};

use super::super::Context;
use super::super::output::harmless;
use super::super::progress::Progress;
use super::curve::CurveOptions;
use super::table::{ColumnOptions, losses, row};
use super::training::{TrainingOptions, described, optimum};

/// From what, and how.
#[derive(clap::Args)]
pub struct Arguments {
    /// Learn from a table: CSV or TSV, packed with gzip or not
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// The column of the table whose labels are learned
    #[arg(long, value_name = "COLUMN")]
    target: String,
    #[command(flatten)]
    columns: ColumnOptions,
    /// Inverse strength of the penalty, as in scikit-learn; `inf` for none
    #[arg(long = "C", value_name = "C", default_value_t = 1.0, allow_negative_numbers = true)]
    c: f64,
    /// Predict a row `a,b,…` (repeatable)
    #[arg(long, value_name = "ROW", allow_hyphen_values = true)]
    predict: Vec<String>,
    #[command(flatten)]
    training: TrainingOptions,
    #[command(flatten)]
    curve: CurveOptions,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// One score, and which of two classes it speaks for.
    Logistic,
    /// One score a class.
    Softmax,
}

/// Learns and shows what was learned.
///
/// # Errors
/// If the input cannot be learned from, or the training diverges.
pub fn run(arguments: &Arguments, model: Model, context: &Context) -> Result<()> {
    arguments.curve.check()?;
    if arguments.c.is_nan() || arguments.c <= 0.0 {
        return Err(Error::usage(format!("--C is {}", arguments.c))
            .hinted("give a number above 0, or `inf` for no penalty"));
    }
    let descent = arguments.training.params()?;
    let read = arguments.columns.read(&arguments.data, &arguments.target, TargetKind::Classes)?;
    let (table, Target::Classes { names, of_rows }) = read else {
        unreachable!("classes were asked for");
    };
    check_classes(&names, model, arguments)?;
    let asked = arguments.columns.asked(&arguments.predict, table.names())?;
    let params = RegressionParams {
        descent,
        penalty: 1.0 / (arguments.c * table.rows() as f64),
        standardize: arguments.columns.standardize,
    };
    let loss = match model {
        Model::Logistic => Loss::Logistic(&of_rows),
        Model::Softmax => Loss::Softmax { classes: &of_rows, count: names.len() },
    };
    let progress = Progress::start(context.is_quiet())?;
    let fitted = fit(&table, loss, &params, progress.stop())?;
    progress.finish();
    let (loss, accuracy) = classified(&fitted.model, &table, &of_rows);
    let learned = Learned { arguments, table, names, asked, fitted, loss, accuracy };
    if arguments.json {
        arguments.curve.write(&learned.fitted.curve)?;
        return context.output().json(&learned.as_json());
    }
    context.output().result(&learned.as_text(&described(&descent)))?;
    arguments.curve.show(&learned.fitted.curve, context)
}

fn check_classes(names: &[String], model: Model, arguments: &Arguments) -> Result<()> {
    let hint = match (names.len(), model) {
        (0 | 1, _) => "a model tells classes apart: it takes two of them",
        (2, _) | (_, Model::Softmax) => return Ok(()),
        (_, Model::Logistic) => "`malmoi learn softmax` tells more than two apart",
    };
    let message = format!("the column `{}` has {} different labels", arguments.target, names.len());
    Err(Error::data(message).at(arguments.data.display().to_string()).hinted(hint))
}

struct Learned<'a> {
    arguments: &'a Arguments,
    table: DenseTable,
    names: Vec<String>,
    asked: Vec<Vec<f64>>,
    fitted: Fitted,
    loss: f64,
    accuracy: f64,
}

impl Learned<'_> {
    fn model(&self) -> &LinearModel {
        &self.fitted.model
    }

    /// Which label each output speaks for.
    fn outputs(&self) -> &[String] {
        match self.model().weights.len() {
            1 => &self.names[1..],
            _ => &self.names,
        }
    }

    fn as_text(&self, how: &str) -> String {
        let mut text = format!(
            "learned from {} rows, {} columns, {} labels: {how}, C = {}\n\n",
            self.table.rows(),
            self.table.columns(),
            self.names.len(),
            self.arguments.c
        );
        text += &self.weights();
        text += &self.decision();
        text += &losses(&self.fitted.curve, self.arguments.training.is_every_asked());
        text += &format!(
            "\n  on these rows: accuracy {:.4}, cross-entropy {:.6}\n",
            self.accuracy, self.loss
        );
        text += &optimum(self.fitted.slope);
        text + &self.predictions()
    }

    fn weights(&self) -> String {
        let mut text = String::from(" ");
        for name in self.outputs() {
            text += &format!(" {:>14}", harmless(name));
        }
        text += "  weight of\n";
        let line = |numbers: &mut dyn Iterator<Item = f64>, name: &str| {
            let numbers: String = numbers.map(|number| format!(" {number:>14.6}")).collect();
            format!(" {numbers}  {}\n", harmless(name))
        };
        let model = self.model();
        for (column, name) in self.table.names().iter().enumerate() {
            text += &line(&mut model.weights.iter().map(|weights| weights[column]), name);
        }
        text + &line(&mut model.intercepts.iter().copied(), "(intercept)")
    }

    fn decision(&self) -> String {
        match &self.names[..] {
            [other, label] if self.model().weights.len() == 1 => format!(
                "\n  decision: `{}` where the score (weights · row + intercept) is above 0, else `{}`;\n  its probability is 1 / (1 + exp(−score))\n",
                harmless(label),
                harmless(other)
            ),
            _ => "\n  decision: the label with the highest score; probabilities are the softmax of the scores\n".to_owned(),
        }
    }

    fn predictions(&self) -> String {
        if self.asked.is_empty() {
            return String::new();
        }
        let mut text = "\n  prediction\n".to_owned();
        for at in &self.asked {
            let probabilities = self.model().probabilities(at);
            let label = harmless(&self.names[best(&probabilities)]);
            let each = self.names.iter().zip(&probabilities);
            let each: Vec<String> =
                each.map(|(name, one)| format!("{} {one:.6}", harmless(name))).collect();
            text += &format!("  {label:>14}  {}  {}\n", row(at), each.join(", "));
        }
        text
    }

    fn as_json(&self) -> Value {
        let model = self.model();
        let outputs = self.outputs().iter().zip(model.weights.iter().zip(&model.intercepts));
        let outputs = outputs.map(|(name, (weights, intercept))| {
            let weights: Map<String, Value> =
                self.table.names().iter().cloned().zip(weights.iter().map(|w| json!(w))).collect();
            json!({ "label": name, "weights": weights, "intercept": intercept })
        });
        let predictions = self.asked.iter().map(|at| {
            let probabilities = model.probabilities(at);
            let label = &self.names[best(&probabilities)];
            let each: Map<String, Value> =
                self.names.iter().cloned().zip(probabilities.iter().map(|p| json!(p))).collect();
            json!({ "row": at, "label": label, "probabilities": each })
        });
        json!({
            "rows": self.table.rows(),
            "labels": self.names,
            "outputs": outputs.collect::<Vec<_>>(),
            "C": if self.arguments.c.is_finite() { json!(self.arguments.c) } else { json!("inf") },
            "accuracy": self.accuracy,
            "cross_entropy": self.loss,
            "largest_slope": self.fitted.slope,
            "predictions": predictions.collect::<Vec<_>>(),
            "curve": self.fitted.curve,
        })
    }
}
