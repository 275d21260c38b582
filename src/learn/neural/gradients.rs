//! Gradients of every kind of layer against finite differences, in `f64`.

use candle_core::{DType, Tensor, Var};

use super::batch::Shard;
use super::network::Network;
use super::*;
use super::{graph, sample};
use crate::data::Random;

const STEP: f64 = 1e-5;

/// The loss of all examples, and what the network's arrays and vectors are.
struct Probe<'a> {
    network: &'a Network,
    examples: Examples<'a>,
    all: Vec<usize>,
}

impl Probe<'_> {
    fn loss(&self, weights: &[Tensor], vectors: Option<&Tensor>) -> Tensor {
        let params = &self.network.params;
        let shard = Shard::of(&self.examples.inputs, &self.all, params);
        let (mut entered, _) = shard.enter(self.network.apart().0, DType::F64, false).unwrap();
        if let (batch::Entered::Tokens { vectors: place, .. }, Some(vectors)) =
            (&mut entered, vectors)
        {
            *place = vectors.clone();
        }
        let scores = graph::scores(params, weights, &entered, None).unwrap();
        let targets = self.examples.targets.rows(&self.all, params.output, 0.1);
        graph::loss(params.output, &scores, &targets, self.all.len()).unwrap()
    }

    fn vectors(&self) -> Option<Var> {
        let shard = Shard::of(&self.examples.inputs, &self.all, &self.network.params);
        shard.enter(self.network.apart().0, DType::F64, true).unwrap().1
    }
}

fn check(params: &NetworkParams, inputs: Inputs, targets: Targets) {
    let mut network = Network::new(params, 11).unwrap();
    // Nothing stays 0, so that every gradient has something to be wrong about.
    let mut random = Random::new(12);
    for weight in &mut network.weights {
        weight.values.iter_mut().for_each(|value| *value += (random.normal() * 0.3) as f32);
    }
    let examples = Examples { inputs, targets };
    let probe = Probe { network: &network, examples, all: (0..inputs.len()).collect() };
    let weights = graph::variables(network.apart().1, DType::F64).unwrap();
    let vectors = probe.vectors();
    let of_vectors = vectors.as_ref().map(|one| one.as_tensor().clone());
    let loss = probe.loss(&graph::tensors(&weights), of_vectors.as_ref());
    let found = loss.backward().unwrap();
    let all: Vec<&Var> = weights.iter().chain(vectors.as_ref()).collect();
    for (place, variable) in all.iter().enumerate() {
        let gradient = found.get(variable).expect("it is part of the loss");
        let gradient = gradient.flatten_all().unwrap().to_vec1::<f64>().unwrap();
        let values = variable.flatten_all().unwrap().to_vec1::<f64>().unwrap();
        for number in 0..values.len() {
            let moved = |by: f64| {
                let mut values = values.clone();
                values[number] += by;
                let moved = Tensor::from_vec(values, variable.shape(), variable.device()).unwrap();
                let mut tensors = graph::tensors(&weights);
                let mut vectors = of_vectors.clone();
                match place < tensors.len() {
                    true => tensors[place] = moved,
                    false => vectors = Some(moved),
                }
                probe.loss(&tensors, vectors.as_ref()).to_scalar::<f64>().unwrap()
            };
            let slope = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            let difference = (slope - gradient[number]).abs();
            assert!(difference < 1e-7, "{params:?}: {slope} is not {}", gradient[number]);
        }
    }
}

#[test]
fn layers_over_rows() {
    let values: Vec<f32> = (0..12).map(|n| (n as f32 * 0.7).sin()).collect();
    let inputs = Inputs::Rows { values: &values, columns: 3 };
    for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid] {
        for classes in [2, 3] {
            let params =
                NetworkParams { activation, ..sample::rows(3, &[4, 3], Output::Classes(classes)) };
            check(&params, inputs, Targets::Classes(&[0, 1, 1, 0]));
        }
        let params = NetworkParams { activation, ..sample::rows(3, &[4], Output::Numbers(2)) };
        check(&params, inputs, Targets::Numbers(&values[..8]));
    }
}

#[test]
fn layers_over_tokens() {
    let texts = sample::texts(6);
    let classes = [0, 1, 2, 1, 0, 2];
    for params in sample::bodies() {
        check(&params, Inputs::Tokens(&texts), Targets::Classes(&classes));
    }
}
