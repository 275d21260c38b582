//! The one error of the library: what happened, where, and how to fix it.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The call, a setting or `pipeline.toml` is wrong (exit code 2).
    Usage,
    /// Input or an artifact is damaged, hostile or unreadable (exit code 1).
    Data,
    /// The file system, the network or a lock failed (exit code 1).
    Io,
    /// The user stopped the run (exit code 130).
    Interrupted,
}

/// An error with its place and a hint.
///
/// `Display` gives the message alone; [`Error::place`] and [`Error::hint`]
/// stand beside it, so that a program can show each on its own line.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: String,
    place: Option<String>,
    snippet: Option<String>,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    also: Vec<Error>,
}

/// Whether to go on: what runs for minutes asks this between its steps.
///
/// # Errors
/// [`Error::interrupted`], once `stop` is set.
pub fn check(stop: &AtomicBool) -> Result<()> {
    if stop.load(Relaxed) { Err(Error::interrupted()) } else { Ok(()) }
}

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            place: None,
            snippet: None,
            hint: None,
            source: None,
            also: Vec::new(),
        }))
    }

    /// A wrong call or setting.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Damaged, hostile or unreadable input.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(Kind::Data, message)
    }

    /// A failure of the file system, the network or a lock.
    pub fn io(message: impl Into<String>) -> Self {
        Self::new(Kind::Io, message)
    }

    /// The user asked to stop.
    pub fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted").hinted("run the same command again to go on")
    }

    /// `action` on the file `path` failed: `cannot read`, `cannot write`, …
    pub fn file(action: &str, path: &Path, source: std::io::Error) -> Self {
        let kind = match source.kind() {
            std::io::ErrorKind::InvalidData => Kind::Data,
            _ => Kind::Io,
        };
        let is_full = matches!(
            source.kind(),
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
        );
        let error = Self::new(kind, format!("{action} `{}`: {source}", path.display()));
        let error = error.caused_by(source);
        match is_full {
            true => error.hinted("free some space and run the same command again"),
            false => error,
        }
    }

    /// Says where it happened: a file and line, a document id.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.0.place = Some(place.into());
        self
    }

    /// Shows the offending line, as lines ready to print.
    #[must_use]
    pub fn shown(mut self, snippet: impl Into<String>) -> Self {
        self.0.snippet = Some(snippet.into());
        self
    }

    /// Says how to fix it.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same where nothing says it yet.
    #[must_use]
    pub fn hinted_if_none(self, hint: impl Into<String>) -> Self {
        if self.hint().is_some() { self } else { self.hinted(hint) }
    }

    /// The same with `other` wherever it says `name`: for what was worked on under a
    /// name that tells the user nothing.
    #[must_use]
    pub fn renamed(mut self, name: &str, other: &str) -> Self {
        let inner = &mut *self.0;
        inner.message = inner.message.replace(name, other);
        for text in [&mut inner.place, &mut inner.hint].into_iter().flatten() {
            *text = text.replace(name, other);
        }
        let also = std::mem::take(&mut inner.also).into_iter();
        inner.also = also.map(|error| error.renamed(name, other)).collect();
        self
    }

    /// Keeps the technical cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Joins several problems found at once; `None` if there is none.
    pub fn all(problems: Vec<Error>) -> Option<Self> {
        let mut problems = problems.into_iter().flat_map(Error::apart);
        let mut first = problems.next()?;
        first.0.also.extend(problems);
        Some(first)
    }

    /// The problems that [`Error::all`] joined.
    fn apart(mut self) -> impl Iterator<Item = Self> {
        let also = std::mem::take(&mut self.0.also);
        std::iter::once(self).chain(also)
    }

    /// Usage, data, input/output or interrupted.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Where it happened, if known.
    pub fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    /// The offending line with a mark below it, if there is one.
    pub fn snippet(&self) -> Option<&str> {
        self.0.snippet.as_deref()
    }

    /// How to fix it, if known.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The other problems found at the same time.
    pub fn also(&self) -> &[Error] {
        &self.0.also
    }

    /// 2 for a wrong call or setting, 130 after an interrupt, 1 otherwise.
    pub fn exit_code(&self) -> u8 {
        match self.0.kind {
            Kind::Usage => 2,
            Kind::Interrupted => 130,
            Kind::Data | Kind::Io => 1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// linfa's own checks answer with its error; estimators pass it on.
impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        Error::data(error.to_string()).caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_apart() {
        let error = Error::usage("setting `x` is 2").at("pipeline.toml, line 3").hinted("use 1");
        assert_eq!(error.to_string(), "setting `x` is 2");
        assert_eq!(error.place(), Some("pipeline.toml, line 3"));
        assert_eq!(error.hint(), Some("use 1"));
        assert_eq!(error.exit_code(), 2);
        assert_eq!(error.hinted_if_none("use 3").hint(), Some("use 1"));
        assert_eq!(Error::usage("x").hinted_if_none("use 3").hint(), Some("use 3"));
    }

    #[test]
    fn names_are_replaced_everywhere() {
        let error = Error::all(vec![Error::data("a.x").at("a.y"), Error::data("b")]).unwrap();
        let error = error.hinted("see a.z").renamed("a.", "c.");
        let shown = (error.to_string(), error.place(), error.hint());
        assert_eq!(shown, ("c.x".to_owned(), Some("c.y"), Some("see c.z")));
    }

    #[test]
    fn all_keeps_every_problem() {
        assert!(Error::all(vec![]).is_none());
        let error = Error::all(vec![Error::usage("a"), Error::usage("b")]).unwrap();
        assert_eq!(error.also().len(), 1);
        let error = Error::all(vec![Error::usage("c"), error]).unwrap();
        assert_eq!(error.also()[1].to_string(), "b");
    }
}
