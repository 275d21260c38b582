//! Indexes and models of the project: open, and renewed when a command makes new ones.
//!
//! In: pipelines and the state folder. Out: the newest index and model of each that could
//! be opened. Promises: what a request began with, it ends with; a damaged file is told of
//! and takes no one's place.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use super::desk::Desk;
use super::judge::Judge;
use super::slot::Slot;
use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::pipeline::{
    Kept, Labeler, SearchEngine, Silent, Watch, index_manifest, kept_file, load_model,
};
use crate::search::{FIELDS, Measure};

/// How often it is looked whether there is something newer.
const PERIOD: Duration = Duration::from_secs(1);
/// How long a request to end may wait for that.
const PATIENCE: Duration = Duration::from_millis(50);

/// All that is served.
pub struct Stock {
    state: PathBuf,
    /// In the order of their names, but those that the user named in that order.
    entries: Vec<Entry>,
    threads: usize,
}

/// What is served of a pipeline.
pub struct Entry {
    /// Its settings.
    pub pipeline: Pipeline,
    /// Its index.
    pub index: Slot<Indexed>,
    /// Its model; opened when it is first needed.
    pub model: Slot<Labeler>,
    /// Whether its documents are searched, or its model alone is used.
    pub is_searched: bool,
}

/// An open index, and what a page asks of it.
pub struct Indexed {
    /// The threads that answer.
    pub desk: Desk,
    /// Counts commits of the index.
    pub generation: u64,
    /// Documents that can be found.
    pub documents: u64,
    /// How documents are compared unless a request says.
    pub measure: Measure,
    /// How many are found unless a request says.
    pub top: usize,
    /// Values to filter by, in the order of [`FIELDS`], the most frequent first.
    pub values: [Vec<String>; FIELDS.len()],
    /// Whether documents have dates.
    pub has_dates: bool,
    /// Id of its first document.
    pub first_id: Option<String>,
}

/// Values of a field that a page offers.
const MOST_VALUES: usize = 200;

impl Stock {
    /// Opens the indexes of `searched`; of `others` the models alone are used.
    ///
    /// With `are_named`, the user named them: each has to have an index.
    ///
    /// # Errors
    /// If a named pipeline has no index, or it is damaged.
    pub fn open(
        searched: Vec<Pipeline>,
        others: Vec<Pipeline>,
        are_named: bool,
        state: &Path,
        watch: &dyn Watch,
    ) -> Result<Self> {
        let searched = searched.into_iter().map(|one| (one, true));
        let all = searched.chain(others.into_iter().map(|one| (one, false)));
        let entries = all.map(|(pipeline, is_searched)| entry(pipeline, is_searched, state));
        let entries = entries.collect();
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let stock = Stock { state: state.to_owned(), entries, threads };
        for entry in stock.entries.iter().filter(|entry| entry.is_searched) {
            watch.check()?;
            let opened = entry.index.renew(|| stock.index(&entry.pipeline, watch));
            match opened {
                Err(error) if are_named => return Err(error),
                Err(error) => tell(&entry.pipeline.name, "index", &error),
                Ok(false) if are_named => return Err(no_index(&entry.pipeline.name)),
                Ok(_) => {}
            }
        }
        Ok(stock)
    }

    /// The pipelines whose documents can be searched now, with their indexes.
    pub fn searched(&self) -> impl Iterator<Item = (&Entry, Arc<Indexed>)> {
        let searched = self.entries.iter().filter(|entry| entry.is_searched);
        searched.filter_map(|entry| Some((entry, entry.index.get()?)))
    }

    /// All pipelines.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The index of a pipeline; of the first that has one if none is named.
    pub fn find(&self, name: Option<&str>) -> Option<(&Entry, Arc<Indexed>)> {
        self.searched().find(|(entry, _)| name.is_none_or(|name| entry.pipeline.name == name))
    }

    /// The names of pipelines that have a trained model.
    pub fn trained(&self) -> impl Iterator<Item = &str> {
        let trained = self.entries.iter().filter(|one| one.model.is_there());
        trained.map(|one| one.pipeline.name.as_str())
    }

    /// The model that a pipeline trained, if it has; opened when it is first asked for.
    pub fn model(&self, name: &str) -> Option<Arc<Labeler>> {
        let entry = self.entries.iter().find(|one| one.pipeline.name == name)?;
        if entry.model.get().is_none() {
            self.renew_model(entry, &Silent::default());
        }
        entry.model.get()
    }

    /// The models that label documents of a pipeline: its own, else those that its settings
    /// name for languages.
    pub fn judge(&self, pipeline: &Pipeline) -> Judge {
        let named = |name: &String| Some((name.clone(), self.model(name)?));
        let own = named(&pipeline.name);
        let languages = pipeline.score.models.iter().filter(|_| own.is_none());
        let of = languages.filter_map(|(code, name)| Some((code.clone(), named(name)?)));
        Judge { by_language: of.collect(), own }
    }

    /// The same if all of them are open already.
    pub fn open_judge(&self, pipeline: &Pipeline) -> Option<Judge> {
        let waits = |name: &String| {
            let mut entries = self.entries.iter();
            let entry = entries.find(|one| one.pipeline.name == *name);
            entry.is_some_and(|one| one.model.get().is_none() && one.model.is_there())
        };
        let mut names = pipeline.score.models.values().chain([&pipeline.name]);
        (!names.any(waits)).then(|| self.judge(pipeline))
    }

    /// Opens what is newer until it is told to stop.
    pub fn keep_up(&self, stop: &AtomicBool) {
        let watch = Silent::default();
        while sleep(stop) {
            for entry in &self.entries {
                if entry.is_searched {
                    let renewed = entry.index.renew(|| self.index(&entry.pipeline, &watch));
                    told(&entry.pipeline.name, "index", renewed);
                }
                if entry.model.get().is_some() {
                    self.renew_model(entry, &watch);
                }
            }
        }
    }

    fn renew_model(&self, entry: &Entry, watch: &dyn Watch) {
        let name = &entry.pipeline.name;
        told(
            name,
            "model",
            entry.model.renew(|| load_model(&self.state, name, watch).map(Labeler::from)),
        );
    }

    fn index(&self, pipeline: &Pipeline, watch: &dyn Watch) -> Result<Indexed> {
        let engine = SearchEngine::open(pipeline, &self.state, watch)?;
        let params = pipeline.search.clone().unwrap_or_default();
        let mut values: [Vec<String>; FIELDS.len()] = Default::default();
        for (field, values) in values.iter_mut().enumerate() {
            *values = engine.index.values(field, MOST_VALUES)?;
        }
        Ok(Indexed {
            generation: engine.index.segments().generation(),
            documents: engine.index.documents(),
            measure: params.measure,
            top: params.top as usize,
            values,
            has_dates: engine.index.has_dates()?,
            first_id: first_id(&engine)?,
            desk: Desk::open(engine, self.threads),
        })
    }
}

fn entry(pipeline: Pipeline, is_searched: bool, state: &Path) -> Entry {
    let index = Slot::new(index_manifest(state, &pipeline.name));
    let model = Slot::new(kept_file(state, &pipeline.name, Kept::Model));
    Entry { pipeline, index, model, is_searched }
}

fn first_id(engine: &SearchEngine) -> Result<Option<String>> {
    let place = engine.index.places().next();
    place.map(|place| engine.index.id(place).map(str::to_owned)).transpose()
}

fn no_index(name: &str) -> Error {
    Error::data(format!("pipeline `{name}` has no search index yet"))
        .hinted(format!("`malmoi index {name}` builds one from its last run"))
}

fn told(name: &str, what: &str, renewed: Result<bool>) {
    match renewed {
        Ok(true) => tracing::info!(pipeline = name, "opened a new {what}"),
        Ok(false) => {}
        Err(error) => tell(name, what, &error),
    }
}

fn tell(name: &str, what: &str, error: &Error) {
    let hint = error.hint().unwrap_or_default();
    tracing::warn!(pipeline = name, hint, "the {what} cannot be opened: {error}");
}

/// Whether to go on, a period later.
fn sleep(stop: &AtomicBool) -> bool {
    let mut left = PERIOD;
    while !stop.load(Relaxed) && !left.is_zero() {
        std::thread::sleep(PATIENCE);
        left = left.saturating_sub(PATIENCE);
    }
    !stop.load(Relaxed)
}
