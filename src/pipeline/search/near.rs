//! An index → groups of near-identical documents.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rayon::prelude::*;

use super::SearchEngine;
use crate::error::{Error, Result};
use crate::pipeline::encoder::{EncoderWorker, Traced};
use crate::pipeline::watch::Watch;
use crate::search::duplicates::{DuplicatesParams, Group, Member, Sets, Shingles, find};
use crate::search::{Filter, Place, Texts};

/// Documents that are nearly the same.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateGroup {
    /// At least two, the first published first; those without a date come last, by id.
    pub documents: Vec<DuplicateDocument>,
}

/// A document of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateDocument {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub place: Place,
    /// Common shingles over all shingles of it and the first of the group; that has 1.
    pub similarity: f64,
}

impl SearchEngine {
    /// Groups of near-identical documents among those that pass `filter`, and how many
    /// those are.
    ///
    /// A shingle of one token is a column of the rows, a longer one a run of tokens that
    /// the vocabulary knows.
    ///
    /// # Errors
    /// All problems of the settings; the index is damaged; the user stops.
    pub fn duplicates(
        &self,
        params: &DuplicatesParams,
        filter: &Filter,
        watch: &dyn Watch,
    ) -> Result<(Vec<DuplicateGroup>, u64)> {
        if let Some(error) = Error::all(params.check()) {
            return Err(error);
        }
        watch.stage("read");
        let places = self.index.passing(filter)?;
        let sets = self.sets(params, &places, watch)?;
        let order = self.by_date(&places)?;
        let mut ordered = Sets::default();
        order.iter().for_each(|number| ordered.push(&sets[*number]));
        drop(sets);
        watch.stage("compare");
        let groups = find(&ordered, params)?;
        watch.check()?;
        let place = |document: u32| places[order[document as usize]];
        let groups = groups.iter().map(|group| self.group(group, place));
        Ok((groups.collect::<Result<_>>()?, places.len() as u64))
    }

    /// Numbers of `places`, the earliest document first.
    fn by_date(&self, places: &[Place]) -> Result<Vec<usize>> {
        let key = |place: &Place| {
            let date = self.index.date(*place)?;
            Ok((date.is_none(), date, self.index.id(*place)?))
        };
        let keys = places.iter().map(key).collect::<Result<Vec<_>>>()?;
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_by_key(|number| keys[*number]);
        Ok(order)
    }

    fn sets(
        &self,
        params: &DuplicatesParams,
        places: &[Place],
        watch: &dyn Watch,
    ) -> Result<Vec<Vec<u64>>> {
        let done = AtomicU64::new(0);
        let of = |some: &[Place]| {
            watch.check()?;
            let sets = match params.shingle {
                1 => some.iter().map(|place| self.columns(*place)).collect::<Result<Vec<_>>>(),
                _ => Tracer::new(self, params).sets(some),
            };
            let count = some.len() as u64;
            watch.advance(done.fetch_add(count, Relaxed) + count, None);
            sets
        };
        let sets: Vec<Vec<Vec<u64>>> = places.par_chunks(AT_ONCE).map(of).collect::<Result<_>>()?;
        Ok(sets.into_iter().flatten().collect())
    }

    fn columns(&self, place: Place) -> Result<Vec<u64>> {
        let (columns, _) = self.index.row(place)?;
        Ok(columns.into_iter().map(u64::from).collect())
    }

    fn group(&self, group: &Group, place: impl Fn(u32) -> Place) -> Result<DuplicateGroup> {
        let document = |member: &Member| {
            let place = place(member.document);
            let id = self.index.id(place)?.to_owned();
            Ok(DuplicateDocument { id, place, similarity: member.similarity })
        };
        Ok(DuplicateGroup { documents: group.members.iter().map(document).collect::<Result<_>>()? })
    }
}

/// Documents that one worker reads before the user is heard: whole packs of texts, and
/// enough that a worker's memory of words pays.
const AT_ONCE: usize = 1024;

/// Texts → sets of runs of tokens.
struct Tracer<'a> {
    texts: Texts<'a>,
    worker: EncoderWorker<'a>,
    traced: Traced,
    shingles: Shingles,
}

impl<'a> Tracer<'a> {
    fn new(engine: &'a SearchEngine, params: &DuplicatesParams) -> Self {
        Tracer {
            texts: Texts::new(&engine.index),
            worker: engine.encoder.worker(),
            traced: Traced::default(),
            shingles: params.shingles(),
        }
    }

    fn sets(mut self, places: &[Place]) -> Result<Vec<Vec<u64>>> {
        places.iter().map(|place| self.set(*place)).collect()
    }

    fn set(&mut self, place: Place) -> Result<Vec<u64>> {
        self.worker.trace(self.texts.text(place)?, &mut self.traced);
        Ok(self.shingles.of_numbers(&self.traced.numbers))
    }
}
