//! Sites → articles.
//!
//! In: feeds, sitemaps and pages of news sites. Out: articles in one database,
//! which loses nothing: what was fetched is stored with what came of it, or not
//! at all.

pub mod store;
