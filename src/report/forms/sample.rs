//! The facts that the tests of all forms show.

use crate::report::facts;

#[path = "../../../tests/report_sample/mod.rs"]
mod invented;

pub use invented::{large, small};
