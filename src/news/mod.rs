//! Sites → articles.

pub mod crawl;
