//! Values of `[schedule]` that have the right type and still make no sense.

use super::command::{command_words, fill};
use super::secret::SecretSource;
use super::{DeliveryParams, JobParams, MailParams, MailTls, ScheduleParams, host_and_port};
use crate::config::checks::Findings;
use crate::config::shape::quoted;
use crate::data::{Cron, Zone};
use crate::error::Error;

/// A week: a job that takes longer has hung.
const LONGEST_RUN: u32 = 7 * 86_400;
/// Letters of one run go to no more people than these.
const MOST_PEOPLE: usize = 100;
/// Times that are looked at to tell how far apart they lie.
const TIMES: usize = 100;

/// Checks the schedule; paths begin at the top of the file.
pub fn check_schedule(params: &ScheduleParams, findings: &mut Findings) {
    let is_named = !params.database.as_os_str().is_empty();
    let hint = "such as \"news.db\"";
    findings.need(is_named, "schedule.database", &"\"\"", "a file", hint);
    check_zone(&params.zone, "schedule.zone", findings);
    for (name, job) in &params.job {
        check_job(name, job, params, findings);
    }
}

fn check_job(name: &str, job: &JobParams, params: &ScheduleParams, findings: &mut Findings) {
    let key = format!("schedule.job.{name}");
    let allowed = |one: char| one.is_ascii_alphanumeric() || "-_".contains(one);
    if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
        // A dot in the name would lead elsewhere.
        let message = format!("{} cannot be the name of a job", quoted(name));
        let hint = "files are called by it; use up to 64 letters from a to z, digits, `-` and `_`";
        findings.push("schedule.job", message, hint, false);
        return;
    }
    if let Some(zone) = &job.zone {
        check_zone(zone, &format!("{key}.zone"), findings);
    }
    check_times(job, &key, params, findings);
    check_commands(job, &key, findings);
    let within = |most: u32| format!("a whole number up to {most}");
    let must = format!("from 1 to {LONGEST_RUN}");
    let holds = (1..=LONGEST_RUN).contains(&job.timeout);
    findings.need(holds, &format!("{key}.timeout"), &job.timeout, &must, "3600 is an hour");
    let hint = "2 or 3 get over a site that is down for a moment";
    findings.need(job.retries <= 20, &format!("{key}.retries"), &job.retries, &within(20), hint);
    let (longest, hint) = (86_400, "60 is a minute");
    let holds = (1..=longest).contains(&job.backoff);
    let must = format!("from 1 to {longest}");
    findings.need(holds, &format!("{key}.backoff"), &job.backoff, &must, hint);
    for (number, delivery) in job.deliver.iter().enumerate() {
        check_delivery(delivery, &format!("{key}.deliver.{number}"), findings);
    }
}

fn check_zone(zone: &str, key: &str, findings: &mut Findings) {
    report(Zone::named(zone).err(), key, None, findings);
}

/// An error as a finding: `setting KEY: "VALUE" is wrong`.
fn report(error: Option<Error>, key: &str, value: Option<&str>, findings: &mut Findings) {
    if let Some(error) = error {
        let value = value.map(|value| quoted(value) + " ").unwrap_or_default();
        let message = format!("setting `{key}`: {value}{error}");
        findings.push(key, message, error.hint().unwrap_or_default(), false);
    }
}

/// A jitter as long as the time between two runs would turn their order around.
fn check_times(job: &JobParams, key: &str, params: &ScheduleParams, findings: &mut Findings) {
    let cron = match Cron::parse(&job.cron) {
        Ok(cron) => cron,
        Err(error) => {
            return report(Some(error), &format!("{key}.cron"), Some(&job.cron), findings);
        }
    };
    let Ok(zone) = Zone::named(job.zone.as_deref().unwrap_or(&params.zone)) else { return };
    // Where the year begins does not matter; what is checked must not depend on today.
    let first = Some(1_767_225_600);
    let times = std::iter::successors(first, |&time| cron.next_after(zone, time)).skip(1);
    let times: Vec<i64> = times.take(TIMES).collect();
    let shortest = times.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(i64::MAX);
    let must = format!("less than the {shortest} s between two of its runs");
    let hint = "a run would begin after the next one";
    let key = format!("{key}.jitter");
    let holds = job.jitter == 0 || i64::from(job.jitter) < shortest;
    findings.need(holds, &key, &job.jitter, &must, hint);
}

fn check_commands(job: &JobParams, key: &str, findings: &mut Findings) {
    let key = format!("{key}.run");
    findings.need(
        !job.run.is_empty(),
        &key,
        &"empty",
        "a list of commands",
        "such as run = [\"news update\"]",
    );
    for (number, line) in job.run.iter().enumerate() {
        let key = format!("{key}.{number}");
        match command_words(line) {
            Ok(words) => {
                let wrong = words.iter().find_map(|word| fill(word, |_| String::new()).err());
                report(wrong, &key, Some(line), findings);
            }
            Err(error) => report(Some(error), &key, Some(line), findings),
        }
    }
}

fn check_delivery(delivery: &DeliveryParams, key: &str, findings: &mut Findings) {
    let DeliveryParams { folder, feed, title, link, webhook, form, mail, allow_private } = delivery;
    let kinds = [folder.is_some(), feed.is_some(), webhook.is_some(), mail.is_some()];
    let kinds = kinds.into_iter().filter(|is_there| *is_there).count();
    if kinds != 1 {
        let message =
            format!("setting `{key}` names {kinds} places to deliver to, but must name one");
        let hint = "write { folder = \"reports\" }, or `feed`, `webhook` or `mail`";
        findings.push(key, message, hint, false);
        return;
    }
    let of_feed = "`feed`";
    let of_net = "`webhook` and `mail`";
    for (is_set, is_read, name, readers) in [
        (title.is_some(), feed.is_some(), "title", of_feed),
        (link.is_some(), feed.is_some(), "link", of_feed),
        (form.is_some(), webhook.is_some(), "form", "`webhook`"),
        (!allow_private.is_empty(), webhook.is_some() || mail.is_some(), "allow_private", of_net),
    ] {
        if is_set && !is_read {
            let message = format!("setting `{key}.{name}` is read by {readers} alone");
            findings.push(&format!("{key}.{name}"), message, "remove it", false);
        }
    }
    for (number, host) in allow_private.iter().enumerate() {
        let hint = "such as \"localhost:25\"";
        let at = format!("{key}.allow_private.{number}");
        let must = "a host, with or without a port";
        findings.need(host_and_port(host).is_some(), &at, &quoted(host), must, hint);
    }
    for (name, path) in [("folder", folder), ("feed", feed)] {
        let is_empty = path.as_ref().is_some_and(|path| path.as_os_str().is_empty());
        findings.need(
            !is_empty,
            &format!("{key}.{name}"),
            &"\"\"",
            "a path",
            "such as \"reports\"",
        );
    }
    if let Some(link) = link {
        let hint = "it is where readers of the feed find the folder's files";
        let must = "an http or https address";
        findings.need(is_web(link), &format!("{key}.link"), &quoted(link), must, hint);
    }
    if let Some(webhook) = webhook {
        check_webhook(webhook, &format!("{key}.webhook"), findings);
    }
    if let Some(mail) = mail {
        check_mail(mail, allow_private, &format!("{key}.mail"), findings);
    }
}

fn is_web(address: &str) -> bool {
    reqwest::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn check_webhook(webhook: &str, key: &str, findings: &mut Findings) {
    let hint = "write https://…, or `env:NAME` or `file:PATH` if the address is a secret";
    match SecretSource::parse(webhook) {
        Err(error) => report(Some(error), key, Some(webhook), findings),
        Ok(SecretSource::Plain(address)) => {
            let must = "an http or https address";
            findings.need(is_web(&address), key, &quoted(&address), must, hint);
        }
        Ok(_) => {}
    }
}

fn check_mail(mail: &MailParams, allowed: &[String], key: &str, findings: &mut Findings) {
    if !cfg!(feature = "mail") {
        let message = format!("this build sends no mail, as `{key}` asks for");
        findings.warn(key, &message, "build with --features mail");
    }
    let count = mail.to.len();
    let holds = (1..=MOST_PEOPLE).contains(&count);
    let must = format!("a list of 1 to {MOST_PEOPLE} addresses");
    let hint = "to = [\"editors@example.org\"]";
    findings.need(holds, &format!("{key}.to"), &format!("a list of {count}"), &must, hint);
    let numbered = |(number, to)| (format!("{key}.to.{number}"), to);
    let to = mail.to.iter().enumerate().map(numbered);
    for (key, address) in to.chain([(format!("{key}.from"), &mail.from)]) {
        let hint = "such as \"reports@example.org\" or \"Reports <reports@example.org>\"";
        let must = "an e-mail address";
        findings.need(is_mailbox(address), &key, &quoted(address), must, hint);
    }
    let server = host_and_port(&mail.server);
    let hint = "such as \"smtp.example.org:587\"";
    let must = "a host, with or without a port";
    let at = format!("{key}.server");
    findings.need(server.is_some(), &at, &quoted(&mail.server), must, hint);
    check_login(mail, allowed, key, findings);
}

fn check_login(mail: &MailParams, allowed: &[String], key: &str, findings: &mut Findings) {
    for (name, value) in [("user", &mail.user), ("password", &mail.password)] {
        let error = value.as_deref().and_then(|value| SecretSource::parse(value).err());
        report(error, &format!("{key}.{name}"), value.as_deref(), findings);
    }
    if mail.user.is_some() != mail.password.is_some() {
        let there = if mail.user.is_some() { "user" } else { "password" };
        let message = format!("setting `{key}.{there}` stands alone");
        let hint = "to log in, a server wants `user` and `password`; some want neither";
        findings.push(&format!("{key}.{there}"), message, hint, false);
    }
    let host = host_and_port(&mail.server).map(|(host, _)| host).unwrap_or_default();
    let is_near =
        allowed.iter().any(|one| host_and_port(one).is_some_and(|(name, _)| name == host));
    if mail.tls == MailTls::None && mail.password.is_some() && !is_near {
        let message = format!("setting `{key}.tls` is \"none\", but a password would be sent");
        let hint = "use \"starttls\" or \"implicit\"; only a server named in `allow_private` may \
            get it in plain";
        findings.push(&format!("{key}.tls"), message, hint, false);
    }
}

/// `a@b` or `Name <a@b>`; the mail library looks closer when it sends.
fn is_mailbox(text: &str) -> bool {
    let address = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((_, address)) => address,
        None => text,
    };
    let odd = |one: char| one.is_whitespace() || one.is_control() || "<>,;".contains(one);
    let parts = address.rsplit_once('@');
    !text.contains(char::is_control)
        && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && !address.contains(odd)
}
