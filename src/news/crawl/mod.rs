//! Sites → what they answer, politely.
//!
//! In: addresses that a user named and links found there. Out: the bytes of pages,
//! feeds and sitemaps, or the reason why there are none. Promises: robots.txt is
//! obeyed, a host is asked one thing at a time with a pause between, no private
//! address is reached unless it was allowed by name, nothing waits for ever, and
//! half a page is never taken for a page.

mod dates;
mod decode;
mod entry;
#[cfg(test)]
#[path = "../../../tests/fault_server/mod.rs"]
pub(crate) mod fault_server;
mod feeds;
mod fetch;
#[cfg(test)]
mod laws;
mod links;
mod params;
mod politeness;
mod reason;
mod robots;
mod sitemaps;
mod xml;

pub use decode::is_gzip;
pub use entry::{Cut, Entry, LARGEST_LIST};
pub use feeds::{Feed, read_feed};
pub use fetch::{Answer, Fetched, Fetcher, Validators};
pub use links::{Follow, canonical, is_same_site};
pub use params::CrawlParams;
pub use politeness::{Outcome, Politeness, When, host_key};
pub use reason::Reason;
pub use robots::{Robots, RobotsFile};
pub use sitemaps::{Sitemap, read_sitemap};
