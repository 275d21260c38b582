//! Many questions: a line each, answered side by side and in order.

use std::io::{Read, Write};

use serde_json::json;

use super::answers::SearchEngine;
use crate::data::Skipped;
use crate::error::Result;
use crate::pipeline::blocks::{Block, Blocks, utf8, written};
use crate::pipeline::encoder::EncoderWorker;
use crate::pipeline::ordered::ordered;
use crate::pipeline::watch::Watch;
use crate::search::{Allowed, Filter, Hit, Measure, Query, Worker};

/// How every question of a batch is answered.
pub struct BatchParams {
    /// The measure.
    pub measure: Measure,
    /// Hits a question.
    pub top: usize,
    /// What may be found.
    pub filter: Filter,
}

impl SearchEngine {
    /// Answers each line of `input`, which messages call `name`, by a line of JSON:
    /// `{"query": N, "hits": [{"id", "score"}…], "micros": T}`. N counts lines from 0;
    /// T is the time a processor spent on the search, without the analysis of the text.
    ///
    /// Gives how many lines there were, and those that are no text.
    ///
    /// # Errors
    /// If reading or writing fails, the index is damaged, or the user stops.
    pub fn batch(
        &self,
        input: impl Read + Send,
        name: &str,
        params: &BatchParams,
        mut output: impl Write,
        watch: &dyn Watch,
    ) -> Result<(u64, Skipped)> {
        let allowed = self.index.allowed(&params.filter)?;
        let answering = Answering { engine: self, params, allowed: &allowed, watch };
        let mut blocks = Blocks::new(input, name);
        let (mut count, mut skipped) = (0, Skipped::default());
        ordered(
            || {
                watch.check()?;
                blocks.next()
            },
            || (Worker::default(), self.encoder.worker()),
            |(worker, encoder), block| answering.block(worker, encoder, &block),
            |done: Result<Done>| {
                // A block that was left in the middle goes nowhere.
                watch.check()?;
                let done = done?;
                count += done.lines;
                for (line, reason) in &done.bad {
                    skipped.add(&format!("{name}, line {line}"), reason);
                }
                watch.advance(count, None);
                output.write_all(&done.bytes).map_err(|error| written(error, "the answers"))
            },
        )?;
        output.flush().map_err(|error| written(error, "the answers"))?;
        Ok((count, skipped))
    }
}

struct Answering<'a> {
    engine: &'a SearchEngine,
    params: &'a BatchParams,
    allowed: &'a Allowed,
    watch: &'a dyn Watch,
}

/// The answers to a block of lines.
#[derive(Default)]
struct Done {
    bytes: Vec<u8>,
    lines: u64,
    bad: Vec<(u64, String)>,
}

impl Answering<'_> {
    fn block(
        &self,
        worker: &mut Worker,
        encoder: &mut EncoderWorker,
        block: &Block,
    ) -> Result<Done> {
        if let Some(problem) = block.problem() {
            return Ok(Done { lines: 1, bad: vec![problem], ..Done::default() });
        }
        let mut done = Done::default();
        let lines: Vec<(u64, &[u8])> = block.lines().collect();
        for together in lines.chunks(TOGETHER) {
            if self.watch.check().is_err() {
                break;
            }
            let mut rows = Vec::with_capacity(together.len());
            for (number, line) in together {
                done.lines += 1;
                match utf8(line) {
                    Ok(text) => rows.push((number - 1, row(encoder, text))),
                    Err(reason) => done.bad.push((*number, reason)),
                }
            }
            for (number, row) in &rows {
                let (hits, micros) = self.answer(worker, row)?;
                write_answer(&mut done.bytes, *number, &hits, micros);
            }
        }
        Ok(done)
    }

    fn answer(&self, worker: &mut Worker, (columns, values): &Row) -> Result<(Vec<Hit>, f64)> {
        let SearchEngine { index, encoder } = self.engine;
        let weights = &encoder.vectorizer.weights;
        let BatchParams { measure, top, .. } = *self.params;
        let start = processor_micros();
        let query = Query::new(columns, values);
        let hits = index.search(worker, weights, &query, measure, top, self.allowed)?;
        Ok((hits, processor_micros() - start))
    }
}

/// Questions that are analyzed before any of them is answered: the index then stays in
/// the processor's caches from answer to answer.
const TOGETHER: usize = 64;

/// Columns and weights.
type Row = (Vec<u32>, Vec<f32>);

fn row(encoder: &mut EncoderWorker, text: &str) -> Row {
    let (columns, values) = encoder.encode(text);
    (columns.to_vec(), values.to_vec())
}

fn write_answer(bytes: &mut Vec<u8>, query: u64, hits: &[Hit], micros: f64) {
    let hits: Vec<_> = hits.iter().map(|hit| json!({ "id": hit.id, "score": hit.score })).collect();
    let micros = (micros * 10.0).round() / 10.0;
    let line = json!({ "query": query, "hits": hits, "micros": micros });
    bytes.extend_from_slice(line.to_string().as_bytes());
    bytes.push(b'\n');
}

/// Microseconds that this thread has run.
#[cfg(unix)]
fn processor_micros() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// Elsewhere the time that has passed.
#[cfg(not(unix))]
fn processor_micros() -> f64 {
    use std::sync::LazyLock;
    static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    START.elapsed().as_secs_f64() * 1e6
}
