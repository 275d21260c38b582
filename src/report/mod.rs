//! Outcomes → files and terminals.

mod terminal;

pub use terminal::metrics_table;
