//! What the history tells: runs, and what became of their files.

use std::fmt;

use serde::Serialize;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It has not.
    Running,
    /// All commands ended well.
    Done,
    /// A command failed.
    Failed,
    /// It took too long.
    TimedOut,
    /// It was stopped, or its end was not seen.
    Interrupted,
    /// It never began: nobody was awake.
    Missed,
}

/// What became of one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// It is tried again.
    Waiting,
    /// It is on its way.
    Sending,
    /// It was accepted.
    Done,
    /// It is not tried any more.
    Failed,
    /// The program ended while it was on its way. It is not sent twice.
    Unsure,
}

impl Outcome {
    const ALL: [Outcome; 6] = [
        Outcome::Running,
        Outcome::Done,
        Outcome::Failed,
        Outcome::TimedOut,
        Outcome::Interrupted,
        Outcome::Missed,
    ];

    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Running => "running",
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::TimedOut => "timed-out",
            Outcome::Interrupted => "interrupted",
            Outcome::Missed => "missed",
        }
    }

    /// The outcome that is stored like this; what nobody knows is a failure.
    pub(super) fn named(name: &str) -> Self {
        Outcome::ALL.into_iter().find(|one| one.name() == name).unwrap_or(Outcome::Failed)
    }
}

impl DeliveryState {
    const ALL: [DeliveryState; 5] = [
        DeliveryState::Waiting,
        DeliveryState::Sending,
        DeliveryState::Done,
        DeliveryState::Failed,
        DeliveryState::Unsure,
    ];

    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Sending => "sending",
            DeliveryState::Done => "done",
            DeliveryState::Failed => "failed",
            DeliveryState::Unsure => "unsure",
        }
    }

    /// The state that is stored like this; what nobody knows is not tried again.
    pub(super) fn named(name: &str) -> Self {
        DeliveryState::ALL.into_iter().find(|one| one.name() == name).unwrap_or(Self::Failed)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One try of a run. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobRun {
    /// Its number.
    pub id: i64,
    /// The job.
    pub job: String,
    /// The time that it is for.
    pub scheduled: i64,
    /// When it began.
    pub started: i64,
    /// When it ended, if it has.
    pub ended: Option<i64>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, if it did not end well.
    pub message: String,
    /// Number of the try, from 1.
    pub attempt: u32,
    /// Earlier times for which it stands, because nobody was awake.
    pub missed: u32,
    /// Whether somebody asked for it.
    pub is_manual: bool,
    /// Names of the files that it wrote.
    pub files: Vec<String>,
    /// Where they went.
    pub deliveries: Vec<JobDelivery>,
}

/// One delivery of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobDelivery {
    /// Its number within the run.
    pub number: u32,
    /// Where to; no secret.
    pub target: String,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again, if it is.
    pub next: i64,
    /// Why it did not arrive.
    pub message: String,
}
