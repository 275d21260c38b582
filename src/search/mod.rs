//! Rows → hits.
//!
//! In: rows of a corpus, and a row or text to look for. Out: the documents that are
//! nearest to it. Promises: the same index gives the same hits in the same order on any
//! number of threads; who reads sees one generation of the index, whole; a process that
//! is killed leaves the old generation or the new one.

pub mod segments;
