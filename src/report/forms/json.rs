//! Facts → JSON: the types of [`facts`](crate::report::facts) as they stand.
//!
//! In: facts. Out: one object on one line. Promises: fields stand in the order of the
//! types; numbers are written in full.

use crate::report::facts::Facts;

/// The report as JSON.
pub fn written(facts: &Facts) -> String {
    // The types hold strings, numbers and lists only; a number that is none becomes null.
    serde_json::to_string(facts).expect("facts have nothing that JSON cannot hold") + "\n"
}
