//! Html → Text.

mod data;

use divan::counter::BytesCount;
use malmoi::clean::{CleanParams, Cleaner, HtmlMode};

fn main() {
    divan::main();
}

#[divan::bench(args = [HtmlMode::Newlines, HtmlMode::GetText, HtmlMode::None])]
fn clean(bencher: divan::Bencher, html: HtmlMode) {
    let params = CleanParams { html, ..CleanParams::default() };
    let cleaner = Cleaner::open(&params).expect("the settings are right");
    let reviews = data::reviews();
    let size_bytes: usize = reviews.iter().map(|review| review.body.0.len()).sum();
    bencher
        .counter(BytesCount::new(size_bytes))
        .bench(|| reviews.iter().map(|review| cleaner.clean(&review.body.0).len()).sum::<usize>());
}
