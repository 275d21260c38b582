//! One guarded HTTP client.
//!
//! In: an address. Out: the answer's head, and its body as a reader. Promises:
//! nothing waits for ever, failures that may pass are tried again, and an address
//! that a stranger wrote (a link in a page) never reaches a private network.

mod client;
mod guard;
mod retry;

pub use client::{Client, Failure, Response, shown_address};
pub use guard::Policy;
pub use retry::{Attempts, Retry};
