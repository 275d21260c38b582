//! `malmoi embed`: words as vectors.

mod analogy;
mod export;
mod import;
mod list;
mod remove;
mod similar;
mod train;

use clap::Subcommand;
use malmoi::Result;
use malmoi::learn::embed::{Embedding, Found, Neighbor};
use serde_json::{Value, json};

use super::Context;
use super::output::harmless;

/// What to do.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Train vectors on the documents of a pipeline, its test part left out
    Train(train::Arguments),
    /// Read vectors of word2vec, fastText or gensim
    Import(import::Arguments),
    /// Write vectors as word2vec, fastText and gensim read them
    Export(export::Arguments),
    /// Show the terms nearest to a word
    Similar(similar::Arguments),
    /// Show what is to C as B is to A
    Analogy(analogy::Arguments),
    /// List the embeddings that are kept
    List(list::Arguments),
    /// Remove embeddings; nothing is asked
    Remove(remove::Arguments),
}

/// Runs the action.
///
/// # Errors
/// The action's.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.action {
        Action::Train(arguments) => train::run(arguments, context),
        Action::Import(arguments) => import::run(arguments, context),
        Action::Export(arguments) => export::run(arguments, context),
        Action::Similar(arguments) => similar::run(arguments, context),
        Action::Analogy(arguments) => analogy::run(arguments, context),
        Action::List(arguments) => list::run(arguments, context),
        Action::Remove(arguments) => remove::run(arguments, context),
    }
}

/// A word as it was typed, and its vector.
struct Asked {
    word: String,
    found: Found,
}

impl Asked {
    fn new(embedding: &Embedding, word: &str) -> Result<Self> {
        Ok(Asked { word: word.to_owned(), found: embedding.resolve(word)? })
    }

    /// The row that is no answer.
    fn row(&self) -> Option<usize> {
        match self.found {
            Found::Term(row) => Some(row),
            Found::Composed(_) => None,
        }
    }

    /// `재미/NNG (2,000 times)`
    fn shown(&self, embedding: &Embedding) -> String {
        match self.row() {
            None => format!("{} (made of its parts)", harmless(&self.word)),
            Some(row) => {
                let count = embedding.counts.get(row).copied().unwrap_or(0);
                let times = if count > 0 { format!(" ({count} times)") } else { String::new() };
                format!("{}{times}", harmless(embedding.term(row)))
            }
        }
    }

    fn json(&self, embedding: &Embedding) -> Value {
        let term = self.row().map(|row| embedding.term(row));
        json!({ "word": self.word, "term": term, "composed": term.is_none() })
    }
}

fn table(embedding: &Embedding, neighbors: &[Neighbor]) -> String {
    let line =
        |one: &Neighbor| format!("  {:.4}  {}\n", one.cosine, harmless(embedding.term(one.row)));
    neighbors.iter().map(line).collect()
}

fn terms_json(embedding: &Embedding, neighbors: &[Neighbor]) -> Vec<Value> {
    let one = |one: &Neighbor| {
        json!({
            "term": embedding.term(one.row),
            "cosine": one.cosine,
            "count": embedding.counts.get(one.row),
        })
    };
    neighbors.iter().map(one).collect()
}
