//! What holds for every network.

use std::sync::atomic::AtomicBool;

use super::*;
use super::{network::Network, sample};
use crate::data::Sequences;
use crate::error::{Kind, Result};

fn trained(
    params: &NetworkParams,
    training: &TrainParams,
    examples: Examples,
    held: &[usize],
) -> Result<Trained> {
    let learned: Vec<usize> =
        (0..examples.inputs.len()).filter(|place| !held.contains(place)).collect();
    let stop = AtomicBool::new(false);
    train(params, training, &Start::Seed, (&examples, &learned, held), &mut |_| (), &stop)
}

/// Texts whose class is whether token 2 stands before token 3.
fn ordered() -> (Sequences, Vec<u32>) {
    let mut random = crate::data::Random::new(2);
    let mut texts = Sequences::default();
    let mut classes = Vec::new();
    for _ in 0..120 {
        let mut text: Vec<u32> =
            (0..random.below(5) + 2).map(|_| 4 + random.below(5) as u32).collect();
        let class = random.below(2) as u32;
        let place = random.below(text.len());
        let pair = if class == 0 { [2, 3] } else { [3, 2] };
        text.splice(place..place, pair);
        texts.push(text);
        classes.push(class);
    }
    (texts, classes)
}

#[test]
fn xor_is_learned_from_all_but_one_of_twenty_seeds() {
    let values = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
    let examples = Examples {
        inputs: Inputs::Rows { values: &values, columns: 2 },
        targets: Targets::Classes(&[0, 1, 1, 0]),
    };
    let params = sample::rows(2, &[3], Output::Classes(2));
    let solved = |seed: u64| {
        let training = TrainParams {
            epochs: 300,
            batch_size: 4,
            learning_rate: 0.1,
            weight_decay: 0.003,
            seed,
            ..TrainParams::default()
        };
        let network = trained(&params, &training, examples, &[]).unwrap().network;
        let said = Predictor::new(&network).unwrap().predict(&examples.inputs, &[0, 1, 2, 3]);
        let said: Vec<bool> = said.unwrap().chunks(2).map(|row| row[1] > 0.5).collect();
        said == [false, true, true, false]
    };
    let count = (1..=20).filter(|seed| solved(*seed)).count();
    assert!(count >= 19, "{count}");
}

#[test]
fn neighbours_in_a_batch_change_nothing() {
    let texts = sample::texts(40);
    let inputs = Inputs::Tokens(&texts);
    for params in sample::bodies() {
        let network = Network::new(&params, 7).unwrap();
        let predictor = Predictor::new(&network).unwrap();
        let together = predictor.predict(&inputs, &(0..40).collect::<Vec<_>>()).unwrap();
        for text in 0..40 {
            let alone = predictor.text(texts.document(text)).unwrap();
            for (alone, together) in alone.iter().zip(&together[text * 3..]) {
                assert!((alone - together).abs() < 1e-6, "{params:?}: {alone} {together}");
            }
        }
    }
}

#[test]
fn every_body_that_sees_order_learns_it() {
    let (texts, classes) = ordered();
    let examples = Examples { inputs: Inputs::Tokens(&texts), targets: Targets::Classes(&classes) };
    let held: Vec<usize> = (0..24).collect();
    for params in sample::bodies() {
        if params.body == Body::Mean {
            continue;
        }
        let params = NetworkParams { output: Output::Classes(2), ..params };
        let training = TrainParams {
            epochs: 30,
            batch_size: 16,
            learning_rate: 0.03,
            patience: 30,
            ..TrainParams::default()
        };
        let trained = trained(&params, &training, examples, &held).unwrap();
        let accuracy = trained.validation.unwrap().accuracy.unwrap();
        assert!(accuracy > 0.85, "{params:?}: {accuracy}");
        assert_eq!(trained.curve.series.len(), 3);
    }
}

#[test]
fn threads_do_not_show_and_seeds_do() {
    let (texts, classes) = ordered();
    let examples = Examples { inputs: Inputs::Tokens(&texts), targets: Targets::Classes(&classes) };
    let params = NetworkParams {
        dropout: 0.3,
        output: Output::Classes(2),
        ..sample::recurrent(Cell::Gru, Pooling::Max)
    };
    let with = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let training = TrainParams { epochs: 2, batch_size: 32, seed, ..TrainParams::default() };
        pool.install(|| trained(&params, &training, examples, &[0, 1, 2]).unwrap())
    };
    let (one, four) = (with(1, 1), with(4, 1));
    assert_eq!(one.network, four.network);
    assert_eq!(one.curve, four.curve);
    assert_ne!(one.network, with(1, 2).network);
}

#[test]
fn given_vectors_are_kept_or_tuned() {
    let (texts, classes) = ordered();
    let examples = Examples { inputs: Inputs::Tokens(&texts), targets: Targets::Classes(&classes) };
    let vectors: Vec<f32> = (0..36).map(|n| (n as f32).cos()).collect();
    let learned: Vec<usize> = (0..120).collect();
    for is_tuned in [false, true] {
        let mut params = sample::convolution();
        params.output = Output::Classes(2);
        if let Input::Tokens { tuned, .. } = &mut params.input {
            *tuned = is_tuned;
        }
        let training = TrainParams { epochs: 1, ..TrainParams::default() };
        let start = Start::Embedding(&vectors);
        let given = (&examples, learned.as_slice(), &[][..]);
        let stop = AtomicBool::new(false);
        let network = train(&params, &training, &start, given, &mut |_| (), &stop).unwrap().network;
        let table = &network.weights[0].values;
        assert_eq!(table[..4], [0.0; 4]);
        // Token 1 stands in no text.
        assert_eq!(table[4..8], vectors[4..8]);
        assert_eq!(table[8..12] != vectors[8..12], is_tuned);
    }
}

#[test]
fn steps_of_a_linear_schedule_shorten_to_nothing() {
    let values = [0.0, 1.0, 2.0, 3.0];
    let examples = Examples {
        inputs: Inputs::Rows { values: &values, columns: 1 },
        targets: Targets::Numbers(&[1.0, 3.0, 5.0, 7.0]),
    };
    let params = sample::rows(1, &[], Output::Numbers(1));
    let after = |epochs: usize, schedule: Schedule| {
        let optimizer = OptimizerKind::Sgd;
        let training = TrainParams { epochs, schedule, optimizer, ..TrainParams::default() };
        trained(&params, &training, examples, &[]).unwrap().network
    };
    // The first of all steps has its full length, the second of two half of it.
    assert_eq!(after(1, Schedule::Linear), after(1, Schedule::Constant));
    let (one, two) = (after(1, Schedule::Constant), after(2, Schedule::Constant));
    let halved = after(2, Schedule::Linear);
    let middle = |array: usize| (one.weights[array].values[0] + two.weights[array].values[0]) / 2.0;
    for array in 0..2 {
        assert!((halved.weights[array].values[0] - middle(array)).abs() < 1e-6);
    }
    assert_ne!(halved, two);
}

#[test]
fn the_best_epoch_is_kept_and_waiting_ends() {
    // A target that cannot be known: the validation loss rises soon.
    let values: Vec<f32> = (0..60).map(|n| (n as f32 * 12.9898).sin()).collect();
    let classes: Vec<u32> = (0..60).map(|n| u32::from((n * 7 % 11) % 2 == 0)).collect();
    let examples = Examples {
        inputs: Inputs::Rows { values: &values, columns: 1 },
        targets: Targets::Classes(&classes),
    };
    let training = TrainParams {
        epochs: 300,
        batch_size: 8,
        learning_rate: 0.05,
        patience: 3,
        ..TrainParams::default()
    };
    let held: Vec<usize> = (0..20).collect();
    let params = sample::rows(1, &[16], Output::Classes(2));
    let trained = trained(&params, &training, examples, &held).unwrap();
    assert!(trained.epochs < 300);
    assert_eq!(trained.epochs, trained.best_epoch + 3);
    let losses = &trained.curve.series[1].points;
    let least = losses.iter().map(|(_, loss)| *loss).fold(f64::INFINITY, f64::min);
    assert_eq!(losses[trained.best_epoch - 1].1, least);
    assert_eq!(trained.validation.unwrap().loss, least);
}

#[test]
fn what_goes_wrong_is_told() {
    let values = [1e30, -1e30, 3e30, 2e30];
    let examples = Examples {
        inputs: Inputs::Rows { values: &values, columns: 1 },
        targets: Targets::Numbers(&[1e20, 2e20, 3e20, 1e20]),
    };
    let params = sample::rows(1, &[], Output::Numbers(1));
    let training =
        TrainParams { optimizer: OptimizerKind::Sgd, clip: None, ..TrainParams::default() };
    let error = trained(&params, &training, examples, &[]).unwrap_err();
    assert!(error.to_string().contains("diverged"), "{error}");
    let stop = AtomicBool::new(true);
    let given = (&examples, &[0, 1][..], &[][..]);
    let error = train(&params, &training, &Start::Seed, given, &mut |_| (), &stop).unwrap_err();
    assert_eq!(error.kind(), Kind::Interrupted);
    let other = Examples { targets: Targets::Classes(&[0, 1, 1, 0]), ..examples };
    assert!(trained(&params, &training, other, &[]).is_err());
    let rate = TrainParams { learning_rate: f64::NAN, ..TrainParams::default() };
    assert!(trained(&params, &rate, examples, &[]).is_err());
}
