//! Tokens → rows.

mod data;
#[path = "data/tokens.rs"]
mod tokens;

use divan::counter::ItemsCount;
use malmoi::data::UNKNOWN;
use malmoi::vectorize::Vectorizer;

fn main() {
    divan::main();
}

/// Learns n-grams up to so many words and weighs the rows.
#[divan::bench(args = [1, 2, 3])]
fn fit_transform(bencher: divan::Bencher, longest: u32) {
    let (corpus, names, classes) = tokens::tokens();
    let settings = tokens::settings(longest);
    bencher
        .counter(ItemsCount::new(corpus.len()))
        .bench(|| Vectorizer::fit_transform(&settings, &corpus, &names, " ", &classes).is_ok());
}

/// Rows of the same documents by the finished vocabulary.
#[divan::bench(args = [1, 2, 3])]
fn transform(bencher: divan::Bencher, longest: u32) {
    let (mut corpus, names, classes) = tokens::tokens();
    let settings = tokens::settings(longest);
    let (fitted, _) = Vectorizer::fit_transform(&settings, &corpus, &names, " ", &classes)
        .expect("there are terms to learn");
    for token in corpus.tokens.iter_mut().filter(|token| **token < UNKNOWN) {
        *token = fitted.vocabulary.token(names.resolve(*token));
    }
    bencher.counter(ItemsCount::new(corpus.len())).bench(|| fitted.transform(&corpus));
}
