//! What people see: pages in a real browser, without a window.
//!
//! The tests need Chromium. Where there is none they say so and pass; nothing is downloaded.

pub mod accessibility;
pub mod chromium;
mod report;
#[cfg(feature = "serve")]
mod serve;
#[path = "../report_sample/mod.rs"]
mod sample;

/// For the sample.
mod facts {
    pub use malmoi::report::facts::*;
}
