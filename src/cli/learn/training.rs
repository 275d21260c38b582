//! `--optimizer`, `--steps` and their like: how a model goes down its loss.

use clap::ValueEnum;
use malmoi::learn::{DescentParams, Optimizer};
use malmoi::{Error, Result};

/// How long the steps are where nobody says it.
const OF_SGD: f64 = 0.01;
const OF_ADAM: f64 = 0.05;
/// How many there are.
const STEPS: u64 = 2_000;
/// A slope at which four digits of the weights stand still.
const FLAT: f64 = 1e-5;

/// How to go down.
#[derive(clap::Args)]
pub struct TrainingOptions {
    /// How a step follows from the slope; `lbfgs` goes to the optimum by itself [default: adam]
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    pub optimizer: Option<OptimizerName>,
    /// Length of the steps [default: 0.05 for adam, else 0.01]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true, help_heading = HEADING)]
    learning_rate: Option<f64>,
    /// Number of steps [default: 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = HEADING)]
    steps: Option<u64>,
    /// Rows a step; `all` is every row [default: all]
    #[arg(long, value_name = "ROWS", value_parser = batch_size, help_heading = HEADING)]
    batch_size: Option<usize>,
    /// Seed of what is random [default: 1]
    #[arg(long, value_name = "N", help_heading = HEADING)]
    seed: Option<u64>,
    /// Measure the loss after so many steps [default: a twentieth of all]
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u64).range(1..), help_heading = HEADING)]
    every: Option<u64>,
}

const HEADING: &str = "Training";

/// Optimizers by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OptimizerName {
    /// Steps down the slope.
    Sgd,
    /// The same with speed that is kept.
    Momentum,
    /// Each number by the size of its own slopes.
    Adam,
    /// All rows at once, by what earlier slopes say of the curvature.
    Lbfgs,
}

impl TrainingOptions {
    /// The steps, checked.
    ///
    /// # Errors
    /// If an option cannot be used.
    pub fn params(&self) -> Result<DescentParams> {
        let name = self.optimizer.unwrap_or(OptimizerName::Adam);
        let optimizer = match name {
            OptimizerName::Sgd => Optimizer::Sgd,
            OptimizerName::Momentum => Optimizer::Momentum,
            OptimizerName::Adam => Optimizer::Adam,
            OptimizerName::Lbfgs => Optimizer::Lbfgs,
        };
        let batch_size = self.batch_size.unwrap_or(0);
        if optimizer == Optimizer::Lbfgs && (self.learning_rate.is_some() || batch_size > 0) {
            return Err(Error::usage("lbfgs takes neither --learning-rate nor --batch-size")
                .hinted("it looks at all rows at once and finds the length of its steps"));
        }
        let usual = if optimizer == Optimizer::Adam { OF_ADAM } else { OF_SGD };
        let learning_rate = self.learning_rate.unwrap_or(usual);
        if !(learning_rate.is_finite() && learning_rate > 0.0) {
            return Err(Error::usage(format!("--learning-rate is {learning_rate}"))
                .hinted("give a number above 0, such as 0.01"));
        }
        Ok(DescentParams {
            optimizer,
            learning_rate,
            steps: self.steps.unwrap_or(STEPS),
            batch_size,
            seed: self.seed.unwrap_or(1),
            record_every: self.every.unwrap_or(0),
        })
    }

    /// The steps, where some optimizer is named; without one a solver goes to the optimum.
    ///
    /// # Errors
    /// As [`TrainingOptions::params`], or if an option says how steps are to be, but not
    /// that there are any.
    pub fn params_if_named(&self) -> Result<Option<DescentParams>> {
        if self.optimizer.is_some() {
            return self.params().map(Some);
        }
        let given = [
            ("--learning-rate", self.learning_rate.is_some()),
            ("--steps", self.steps.is_some()),
            ("--batch-size", self.batch_size.is_some()),
            ("--seed", self.seed.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(None),
            Some((name, _)) => Err(Error::usage(format!("{name} is for an optimizer"))
                .hinted("name one, such as --optimizer adam; without, the optimum is solved for")),
        }
    }

    /// Whether the user says how often the loss is measured.
    pub fn is_every_asked(&self) -> bool {
        self.every.is_some()
    }
}

/// How it was learned, in words.
pub fn described(params: &DescentParams) -> String {
    let name = match params.optimizer {
        Optimizer::Lbfgs => return format!("lbfgs, {} steps at most", params.steps),
        Optimizer::Sgd => "sgd",
        Optimizer::Momentum => "momentum",
        Optimizer::Adam => "adam",
    };
    let rows = match params.batch_size {
        0 => "all rows".to_owned(),
        rows => format!("{rows} rows"),
    };
    format!("{name}, learning rate {}, {} steps of {rows}", params.learning_rate, params.steps)
}

fn batch_size(text: &str) -> std::result::Result<usize, String> {
    match text {
        "all" => Ok(0),
        text => match text.parse() {
            Ok(0) | Err(_) => Err("give a number of rows, or `all`".to_owned()),
            Ok(rows) => Ok(rows),
        },
    }
}

/// Whether a training went as far as it could, by the largest slope where it ended.
pub fn optimum(slope: f64) -> String {
    match slope <= FLAT {
        true => format!("  at the optimum: no slope above {slope:.1e}\n"),
        false => format!(
            "  not at the optimum: the largest slope is {slope:.1e}; more --steps or --optimizer lbfgs\n"
        ),
    }
}
