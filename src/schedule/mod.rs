//! Commands that run by themselves, and what they wrote on its way to people.
//!
//! In: `[schedule]` of the settings, the time. Out: runs, deliveries, and a history of
//! both. Promises: every scheduled time is run once, or stands among those that one run has
//! caught up, over changes of clocks, outages and `kill -9`; nothing that was accepted is
//! sent again; no secret is written down or shown.
//!
//! `plan` decides and is pure; [`Runner`] does, by a [`Clock`], [`Work`] and [`Deliver`]
//! that can be others in a simulation; [`History`] is what both know.

mod clock;
mod commands;
mod deliver;
mod deliveries;
mod history;
pub mod install;
mod job;
mod output;
mod parcel;
mod plan;
mod runner;
mod secret;

pub use clock::{Clock, PausedClock, SystemClock};
pub use commands::{Commands, Task, Work, Worked};
pub use deliver::{Courier, Deliver, target};
pub use history::{DeliveryState, History, JobDelivery, JobRun, Outcome};
pub use job::{Job, Project};
pub use parcel::Parcel;
pub use runner::{Hands, Runner, Seen};

#[cfg(test)]
mod tests;
