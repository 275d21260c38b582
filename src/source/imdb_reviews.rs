//! One file of the IMDB corpus → one document.
//!
//! In: names and contents of files. Out: batches of documents through a channel.
//! Knows the corpus's layout: `*/{train,test}/{pos,neg}/ID_RATING.txt`, those without
//! a label in `*/train/unsup/ID_0.txt`, and `*/{train,test}/urls_{pos,neg}.txt` with
//! the film of review ID in line ID.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use super::imdb::ImdbReviews;
use super::mapping::Reason;
use crate::data::{Document, Html, Skipped, Split};
use crate::error::{Error, Result};

/// Documents of one batch; the last may have fewer.
const BATCH: usize = 256;
/// A review or list of films is read into memory; the longest review has 14 kB.
const MAX_BYTES: u64 = 16 << 20;
/// Grouped reviews wait in memory for their films; the real corpus has 66 MB.
const MAX_WAITING_BYTES: usize = 1 << 30;

const LAYOUT: &str = "expected `aclImdb/{train,test}/{pos,neg}/ID_RATING.txt`, \
                      such as `aclImdb/train/pos/0_9.txt`";

/// One of the folders with reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Part {
    split: Split,
    sort: Sort,
}

/// What the reviews of a part say of their films.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sort {
    Negative,
    Positive,
    /// Anything; fifty thousand that nobody labelled.
    Unlabelled,
}

impl Part {
    /// Sorted by their names.
    pub(super) const ALL: [Part; 5] = [
        Part { split: Split::Test, sort: Sort::Negative },
        Part { split: Split::Test, sort: Sort::Positive },
        Part { split: Split::Train, sort: Sort::Negative },
        Part { split: Split::Train, sort: Sort::Positive },
        Part { split: Split::Train, sort: Sort::Unlabelled },
    ];

    fn new(split: &str, name: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.split_name() == split && part.name() == name)
    }

    /// `train/pos`
    pub(super) fn folder(self) -> String {
        format!("{}/{}", self.split_name(), self.name())
    }

    /// `train/urls_pos.txt`
    pub(super) fn films_path(self) -> String {
        format!("{}/urls_{}.txt", self.split_name(), self.name())
    }

    fn split_name(self) -> &'static str {
        match self.split {
            Split::Train => "train",
            Split::Test => "test",
        }
    }

    fn name(self) -> &'static str {
        match self.sort {
            Sort::Negative => "neg",
            Sort::Positive => "pos",
            Sort::Unlabelled => "unsup",
        }
    }
}

/// The names given to `pos` and `neg`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labels {
    positive: String,
    negative: String,
}

impl Labels {
    /// `positive` and `negative` if the map is empty, else what it says.
    pub(super) fn new(names: &BTreeMap<String, String>) -> Result<Self> {
        if names.is_empty() {
            return Ok(Labels { positive: "positive".into(), negative: "negative".into() });
        }
        let known = |name: &&String| !["pos", "neg"].contains(&name.as_str());
        if let Some(unknown) = names.keys().find(known) {
            let message = format!("`labels` names `{unknown}`, which this corpus does not have");
            return Err(Error::usage(message).hinted("its labels are `pos` and `neg`"));
        }
        let name = |label: &str| {
            let message = format!("`labels` has no name for `{label}`");
            let error = || Error::usage(message).hinted("name both `pos` and `neg`, or neither");
            names.get(label).cloned().ok_or_else(error)
        };
        Ok(Labels { positive: name("pos")?, negative: name("neg")? })
    }

    fn of(&self, part: Part) -> Option<&str> {
        match part.sort {
            Sort::Negative => Some(&self.negative),
            Sort::Positive => Some(&self.positive),
            Sort::Unlabelled => None,
        }
    }
}

/// What a file of the corpus is for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// A review.
    Review {
        /// Where it stands.
        part: Part,
        /// Its number within the part.
        number: u32,
        /// One to ten stars; 0 where there is no label.
        rating: u8,
    },
    /// The films of a part's reviews, one a line.
    Films(Part),
}

impl Role {
    /// Reads a path such as `aclImdb/train/pos/0_9.txt`; `None` for files to ignore.
    pub(super) fn of(path: &str) -> Option<Role> {
        let (folder, file) = path.rsplit_once('/')?;
        let stem = file.strip_suffix(".txt")?;
        if let Some(name) = stem.strip_prefix("urls_") {
            return Part::new(last_part(folder)?, name).map(Role::Films);
        }
        let (above, name) = folder.rsplit_once('/')?;
        let part = Part::new(last_part(above)?, name)?;
        let (number, rating) = stem.split_once('_')?;
        Some(Role::Review { part, number: parse(number)?, rating: parse(rating)? })
    }
}

/// `train` of `train` or `aclImdb/train`; deeper copies are not the corpus.
fn last_part(path: &str) -> Option<&str> {
    match path.split_once('/') {
        None => Some(path),
        Some((_, rest)) => (!rest.contains('/')).then_some(rest),
    }
}

/// Digits only: `+1` is no number of a review.
fn parse<T: std::str::FromStr>(digits: &str) -> Option<T> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Takes files and sends batches.
pub(super) struct Reviews {
    labels: Labels,
    wanted: ImdbReviews,
    /// Films by part, in grouped mode.
    films: Option<HashMap<Part, Vec<String>>>,
    waiting: Vec<(Part, u32, Document<Html>)>,
    waiting_bytes: usize,
    batch: Vec<Document<Html>>,
    seen: HashSet<(Part, u32, u8)>,
    buffer: Vec<u8>,
    skipped: Arc<Mutex<Skipped>>,
    sender: SyncSender<Result<Vec<Document<Html>>>>,
}

impl Reviews {
    /// Nothing read yet.
    pub(super) fn new(
        labels: Labels,
        wanted: ImdbReviews,
        skipped: Arc<Mutex<Skipped>>,
        sender: SyncSender<Result<Vec<Document<Html>>>>,
    ) -> Self {
        Reviews {
            labels,
            wanted,
            films: (wanted == ImdbReviews::Grouped).then(HashMap::new),
            waiting: Vec::new(),
            waiting_bytes: 0,
            batch: Vec::with_capacity(BATCH),
            seen: HashSet::new(),
            buffer: Vec::new(),
            skipped,
            sender,
        }
    }

    /// The folders that are read, sorted by their names.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> + use<> {
        let wanted = self.wanted;
        Part::ALL.into_iter().filter(move |part| {
            part.sort != Sort::Unlabelled || wanted == ImdbReviews::WithUnlabelled
        })
    }

    /// Whether the lists of films are to be read.
    pub(super) fn wants_films(&self) -> bool {
        self.films.is_some()
    }

    /// Reads one file in the role that its name gives it.
    pub(super) fn take(
        &mut self,
        role: &Role,
        name: &str,
        file: &mut dyn Read,
        size: u64,
    ) -> Result<()> {
        let (Role::Films(part) | Role::Review { part, .. }) = *role;
        if self.parts().all(|wanted| wanted != part) {
            return Ok(());
        }
        match *role {
            Role::Films(part) if self.wants_films() => {
                let text = self.read_text(file, size, name)?;
                let text = text.map_err(|reason| Error::data(format!("`{name}`: {reason}")))?;
                let films = text.lines().map(film_id).collect();
                self.films.as_mut().map(|known| known.insert(part, films));
                Ok(())
            }
            Role::Films(_) => Ok(()),
            Role::Review { part, number, rating } => {
                if !self.seen.insert((part, number, rating)) {
                    let message = format!("the review `{name}` comes twice");
                    return Err(Error::data(message));
                }
                match self.read_text(file, size, name)? {
                    Ok(text) => {
                        let document = self.document(part, rating, name, text);
                        self.place(part, number, document)
                    }
                    Err(reason) => self.leave_out(name, &reason),
                }
            }
        }
    }

    /// Sends what is left. `path` is named if there was nothing.
    pub(super) fn finish(&mut self, path: &Path) -> Result<()> {
        if self.seen.is_empty() {
            let message = format!("no reviews in `{}`", path.display());
            return Err(Error::data(message).hinted(LAYOUT));
        }
        self.skipped().check_end(self.seen.len() as u64)?;
        for (part, number, mut document) in std::mem::take(&mut self.waiting) {
            let film = self.film_of(part, number, path);
            // Folds are cut of the training part alone: the test part's films may be unknown.
            document.group = match part.split {
                Split::Train => Some(film?),
                Split::Test => film.ok(),
            };
            self.push(document)?;
        }
        if self.batch.is_empty() { Ok(()) } else { self.send() }
    }

    /// Tells the other side why there is no more. Nobody may be there to hear.
    pub(super) fn fail(&self, error: Error) {
        let _ = self.sender.send(Err(error));
    }

    /// One bad review does not stop the others, unless there are too many.
    fn leave_out(&self, name: &str, reason: &str) -> Result<()> {
        let mut skipped = self.skipped();
        skipped.add(&format!("`{name}`"), reason);
        skipped.check(self.seen.len() as u64)
    }

    fn skipped(&self) -> std::sync::MutexGuard<'_, Skipped> {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn document(&self, part: Part, rating: u8, name: &str, text: String) -> Document<Html> {
        Document {
            id: format!("{}/{}", part.folder(), file_stem(name)),
            body: Html(text),
            label: self.labels.of(part).map(str::to_owned),
            rating: (part.sort != Sort::Unlabelled).then(|| f32::from(rating)),
            split: Some(part.split),
            ..Document::default()
        }
    }

    fn read_text(
        &mut self,
        file: &mut dyn Read,
        size: u64,
        name: &str,
    ) -> Result<std::result::Result<String, Reason>> {
        if size > MAX_BYTES {
            return Ok(Err(format!("it has {size} bytes, more than {MAX_BYTES}")));
        }
        self.buffer.clear();
        // A file may have grown since its size was asked.
        let read = file.take(MAX_BYTES).read_to_end(&mut self.buffer);
        read.map_err(|error| Error::data(format!("cannot read `{name}`: {error}")))?;
        let bytes = self.buffer.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.buffer);
        let text = std::str::from_utf8(bytes).map(str::to_owned);
        Ok(text.map_err(|error| not_utf8(bytes, error.valid_up_to())))
    }

    fn place(&mut self, part: Part, number: u32, document: Document<Html>) -> Result<()> {
        if !self.wants_films() {
            return self.push(document);
        }
        self.waiting_bytes += document.body.0.len() + size_of::<Document<Html>>();
        if self.waiting_bytes > MAX_WAITING_BYTES {
            let message = format!("the reviews have more than {MAX_WAITING_BYTES} bytes");
            return Err(Error::data(message).hinted("evaluate without cross-validation"));
        }
        self.waiting.push((part, number, document));
        Ok(())
    }

    fn film_of(&self, part: Part, number: u32, path: &Path) -> Result<String> {
        let list = part.films_path();
        let films = self.films.as_ref().and_then(|films| films.get(&part)).ok_or_else(|| {
            let message = format!("no `{list}` in `{}`", path.display());
            Error::data(message).hinted(
                "cross-validation keeps a film's reviews together by this list of the \
                     official archive; to go on without it, unpack with `malmoi extract`, set \
                     source.kind = \"folder\" and source.path to the folder that holds `train`",
            )
        })?;
        films.get(number as usize).cloned().ok_or_else(|| {
            let lines = films.len();
            Error::data(format!("`{list}` has {lines} lines, but there is a review {number}"))
        })
    }

    fn push(&mut self, document: Document<Html>) -> Result<()> {
        self.batch.push(document);
        if self.batch.len() < BATCH { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> Result<()> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.sender.send(Ok(batch)).map_err(|_| Error::interrupted())
    }
}

/// `0_9` of `aclImdb/train/pos/0_9.txt`.
fn file_stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.strip_suffix(".txt").unwrap_or(file)
}

/// `tt0453418` of `http://www.imdb.com/title/tt0453418/usercomments`.
fn film_id(line: &str) -> String {
    let film = line.split('/').find(|part| part.starts_with("tt"));
    film.unwrap_or(line.trim()).to_owned()
}

fn not_utf8(bytes: &[u8], at: usize) -> Reason {
    let (before, byte) = (&bytes[..at], bytes.get(at).copied().unwrap_or_default());
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let column = at - before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1) + 1;
    format!("not UTF-8: byte 0x{byte:02X} in line {line}, byte {column}")
}
