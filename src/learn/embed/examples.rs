//! Sentences → steps: which words tell which.

use std::ops::Range;

use super::batch::{Batch, Side};
use super::negatives::Negatives;
use super::params::{EmbedParams, Method, SubwordKind};
use super::rows::{Rows, stride};
use super::sentences::Sentences;
use super::sigmoid::Sigmoid;
use super::subwords::parts;
use crate::data::{BREAK, Random};

/// What all threads share.
pub(super) struct Model<'a> {
    pub params: &'a EmbedParams,
    pub sentences: &'a Sentences,
    /// Vectors of words, then of buckets: what tells.
    pub inputs: Rows,
    /// Vectors of words: what is told.
    pub outputs: Rows,
    /// Rows of `inputs` that a word is the mean of; nothing where it is its own row.
    pub parts: Option<Parts>,
    pub negatives: Negatives,
    pub sigmoid: Sigmoid,
}

/// Rows of each word, one after another.
pub(super) struct Parts {
    rows: Vec<u32>,
    ends: Vec<usize>,
}

impl Parts {
    /// The word's own row, then those of its parts; nothing if words have no parts.
    pub fn new(sentences: &Sentences, params: &EmbedParams, tagged: bool) -> Option<Self> {
        if params.subwords == SubwordKind::None {
            return None;
        }
        let count = sentences.terms.len() as u32;
        let mut found = Parts { rows: Vec::new(), ends: Vec::new() };
        for word in 0..count {
            let term = sentences.terms.resolve(word);
            let buckets = parts(term, params.subwords, tagged, params.buckets);
            found.rows.push(word);
            found.rows.extend(buckets.into_iter().map(|bucket| count + bucket));
            found.ends.push(found.rows.len());
        }
        Some(found)
    }

    /// The rows of one word.
    pub fn of(&self, word: u32) -> &[u32] {
        let word = word as usize;
        let start = if word == 0 { 0 } else { self.ends[word - 1] };
        &self.rows[start..self.ends[word]]
    }
}

/// One thread's work.
pub(super) struct Worker<'a> {
    model: &'a Model<'a>,
    batch: Batch,
    /// The words of a sentence that were kept.
    kept: Vec<u32>,
    /// Rows of `inputs` that the inputs of a step are copies of, or their one mean.
    told_from: Vec<u32>,
    /// Rows of `outputs` of a step.
    told: Vec<u32>,
    sum: Vec<f32>,
    steps: u64,
    /// Sum of the losses that were looked at, and how many these are.
    pub loss: (f64, u64),
}

/// The loss is looked at in one of so many steps, and in the first of each piece.
const LOOKED_AT: u64 = 32;

impl<'a> Worker<'a> {
    pub fn new(model: &'a Model<'a>) -> Self {
        let stride = stride(model.params.dimensions);
        Worker {
            model,
            batch: Batch::new(stride),
            kept: Vec::new(),
            told_from: Vec::new(),
            told: Vec::new(),
            sum: vec![0.0; stride],
            steps: 0,
            loss: (0.0, 0),
        }
    }

    /// Learns from a piece of the sentences.
    pub fn learn(&mut self, chunk: Range<usize>, rate: f32, random: &mut Random) {
        let sentences = self.model.sentences;
        self.steps = 0;
        let mut kept = std::mem::take(&mut self.kept);
        kept.clear();
        for &word in &sentences.tokens[chunk] {
            if word == BREAK {
                self.sentence(&kept, rate, random);
                kept.clear();
            } else if (random.bits() >> 32) as u32 <= sentences.keep[word as usize] {
                kept.push(word);
            }
        }
        self.kept = kept;
    }

    fn sentence(&mut self, words: &[u32], rate: f32, random: &mut Random) {
        let window = self.model.params.window;
        for place in 0..words.len() {
            let reach = 1 + random.below(window);
            let before = &words[place.saturating_sub(reach)..place];
            let after = &words[place + 1..(place + 1 + reach).min(words.len())];
            if !before.is_empty() || !after.is_empty() {
                self.place(words[place], before, after, rate, random);
            }
        }
    }

    /// Learns from one place: a word, and those around it.
    fn place(&mut self, word: u32, before: &[u32], after: &[u32], rate: f32, random: &mut Random) {
        self.batch.clear();
        self.told_from.clear();
        self.told.clear();
        let is_mean = self.choose(word, before, after, random);
        let model = self.model;
        if is_mean {
            self.read_mean();
        } else {
            for &row in &self.told_from {
                model.inputs.read(row as usize, self.batch.input());
            }
        }
        self.batch.step(&model.sigmoid, rate);
        self.write(is_mean);
        let is_looked_at = self.steps.is_multiple_of(LOOKED_AT);
        self.steps += 1;
        if is_looked_at {
            self.loss = (self.loss.0 + self.batch.loss(), self.loss.1 + 1);
        }
    }

    /// Says what tells what; whether what tells is one mean.
    fn choose(&mut self, word: u32, before: &[u32], after: &[u32], random: &mut Random) -> bool {
        let around = before.iter().chain(after);
        let model = self.model;
        match (model.params.method, &model.parts) {
            // With parts, a word tells those around it, as in fastText: so it is composed once.
            (Method::SkipGram, Some(parts)) => {
                self.told_from.extend(parts.of(word));
                self.tell(around, before.len() + after.len(), random);
                return true;
            }
            (Method::Cbow, Some(parts)) => {
                self.told_from.extend(around.flat_map(|&word| parts.of(word)));
            }
            (_, None) => self.told_from.extend(around),
        }
        self.tell(std::iter::once(&word), 1, random);
        model.params.method == Method::Cbow
    }

    /// Outputs: the words that stand there, `count` of them, and words that are drawn. Each
    /// that stands there is to be told from `negative` drawn ones.
    fn tell<'b>(
        &mut self,
        words: impl Iterator<Item = &'b u32>,
        count: usize,
        random: &mut Random,
    ) {
        let model = self.model;
        self.told.extend(words);
        for _ in 0..model.params.negative {
            let word = model.negatives.draw(random);
            if !self.told[..count].contains(&word) {
                self.told.push(word);
                model.outputs.touch(word as usize);
            }
        }
        for (place, &word) in self.told.iter().enumerate() {
            let (label, weight) = if place < count { (1.0, 1.0) } else { (0.0, count as f32) };
            model.outputs.read(word as usize, self.batch.output(label, weight));
        }
    }

    fn read_mean(&mut self) {
        let mean = self.batch.input();
        mean.fill(0.0);
        for &row in &self.told_from {
            self.model.inputs.read(row as usize, &mut self.sum);
            mean.iter_mut().zip(&self.sum).for_each(|(sum, value)| *sum += value);
        }
        let share = 1.0 / self.told_from.len() as f32;
        mean.iter_mut().for_each(|sum| *sum *= share);
    }

    /// Adds what was learned to the rows, which others may have changed meanwhile.
    fn write(&mut self, is_mean: bool) {
        let model = self.model;
        let (inputs, outputs) = self.batch.changed();
        write(&model.outputs, &self.told, outputs);
        if !is_mean {
            return write(&model.inputs, &self.told_from, inputs);
        }
        // Every part learns what the mean should have been, as fastText has it.
        for &row in &self.told_from {
            let (sums, change) = (&mut self.sum, self.batch.input_changes());
            model.inputs.read(row as usize, sums);
            sums.iter_mut().zip(change).for_each(|(sum, by)| *sum += by);
            model.inputs.write(row as usize, sums);
        }
    }
}

/// A row that stands there twice learns from both.
fn write(rows: &Rows, numbers: &[u32], batch: &mut Side) {
    for (place, row) in numbers.iter().enumerate() {
        if let Some(first) = numbers[..place].iter().position(|other| other == row) {
            batch.join(first, place);
        }
    }
    for (place, &row) in numbers.iter().enumerate() {
        rows.read(row as usize, batch.copy(place));
    }
    batch.apply();
    // The first of equal rows holds the changes of all, and is written last.
    for (place, &row) in numbers.iter().enumerate().rev() {
        rows.write(row as usize, batch.copy(place));
    }
}
