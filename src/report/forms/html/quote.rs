//! Quotes → cards with the words that decided marked.
//!
//! In: a quote. Out: what a template writes. Promises: a mark shows its sign by its line
//! and by a sign, and its weight by its strength: colour only helps.

use askama::Template;
use askama::filters::HtmlSafe;

use super::said::{Said, language};
use crate::report::facts::Quote;
use crate::report::forms::numbers::{NONE, percent, signed};
use crate::report::forms::pieces::pieces;
use crate::report::forms::sides::{Side, at};
use crate::report::forms::{links, visible};

/// As much of a text is shown; who computes facts cuts sooner.
const LONGEST: usize = 4_000;

/// One quote.
#[derive(Template)]
#[template(path = "report/quote.html", whitespace = "minimize")]
pub struct Card {
    class: &'static str,
    side: String,
    probability: String,
    title: Option<Said>,
    language: &'static str,
    pieces: Vec<Shown>,
    about: Vec<Said>,
    url: Option<String>,
    id: String,
}

impl HtmlSafe for Card {}

struct Shown {
    text: String,
    mark: Option<Mark>,
}

struct Mark {
    class: String,
    sign: &'static str,
    weight: String,
}

impl Card {
    /// A quote as it is shown.
    pub fn new(quote: &Quote, sides: &[Side]) -> Self {
        let side = at(sides, quote.side);
        let text = visible::shortened(&quote.text, LONGEST);
        let shown = |text: &str, weight: Option<f64>| Shown {
            text: visible::piece(text),
            mark: weight.map(mark),
        };
        let title = visible::name(&quote.title);
        let source = visible::name(&quote.source);
        Card {
            class: side.map_or("u", |side| side.class),
            side: side.map_or(NONE.to_owned(), |side| side.name.clone()),
            probability: percent(quote.probability),
            title: (!title.is_empty()).then(|| Said::text(title)),
            language: language(&text),
            pieces: pieces(&text, &quote.words)
                .into_iter()
                .map(|p| shown(p.text, p.weight))
                .collect(),
            about: Some(source)
                .filter(|source| !source.is_empty())
                .map(Said::text)
                .into_iter()
                .chain(quote.day.map(|day| Said { text: day.to_string(), language: "en" }))
                .collect(),
            url: links::safe(&quote.url).map(str::to_owned),
            id: visible::name(&quote.id),
        }
    }
}

/// Three strengths for each sign.
fn mark(weight: f64) -> Mark {
    let strength = match weight.abs() {
        weight if weight >= 0.66 => 3,
        weight if weight >= 0.33 => 2,
        _ => 1,
    };
    let (class, sign) = if weight < 0.0 { ("n", "−") } else { ("p", "+") };
    Mark { class: format!("{class}{strength}"), sign, weight: signed(weight, 2) }
}
