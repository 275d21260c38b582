//! Documents as token numbers → an embedding.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::embedding::{About, Embedding};
use super::examples::{Model, Parts, Worker};
use super::negatives::Negatives;
use super::params::{EmbedParams, LAST_RATE, SubwordKind};
use super::rows::{Rows, stride};
use super::sentences::Sentences;
use super::sigmoid::Sigmoid;
use super::subwords::Subwords;
use crate::data::{Interner, Random, Sequences};
use crate::error::{Result, check};
use crate::learn::{Curve, diverged};

/// An embedding, and how its training went.
pub struct Trained {
    /// What was learned; the caller completes where it comes from.
    pub embedding: Embedding,
    /// The loss of each epoch: of one word around another, against those that were drawn.
    pub curve: Curve,
    /// Words of the documents, those without a vector too.
    pub raw_words: u64,
    /// Time of the epochs alone.
    pub spent: Duration,
}

/// How far a training is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Words that were learned from, all epochs together.
    pub done: u64,
    /// Words that will have been.
    pub total: u64,
}

/// Trains on `documents`, whose tokens are numbers of `names`. With one thread the same
/// input gives the same embedding; with more it does not.
///
/// # Errors
/// A setting out of bounds, too few words, a training that diverges, or `stop`.
pub fn train(
    names: &Interner,
    documents: &Sequences,
    params: &EmbedParams,
    tagged: bool,
    threads: usize,
    stop: &AtomicBool,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<Trained> {
    params.check()?;
    let sentences = Sentences::new(names, documents, params)?;
    let model = start(&sentences, params, tagged);
    let began = Instant::now();
    let losses = run(&model, threads.max(1), stop, watch)?;
    let spent = began.elapsed();
    let mut curve = Curve::new("epoch");
    for (epoch, (sum, count)) in losses.into_iter().enumerate() {
        if count > 0 {
            curve.push("loss", epoch as u64 + 1, sum / count as f64);
        }
    }
    let (vectors, subwords) = finish(&model, tagged)?;
    drop(model);
    let about = About {
        settings: serde_json::to_value(params).expect("settings are plain data"),
        method: method_name(params),
        tagged,
        documents: documents.len() as u64,
        words: sentences.words,
        ..About::default()
    };
    let raw_words = sentences.raw_words;
    let embedding = Embedding {
        terms: sentences.terms,
        counts: sentences.counts,
        dimensions: params.dimensions,
        vectors,
        subwords,
        about,
    };
    Ok(Trained { embedding, curve, raw_words, spent })
}

fn method_name(params: &EmbedParams) -> String {
    let name = serde_json::to_value(params.method).expect("a name is plain data");
    name.as_str().unwrap_or_default().to_owned()
}

/// Small random vectors for what tells, zeros for what is told, as gensim has it.
fn start<'a>(sentences: &'a Sentences, params: &'a EmbedParams, tagged: bool) -> Model<'a> {
    let words = sentences.terms.len();
    let parts = Parts::new(sentences, params, tagged);
    let count = words + if parts.is_some() { params.buckets } else { 0 };
    let inputs = Rows::zeros(count, params.dimensions);
    let mut random = Random::new(params.seed);
    let size = 1.0 / params.dimensions as f64;
    let mut vector = vec![0.0; stride(params.dimensions)];
    for row in 0..count {
        let numbers = &mut vector[..params.dimensions];
        numbers.fill_with(|| ((random.uniform() * 2.0 - 1.0) * size) as f32);
        inputs.write(row, &vector);
    }
    Model {
        params,
        sentences,
        inputs,
        outputs: Rows::zeros(words, params.dimensions),
        parts,
        negatives: Negatives::new(&sentences.counts),
        sigmoid: Sigmoid::new(),
    }
}

/// A sum of losses, and how many they are.
type Losses = (f64, u64);

/// What the threads tell each other.
struct Shared<'a> {
    next: AtomicUsize,
    done: AtomicU64,
    failed: AtomicBool,
    losses: Vec<Mutex<Losses>>,
    stop: &'a AtomicBool,
    watch: &'a (dyn Fn(Step) + Sync),
}

/// All epochs; gives the losses of each.
fn run(
    model: &Model,
    threads: usize,
    stop: &AtomicBool,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<Vec<Losses>> {
    let shared = Shared {
        next: AtomicUsize::new(0),
        done: AtomicU64::new(0),
        failed: AtomicBool::new(false),
        losses: (0..model.params.epochs).map(|_| Mutex::default()).collect(),
        stop,
        watch,
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(model, &shared))).collect();
        let results = handles.into_iter().map(|one| one.join().expect("a worker never panics"));
        results.fold(Ok(()), Result::and)
    })?;
    let losses = shared.losses.into_iter();
    Ok(losses.map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
}

/// Takes chunks until none is left.
fn work(model: &Model, shared: &Shared) -> Result<()> {
    let chunks = &model.sentences.chunks;
    let total = model.sentences.tokens.len() as u64 * model.params.epochs as u64;
    let mut worker = Worker::new(model);
    loop {
        check(shared.stop)?;
        let number = shared.next.fetch_add(1, Relaxed);
        let epoch = number / chunks.len();
        if epoch >= model.params.epochs || shared.failed.load(Relaxed) {
            return Ok(());
        }
        let chunk = chunks[number % chunks.len()].clone();
        let words = chunk.len() as u64;
        let done = shared.done.fetch_add(words, Relaxed);
        let share = done as f64 / total as f64;
        let rate = model.params.learning_rate;
        let rate = rate - (rate - LAST_RATE) * share as f32;
        worker.learn(chunk, rate, &mut stream(model.params.seed, number as u64));
        let (sum, count) = std::mem::take(&mut worker.loss);
        if !sum.is_finite() {
            shared.failed.store(true, Relaxed);
            return Err(failed(number as u64));
        }
        let mut losses = shared.losses[epoch].lock().unwrap_or_else(PoisonError::into_inner);
        *losses = (losses.0 + sum, losses.1 + count);
        drop(losses);
        (shared.watch)(Step { done: done + words, total });
    }
}

fn failed(step: u64) -> crate::error::Error {
    diverged("the loss", step).hinted("lower --learning-rate")
}

/// What is drawn for one chunk, whoever works on it.
fn stream(seed: u64, number: u64) -> Random {
    let start = Random::new(seed).bits();
    Random::new(start ^ (number + 1).wrapping_mul(0xd134_2543_de82_ef95))
}

/// The vectors of the words, and those of their parts.
fn finish(model: &Model, tagged: bool) -> Result<(Vec<f32>, Option<Subwords>)> {
    let dimensions = model.params.dimensions;
    let words = model.sentences.terms.len();
    let mut row = vec![0.0; stride(dimensions)];
    let mut vectors = Vec::with_capacity(words * dimensions);
    for word in 0..words as u32 {
        let own = [word];
        let parts = model.parts.as_ref().map_or(&own[..], |parts| parts.of(word));
        let mut mean = vec![0.0; dimensions];
        for &part in parts {
            model.inputs.read(part as usize, &mut row);
            mean.iter_mut().zip(&row).for_each(|(sum, value)| *sum += value);
        }
        vectors.extend(mean.iter().map(|sum| sum / parts.len() as f32));
    }
    let kind = model.params.subwords;
    let subwords = (kind != SubwordKind::None).then(|| {
        let buckets = (0..model.params.buckets).flat_map(|bucket| {
            model.inputs.read(words + bucket, &mut row);
            row[..dimensions].to_vec()
        });
        Subwords { kind, tagged, vectors: buckets.collect() }
    });
    let all = vectors.iter().chain(subwords.iter().flat_map(|subwords| &subwords.vectors));
    match all.copied().all(f32::is_finite) {
        true => Ok((vectors, subwords)),
        false => Err(failed(model.sentences.chunks.len() as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::params::Method;
    use super::super::sentences::tests::documents;
    use super::*;

    /// Two topics whose words never meet.
    fn topics() -> (Interner, Sequences) {
        let mut random = Random::new(9);
        let mut draw = |first: usize| {
            let words = (0..8).map(|_| format!("w{}", first + random.below(6)));
            words.collect::<Vec<_>>().join(" ")
        };
        let texts: Vec<String> = (0..300).map(|n| draw(n % 2 * 6)).collect();
        documents(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn trained(params: &EmbedParams, threads: usize) -> Trained {
        let (names, documents) = topics();
        let stop = AtomicBool::new(false);
        train(&names, &documents, params, false, threads, &stop, &|_| {}).unwrap()
    }

    fn small() -> EmbedParams {
        EmbedParams {
            dimensions: 10,
            sample: 0.0,
            learning_rate: 0.05,
            buckets: 500,
            ..EmbedParams::default()
        }
    }

    /// How much nearer a word is to those of its topic than to the others.
    fn contrast(embedding: &Embedding) -> f32 {
        let cosine = |a: usize, b: usize| {
            let (a, b) = (embedding.vector(a), embedding.vector(b));
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
        };
        let row = |n: usize| embedding.find(&format!("w{n}")).unwrap();
        let pairs = (0..12).flat_map(|a| (0..a).map(move |b| (a, b)));
        let sign = |a: usize, b: usize| if (a < 6) == (b < 6) { 1.0 / 30.0 } else { -1.0 / 36.0 };
        pairs.map(|(a, b)| sign(a, b) * cosine(row(a), row(b))).sum()
    }

    #[test]
    fn words_of_one_topic_come_together() {
        for method in [Method::SkipGram, Method::Cbow] {
            for subwords in [SubwordKind::None, SubwordKind::Syllables] {
                let params = EmbedParams { method, subwords, epochs: 20, ..small() };
                let trained = trained(&params, 2);
                let contrast = contrast(&trained.embedding);
                assert!(contrast > 0.4, "{method:?} {subwords:?}: {contrast}");
                let losses = &trained.curve.series[0].points;
                assert_eq!(losses.len(), 20);
                assert!(losses[19].1 < losses[0].1, "{losses:?}");
            }
        }
    }

    #[test]
    fn one_thread_and_one_seed_give_the_same_bits() {
        let bits = |seed: u64| {
            let params = EmbedParams { seed, epochs: 2, ..small() };
            let vectors = trained(&params, 1).embedding.vectors;
            vectors.iter().map(|value| value.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(bits(1), bits(1));
        assert_ne!(bits(1), bits(2));
    }

    #[test]
    fn known_words_are_means_of_their_parts_too() {
        let params = EmbedParams { subwords: SubwordKind::Jamo, epochs: 1, ..small() };
        let embedding = trained(&params, 1).embedding;
        let subwords = embedding.subwords.as_ref().unwrap();
        assert_eq!(subwords.vectors.len(), 5000);
        assert!(subwords.compose("w99", 10).is_some());
        assert_eq!(embedding.about.settings["subwords"], "jamo");
    }

    #[test]
    fn a_stop_is_heard() {
        let (names, documents) = topics();
        let stop = AtomicBool::new(true);
        let result = train(&names, &documents, &small(), false, 1, &stop, &|_| {});
        assert_eq!(result.err().unwrap().exit_code(), 130);
    }
}
