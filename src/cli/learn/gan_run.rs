//! Generators, in a build that has networks.

use std::fmt::Write;
use std::path::Path;

use malmoi::files::{Format, RowWriter};
use malmoi::learn::neural::{GanParams, Likeness, train_gan};
use malmoi::learn::{Curve, DenseTable, read_columns};
use malmoi::pipeline::Watch;
use malmoi::{Error, Result};
use serde_json::json;

use super::super::Context;
use super::super::progress::Progress;
use super::gan::Arguments;

/// A nearest neighbour that tells kinds apart more often than chance by this much.
const TELLS: f64 = 0.1;

/// Trains the generator, and says how near its rows are.
///
/// # Errors
/// If the input cannot be learned from, or the training diverges.
pub fn learn(arguments: &Arguments, context: &Context) -> Result<()> {
    arguments.curve.check()?;
    if arguments.data.is_none() && arguments.augment.is_none() {
        return Err(Error::usage("there is nothing to learn from").hinted(
            "give --data FILE, or a pipeline with --augment LABEL and --scarce N: whether made \
             rows of that label help",
        ));
    }
    // A name that says no format is told before anything is trained.
    arguments.output.as_deref().map(Format::of).transpose()?;
    let Some(path) = &arguments.data else { return super::gan_augment::learn(arguments, context) };
    let names = match arguments.columns.is_empty() {
        true => malmoi::learn::read_names(path)?,
        false => arguments.columns.clone(),
    };
    let table = read_columns(path, &names)?;
    let values: Vec<f32> = table.values().iter().map(|value| *value as f32).collect();
    let params = params(arguments);
    let progress = Progress::start(context.is_quiet())?;
    progress.stage("train");
    let mut told = |step: usize| progress.advance(step as u64, None);
    let given = (values.as_slice(), table.columns());
    let (gan, curve) = train_gan(&params, given, &mut told, progress.stop())?;
    progress.finish();
    let count = arguments.samples.unwrap_or(table.rows());
    let made = gan.sample(count, params.seed ^ 3)?;
    let likeness = Likeness::of(&values, &made, table.columns(), params.seed);
    if let Some(output) = &arguments.output {
        write(output, &table, &made)?;
    }
    if arguments.json {
        arguments.curve.write(&curve)?;
        return context.output().json(&json!({
            "rows": table.rows(),
            "columns": table.names(),
            "settings": params,
            "samples": count,
            "likeness": likeness,
            "verdict": likeness.as_ref().map(verdict),
            "output": arguments.output,
            "curve": curve,
        }));
    }
    context.output().result(&shown(&table, count, &curve, likeness.as_ref()))?;
    arguments.curve.show(&curve, context)
}

/// The settings as the options say them.
pub fn params(arguments: &Arguments) -> GanParams {
    GanParams {
        noise: arguments.noise.unwrap_or(GanParams::default().noise),
        generator: arguments.hidden.clone(),
        discriminator: arguments.hidden.clone(),
        steps: arguments.steps,
        batch_size: arguments.batch_size,
        learning_rate: arguments.learning_rate,
        seed: arguments.seed,
        ..GanParams::default()
    }
}

fn write(output: &Path, table: &DenseTable, made: &[f32]) -> Result<()> {
    let mut writer = RowWriter::create(Some(output), Format::of(output)?, true, table.names())?;
    for row in made.chunks(table.columns()) {
        let row: Vec<String> = row.iter().map(f32::to_string).collect();
        writer.write(&row)?;
    }
    writer.finish()
}

fn shown(table: &DenseTable, count: usize, curve: &Curve, likeness: Option<&Likeness>) -> String {
    let mut text = format!(
        "learned from {} rows, {} columns; {count} rows were made\n\n",
        table.rows(),
        table.columns()
    );
    for name in ["discriminator", "generator"] {
        let loss = curve.last(name).unwrap_or(f64::NAN);
        writeln!(text, "  {name:<14} loss {loss:.4} at last").expect("a string takes all");
    }
    let Some(likeness) = likeness else {
        return text + "\n  too few rows to say how near they are\n";
    };
    text += &format!(
        "\n  distance of the means        {:>7.4} deviations\n  \
           distance of the covariances  {:>7.4} of the real one\n  \
           nearest row of the own kind  {:>7.4} (two halves of the real rows: {:.4}; told apart: 1)\n\n  {}\n",
        likeness.mean_distance,
        likeness.covariance_distance,
        likeness.nearest_of_own_kind,
        likeness.of_real_halves,
        verdict(likeness)
    );
    text
}

/// What the figures say.
fn verdict(likeness: &Likeness) -> &'static str {
    let told_apart = likeness.nearest_of_own_kind - likeness.of_real_halves.max(0.5) > TELLS;
    match (told_apart, likeness.mean_distance > 0.5 || likeness.covariance_distance > 0.5) {
        (false, false) => "made rows are hard to tell from real ones",
        (false, true) => "made rows lie among real ones, but not spread as they are",
        (true, _) => "made rows can be told from real ones; more --steps may help",
    }
}
