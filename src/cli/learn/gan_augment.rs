//! `malmoi learn gan NAME --augment LABEL --scarce N`: whether made rows help.

use malmoi::Result;
use malmoi::pipeline::{self, AugmentSettings, Augmented};

use super::super::Context;
use super::super::output::harmless;
use super::super::progress::Progress;
use super::gan::Arguments;
use super::gan_run::params;

/// Asks whether made rows of a label help where few documents have it.
///
/// # Errors
/// If the source cannot be read, or a training diverges.
pub fn learn(arguments: &Arguments, context: &Context) -> Result<()> {
    let pipeline = arguments.selection.effective(context)?.pipeline;
    let settings = AugmentSettings {
        label: arguments.augment.clone().unwrap_or_default(),
        scarce: arguments.scarce.unwrap_or_default(),
        dimensions: arguments.dimensions,
        folds: arguments.folds.into(),
        gan: params(arguments),
    };
    let progress = Progress::start(context.is_quiet())?;
    let augmented = pipeline::augment(&pipeline, &settings, &context.state()?, &progress)?;
    progress.finish();
    if arguments.json {
        arguments.curve.write(&augmented.curve)?;
        let mut value = serde_json::to_value(&augmented).expect("it is plain data");
        value["helps"] = augmented.helps().into();
        return context.output().json(&value);
    }
    context.output().result(&shown(&augmented))?;
    arguments.curve.show(&augmented.curve, context)
}

fn shown(augmented: &Augmented) -> String {
    let [scarce, others, made] = augmented.documents;
    let label = harmless(&augmented.settings.label);
    let mut text = format!(
        "pipeline {}: {scarce} documents of `{label}`, {others} others, {made} rows made;\n\
         held out: documents of the training part, as many of `{label}` as others at most\n\n  \
         {:<16} {:>16} {:>18}\n",
        harmless(&augmented.pipeline),
        "",
        format!("f1 ({label})"),
        "accuracy"
    );
    for tried in &augmented.tried {
        text += &format!("  {:<16} {} {}\n", tried.way, spread(&tried.f1), spread(&tried.accuracy));
    }
    for ((gain, error), other) in augmented.gains.iter().zip(["as it is", "oversampled"]) {
        text += &format!("\n  f1 with made rows − {other:<12} {gain:+.4} ± {error:.4}");
    }
    let verdict = match augmented.helps() {
        true => "made rows help, more than repeating what is there",
        false => "made rows do not help beyond what repeating does",
    };
    text + &format!("\n\n  {verdict}\n")
}

/// Mean and standard deviation over the folds.
fn spread(values: &[f64]) -> String {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
    format!("{mean:>9.4} ± {deviation:.4}")
}
