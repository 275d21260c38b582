//! Outcomes → files and terminals.

pub mod facts;
mod terminal;

pub use terminal::metrics_table;
