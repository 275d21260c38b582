//! Facts → one HTML file for the screen, for paper and for screen readers.
//!
//! In: facts. Out: a page that needs nothing but itself: no script, font, picture or
//! request; a policy in its head forbids them too. Promises: what users wrote is escaped
//! by the templates; only what [`links::safe`](super::links::safe) lets pass is linked to.

mod counts;
mod graphs;
mod page;
mod quote;
mod said;
mod sections;
mod style;

use askama::Template;

use crate::report::facts::Facts;

/// The report as HTML.
pub fn written(facts: &Facts) -> String {
    page::Page::new(facts).render().expect("writing to memory never fails")
}

#[cfg(test)]
mod tests;
