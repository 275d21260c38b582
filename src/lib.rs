//! Malmoi turns Korean and English text into features, sentiment, search and reports.
//!
//! Text enters by [`source`], passes [`clean`], [`analyze`], [`vectorize`] and
//! [`classify`], or is looked for in [`search`], and leaves by [`report`]; [`config`] reads what each room shall do.

pub mod analyze;
pub mod classify;
pub mod clean;
pub mod config;
pub mod data;
mod error;
pub mod files;
pub mod learn;
mod markup;
pub mod net;
pub mod news;
pub mod pipeline;
pub mod report;
pub mod schedule;
pub mod search;
#[cfg(feature = "serve")]
pub mod serve;
pub mod source;
pub mod traits;
pub mod trends;
pub mod vectorize;

pub use error::{Error, Kind, Result};
