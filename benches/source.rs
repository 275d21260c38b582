//! Bytes → documents.

mod data;

use divan::counter::{BytesCount, ItemsCount};

fn main() {
    divan::main();
}

#[divan::bench]
fn read(bencher: divan::Bencher) {
    let (_, path) = data::corpus();
    let size_bytes = std::fs::metadata(path).expect("the reviews are there").len();
    let count = data::reviews().len();
    bencher
        .counter(BytesCount::new(size_bytes))
        .counter(ItemsCount::new(count))
        .bench(data::reviews);
}
