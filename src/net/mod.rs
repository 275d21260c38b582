//! One guarded HTTP client.
//!
//! In: an address. Out: the answer's head, and its body as a reader. Promises:
//! nothing waits for ever, failures that may pass are tried again, and an address
//! that a stranger wrote (a link in a page) never reaches a private network.

mod client;
mod failure;
mod guard;
mod retry;
mod retry_after;

pub use client::{Client, Response, shown_address};
pub use failure::{Cause, Failure};
pub use guard::{Policy, resolve};
/// An address that was read.
pub use reqwest::Url;
pub use retry::{Attempts, Retry};
