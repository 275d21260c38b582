//! An index → the nearest of every document.

use serde::Serialize;

use super::SearchEngine;
use crate::error::Result;
use crate::pipeline::ordered::ordered;
use crate::pipeline::watch::Watch;
use crate::search::{Allowed, Filter, Measure, Place, Query, Worker};

/// A document and the nearest others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbors {
    /// The document.
    pub id: String,
    /// Others, the nearest first, equal ones by id.
    pub neighbors: Vec<Neighbor>,
}

/// One of the nearest documents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbor {
    /// Its id.
    pub id: String,
    /// How near it is, as [`Measure`] says.
    pub score: f64,
}

impl SearchEngine {
    /// Gives the `top` nearest of every document to `write`, in the order of ids by bytes,
    /// and says how many documents there are.
    ///
    /// By cosine and Jaccard, documents without a common term are no neighbours.
    ///
    /// # Errors
    /// Those of `write`; the index is damaged; the user stops.
    pub fn neighbors(
        &self,
        measure: Measure,
        top: usize,
        watch: &dyn Watch,
        mut write: impl FnMut(&Neighbors) -> Result<()>,
    ) -> Result<u64> {
        watch.stage("neighbors");
        let (places, allowed) = (self.by_id()?, self.index.allowed(&Filter::default())?);
        let sought = Sought { measure, top, allowed };
        let mut blocks = places.chunks(AT_ONCE);
        let mut done = 0;
        let next = || watch.check().map(|()| blocks.next());
        let work = |worker: &mut Worker, block: &[Place]| {
            let of = |place: &Place| self.neighbors_of(worker, *place, &sought);
            block.iter().map(of).collect::<Result<Vec<_>>>()
        };
        ordered(next, Worker::default, work, |block| {
            let block = block?;
            block.iter().try_for_each(&mut write)?;
            done += block.len() as u64;
            watch.advance(done, None);
            Ok(())
        })?;
        Ok(done)
    }

    fn by_id(&self) -> Result<Vec<Place>> {
        let of = |place: Place| Ok((self.index.id(place)?, place));
        let mut places = self.index.places().map(of).collect::<Result<Vec<_>>>()?;
        places.sort_unstable();
        Ok(places.into_iter().map(|(_, place)| place).collect())
    }

    /// One more is found than wanted, and the document left out by its place: a score
    /// says nothing, as copies of it have the same.
    fn neighbors_of(
        &self,
        worker: &mut Worker,
        place: Place,
        sought: &Sought,
    ) -> Result<Neighbors> {
        let Sought { measure, top, allowed } = sought;
        let (columns, values) = self.row(place)?;
        let query = Query::new(&columns, &values);
        let weights = &self.encoder.vectorizer.weights;
        let hits = self.index.search(worker, weights, &query, *measure, top + 1, allowed)?;
        let others = hits.into_iter().filter(|hit| hit.place != place).take(*top);
        let neighbors = others.map(|hit| Neighbor { id: hit.id, score: hit.score }).collect();
        Ok(Neighbors { id: self.index.id(place)?.to_owned(), neighbors })
    }
}

/// What is sought of every document.
struct Sought {
    measure: Measure,
    top: usize,
    allowed: Allowed,
}

/// Documents that are written and, when the user stops, still finished together.
const AT_ONCE: usize = 64;
