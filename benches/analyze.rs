//! Text → Tokens.

mod data;

use divan::counter::BytesCount;
use malmoi::analyze::{AnalyzeParams, Analyzer, AnalyzerKind, TokenizerKind};
use malmoi::data::{Interner, Tokens};
use malmoi::pipeline::TermTable;

fn main() {
    divan::main();
}

const KINDS: [(AnalyzerKind, TokenizerKind); 4] = [
    (AnalyzerKind::Word, TokenizerKind::Pattern),
    (AnalyzerKind::Word, TokenizerKind::Words),
    (AnalyzerKind::Char, TokenizerKind::Words),
    (AnalyzerKind::CharWb, TokenizerKind::Words),
];

/// Cut into tokens, nothing more.
#[divan::bench(args = 0..KINDS.len())]
fn tokenize(bencher: divan::Bencher, kind: usize) {
    let analyzer = analyzer(kind);
    let (texts, size_bytes) = texts();
    let mut tokens = Tokens::default();
    bencher.counter(BytesCount::new(size_bytes)).bench_local(|| {
        for text in &texts {
            analyzer.tokenize(text, &mut tokens);
            divan::black_box(&tokens);
        }
    });
}

/// Cut, filtered and numbered, by a table that starts empty.
#[divan::bench(args = 0..KINDS.len())]
fn number(bencher: divan::Bencher, kind: usize) {
    let analyzer = analyzer(kind);
    let (texts, size_bytes) = texts();
    bencher.counter(BytesCount::new(size_bytes)).bench(|| {
        let mut table = TermTable::new(&analyzer, Interner::default());
        let mut numbers = Vec::new();
        texts.iter().for_each(|text| table.encode(text, &mut numbers));
        numbers
    });
}

fn analyzer(kind: usize) -> Analyzer {
    let (analyzer, tokenizer) = KINDS[kind];
    let params =
        AnalyzeParams { analyzer, tokenizer, punctuation: true, ..AnalyzeParams::default() };
    Analyzer::open(&params).expect("the settings are right")
}

fn texts() -> (Vec<String>, usize) {
    let texts: Vec<String> = data::reviews().into_iter().map(|review| review.body.0).collect();
    let size_bytes = texts.iter().map(String::len).sum();
    (texts, size_bytes)
}
