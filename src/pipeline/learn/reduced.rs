//! Dense layers over reduced TF-IDF rows, measured as other networks are.

use std::path::Path;
use std::time::Instant;

use super::beside::beside_linear;
use super::material::Material;
use super::network::{LearnedNetwork, NetworkSettings, Parted, Tested, tell};
use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::learn::neural::{
    Body, Examples, Input, Inputs, NetworkParams, Output, Predictor, Start, Targets, Trained, train,
};
use crate::learn::reduce::{SvdParams, TruncatedSvd};
use crate::pipeline::watch::Watch;

/// Trains dense layers on the TF-IDF rows of the pipeline's training part, reduced to
/// `settings.dimensions` numbers, and measures them on the test part. The network is not
/// kept: there is no way from a text to its rows without the pipeline's vectorizer.
///
/// # Errors
/// As [`learn_network`](super::learn_network).
pub fn learn_reduced(
    pipeline: &Pipeline,
    settings: &NetworkSettings,
    state: &Path,
    watch: &dyn Watch,
) -> Result<LearnedNetwork> {
    settings.training.check()?;
    let start = Instant::now();
    let material = Material::read(pipeline, &pipeline.analyze, state, watch)?;
    if material.labels.len() < 2 {
        return Err(Error::data("there are fewer than two labels to tell apart")
            .hinted("check `source.columns.label`"));
    }
    watch.stage("reduce");
    let rows = Rows::of(&material, pipeline, settings, watch)?;
    let seconds_reading = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let parted = Parted::of(&material, settings.training.seed);
    let Trained { network, curve, best_epoch, epochs, validation } =
        rows.train(&material, settings, &parted, watch)?;
    let seconds_training = start.elapsed().as_secs_f64();
    watch.stage("evaluate");
    let inputs = Inputs::Rows { values: &rows.test, columns: rows.columns };
    let all: Vec<usize> = (0..material.parts.test.len()).collect();
    let test = match all.is_empty() {
        true => None,
        false => {
            let said = Predictor::new(&network)?.predict(&inputs, &all)?;
            Some(Tested::new(&material, said))
        }
    };
    let evaluation =
        test.as_ref().map(|test| test.evaluation(&material, rows.terms)).transpose()?;
    let beside = match &test {
        Some(test) => beside_linear(pipeline, state, &material, test, watch)?,
        None => Vec::new(),
    };
    Ok(LearnedNetwork {
        pipeline: pipeline.name.clone(),
        file: None,
        settings: settings.clone(),
        analyze: pipeline.analyze.clone(),
        layers: network.layers(),
        parameters: network.parameters(),
        terms: rows.terms,
        validation_documents: parted.held.len(),
        epochs,
        best_epoch,
        validation,
        evaluation,
        test_part: test.as_ref().map(|test| test.part(material.labels.len())),
        beside,
        curve,
        seconds_reading,
        seconds_training,
    })
}

/// Both parts in few dimensions, each of deviation 1 in the training part.
struct Rows {
    train: Vec<f32>,
    test: Vec<f32>,
    columns: usize,
    /// Columns of the TF-IDF rows.
    terms: usize,
}

impl Rows {
    fn of(
        material: &Material,
        pipeline: &Pipeline,
        settings: &NetworkSettings,
        watch: &dyn Watch,
    ) -> Result<Self> {
        let rows = material.tfidf(&pipeline.vectorize)?;
        let params = SvdParams { seed: settings.training.seed, ..SvdParams::default() };
        let svd = TruncatedSvd::fit(&rows.train, settings.dimensions, params, watch.stop())?;
        let reduced = |rows| svd.transform(rows).into_raw_vec_and_offset().0;
        let (mut train, mut test) = (reduced(&rows.train), reduced(&rows.test));
        let columns = svd.dimensions;
        let scales = scales(&train, columns);
        for values in [&mut train, &mut test] {
            let values = values.iter_mut().zip(scales.iter().cycle());
            values.for_each(|(value, (mean, scale))| *value = (*value - mean) / scale);
        }
        Ok(Rows { train, test, columns, terms: rows.train.columns() })
    }

    fn train(
        &self,
        material: &Material,
        settings: &NetworkSettings,
        parted: &Parted,
        watch: &dyn Watch,
    ) -> Result<Trained> {
        let classes = material.classes(&material.parts.train);
        let examples = Examples {
            inputs: Inputs::Rows { values: &self.train, columns: self.columns },
            targets: Targets::Classes(&classes),
        };
        let params = NetworkParams {
            input: Input::Rows { columns: self.columns },
            body: Body::Plain,
            hidden: settings.hidden.clone(),
            activation: settings.activation,
            dropout: settings.dropout,
            output: Output::Classes(material.labels.len()),
        };
        watch.stage("train");
        let given = (&examples, parted.learned.as_slice(), parted.held.as_slice());
        let mut told = |epoch: &crate::learn::neural::Epoch| tell(epoch, watch);
        train(&params, &settings.training, &Start::Seed, given, &mut told, watch.stop())
    }
}

/// Mean and deviation of each column.
fn scales(values: &[f32], columns: usize) -> Vec<(f32, f32)> {
    let mut sums = vec![(0.0f64, 0.0f64); columns];
    for row in values.chunks_exact(columns) {
        for ((sum, squares), value) in sums.iter_mut().zip(row) {
            *sum += f64::from(*value);
            *squares += f64::from(*value) * f64::from(*value);
        }
    }
    let count = (values.len() / columns).max(1) as f64;
    let scale = |(sum, squares): (f64, f64)| {
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        (mean as f32, if variance > 0.0 { variance.sqrt() as f32 } else { 1.0 })
    };
    sums.into_iter().map(scale).collect()
}
