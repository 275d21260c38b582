//! What runs when, as a user writes it: `[schedule]`.
//!
//! It stands beside the pipelines, because a job runs commands, which name pipelines
//! themselves.

mod check;
mod command;
mod hide;
mod secret;

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use command::{Placeholder, command_words, fill};
pub use secret::SecretSource;

pub(super) use check::check_schedule;
pub(super) use hide::hide_secrets;

/// `[schedule]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleParams {
    /// The SQLite database that keeps the history; that of the news will do.
    pub database: PathBuf,
    /// Time zone of the jobs that name none.
    pub zone: String,
    /// Every job, by its name.
    pub job: BTreeMap<String, JobParams>,
}

impl Default for ScheduleParams {
    fn default() -> Self {
        ScheduleParams {
            database: PathBuf::from("news.db"),
            zone: "Asia/Seoul".to_owned(),
            job: BTreeMap::new(),
        }
    }
}

/// `[schedule.job.NAME]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobParams {
    /// When: minute, hour, day, month and weekday, or `@daily`.
    pub cron: String,
    /// Time zone of `cron`, if it is another than that of the schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What: command lines of malmoi without its name, one after the other.
    pub run: Vec<String>,
    /// Seconds that all commands together may take.
    #[serde(default = "an_hour")]
    pub timeout: u32,
    /// How often a run that failed is repeated.
    #[serde(default)]
    pub retries: u32,
    /// Seconds before the first repetition; twice as many before each further one.
    #[serde(default = "a_minute")]
    pub backoff: u32,
    /// Most seconds by which a run begins later, so that not all begin at once.
    #[serde(default)]
    pub jitter: u32,
    /// Whether runs that were missed are caught up, by one run for all of them.
    #[serde(default = "yes")]
    pub catch_up: bool,
    /// Where the files that the commands wrote go.
    #[serde(default)]
    pub deliver: Vec<DeliveryParams>,
}

fn an_hour() -> u32 {
    3600
}

fn a_minute() -> u32 {
    60
}

fn yes() -> bool {
    true
}

/// One of `schedule.job.NAME.deliver`: a folder, a feed, a webhook or mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeliveryParams {
    /// A folder that gets a folder a run, and a copy of the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// The file of an Atom feed that gets an entry a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed: Option<PathBuf>,
    /// Title of the feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Address under which the folder of the reports is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// An address that is told of each run: `env:NAME`, `file:PATH`, or in plain if it
    /// holds no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// What the webhook understands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<WebhookForm>,
    /// A letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailParams>,
    /// Hosts with a private address that this delivery may reach, such as
    /// `localhost:25`; without a port, all of its ports.
    pub allow_private: Vec<String>,
}

/// What a webhook understands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WebhookForm {
    /// Job, time, outcome, text and names of files.
    #[default]
    Json,
    /// `{"text": …}`, as Slack and its likes do.
    Slack,
}

/// `mail` of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailParams {
    /// Who gets it.
    pub to: Vec<String>,
    /// Who sends it.
    pub from: String,
    /// The SMTP server, with its port if it is not 587 (465 for `implicit`, 25 for `none`).
    pub server: String,
    /// Name to log in with: `env:NAME`, `file:PATH`, or in plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Password to log in with: `env:NAME` or `file:PATH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: MailTls,
}

/// How a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// After a first word in plain (STARTTLS), or not at all sent.
    #[default]
    Starttls,
    /// From the first byte.
    Implicit,
    /// Not at all.
    None,
}

impl MailTls {
    /// The port that servers use for it.
    pub fn port(self) -> u16 {
        match self {
            MailTls::Starttls => 587,
            MailTls::Implicit => 465,
            MailTls::None => 25,
        }
    }
}

/// `HOST` or `HOST:PORT`; `[…]` around a number of IPv6.
pub fn host_and_port(server: &str) -> Option<(&str, Option<u16>)> {
    let is_host = |host: &str| {
        let known = |one: char| one.is_ascii_alphanumeric() || ".-_:".contains(one);
        !host.is_empty() && host.chars().all(known)
    };
    let (host, port) = match server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':')?)),
        None => match server.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (server, None),
        },
    };
    let port = port
        .map(|port| port.parse().ok().filter(|port| *port > 0))
        .map_or(Some(None), |port| port.map(Some))?;
    is_host(host).then_some((host, port))
}
