//! Networks over text in a build that has them.

use malmoi::Result;
use malmoi::learn::neural::{
    Activation, Body, Cell, OptimizerKind, Pooling, Schedule, TrainParams,
};
use malmoi::pipeline::{self, LearnedNetwork, NetworkSettings};
use malmoi::report::metrics_table;

use super::super::Context;
use super::super::output::harmless;
use super::super::progress::Progress;
use super::network::{
    ActivationName, CellName, NetworkTraining, PoolingName, ScheduleName, StepName, TextBody,
    TextNet, TextOptions,
};

/// Length of a token's vector, or of a reduced row, where nobody says it.
const DIMENSIONS: usize = 128;

/// Trains, measures, keeps and shows a network over text.
///
/// # Errors
/// If the source cannot be read or learned from, or the training diverges.
pub fn learn_text(options: &TextOptions, asked: TextNet, context: &Context) -> Result<()> {
    options.curve.check()?;
    let pipeline = options.selection.effective(context)?.pipeline;
    let is_set = |key: &str| is_set(&options.selection.set, key);
    let analyze = match asked.body {
        // The rows are those of the pipeline.
        TextBody::Reduced => pipeline.analyze.clone(),
        _ => pipeline::analyze_for_networks(&pipeline.analyze, is_set),
    };
    let settings = settings(options, asked);
    let progress = Progress::start(context.is_quiet())?;
    let state = context.state()?;
    let learned = pipeline::learn_network((&pipeline, &analyze), &settings, &state, &progress)?;
    progress.finish();
    show(&learned, options, context)
}

fn show(learned: &LearnedNetwork, options: &TextOptions, context: &Context) -> Result<()> {
    if options.json {
        options.curve.write(&learned.curve)?;
        let learned = serde_json::to_value(learned).expect("what was learned is plain data");
        return context.output().json(&learned);
    }
    context.output().result(&shown(learned))?;
    options.curve.show(&learned.curve, context)
}

/// Whether `--set` or the environment says what `key` is.
fn is_set(flags: &[String], key: &str) -> bool {
    let variable = format!("MALMOI_{}", key.replace('.', "__").to_uppercase());
    let is_key = |flag: &String| flag.split_once('=').is_some_and(|(name, _)| name.trim() == key);
    flags.iter().any(is_key) || std::env::var_os(variable).is_some()
}

fn settings(options: &TextOptions, asked: TextNet) -> NetworkSettings {
    let training = &options.training;
    NetworkSettings {
        name: options.kept_as.clone().unwrap_or_else(|| asked.kind.to_owned()),
        body: body_of(asked.body),
        hidden: asked.hidden.to_vec(),
        activation: activation_of(asked.activation),
        dropout: training.dropout.unwrap_or(0.5),
        token_dropout: training.token_dropout.unwrap_or(0.3),
        dimensions: options.dimensions.unwrap_or(DIMENSIONS),
        min_count: options.min_count,
        longest: options.longest,
        embedding: options.embedding.clone(),
        tuned: !options.frozen,
        training: params(training, TrainParams::default()),
        tested: !options.no_test,
    }
}

fn body_of(body: TextBody) -> Body {
    match body {
        TextBody::Reduced => Body::Plain,
        TextBody::Mean => Body::Mean,
        TextBody::Convolution { widths, filters } => Body::Convolution { widths, filters },
        TextBody::Recurrent { cell, hidden, pooling, bidirectional } => {
            let cell = match cell {
                CellName::Simple => Cell::Simple,
                CellName::Gru => Cell::Gru,
                CellName::Lstm => Cell::Lstm,
            };
            let pooling = match pooling {
                PoolingName::Last => Pooling::Last,
                PoolingName::Max => Pooling::Max,
                PoolingName::Mean => Pooling::Mean,
            };
            Body::Recurrent { cell, hidden, pooling, bidirectional }
        }
    }
}

/// The engine's name of an activation.
pub fn activation_of(name: ActivationName) -> Activation {
    match name {
        ActivationName::Relu => Activation::Relu,
        ActivationName::Tanh => Activation::Tanh,
        ActivationName::Sigmoid => Activation::Sigmoid,
    }
}

/// The training as the options say it; what they leave open is as `usual`.
pub fn params(options: &NetworkTraining, usual: TrainParams) -> TrainParams {
    TrainParams {
        epochs: options.epochs.unwrap_or(usual.epochs),
        batch_size: options.batch_size.unwrap_or(usual.batch_size),
        optimizer: match options.optimizer {
            StepName::Sgd => OptimizerKind::Sgd,
            StepName::Momentum => OptimizerKind::Momentum,
            StepName::Adam => OptimizerKind::Adam,
        },
        learning_rate: options.learning_rate.unwrap_or(usual.learning_rate),
        schedule: match options.schedule {
            ScheduleName::Constant => Schedule::Constant,
            ScheduleName::Linear => Schedule::Linear,
        },
        clip: (options.clip != 0.0).then_some(options.clip),
        patience: options.patience.unwrap_or(usual.patience),
        weight_decay: options.weight_decay.unwrap_or(usual.weight_decay),
        label_smoothing: options.label_smoothing,
        seed: options.seed,
    }
}

fn shown(learned: &LearnedNetwork) -> String {
    let mut text = format!(
        "pipeline {}, network {}\n\n{}",
        harmless(&learned.pipeline),
        harmless(&learned.settings.name),
        layers(&learned.layers, learned.parameters)
    );
    text += &format!(
        "\n  {} terms; {} epochs, the best was {}{}\n  {:.1} s reading, {:.1} s training\n",
        learned.terms,
        learned.epochs,
        learned.best_epoch,
        if wants_more(learned) { ": more --epochs may be better" } else { "" },
        learned.seconds_reading,
        learned.seconds_training
    );
    if let Some(validation) = &learned.validation {
        text += &format!(
            "  validation: loss {:.4}, accuracy {:.4} on {} documents of the training part\n",
            validation.loss,
            validation.accuracy.unwrap_or_default(),
            learned.validation_documents
        );
    }
    match &learned.evaluation {
        Some(evaluation) => text += &format!("\n{}", metrics_table(evaluation)),
        None if !learned.settings.tested => {}
        None => text += "\n  no test document, so nothing is measured\n",
    }
    text += &beside(learned);
    match &learned.file {
        Some(file) => text + &format!("\n  kept in {}\n", harmless(&file.display().to_string())),
        None => text,
    }
}

/// Whether the validation loss still fell when the epochs were over. Steps that had become
/// short by then would be others with more epochs.
fn wants_more(learned: &LearnedNetwork) -> bool {
    let training = &learned.settings.training;
    learned.validation.is_some()
        && learned.best_epoch == training.epochs
        && training.schedule == Schedule::Constant
}

/// The arrays of a network, with their shapes.
pub fn layers(layers: &[malmoi::learn::neural::Layer], parameters: usize) -> String {
    let longest = layers.iter().map(|layer| layer.name.len()).max().unwrap_or(0);
    let line = |layer: &malmoi::learn::neural::Layer| {
        let shape: Vec<String> = layer.shape.iter().map(usize::to_string).collect();
        let shape = shape.join(" × ");
        format!("  {:<longest$}  {shape:<14} {:>10}\n", layer.name, layer.parameters)
    };
    let lines: String = layers.iter().map(line).collect();
    format!("{lines}  {:<longest$}  {:<14} {parameters:>10}\n", "parameters", "")
}

fn beside(learned: &LearnedNetwork) -> String {
    let Some(own) = &learned.evaluation else { return String::new() };
    if learned.beside.is_empty() {
        return String::new();
    }
    let line = |name: &str, metrics: &malmoi::classify::Metrics, unseen: Option<f64>| {
        let unseen = unseen.map_or(String::from("     –"), |accuracy| format!("{accuracy:.4}"));
        format!("  {name:<13} {:>9.4} {:>9} {:>9.4}\n", metrics.accuracy, unseen, metrics.log_loss)
    };
    let mut text = format!("\n  {:<13} {:>9} {:>9} {:>9}\n", "", "accuracy", "unseen", "log_loss");
    let unseen = own.unseen.as_ref().map(|unseen| unseen.accuracy);
    text += &line("this network", &own.metrics, unseen);
    for other in &learned.beside {
        let unseen = other.unseen.as_ref().map(|unseen| unseen.accuracy);
        text += &line(other.model, &other.metrics, unseen);
    }
    text
}
