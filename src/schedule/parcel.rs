//! What is delivered: a run with its files, and how it is told in words.

use std::path::{Path, PathBuf};

use super::history::{JobRun, Outcome};
use super::job::Job;
use super::output::{self, OutputFile};
use crate::error::{Error, Result};

/// A run, ready to be delivered.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The run.
    pub(super) run: JobRun,
    /// `JOB-2026-11-24T0700`: what its folder is called.
    pub(super) name: String,
    /// The time that it is for, as RFC 3339 in the job's zone.
    pub(super) time: String,
    /// The same for people.
    pub(super) shown_time: String,
    /// When it ended, as RFC 3339.
    pub(super) ended: String,
    /// Its files.
    pub(super) files: Vec<OutputFile>,
    /// What its report says, if one of the files is text.
    pub(super) text: Option<String>,
    /// Entries of the feed that it goes to, the newest first, each as JSON.
    pub(super) entries: Vec<String>,
    /// Folder of the project.
    pub(super) root: PathBuf,
}

impl Parcel {
    /// Packs a run whose files are in `folder`.
    ///
    /// # Errors
    /// A file that it wrote is gone.
    pub(super) fn pack(job: &Job, run: JobRun, folder: &Path, root: &Path) -> Result<Self> {
        let files = if run.files.is_empty() { Vec::new() } else { output::files(folder)? };
        if let Some(gone) =
            run.files.iter().find(|name| files.iter().all(|file| file.name != **name))
        {
            return Err(Error::data(format!("the file `{gone}` of the run is gone"))
                .at(folder.display().to_string()));
        }
        let local = |time: i64| job.zone.at(time);
        let rfc3339 = |time: i64| local(time).map(|time| time.to_rfc3339()).unwrap_or_default();
        Ok(Parcel {
            name: format!("{}-{}", job.name, job.stamp(run.scheduled)),
            time: rfc3339(run.scheduled),
            shown_time: local(run.scheduled)
                .map(|time| time.format("%Y-%m-%d %H:%M").to_string())
                .unwrap_or_default(),
            ended: rfc3339(run.ended.unwrap_or(run.started)),
            text: output::text(&files),
            files,
            entries: Vec::new(),
            root: root.to_owned(),
            run,
        })
    }

    /// Whether there is something to read, and no failure to tell of.
    pub(super) fn is_done(&self) -> bool {
        self.run.outcome == Outcome::Done
    }

    /// `morning: 2026-11-24 07:00`
    pub(super) fn title(&self) -> String {
        match self.run.outcome {
            Outcome::Done => format!("{}: {}", self.run.job, self.shown_time),
            outcome => format!("{} {outcome}: {}", self.run.job, self.shown_time),
        }
    }

    /// The report's text, or what happened.
    pub(super) fn words(&self) -> String {
        match &self.text {
            Some(text) if self.is_done() => text.clone(),
            _ if self.is_done() && self.files.is_empty() => "It is done.".to_owned(),
            _ if self.is_done() => {
                let names: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
                format!("It is done, and wrote {}.", names.join(", "))
            }
            _ => self.run.message.clone(),
        }
    }

    /// What tells this run from all others, and its repetitions from nothing.
    pub(super) fn key(&self) -> String {
        format!("malmoi-{}-{}-{}", self.run.job, self.run.scheduled, self.run.id)
    }
}
