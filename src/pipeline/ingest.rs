//! Documents → token numbers: source, clean and analyze in one pass.
//!
//! One thread reads, the others clean and tokenize whole batches; what comes
//! out is in the order of the corpus.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::known_texts::content;
use super::terms::TermTable;
use super::watch::Watch;
use crate::analyze::Analyzer;
use crate::clean::Cleaner;
use crate::data::{Document, Html, Interner, Sequences, Skipped, Split, UNKNOWN};
use crate::error::Result;
use crate::traits::Source;

/// What is kept of a document beside its tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Meta {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: Option<String>,
    /// Its grade, in the corpus's own scale.
    pub rating: Option<f32>,
    /// Its part of an official split.
    pub split: Option<Split>,
    /// What it stays together with in cross-validation.
    pub group: Option<String>,
    /// Tells equal texts.
    pub text: u128,
    /// Tells texts that say the same.
    pub content: u64,
}

/// A corpus as token numbers.
#[derive(Default)]
pub struct Corpus {
    /// The terms behind the numbers.
    pub names: Interner,
    /// The documents' tokens.
    pub sequences: Sequences,
    /// The documents, in the same order.
    pub documents: Vec<Meta>,
    /// Documents that could not be cleaned.
    pub skipped: Skipped,
    /// Time spent in each room, over all threads.
    pub spent: Spent,
}

impl Corpus {
    /// Makes it a corpus without labels and parts.
    pub fn set_labels_aside(&mut self) {
        for document in &mut self.documents {
            (document.label, document.split) = (None, None);
        }
    }
}

/// Time spent reading, cleaning and analyzing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// In `source`.
    pub source: Duration,
    /// In `clean`, over all threads.
    pub clean: Duration,
    /// In `analyze`, over all threads.
    pub analyze: Duration,
}

/// A batch of the source and its place in the corpus.
type Numbered = (usize, Vec<Document<Html>>);

/// Batches that wait for a worker; more would only fill memory.
const WAITING: usize = 8;

/// Reads all of `source`.
///
/// # Errors
/// The source's, or an interrupt.
pub fn ingest(
    source: &mut dyn Source,
    cleaner: &Cleaner,
    analyzer: &Analyzer,
    watch: &dyn Watch,
) -> Result<Corpus> {
    let (sender, receiver) = sync_channel::<Numbered>(WAITING);
    let receiver = Arc::new(Mutex::new(receiver));
    let done = AtomicU64::new(0);
    let workers = rayon::current_num_threads().max(1);
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|_| {
                let (receiver, done) = (receiver.clone(), &done);
                scope.spawn(move || Worker::new(cleaner, analyzer).work(&receiver, done))
            })
            .collect();
        // Workers alone hold it: were they all gone, sending would fail, not wait.
        drop(receiver);
        let mut reading = Duration::ZERO;
        let read = read(source, watch, &done, &mut reading, |number, batch| {
            sender.send((number, batch)).expect("workers live as long as the reader");
        });
        drop(sender);
        let workers =
            handles.into_iter().map(|handle| handle.join().expect("a worker never panics"));
        let results: Vec<Worked> = workers.collect();
        read.map(|()| gather(results, reading))
    })
}

fn read(
    source: &mut dyn Source,
    watch: &dyn Watch,
    done: &AtomicU64,
    reading: &mut Duration,
    mut send: impl FnMut(usize, Vec<Document<Html>>),
) -> Result<()> {
    for number in 0.. {
        watch.check()?;
        let start = Instant::now();
        let mut batch = Vec::new();
        let more = source.next_batch(&mut batch)?;
        *reading += start.elapsed();
        watch.advance(done.load(Relaxed), source.progress());
        if !batch.is_empty() {
            send(number, batch);
        }
        if !more {
            break;
        }
    }
    Ok(())
}

/// One batch as its worker numbered it.
struct Encoded {
    number: usize,
    sequences: Sequences,
    documents: Vec<Meta>,
    skipped: Skipped,
}

struct Worked {
    names: Interner,
    batches: Vec<Encoded>,
    clean: Duration,
    analyze: Duration,
}

struct Worker<'a> {
    cleaner: &'a Cleaner,
    table: TermTable<'a, Interner>,
    batches: Vec<Encoded>,
    clean: Duration,
    analyze: Duration,
}

impl<'a> Worker<'a> {
    fn new(cleaner: &'a Cleaner, analyzer: &'a Analyzer) -> Self {
        Worker {
            cleaner,
            table: TermTable::new(analyzer, Interner::default()),
            batches: Vec::new(),
            clean: Duration::ZERO,
            analyze: Duration::ZERO,
        }
    }

    fn work(mut self, receiver: &Mutex<Receiver<Numbered>>, done: &AtomicU64) -> Worked {
        loop {
            let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((number, batch)) = next else { break };
            let count = batch.len() as u64;
            let encoded = self.encode(number, batch);
            self.batches.push(encoded);
            done.fetch_add(count, Relaxed);
        }
        Worked {
            names: self.table.terms,
            batches: self.batches,
            clean: self.clean,
            analyze: self.analyze,
        }
    }

    fn encode(&mut self, number: usize, batch: Vec<Document<Html>>) -> Encoded {
        let mut encoded = Encoded {
            number,
            sequences: Sequences::default(),
            documents: Vec::with_capacity(batch.len()),
            skipped: Skipped::default(),
        };
        for document in batch {
            let start = Instant::now();
            let text = match self.cleaner.try_clean(&document.body.0) {
                Ok(text) => text,
                Err(reason) => {
                    encoded.skipped.add(&format!("document `{}`", document.id), &reason);
                    continue;
                }
            };
            let cleaned = Instant::now();
            self.table.encode(&text, &mut encoded.sequences.tokens);
            encoded.sequences.ends.push(encoded.sequences.tokens.len());
            self.clean += cleaned - start;
            self.analyze += cleaned.elapsed();
            encoded.documents.push(Meta {
                text: xxh3_128(document.body.0.as_bytes()),
                content: content(&document.body.0),
                id: document.id,
                label: document.label,
                rating: document.rating,
                split: document.split,
                group: document.group,
            });
        }
        encoded
    }
}

/// One numbering for all workers' tokens, and the order of the corpus.
///
/// The numbers depend on who read what; nothing that is learned from them does,
/// because a vocabulary sorts its terms.
fn gather(workers: Vec<Worked>, source: Duration) -> Corpus {
    let mut corpus = Corpus { spent: Spent { source, ..Spent::default() }, ..Corpus::default() };
    let mut batches: Vec<(Encoded, usize)> = Vec::new();
    let mut numbers: Vec<Vec<u32>> = Vec::new();
    for (place, worker) in workers.into_iter().enumerate() {
        let ids = 0..worker.names.len() as u32;
        numbers.push(ids.map(|id| corpus.names.intern(worker.names.resolve(id))).collect());
        corpus.spent.clean += worker.clean;
        corpus.spent.analyze += worker.analyze;
        batches.extend(worker.batches.into_iter().map(|batch| (batch, place)));
    }
    batches.sort_unstable_by_key(|(batch, _)| batch.number);
    batches.par_iter_mut().for_each(|(batch, worker)| {
        let tokens = batch.sequences.tokens.iter_mut().filter(|token| **token < UNKNOWN);
        tokens.for_each(|token| *token = numbers[*worker][*token as usize]);
    });
    corpus
        .sequences
        .tokens
        .reserve_exact(batches.iter().map(|(batch, _)| batch.sequences.tokens.len()).sum());
    for (batch, _) in batches {
        let start = corpus.sequences.tokens.len();
        corpus.sequences.tokens.extend_from_slice(&batch.sequences.tokens);
        corpus.sequences.ends.extend(batch.sequences.ends.iter().map(|end| start + end));
        corpus.documents.extend(batch.documents);
        corpus.skipped.join(batch.skipped);
    }
    corpus
}
