//! What people see: pages in a real browser, without a window.
//!
//! The tests need Chromium. Where there is none they say so and pass; nothing is downloaded.

pub mod accessibility;
pub mod chromium;
mod report;
#[path = "../report_sample/mod.rs"]
mod sample;
#[cfg(feature = "serve")]
mod serve;

/// For the sample.
mod facts {
    pub use malmoi::report::facts::*;
}
