//! Outcomes → files and terminals.

mod charts;
pub mod facts;
pub mod forms;
mod terminal;

pub use terminal::metrics_table;
