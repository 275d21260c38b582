//! A run and its files → a folder, a feed, a webhook, a letter.
//!
//! In: a parcel. Out: it was accepted, or why not. Promises: one try a call, bounded in
//! time; no message holds a secret; hosts with a private address are refused unless the
//! delivery allows them by name.

mod feed;
mod folder;
#[cfg(feature = "mail")]
mod mail;
mod webhook;

use std::path::Path;

pub(super) use feed::MOST_ENTRIES as FEED_ENTRIES;

use super::parcel::Parcel;
use super::secret::Secrets;
use crate::config::{DeliveryParams, SecretSource, host_and_port};
use crate::error::{Error, Result};
use crate::net::Policy;

/// Delivers parcels, one try a call.
pub trait Deliver {
    /// Sends `parcel` once; gives the entry of a feed, to be kept for the next one.
    ///
    /// # Errors
    /// It was not accepted.
    fn send(&self, delivery: &DeliveryParams, parcel: &Parcel) -> Result<Option<String>>;
}

/// Delivers as the settings say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Courier;

impl Deliver for Courier {
    fn send(&self, delivery: &DeliveryParams, parcel: &Parcel) -> Result<Option<String>> {
        let sent = send(delivery, parcel);
        // Causes quote addresses, and servers quote what they were sent.
        sent.map_err(|error| {
            let secrets = Secrets::of(std::slice::from_ref(delivery), &parcel.root);
            let told = Error::io(secrets.without(&error.to_string()));
            match error.hint() {
                Some(hint) => told.hinted(secrets.without(hint)),
                None => told,
            }
        })
    }
}

fn send(delivery: &DeliveryParams, parcel: &Parcel) -> Result<Option<String>> {
    if let Some(folder) = &delivery.folder {
        return folder::put(&parcel.root.join(folder), parcel).map(|()| None);
    }
    if let Some(feed) = &delivery.feed {
        return feed::add(&parcel.root.join(feed), delivery, parcel).map(Some);
    }
    if let Some(webhook) = &delivery.webhook {
        let form = delivery.form.unwrap_or_default();
        return webhook::post(webhook, form, &delivery.allow_private, parcel).map(|()| None);
    }
    match &delivery.mail {
        #[cfg(feature = "mail")]
        Some(mail) => mail::post(mail, &delivery.allow_private, parcel).map(|()| None),
        #[cfg(not(feature = "mail"))]
        Some(_) => Err(Error::usage("mail is not in this build")
            .hinted("build with --features mail, or deliver to a folder")),
        None => Err(Error::usage("the delivery names no place")),
    }
}

/// How the history calls a delivery: never by a secret.
pub fn target(delivery: &DeliveryParams) -> String {
    if let Some(folder) = &delivery.folder {
        return format!("folder {}", folder.display());
    }
    if let Some(feed) = &delivery.feed {
        return format!("feed {}", feed.display());
    }
    if let Some(webhook) = &delivery.webhook {
        let source = SecretSource::parse(webhook).map(|source| source.shown());
        return format!("webhook {}", source.unwrap_or_default());
    }
    let to = delivery.mail.as_ref().map(|mail| mail.to.join(", "));
    format!("mail to {}", to.unwrap_or_default())
}

/// Whether the second try of what arrived already does no harm: it replaces the first.
pub(super) fn may_send_twice(target: &str) -> bool {
    target.starts_with("folder ") || target.starts_with("feed ")
}

/// Whether it is worth telling that a run failed.
pub(super) fn tells_failures(delivery: &DeliveryParams) -> bool {
    delivery.webhook.is_some() || delivery.mail.is_some()
}

/// Hosts with a private address are reached where they are allowed by name.
fn policy(host: &str, port: u16, allowed: &[String]) -> Policy {
    let is_named = |one: &String| {
        host_and_port(one).is_some_and(|(name, number)| {
            name.eq_ignore_ascii_case(host) && number.is_none_or(|number| number == port)
        })
    };
    if allowed.iter().any(is_named) { Policy::OwnSettings } else { Policy::Stranger }
}

/// What to do about a host that may not be reached.
fn private_hint(host: &str, port: u16) -> String {
    format!("if it is yours, write allow_private = [\"{host}:{port}\"] into this delivery")
}

/// A folder's or a file's name for messages.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests;
