//! An index of sitemaps that is being read, one request after another.

use std::collections::{HashSet, VecDeque};

use super::listing::Listing;
use crate::net::Url;
use crate::news::store::{Found, NewsSource, Validators};

/// Sitemaps that one index leads to.
const MOST_SITEMAPS: usize = 500;
/// Indexes of sitemaps within each other.
const DEEPEST_INDEX: u32 = 3;

/// What a source lists, as far as it is known.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub source: NewsSource,
    /// Of the source's own answer; none if it leads to others, since what it says may stay
    /// the same while they change.
    pub validators: Validators,
    /// How many links away from the source the pages are.
    pub depth: u32,
    pub found: Vec<Found>,
    /// Sitemaps to be asked, and in how many indexes each stands.
    waiting: VecDeque<(Url, u32)>,
    seen: HashSet<Url>,
    /// Sitemaps that are not asked for, since they are too many or in too many indexes.
    left_out: u64,
    /// In how many indexes the one stands that is asked at present.
    level: u32,
}

impl Index {
    /// Begins with the answer of the source itself.
    pub fn new(source: NewsSource, validators: Validators, listing: Listing) -> Self {
        let Listing { found, sitemaps, depth, .. } = listing;
        let validators = if sitemaps.is_empty() { validators } else { Validators::default() };
        let (waiting, seen) = (VecDeque::new(), HashSet::new());
        let mut index =
            Index { source, validators, depth, found, waiting, seen, left_out: 0, level: 0 };
        index.wait_for(sitemaps);
        index
    }

    /// Takes over what the sitemap lists that [`Index::next`] named.
    pub fn add(&mut self, listing: Listing) {
        self.found.extend(listing.found);
        self.wait_for(listing.sitemaps);
    }

    /// The sitemap to ask next, each once.
    pub fn next(&mut self) -> Option<Url> {
        while let Some((sitemap, level)) = self.waiting.pop_front() {
            if self.seen.contains(&sitemap) {
                continue;
            }
            if self.seen.len() < MOST_SITEMAPS {
                self.seen.insert(sitemap.clone());
                self.level = level;
                return Some(sitemap);
            }
            self.left_out += 1;
        }
        None
    }

    /// What a user should know of sitemaps that were not read.
    pub fn warning(&self) -> Option<String> {
        let left_out = self.left_out;
        (left_out > 0).then(|| {
            format!(
                "{left_out} of its sitemaps were not read: only the first {MOST_SITEMAPS} are, in \
                 {DEEPEST_INDEX} indexes within each other; add the others as sources"
            )
        })
    }

    fn wait_for(&mut self, sitemaps: Vec<Url>) {
        if self.level < DEEPEST_INDEX {
            let level = self.level + 1;
            self.waiting.extend(sitemaps.into_iter().map(|url| (url, level)));
        } else {
            let is_new = |url: &&Url| !self.seen.contains(*url);
            self.left_out += sitemaps.iter().filter(is_new).count() as u64;
        }
    }
}
