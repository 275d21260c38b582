//! Dense layers over a table, in a build that has networks.

use malmoi::data::Random;
use malmoi::data::best;
use malmoi::learn::neural::{
    Body, Examples, Input, Inputs, NetworkParams, Output, Predictor, Start, Targets, TrainParams,
    Trained, train,
};
use malmoi::learn::{DenseTable, Scaling, Target, TargetKind};
use malmoi::pipeline::Watch;
use malmoi::{Error, Result};
use serde_json::{Value, json};

use super::super::Context;
use super::super::output::harmless;
use super::super::progress::Progress;
use super::mlp::Arguments;
use super::network::ActivationName;
use super::network_run::{activation_of, layers, params};
use super::table::row;

/// How a table is learned from where nobody says it. Without a penalty, weights that grow
/// without end keep one seed of seven from finding exclusive or.
fn usual() -> TrainParams {
    TrainParams {
        epochs: 1_000,
        batch_size: 32,
        learning_rate: 0.1,
        weight_decay: 0.003,
        patience: 50,
        ..TrainParams::default()
    }
}

/// Trains dense layers on a table and shows them.
///
/// # Errors
/// If the table cannot be learned from, or the training diverges.
pub fn learn_table(arguments: &Arguments, context: &Context) -> Result<()> {
    let (data, target) = match (&arguments.data, &arguments.target) {
        (Some(data), Some(target)) => (data, target),
        _ => return Err(Error::usage("a table needs --data and --target")),
    };
    arguments.text.curve.check()?;
    let kind = if arguments.number { TargetKind::Numbers } else { TargetKind::Classes };
    let (table, target) = arguments.columns.read(data, target, kind)?;
    let asked = arguments.columns.asked(&arguments.predict, table.names())?;
    let learning = Learning::new(arguments, table, target)?;
    let progress = Progress::start(context.is_quiet())?;
    let trained = learning.train(&progress)?;
    progress.finish();
    let told = learning.told(&trained, &asked)?;
    let curve = &trained.curve;
    if arguments.text.json {
        arguments.text.curve.write(curve)?;
        return context.output().json(&told.as_json(&trained));
    }
    context.output().result(&told.as_text(&trained))?;
    arguments.text.curve.show(curve, context)
}

/// A table as a network sees it.
struct Learning {
    table: DenseTable,
    scaling: Scaling,
    values: Vec<f32>,
    target: Target,
    /// The targets as `f32`, where they are numbers.
    numbers: Vec<f32>,
    params: NetworkParams,
    training: TrainParams,
    learned: Vec<usize>,
    held: Vec<usize>,
}

impl Learning {
    fn new(arguments: &Arguments, table: DenseTable, target: Target) -> Result<Self> {
        let output = match &target {
            Target::Classes { names, .. } if names.len() < 2 => {
                return Err(Error::data("the target has fewer than two different labels")
                    .hinted("where it is a number, say --number"));
            }
            Target::Classes { names, .. } => Output::Classes(names.len()),
            Target::Numbers(_) => Output::Numbers(1),
        };
        let numbers = match &target {
            Target::Numbers(numbers) => numbers.iter().map(|number| *number as f32).collect(),
            Target::Classes { .. } => Vec::new(),
        };
        let scaling = match arguments.columns.standardize {
            true => Scaling::of(&table),
            false => Scaling::none(table.columns()),
        };
        let activation = arguments.activation.unwrap_or(ActivationName::Tanh);
        let params = NetworkParams {
            input: Input::Rows { columns: table.columns() },
            body: Body::Plain,
            hidden: arguments.hidden.clone(),
            activation: activation_of(activation),
            dropout: arguments.text.training.dropout.unwrap_or(0.0),
            output,
        };
        params.check()?;
        let training = self::params(&arguments.text.training, usual());
        let mut learned: Vec<usize> = (0..table.rows()).collect();
        let mut held = Vec::new();
        if arguments.validation > 0.0 {
            Random::new(training.seed).shuffle(&mut learned);
            let count = (learned.len() as f64 * arguments.validation).round() as usize;
            held = learned.split_off(learned.len() - count);
        }
        let values = numbers_of(&scaling.scaled(&table));
        Ok(Learning { table, scaling, values, target, numbers, params, training, learned, held })
    }

    fn examples(&self) -> Examples<'_> {
        Examples {
            inputs: Inputs::Rows { values: &self.values, columns: self.table.columns() },
            targets: match &self.target {
                Target::Classes { of_rows, .. } => Targets::Classes(of_rows),
                Target::Numbers(_) => Targets::Numbers(&self.numbers),
            },
        }
    }

    fn train(&self, progress: &Progress) -> Result<Trained> {
        progress.stage("train");
        let examples = self.examples();
        let given = (&examples, self.learned.as_slice(), self.held.as_slice());
        let start = Start::Seed;
        train(&self.params, &self.training, &start, given, &mut |_| (), progress.stop())
    }

    /// What the network says of the table, and of the rows that were asked for.
    fn told(&self, trained: &Trained, asked: &[Vec<f64>]) -> Result<Told<'_>> {
        let predictor = Predictor::new(&trained.network)?;
        let all: Vec<usize> = (0..self.table.rows()).collect();
        let of_table = predictor.predict(&self.examples().inputs, &all)?;
        let names = self.table.names().to_vec();
        let asked_table = DenseTable::new(names, asked.concat())?;
        let values = numbers_of(&self.scaling.scaled(&asked_table));
        let inputs = Inputs::Rows { values: &values, columns: self.table.columns() };
        let all: Vec<usize> = (0..asked.len()).collect();
        let of_asked = predictor.predict(&inputs, &all)?;
        let width = self.params.output.predicted();
        let rows = asked.iter().zip(of_asked.chunks(width));
        let predictions = rows.map(|(row, said)| (row.clone(), said.to_vec())).collect();
        let (accuracy, loss) = self.measured(&of_table, width);
        Ok(Told { learning: self, accuracy, loss, predictions })
    }

    /// Share of right classes, and the mean loss, on all rows of the table.
    fn measured(&self, said: &[f64], width: usize) -> (Option<f64>, f64) {
        let rows = said.chunks(width);
        let count = self.table.rows() as f64;
        match &self.target {
            Target::Classes { of_rows, .. } => {
                let (mut right, mut loss) = (0, 0.0);
                for (row, class) in rows.zip(of_rows) {
                    let own = row[*class as usize];
                    right += usize::from(best(row) == *class as usize);
                    loss -= own.max(f64::EPSILON).ln();
                }
                (Some(right as f64 / count), loss / count)
            }
            Target::Numbers(numbers) => {
                let errors = rows.zip(numbers).map(|(row, number)| (row[0] - number).powi(2));
                (None, errors.sum::<f64>() / count)
            }
        }
    }
}

fn numbers_of(table: &DenseTable) -> Vec<f32> {
    table.values().iter().map(|value| *value as f32).collect()
}

/// What a user is told.
struct Told<'a> {
    learning: &'a Learning,
    accuracy: Option<f64>,
    loss: f64,
    /// Rows that were asked for, and what the network says of them.
    predictions: Vec<(Vec<f64>, Vec<f64>)>,
}

impl Told<'_> {
    /// Names of the classes; none where the target is a number.
    fn names(&self) -> &[String] {
        match &self.learning.target {
            Target::Classes { names, .. } => names,
            Target::Numbers(_) => &[],
        }
    }

    fn as_text(&self, trained: &Trained) -> String {
        let learning = self.learning;
        let network = &trained.network;
        let mut text = format!(
            "learned from {} rows, {} columns; {} epochs, kept is that of epoch {}\n\n{}",
            learning.learned.len(),
            learning.table.columns(),
            trained.epochs,
            trained.best_epoch,
            layers(&network.layers(), network.parameters())
        );
        text += &match self.accuracy {
            Some(accuracy) => {
                format!("\n  on all rows: accuracy {accuracy:.4}, cross-entropy {:.6}\n", self.loss)
            }
            None => format!("\n  on all rows: mean squared error {:.6}\n", self.loss),
        };
        if let Some(validation) = &trained.validation {
            let accuracy = validation.accuracy.map(|one| format!(", accuracy {one:.4}"));
            text += &format!(
                "  on {} rows held out: loss {:.6}{}\n",
                learning.held.len(),
                validation.loss,
                accuracy.unwrap_or_default()
            );
        }
        if !self.predictions.is_empty() {
            text += "\n  prediction\n";
        }
        self.predictions.iter().for_each(|(asked, said)| text += &self.prediction(asked, said));
        text
    }

    fn prediction(&self, asked: &[f64], said: &[f64]) -> String {
        let names = self.names();
        if names.is_empty() {
            return format!("  {:>14.6}  {}\n", said[0], row(asked));
        }
        let label = harmless(&names[best(said)]);
        let each = names.iter().zip(said);
        let each: Vec<String> =
            each.map(|(name, one)| format!("{} {one:.6}", harmless(name))).collect();
        format!("  {label:>14}  {}  {}\n", row(asked), each.join(", "))
    }

    fn as_json(&self, trained: &Trained) -> Value {
        let names = self.names();
        let prediction = |(asked, said): &(Vec<f64>, Vec<f64>)| match names.is_empty() {
            true => json!({ "row": asked, "prediction": said[0] }),
            false => {
                let probabilities: serde_json::Map<String, Value> =
                    names.iter().cloned().zip(said.iter().map(|one| json!(one))).collect();
                json!({ "row": asked, "label": names[best(said)], "probabilities": probabilities })
            }
        };
        json!({
            "rows": self.learning.table.rows(),
            "columns": self.learning.table.names(),
            "labels": names,
            "network": trained.network.params(),
            "training": self.learning.training,
            "layers": trained.network.layers(),
            "parameters": trained.network.parameters(),
            "epochs": trained.epochs,
            "best_epoch": trained.best_epoch,
            "accuracy": self.accuracy,
            "loss": self.loss,
            "validation": trained.validation,
            "predictions": self.predictions.iter().map(prediction).collect::<Vec<_>>(),
            "curve": trained.curve,
        })
    }
}
