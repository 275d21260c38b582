//! Problems and how they are shown: place, line and a mark under what is wrong.

use super::settings::Place;
use crate::error::Error;
pub(super) use crate::files::NumberedText as Text;

/// One thing that is wrong with the settings.
#[derive(Debug)]
pub(super) struct Problem {
    pub message: String,
    pub hint: Option<String>,
    pub place: Place,
}

impl Problem {
    pub fn new(message: impl Into<String>, place: Place) -> Self {
        Problem { message: message.into(), hint: None, place }
    }

    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Text {
    /// All problems as one error, in the order of the file.
    pub(super) fn error(&self, mut problems: Vec<Problem>) -> Option<Error> {
        problems.sort_by_key(|problem| match &problem.place {
            Place::File(range) => range.start,
            _ => usize::MAX,
        });
        self.all(problems.into_iter().map(|one| self.show(one)))
    }

    /// One problem with its place, line and hint.
    pub(super) fn show(&self, problem: Problem) -> Error {
        let error = Error::usage(problem.message);
        let error = match problem.place {
            Place::Environment(name) => error.at(format!("environment variable {name}")),
            Place::Flag(key) => error.at(format!("--set {key}")),
            Place::File(range) => self.mark(error, &range),
        };
        match problem.hint {
            Some(hint) => error.hinted(hint),
            None => error,
        }
    }
}
